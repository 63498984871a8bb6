// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define WRITABLE	(POLLOUT | POLLWRNORM)
#define READABLE	(POLLIN | POLLRDNORM)

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

TEST("S2.42 edge triggered writer wakes")
{
	static char data[4096];
	struct quic_transport_param server = { .max_data = 4096 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int epoll = epoll_create1(0);

	ASSERT_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.client, &event));
	ASSERT_EQ(epoll_wait(epoll, &event, 1, 0), 1);
	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, sizeof(data)), sizeof(data));
	while (epoll_wait(epoll, &event, 1, 0) == 1)
		;
	stream_drain(pair.server, sizeof(data));
	ASSERT_EQ(epoll_wait(epoll, &event, 1, 5000), 1);
	ASSERT_EQ(event.events, EPOLLOUT);
	pair_close(&pair);
}
