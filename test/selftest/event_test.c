// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

static const struct quic_transport_param defaults;

static void stream_option(int fd, int option, int64_t sid, uint32_t errcode)
{
	struct quic_errinfo info = { .stream_id = sid, .errcode = errcode };

	ASSERT_OK(setsockopt(fd, SOL_QUIC, option, &info, sizeof(info)));
}

static void update_events(struct pair *pair)
{
	event_enable(pair->client, QUIC_EVENT_STREAM_UPDATE, true);
	event_enable(pair->server, QUIC_EVENT_STREAM_UPDATE, true);
}

TEST("T105 S4.21 S4.22 event sizes")
{
	static const struct {
		int type;
		ssize_t size;
	} sizes[] = {
		{ QUIC_EVENT_STREAM_UPDATE, 25 }, { QUIC_EVENT_STREAM_MAX_DATA, 17 },
		{ QUIC_EVENT_STREAM_MAX_STREAM, 9 }, { QUIC_EVENT_CONNECTION_CLOSE, 73 },
	};
	struct quic_transport_param server = { .max_stream_data_bidi_remote = 1200 };
	struct pair pair = pair_connected_params(defaults, server);
	static char data[1200];
	struct message message;
	bool seen[4] = { false };
	size_t i;

	for (i = 0; i < 4; i++)
		event_enable(pair.client, sizes[i].type, true);
	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 1200), 1200);
	stream_drain(pair.server, 1200);
	/* A stream that is gone gives room for another. */
	stream_write(pair.client, 2, NEW | FIN, "x");
	stream_expect(pair.server, 2, FIN, "x");
	close(pair.server);
	while (message_recv(pair.client, &message, MESSAGE_SIZE, 0) >= 0) {
		if (!(message.flags & MSG_QUIC_NOTIFICATION))
			continue;
		for (i = 0; i < 4; i++) {
			if (message.data[0] != sizes[i].type)
				continue;
			ASSERT_EQ(message.len, sizes[i].size);
			seen[i] = true;
		}
	}
	for (i = 0; i < 4; i++)
		ASSERT(seen[i]);
	close(pair.client);
	close(pair.listener);
}

TEST("T153 S7.5 S8.10 events of a request")
{
	struct pair pair = pair_connected();

	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 0, NEW | FIN, "request");
	stream_expect(pair.server, 0, FIN, "request");
	stream_write(pair.server, 0, FIN, "response");
	event_expect_update(pair.client, 0, QUIC_STREAM_SEND_STATE_RECVD, 0, 0);
	event_expect_update(pair.client, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	event_expect_update(pair.client, 0, QUIC_STREAM_RECV_STATE_RECVD, 0, 8);
	stream_expect(pair.client, 0, FIN, "response");
	message_expect_none(pair.client);
	pair_close(&pair);
}

TEST("T154 S7.4 events of a reset")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 2, NEW, "12345");
	stream_expect(pair.server, 2, 0, "12345");
	update_events(&pair);
	stream_option(pair.client, QUIC_SOCKOPT_STREAM_RESET, 2, 77);
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RESET_RECVD, 77, 5);
	event_expect_update(pair.client, 2, QUIC_STREAM_SEND_STATE_RESET_RECVD, 77, 5);
	pair_close(&pair);
}

TEST("T155 S6.12 S7.4 events of stop sending")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 2, NEW, "12345");
	stream_expect(pair.server, 2, 0, "12345");
	update_events(&pair);
	stream_option(pair.server, QUIC_SOCKOPT_STREAM_STOP_SENDING, 2, 88);
	event_expect_update(pair.client, 2, QUIC_STREAM_SEND_STATE_RESET_SENT, 88, 5);
	event_expect_update(pair.client, 2, QUIC_STREAM_SEND_STATE_RESET_RECVD, 88, 5);
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RESET_RECVD, 88, 5);
	pair_close(&pair);
}

TEST("T156 S7.4 events of an empty stream")
{
	struct pair pair = pair_connected();

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_EQ(stream_send(pair.client, 0, NEW | FIN, "", 0), 0);
	event_expect_update(pair.server, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	event_expect_update(pair.server, 0, QUIC_STREAM_RECV_STATE_RECVD, 0, 0);
	stream_expect(pair.server, 0, FIN, "");
	pair_close(&pair);
}

TEST("T158 S8.5 S8.6 more bidirectional streams")
{
	struct pair pair = pair_connected();
	int k;

	event_enable(pair.client, QUIC_EVENT_STREAM_MAX_STREAM, true);
	for (k = 1; k <= 3; k++) {
		int64_t sid = 4 * (k - 1);
		union quic_event event;
		struct message message;

		stream_write(pair.client, sid, NEW | FIN, "ping");
		stream_expect(pair.server, sid, FIN, "ping");
		stream_write(pair.server, sid, FIN, "pong");
		/* The answer, acknowledged, ends the stream: the event overtakes what is unread. */
		EVENTUALLY(message_recv(pair.client, &message, 100, MSG_PEEK) > 0 &&
			   message.flags & MSG_QUIC_NOTIFICATION);
		event = event_expect(pair.client, QUIC_EVENT_STREAM_MAX_STREAM);
		ASSERT_EQ(event.max_stream, (100 + k - 1) * 4);
		stream_expect(pair.client, sid, FIN, "pong");
	}
	pair_close(&pair);
}

TEST("T159 S8.7 more unidirectional streams after a reset")
{
	struct quic_stream_info info = { .stream_id = 2 };
	struct pair pair = pair_connected();
	socklen_t len = sizeof(info);
	union quic_event event;

	event_enable(pair.client, QUIC_EVENT_STREAM_MAX_STREAM, true);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len));
	stream_option(pair.client, QUIC_SOCKOPT_STREAM_RESET, 2, 1);
	event = event_expect(pair.client, QUIC_EVENT_STREAM_MAX_STREAM);
	ASSERT_EQ(event.max_stream, 2 + 100 * 4);
	pair_close(&pair);
}

TEST("S7 more stream data")
{
	struct quic_transport_param server = { .max_stream_data_bidi_remote = 4096 };
	struct pair pair = pair_connected_params(defaults, server);
	static char data[4096];
	union quic_event event;

	event_enable(pair.client, QUIC_EVENT_STREAM_MAX_DATA, true);
	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
	stream_drain(pair.server, 4096);
	event = event_expect(pair.client, QUIC_EVENT_STREAM_MAX_DATA);
	ASSERT_EQ(event.max_data.id, 0);
	ASSERT(event.max_data.max_data > 4096);
	pair_close(&pair);
}

TEST("T163 S6.19 S7.6 close with reason")
{
	struct quic_connection_close info = { .errcode = 77, .phrase = "going away" };
	struct pair pair = pair_connected();
	struct quic_connection_close option;
	socklen_t len = sizeof(option);
	union quic_event event;

	event_enable(pair.server, QUIC_EVENT_CONNECTION_CLOSE, true);
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
			     sizeof(info)));
	close(pair.client);
	event = event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, 77);
	ASSERT_EQ(event.close.frame, 0);
	ASSERT(!strcmp((char *)event.close.phrase, "going away"));
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &option, &len));
	ASSERT_MEM(&option, &event.close, sizeof(option));
	close(pair.server);
	close(pair.listener);
}

TEST("T164 S7.6 idle timeout event")
{
	struct quic_transport_param client = { .max_idle_timeout = 2000000 };
	static const struct quic_connection_close zero;
	struct pair pair = pair_connected_params(client, defaults);
	union quic_event event;

	event_enable(pair.server, QUIC_EVENT_CONNECTION_CLOSE, true);
	event = event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_MEM(&event.close, &zero, sizeof(zero));
	pair_close(&pair);
}

TEST("T165 S6.4 events switched off")
{
	struct pair pair = pair_connected();

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, false);
	stream_write(pair.client, 0, NEW | FIN, "x");
	stream_expect(pair.server, 0, FIN, "x");
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("S7.6 no event for the own close")
{
	struct pair pair = pair_connected();
	char byte;

	event_enable(pair.client, QUIC_EVENT_CONNECTION_CLOSE, true);
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), ENOTCONN);
	pair_close(&pair);
}

static void write_end_first(const struct pair *pair, int64_t sid)
{
	netns_hold("veth0");
	stream_write(pair->client, sid, NEW, "first ");
	netns_drop("veth0");
	stream_write(pair->client, sid, FIN, "last");
}

TEST("T157 S7.4 S8.3 a fin before the data")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	union quic_event event;
	int64_t sid = 0;

	config_set(pair.client, (struct quic_config){ .stream_data_nodelay = 1 });
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	for (;;) {
		sid += 4;
		write_end_first(&pair, sid);
		event_expect_update(pair.server, sid, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
		event = event_expect(pair.server, QUIC_EVENT_STREAM_UPDATE);
		if (event.update.state != QUIC_STREAM_RECV_STATE_RECVD)
			break;
		/* A probe with the first bytes was quicker than this process. */
		stream_expect(pair.server, sid, FIN, "first last");
	}
	ASSERT_EQ(event.update.state, QUIC_STREAM_RECV_STATE_SIZE_KNOWN);
	ASSERT_EQ(event.update.id, sid);
	ASSERT_EQ(event.update.finalsz, 10);
	event_expect_update(pair.server, sid, QUIC_STREAM_RECV_STATE_RECVD, 0, 10);
	stream_expect(pair.server, sid, FIN, "first last");
	pair_close(&pair);
}

TEST("S6.4 an event that was queued stays when they are switched off, and none is made up later")
{
	struct pair pair = pair_connected();
	struct message message;

	stream_write(pair.client, 0, NEW, "0");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 4, NEW, "4");
	EVENTUALLY(message_recv(pair.server, &message, 100, MSG_PEEK) == 25);
	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, false);
	stream_write(pair.client, 8, NEW, "8");
	event_expect_update(pair.server, 4, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	stream_expect(pair.server, 0, 0, "0");
	stream_expect(pair.server, 4, 0, "4");
	stream_expect(pair.server, 8, 0, "8");
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("F43 streams that are opened together with another make no event of their own")
{
	struct pair pair = pair_connected();

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 8, NEW, "x");
	event_expect_update(pair.server, 8, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	stream_expect(pair.server, 8, 0, "x");
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("F31 a stream that was finished when it was stopped completes")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	config_set(pair.client, (struct quic_config){ .stream_data_nodelay = 1 });
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	stream_write(pair.client, 2, NEW, "12345");
	stream_expect(pair.server, 2, 0, "12345");
	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	/* Long enough for the stop to be there first. */
	shell("tc qdisc add dev veth0 root netem delay 2s");
	stream_write(pair.client, 2, FIN, "678");
	stream_option(pair.server, QUIC_SOCKOPT_STREAM_STOP_SENDING, 2, 5);
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RECVD, 0, 8);
	usleep(400000);
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("S6.10 a reset counts what was accepted, though none of it may have left")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	update_events(&pair);
	ASSERT_EQ(stream_send_flags(pair.client, 2, NEW, "123456789", 9, MSG_MORE), 9);
	stream_option(pair.client, QUIC_SOCKOPT_STREAM_RESET, 2, 3);
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RESET_RECVD, 3, 9);
	event_expect_update(pair.client, 2, QUIC_STREAM_SEND_STATE_RESET_RECVD, 3, 9);
	pair_close(&pair);
}
