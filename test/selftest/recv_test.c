// SPDX-License-Identifier: GPL-2.0-only
/*
 * What recvmsg() returns: order, merging, parts and flags.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* A pair whose client sends each chunk at once. */
static struct pair pair_nodelay(void)
{
	struct pair pair = pair_listening("127.0.0.1");

	config_set(pair.client, (struct quic_config){ .stream_data_nodelay = 1 });
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	return pair;
}

/* Send, and wait until it is in the peer's queue. */
static void deliver(struct pair *pair, int64_t sid, uint32_t flags, const char *text)
{
	int before = queued(pair->server, SIOCINQ);

	stream_write(pair->client, sid, flags, text);
	EVENTUALLY(queued(pair->server, SIOCINQ) > before);
}

/* A stream of @len bytes with a FIN that came by itself, everything queued. */
static void deliver_with_bare_fin(struct pair *pair, const void *bytes, size_t len)
{
	event_enable(pair->server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_EQ(stream_send(pair->client, 0, NEW, bytes, len), len);
	event_expect_update(pair->server, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	ASSERT_EQ(stream_send(pair->client, 0, FIN, "", 0), 0);
	event_expect_update(pair->server, 0, QUIC_STREAM_RECV_STATE_RECVD, 0, len);
}

TEST("T090 S4.2 only adjacent data is merged")
{
	struct pair pair = pair_nodelay();

	deliver(&pair, 8, NEW, "one");
	deliver(&pair, 8, 0, "two");
	deliver(&pair, 12, NEW, "three");
	deliver(&pair, 8, 0, "four");
	stream_expect(pair.server, 8, 0, "onetwo");
	stream_expect(pair.server, 12, 0, "three");
	stream_expect(pair.server, 8, 0, "four");
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("T091 S4.2 small buffer")
{
	struct pair pair = pair_nodelay();
	struct message message;

	deliver(&pair, 0, NEW, "1234");
	deliver(&pair, 0, 0, "5678");
	ASSERT_EQ(message_recv(pair.server, &message, 3, 0), 3);
	ASSERT_MEM(message.data, "123", 3);
	stream_expect(pair.server, 0, 0, "45678");
	pair_close(&pair);
}

TEST("T092 S4.10 peek")
{
	struct pair pair = pair_nodelay();
	struct message message;

	deliver(&pair, 0, NEW, "1234");
	deliver(&pair, 0, FIN, "5678");
	ASSERT_EQ(message_recv(pair.server, &message, 100, MSG_PEEK), 8);
	ASSERT_MEM(message.data, "12345678", 8);
	ASSERT_EQ(message.sid, 0);
	ASSERT_EQ(message_recv(pair.server, &message, 2, MSG_PEEK), 2);
	stream_expect(pair.server, 0, FIN, "12345678");
	pair_close(&pair);
}

TEST("T093 S4.4 zero length buffer")
{
	struct pair pair = pair_connected();
	struct message message;

	deliver(&pair, 0, NEW, "x");
	ASSERT_EQ(message_recv(pair.server, &message, 0, 0), 0);
	stream_expect(pair.server, 0, 0, "x");
	pair_close(&pair);
}

TEST("T094 S4.6 S4.9 fin with the last bytes")
{
	struct pair pair = pair_connected();
	struct message message;

	deliver(&pair, 0, NEW | FIN, "abcd");
	ASSERT_EQ(message_recv(pair.server, &message, 3, 0), 3);
	ASSERT_EQ(message.stream_flags, 0);
	stream_expect(pair.server, 0, FIN, "d");
	pair_close(&pair);
}

TEST("T095 S4.4 S4.9 bare fin after a full buffer")
{
	struct pair pair = pair_connected();
	struct message message;
	char bytes[100] = { 0 };

	deliver_with_bare_fin(&pair, bytes, sizeof(bytes));
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 100);
	ASSERT_EQ(message.stream_flags, 0);
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 0);
	ASSERT_EQ(message.sid, 0);
	ASSERT_EQ(message.stream_flags, FIN);
	pair_close(&pair);
}

TEST("T096 S4.9 bare fin is merged")
{
	struct pair pair = pair_connected();
	struct message message;
	char bytes[100] = { 0 };

	deliver_with_bare_fin(&pair, bytes, sizeof(bytes));
	ASSERT_EQ(message_recv(pair.server, &message, 200, 0), 100);
	ASSERT_EQ(message.stream_flags, FIN);
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("T097 S4.7 no control buffer")
{
	struct pair pair = pair_connected();
	char bytes[10];
	struct iovec iov = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	deliver(&pair, 0, NEW | FIN, "x");
	ASSERT_EQ(recvmsg(pair.server, &msg, 0), 1);
	ASSERT_EQ(msg.msg_flags, MSG_CTRUNC | MSG_QUIC_STREAM_FIN);
	ASSERT_EQ(msg.msg_namelen, 0);
	pair_close(&pair);
}

TEST("T099 S4.5 S4.8 event in parts")
{
	struct pair pair = pair_connected();
	struct message message;

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	deliver(&pair, 0, NEW, "x");
	ASSERT_EQ(message_recv(pair.server, &message, 10, 0), 10);
	ASSERT_EQ(message.flags, MSG_QUIC_NOTIFICATION);
	ASSERT_EQ(message.data[0], QUIC_EVENT_STREAM_UPDATE);
	ASSERT(!message.has_stream);
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 15);
	ASSERT_EQ(message.flags, MSG_QUIC_NOTIFICATION | MSG_EOR);
	stream_expect(pair.server, 0, 0, "x");
	pair_close(&pair);
}

TEST("T100 S4.3 flags that are ignored")
{
	static const int flags[] = {
		NEW, FIN, UNI, NOWAIT, SNDBLOCK, MSG_EOR, MSG_CTRUNC, MSG_QUIC_DATAGRAM,
		MSG_QUIC_NOTIFICATION, NEW | FIN | UNI | MSG_EOR | MSG_QUIC_NOTIFICATION,
	};
	struct pair pair = pair_nodelay();
	struct message message;
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		deliver(&pair, 0, i ? 0 : NEW, "x");
		/* MSG_ERRQUEUE, too, is but a stream flag here. */
		ASSERT_EQ(message_recv(pair.server, &message, 10, flags[i]), 1);
		ASSERT_EQ(message.data[0], 'x');
	}
	pair_close(&pair);
}

TEST("T101 S4.3 waitall does not wait")
{
	struct pair pair = pair_connected();
	struct message message;

	deliver(&pair, 0, NEW, "x");
	ASSERT_EQ(message_recv(pair.server, &message, 10, MSG_WAITALL), 1);
	pair_close(&pair);
}

TEST("T102 S4.1 S7.2 events come before data")
{
	struct pair pair = pair_nodelay();

	deliver(&pair, 0, NEW, "data");
	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	deliver(&pair, 4, NEW, "more");
	event_expect_update(pair.server, 4, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	stream_expect(pair.server, 0, 0, "data");
	stream_expect(pair.server, 4, 0, "more");
	pair_close(&pair);
}

TEST("T104 S4.12 nothing there")
{
	struct pair pair = pair_connected();

	message_expect_none(pair.client);
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("S4.15 bad buffer")
{
	struct pair pair = pair_connected();

	deliver(&pair, 0, NEW, "data");
	ASSERT_ERRNO(recv(pair.server, (void *)8, 100, 0), EFAULT);
	stream_expect(pair.server, 0, 0, "data");
	pair_close(&pair);
}

TEST("S4.23 data after the close event")
{
	struct pair pair = pair_connected();
	char byte;

	event_enable(pair.server, QUIC_EVENT_CONNECTION_CLOSE, true);
	deliver(&pair, 0, NEW, "data");
	close(pair.client);
	EVENTUALLY(poll_events(pair.server) & POLLHUP);
	event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	stream_expect(pair.server, 0, 0, "data");
	ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
	close(pair.server);
	close(pair.listener);
}

TEST("F25 S4.7 a handshake message without a control buffer is data all the same")
{
	struct pair pair = pair_listening("127.0.0.1");
	char bytes[10];
	struct iovec iov = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_EQ(recvmsg(pair.server, &msg, 0), 5);
	ASSERT_MEM(bytes, "hello", 5);
	ASSERT_EQ(msg.msg_flags, MSG_EOR | MSG_CTRUNC);
	pair_close(&pair);
}

TEST("S4.8 S4.11 a handshake message in parts, each with its level")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct message message;

	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_EQ(message_recv(pair.server, &message, 3, MSG_PEEK), 3);
	ASSERT_EQ(message_recv(pair.server, &message, 3, 0), 3);
	ASSERT_EQ(message.flags, 0);
	ASSERT(message.has_level && message.level == QUIC_CRYPTO_INITIAL);
	ASSERT_EQ(message_recv(pair.server, &message, 3, 0), 2);
	ASSERT_EQ(message.flags, MSG_EOR);
	ASSERT(message.has_level && message.level == QUIC_CRYPTO_INITIAL);
	ASSERT_MEM(message.data, "lo", 2);
	pair_close(&pair);
}

TEST("F51 S4.20 an event is told during the handshake, behind the messages")
{
	struct quic_transport_param params = { .max_idle_timeout = 2000000 };
	struct pair pair = pair_listening("127.0.0.1");
	char byte;

	params_set(pair.client, params);
	params_set(pair.listener, params);
	event_enable(pair.listener, QUIC_EVENT_CONNECTION_CLOSE, true);
	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	EVENTUALLY(poll_events(pair.server) & POLLHUP);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "hello");
	event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
	pair_close(&pair);
}
