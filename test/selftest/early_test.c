// SPDX-License-Identifier: GPL-2.0-only
/*
 * 0-RTT (3.6 of the API).
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* The parameters that a client would have kept of an earlier connection (S5.27). */
static struct quic_transport_param remembered(void)
{
	struct pair pair = pair_connected();
	struct quic_transport_param params = params_get(pair.client, true);

	pair_close(&pair);
	params.remote = 1;
	return params;
}

static struct pair pair_remembering(void)
{
	struct quic_transport_param params = remembered();
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	params_set(pair.client, params);
	return pair;
}

static void expect_nothing(int fd)
{
	struct message message;

	ASSERT_ERRNO(message_recv(fd, &message, 100, MSG_DONTWAIT), EAGAIN);
}

TEST("T088 S3.27 data queued before the handshake arrives after it, without early secrets")
{
	struct pair pair = pair_remembering();

	ASSERT(poll_events(pair.client) & POLLOUT);
	stream_write(pair.client, 2, NEW | FIN, "queued");
	pair_hello(&pair);
	pair_handshake(&pair);
	stream_expect(pair.server, 2, FIN, "queued");
	/* F17: the streams of before are still used. */
	ASSERT_EQ(stream_send(pair.client, -1, NEW | UNI | FIN, "next", 4), 4);
	stream_expect(pair.server, 6, FIN, "next");
	pair_close(&pair);
}

TEST("T088 T106 S4.20 early data is read after the handshake, not in it")
{
	struct pair pair = pair_remembering();

	stream_write(pair.client, 2, NEW | FIN, "early");
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_EARLY, true, true, pair.cipher));
	pair_hello(&pair);
	expect_nothing(pair.server);
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_EARLY, false, true, pair.cipher));
	usleep(20000);
	expect_nothing(pair.server);
	ASSERT_EQ(poll_events(pair.server) & POLLIN, 0);
	pair_handshake(&pair);
	stream_expect(pair.server, 2, FIN, "early");
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("F51 S7.2 events of early streams are told after the handshake, and before their data")
{
	struct pair pair = pair_remembering();

	event_enable(pair.listener, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 2, NEW | FIN, "early");
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_EARLY, true, true, pair.cipher));
	pair_hello(&pair);
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_EARLY, false, true, pair.cipher));
	/* Two events and the data. */
	EVENTUALLY(queued(pair.server, SIOCINQ) == 2 * 25 + 5);
	expect_nothing(pair.server);
	ASSERT_EQ(poll_events(pair.server) & POLLIN, 0);
	pair_handshake(&pair);
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	event_expect_update(pair.server, 2, QUIC_STREAM_RECV_STATE_RECVD, 0, 5);
	stream_expect(pair.server, 2, FIN, "early");
	pair_close(&pair);
}

TEST("S3.28 rejected early data arrives once, and in order")
{
	static char data[60000], got[60000];
	struct pair pair = pair_remembering();
	struct message message;
	size_t n = 0, i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 7 + i / 256;
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_EARLY, true, true, pair.cipher));
	ASSERT_EQ(stream_send(pair.client, 0, NEW | FIN, data, sizeof(data)), sizeof(data));
	/* The server installs no early secret. */
	pair_hello(&pair);
	pair_handshake(&pair);
	do {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		ASSERT(n + message.len <= sizeof(got));
		memcpy(got + n, message.data, message.len);
		n += message.len;
	} while (!(message.stream_flags & FIN));
	ASSERT_EQ(n, sizeof(data));
	ASSERT_MEM(got, data, sizeof(data));
	expect_nothing(pair.server);
	pair_close(&pair);
}

TEST("P13 rejected early data obeys limits that are lower now")
{
	struct quic_transport_param params = remembered();
	struct pair pair = pair_listening("127.0.0.1");
	struct message message;
	static char data[20000];
	size_t n = 0;

	params_set(pair.listener, (struct quic_transport_param){
		.max_data = 3000, .max_stream_data_bidi_remote = 1500, .max_streams_bidi = 1 });
	pair_connect(&pair);
	params_set(pair.client, params);
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_EARLY, true, true, pair.cipher));
	ASSERT_EQ(stream_send(pair.client, 0, NEW | FIN, data, sizeof(data)), sizeof(data));
	stream_write(pair.client, 4, NEW | FIN, "another");
	pair_hello(&pair);
	pair_handshake(&pair);
	while (n < sizeof(data)) {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.sid, 0);
		n += message.len;
	}
	/* Stream 4 comes when the only one permitted has gone. */
	ASSERT_EQ(stream_send(pair.server, 0, FIN, "", 0), 0);
	stream_expect(pair.client, 0, FIN, "");
	stream_expect(pair.server, 4, FIN, "another");
	pair_close(&pair);
}

TEST("T089 S3.16 early streams stay within the remembered limit")
{
	struct quic_transport_param params = remembered();
	struct pair pair = pair_listening("127.0.0.1");

	params.max_streams_uni = 2;
	pair_connect(&pair);
	params_set(pair.client, params);
	stream_write(pair.client, 6, NEW | FIN, "x");
	ASSERT_ERRNO(stream_send(pair.client, 10, NEW | FIN, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("T138 S6.38 remembered parameters are for clients that shake hands")
{
	struct quic_transport_param params = remembered();
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params)),
		     EINVAL);
	close(fd);
}

TEST("S3.33 a datagram that was queued before the handshake arrives after it")
{
	struct quic_transport_param params = remembered();
	struct pair pair = pair_listening("127.0.0.1");
	struct message message;

	params_set(pair.listener, (struct quic_transport_param){ .max_datagram_frame_size = 1400 });
	pair_connect(&pair);
	ASSERT_ERRNO(send(pair.client, "dgram", 5, MSG_QUIC_DATAGRAM), EINVAL);
	params.max_datagram_frame_size = 1400;
	params_set(pair.client, params);
	ASSERT_EQ(send(pair.client, "dgram", 5, MSG_QUIC_DATAGRAM), 5);
	pair_hello(&pair);
	pair_handshake(&pair);
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 5);
	ASSERT_EQ(message.flags & ~MSG_CMSG_CLOEXEC, MSG_QUIC_DATAGRAM | MSG_EOR);
	ASSERT_MEM(message.data, "dgram", 5);
	pair_close(&pair);
}
