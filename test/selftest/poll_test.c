// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"


TEST("T040 S2.41 handshaking client is not writable")
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	ASSERT_EQ(poll_events(pair.client), 0);
	pair_close(&pair);
}

TEST("T041 S2.40 idle connection is writable")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(poll_events(pair.client), WRITABLE);
	ASSERT_EQ(poll_events(pair.server), WRITABLE);
	pair_close(&pair);
}

TEST("T042 S2.40 closed connection")
{
	struct pair pair = pair_connected();

	close(pair.client);
	EVENTUALLY(poll_events(pair.server) & POLLHUP);
	/* No POLLERR: S2.40's deliberate difference. */
	ASSERT_EQ(poll_events(pair.server), READABLE | WRITABLE | POLLHUP | POLLRDHUP);
	close(pair.server);
	close(pair.listener);
}

TEST("S2.40 data makes readable")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "x");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	ASSERT_EQ(poll_events(pair.server), READABLE | WRITABLE);
	stream_expect(pair.server, 0, 0, "x");
	ASSERT_EQ(poll_events(pair.server), WRITABLE);
	stream_write(pair.client, 0, FIN, "");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	pair_close(&pair);
}

TEST("S2.40 connection credit makes writable")
{
	static char data[4096];
	struct quic_transport_param server = { .max_data = 4096 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, sizeof(data)), sizeof(data));
	ASSERT_EQ(poll_events(pair.client), 0);
	stream_drain(pair.server, sizeof(data));
	EVENTUALLY(poll_events(pair.client) & POLLOUT);
	pair_close(&pair);
}

/* An epoll that tells of the next edge only: of a socket that is writable, or becomes so. */
static int edges(int fd)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

/* Wait until there have been no edges for a while: acknowledgements may still be on the way. */
static void edges_forget(int epoll)
{
	struct epoll_event event;

	while (epoll_wait(epoll, &event, 1, 100 * test_slowness()) == 1)
		;
}

static void edge_expect(int epoll)
{
	struct epoll_event event;

	ASSERT_EQ(epoll_wait(epoll, &event, 1, 5000 * test_slowness()), 1);
	ASSERT_EQ(event.events, EPOLLOUT);
	close(epoll);
}

TEST("S2.42 edge triggered writer wakes when MAX_DATA raises a limit")
{
	static char data[4096];
	struct quic_transport_param server = { .max_data = 4096 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	int epoll = edges(pair.client);

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, sizeof(data)), sizeof(data));
	edges_forget(epoll);
	stream_drain(pair.server, sizeof(data));
	edge_expect(epoll);
	pair_close(&pair);
}

TEST("S2.42 edge triggered writer wakes when MAX_STREAM_DATA raises a limit")
{
	static char data[4096];
	struct quic_transport_param server = { .max_stream_data_bidi_remote = 4096 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	int epoll = edges(pair.client);

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, sizeof(data)), sizeof(data));
	ASSERT_ERRNO(stream_send_flags(pair.client, 0, 0, "x", 1, MSG_DONTWAIT), ENOSPC);
	edges_forget(epoll);
	stream_drain(pair.server, sizeof(data));
	edge_expect(epoll);
	ASSERT_EQ(stream_send_flags(pair.client, 0, 0, "x", 1, MSG_DONTWAIT), 1);
	pair_close(&pair);
}

TEST("S2.42 edge triggered writer wakes when MAX_STREAMS raises a limit")
{
	struct quic_transport_param server = { .max_streams_bidi = 1 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	int epoll;

	stream_write(pair.client, 0, NEW | FIN, "x");
	stream_expect(pair.server, 0, FIN, "x");
	ASSERT_ERRNO(stream_send(pair.client, 4, NEW | NOWAIT, "x", 1), EAGAIN);
	epoll = edges(pair.client);
	edges_forget(epoll);
	stream_write(pair.server, 0, FIN, "y");
	edge_expect(epoll);
	EVENTUALLY(stream_send(pair.client, 4, NEW | NOWAIT, "x", 1) == 1);
	pair_close(&pair);
}

TEST("S2.42 edge triggered writer wakes when its stream is stopped")
{
	static char data[4096];
	struct quic_transport_param server = { .max_stream_data_bidi_remote = 4096 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	struct quic_errinfo stop = { .stream_id = 0, .errcode = 7 };
	int epoll = edges(pair.client);

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, sizeof(data)), sizeof(data));
	edges_forget(epoll);
	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &stop,
			     sizeof(stop)));
	edge_expect(epoll);
	ASSERT_ERRNO(stream_send_flags(pair.client, 0, 0, "x", 1, MSG_DONTWAIT), EINVAL);
	pair_close(&pair);
}
