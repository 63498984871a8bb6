// SPDX-License-Identifier: GPL-2.0-only
/*
 * STREAM_RESET and STREAM_STOP_SENDING.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

static int stream_option(int fd, int option, int64_t sid, uint32_t errcode)
{
	struct quic_errinfo info = { .stream_id = sid, .errcode = errcode };

	return setsockopt(fd, SOL_QUIC, option, &info, sizeof(info));
}

static int stream_reset(int fd, int64_t sid, uint32_t errcode)
{
	return stream_option(fd, QUIC_SOCKOPT_STREAM_RESET, sid, errcode);
}

static int stream_stop(int fd, int64_t sid, uint32_t errcode)
{
	return stream_option(fd, QUIC_SOCKOPT_STREAM_STOP_SENDING, sid, errcode);
}

static bool reset_says_gone(int fd, int64_t sid)
{
	return stream_reset(fd, sid, 1) == -1 && errno == ENOSTR;
}

TEST("T168 S6.9 reset refusals")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_reset(pair.client, 0, 1), EINVAL);
	ASSERT_ERRNO(stream_reset(pair.client, -1, 1), EINVAL);
	stream_write(pair.server, 3, NEW, "x");
	stream_expect(pair.client, 3, 0, "x");
	ASSERT_ERRNO(stream_reset(pair.client, 3, 1), EINVAL);

	stream_write(pair.client, 2, NEW | FIN, "x");
	stream_expect(pair.server, 2, FIN, "x");
	EVENTUALLY(reset_says_gone(pair.client, 2));
	pair_close(&pair);
}

TEST("T168 S6.10 reset of an unused stream")
{
	struct quic_stream_info info = { .stream_id = 2 };
	struct pair pair = pair_connected();
	socklen_t len = sizeof(info);

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len));
	ASSERT_OK(stream_reset(pair.client, 2, 7));
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RESET_RECVD, 7, 0);
	pair_close(&pair);
}

TEST("T169 S3.14 S8.4 sending after a reset")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "x");
	stream_expect(pair.server, 0, 0, "x");
	ASSERT_OK(stream_reset(pair.client, 0, 1));
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 0, FIN, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_reset(pair.client, 0, 1), EINVAL);
	/* It is not the active stream any more, and the other direction works. */
	ASSERT_ERRNO(write(pair.client, "x", 1), EINVAL);
	stream_write(pair.server, 0, FIN, "answer");
	stream_expect(pair.client, 0, FIN, "answer");
	pair_close(&pair);
}

TEST("T170 S8.4 after stop sending was answered")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 2, NEW, "x");
	stream_expect(pair.server, 2, 0, "x");
	ASSERT_OK(stream_stop(pair.server, 2, 1));
	EVENTUALLY(reset_says_gone(pair.client, 2));
	ASSERT_ERRNO(stream_send(pair.client, 2, 0, "x", 1), ENOSTR);
	pair_close(&pair);
}

TEST("T171 S6.11 stop sending refusals")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_stop(pair.server, 0, 1), EINVAL);
	stream_write(pair.client, 2, NEW, "x");
	ASSERT_ERRNO(stream_stop(pair.client, 2, 1), EINVAL);
	stream_write(pair.client, 0, NEW | FIN, "x");
	stream_drain(pair.server, 2);
	/* Received to the end, and gone. */
	ASSERT_ERRNO(stream_stop(pair.server, 0, 1), EINVAL);
	stream_write(pair.client, 6, NEW | FIN, "x");
	stream_expect(pair.server, 6, FIN, "x");
	ASSERT_ERRNO(stream_stop(pair.server, 6, 1), ENOSTR);
	ASSERT_ERRNO(stream_stop(pair.server, 10, 1), EINVAL);
	pair_close(&pair);
}

TEST("S6.9 only when established")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(stream_reset(pair.client, 0, 1), EINVAL);
	ASSERT_ERRNO(stream_stop(pair.client, 1, 1), EINVAL);
	pair_connect(&pair);
	ASSERT_ERRNO(stream_reset(pair.client, 0, 1), EINVAL);
	ASSERT_ERRNO(stream_stop(pair.client, 1, 1), EINVAL);
	pair_close(&pair);
}

TEST("S6.9 reset after fin")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	/* Nothing is acknowledged before the reset. */
	netns_hold("veth0");
	stream_write(pair.client, 2, NEW | FIN, "12345");
	ASSERT_OK(stream_reset(pair.client, 2, 9));
	netns_drop("veth0");
	event_expect_update(pair.client, 2, QUIC_STREAM_SEND_STATE_RESET_RECVD, 9, 5);
	pair_close(&pair);
}

TEST("T103 S4.18 reset discards unread data")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "unread");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	ASSERT_OK(stream_reset(pair.client, 0, 1));
	EVENTUALLY(!(poll_events(pair.server) & POLLIN));
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("S4.18 reset after everything was received")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW | FIN, "whole");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	/* Acknowledged: too late (EINVAL), or ignored by the peer. Never a loss. */
	stream_reset(pair.client, 0, 1);
	usleep(50000);
	stream_expect(pair.server, 0, FIN, "whole");
	pair_close(&pair);
}

TEST("S4.19 after stop sending what is queued stays until the reset")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "one");
	stream_write(pair.client, 4, NEW, "two");
	stream_expect(pair.server, 0, 0, "one");
	ASSERT_OK(stream_stop(pair.server, 4, 7));
	/* The reset has come, and discards what nobody read. */
	EVENTUALLY(stream_send(pair.client, 4, 0, "x", 1) == -1 && errno == EINVAL);
	message_expect_none(pair.server);
	stream_write(pair.client, 0, 0, "three");
	stream_expect(pair.server, 0, 0, "three");
	pair_close(&pair);
}

TEST("S6.11 stop sending twice")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "one");
	stream_expect(pair.server, 0, 0, "one");
	ASSERT_OK(stream_stop(pair.server, 0, 7));
	/* Answered already, or not yet. */
	ASSERT_EQ(stream_stop(pair.server, 0, 7), -1);
	ASSERT(errno == EAGAIN || errno == EINVAL);
	pair_close(&pair);
}
