// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake interface with arbitrary bytes in the place of TLS messages.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* Data both ways over an established pair. */
static void assert_works(struct pair *pair)
{
	pair_echo(pair, 0);
	stream_write(pair->server, 1, NEW | FIN, "from the server");
	stream_expect(pair->client, 1, FIN, "from the server");
}

static void handshake_with_cipher(uint32_t cipher)
{
	struct pair pair = pair_listening("127.0.0.1");

	pair.cipher = cipher;
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	assert_works(&pair);
	pair_close(&pair);
}

static struct pair pair_handshaking(void)
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	pair_hello(&pair);
	return pair;
}

static int set_params_ext(int fd, const void *data, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, data, len);
}

static int get_params_ext(int fd, void *data, socklen_t *len)
{
	return getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, data, len);
}

TEST("T107 S4.11 S5.1 S5.13 raw sequence")
{
	struct pair pair = pair_connected();

	assert_works(&pair);
	pair_close(&pair);
}

TEST("T107 S3.8 handshake messages of many packets")
{
	static char flight[20000];
	struct pair pair = pair_handshaking();
	struct message message;
	size_t got = 0, i;

	for (i = 0; i < sizeof(flight); i++)
		flight[i] = i * 7;
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, flight, 4000, 0), 4000);
	while (got < 4000) {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.level, QUIC_CRYPTO_INITIAL);
		ASSERT_MEM(message.data, flight + got, message.len);
		got += message.len;
	}
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, true, false, pair.cipher));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, true, pair.cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, true, pair.cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, false, false, pair.cipher));
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_HANDSHAKE, flight, sizeof(flight), 0),
		  sizeof(flight));
	for (got = 0; got < sizeof(flight); got += message.len) {
		ASSERT_OK(message_recv(pair.client, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.level, QUIC_CRYPTO_HANDSHAKE);
		ASSERT_MEM(message.data, flight + got, message.len);
	}
	pair_close(&pair);
}

TEST("T108 aes 128 gcm")
{
	handshake_with_cipher(TLS_CIPHER_AES_GCM_128);
}

TEST("T108 aes 256 gcm")
{
	handshake_with_cipher(TLS_CIPHER_AES_GCM_256);
}

TEST("T108 aes 128 ccm")
{
	handshake_with_cipher(TLS_CIPHER_AES_CCM_128);
}

TEST("T108 chacha20 poly1305")
{
	handshake_with_cipher(TLS_CIPHER_CHACHA20_POLY1305);
}

TEST("T116 S5.10 S5.11 S5.12 secrets that are refused")
{
	struct pair pair = pair_listening("127.0.0.1");
	int cipher = TLS_CIPHER_AES_GCM_128;

	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, cipher), EINVAL);
	ASSERT_ERRNO(secret_set(pair.listener, QUIC_CRYPTO_APP, true, true, cipher), EINVAL);
	pair_connect(&pair);
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_INITIAL, true, true, cipher), EINVAL);
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_MAX, true, true, cipher), EINVAL);
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, 50), EINVAL);
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, 55), EINVAL);
	pair_hello(&pair);
	pair_handshake(&pair);
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, cipher), EINVAL);
	ASSERT_ERRNO(secret_set(pair.server, QUIC_CRYPTO_APP, true, false, cipher), EINVAL);
	pair_close(&pair);
}

TEST("T117 S5.14 F19 early secrets of both directions")
{
	struct pair pair = pair_handshaking();
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_EARLY, i, true, pair.cipher));
		ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_EARLY, i, true, pair.cipher));
	}
	pair_handshake(&pair);
	assert_works(&pair);
	pair_close(&pair);
}

TEST("T118 S5.15 params extension buffer")
{
	struct pair pair = pair_handshaking();
	uint8_t bytes[256];
	socklen_t len = 10;

	ASSERT_ERRNO(get_params_ext(pair.client, bytes, &len), EINVAL);
	len = sizeof(bytes);
	ASSERT_OK(get_params_ext(pair.client, bytes, &len));
	ASSERT(len > 10 && len <= 256);
	len = sizeof(bytes);
	ASSERT_OK(get_params_ext(pair.server, bytes, &len));
	pair_handshake(&pair);
	len = sizeof(bytes);
	ASSERT_ERRNO(get_params_ext(pair.client, bytes, &len), EINVAL);
	ASSERT_ERRNO(set_params_ext(pair.client, bytes, len), EINVAL);
	len = sizeof(bytes);
	ASSERT_ERRNO(get_params_ext(pair.listener, bytes, &len), EINVAL);
	pair_close(&pair);
}

TEST("T119 S5.17 S7.6 garbage as params")
{
	struct quic_connection_close info = { 0 };
	struct pair pair = pair_handshaking();
	socklen_t len = sizeof(info);
	union quic_event event;
	uint8_t bytes[32];
	char byte;

	event_enable(pair.server, QUIC_EVENT_CONNECTION_CLOSE, true);
	memset(bytes, 0xff, sizeof(bytes));
	ASSERT_ERRNO(set_params_ext(pair.server, bytes, sizeof(bytes)), EINVAL);
	event = event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM);
	ASSERT_EQ(event.close.frame, 0);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len));
	ASSERT_MEM(&info, &event.close, sizeof(info));
	ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), ENOTCONN);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len));
	ASSERT_EQ(info.errcode, QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM);
	pair_close(&pair);
}

TEST("T120 S5.17 long params")
{
	struct pair pair = pair_handshaking();
	uint8_t bytes[513] = { 0 };

	ASSERT_ERRNO(set_params_ext(pair.server, bytes, sizeof(bytes)), EINVAL);
	/* That was not even looked at. */
	pair_handshake(&pair);
	assert_works(&pair);
	pair_close(&pair);
}

TEST("T121 S2.37 S7.7 close while handshaking")
{
	struct pair pair = pair_listening("127.0.0.1");
	union quic_event event;

	event_enable(pair.listener, QUIC_EVENT_CONNECTION_CLOSE, true);
	pair_connect(&pair);
	pair_hello(&pair);
	close(pair.client);
	event = event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, QUIC_TRANSPORT_ERROR_APPLICATION);
	ASSERT_EQ(event.close.frame, 0);
	close(pair.server);
	close(pair.listener);
}

TEST("tls alert in the close")
{
	struct quic_connection_close info = { .errcode = 0x130 };
	struct pair pair = pair_listening("127.0.0.1");
	union quic_event event;

	event_enable(pair.listener, QUIC_EVENT_CONNECTION_CLOSE, true);
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
			     sizeof(info)));
	close(pair.client);
	event = event_expect(pair.server, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, 0x130);
	close(pair.server);
	close(pair.listener);
}

TEST("T126 S5.32 token tells the role")
{
	struct pair pair = pair_handshaking();
	uint8_t token[128];
	socklen_t len = sizeof(token);

	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len));
	len = sizeof(token);
	ASSERT_ERRNO(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len), EINVAL);
	ASSERT_ERRNO(getsockopt(pair.listener, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len), EINVAL);
	pair_close(&pair);
}

TEST("T084 S3.7 handshake sends that are refused")
{
	struct pair pair = pair_handshaking();

	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_EARLY, "x", 1, 0), EINVAL);
	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_MAX, "x", 1, 0), EINVAL);
	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_HANDSHAKE, "x", 1, 0), EINVAL);
	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_APP, "x", 1, 0), EINVAL);
	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "", 0, 0), EMSGSIZE);
	pair_close(&pair);
}

TEST("T085 S3.9 handshake level after established")
{
	struct quic_transport_param params = { .max_data = 100000 };
	struct pair pair = pair_handshaking();
	int cipher = pair.cipher;

	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, true, false, cipher));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, true, cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, true, cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, false, false, cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, false, false, cipher));
	/* ESTABLISHED, which this call shows; but not confirmed, so the keys are still there. */
	ASSERT_ERRNO(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params,
				sizeof(params)), EINVAL);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_HANDSHAKE, "finished", 8, 0), 8);
	handshake_expect(pair.server, QUIC_CRYPTO_HANDSHAKE, "finished");
	pair_close(&pair);
}

/* The Handshake keys are gone by then; what is said at that level is not an error. */
TEST("T085 S3.9 handshake level after confirmation")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send(pair.client, 0, NEW, "ping", 4), 4);
	stream_expect(pair.server, 0, 0, "ping");
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_HANDSHAKE, "late", 4, 0), 4);
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_HANDSHAKE, "late", 4, 0), 4);
	ASSERT_EQ(stream_send(pair.server, 0, 0, "pong", 4), 4);
	stream_expect(pair.client, 0, 0, "pong");
	pair_close(&pair);
}

TEST("T087 S3.17 no stream data before params")
{
	struct pair pair = pair_handshaking();

	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.server, 1, NEW, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("S4.20 data waits for the receive secret")
{
	struct pair pair = pair_handshaking();
	struct message message;
	uint8_t bytes[256];
	socklen_t len = sizeof(bytes);

	ASSERT_OK(get_params_ext(pair.client, bytes, &len));
	ASSERT_OK(set_params_ext(pair.server, bytes, len));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, true, false, pair.cipher));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, true, pair.cipher));
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_INITIAL, "server hello", 12, 0), 12);
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, true, false, pair.cipher));
	/* The server may speak before the client is done (half-RTT data). */
	stream_write(pair.server, 1, NEW, "early bird");

	handshake_expect(pair.client, QUIC_CRYPTO_INITIAL, "server hello");
	ASSERT_ERRNO(message_recv(pair.client, &message, 100, MSG_DONTWAIT), EAGAIN);
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, true, pair.cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, false, false, pair.cipher));
	len = sizeof(bytes);
	ASSERT_OK(get_params_ext(pair.server, bytes, &len));
	ASSERT_OK(set_params_ext(pair.client, bytes, len));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, pair.cipher));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, false, false, pair.cipher));
	stream_expect(pair.client, 1, 0, "early bird");
	pair_close(&pair);
}

TEST("T139 remote params are the peers")
{
	struct quic_transport_param server = {
		.max_idle_timeout = 5000000, .max_streams_bidi = 3, .max_streams_uni = 4,
		.max_data = 50000, .max_stream_data_uni = 2000, .ack_delay_exponent = 4,
		.max_ack_delay = 30000, .max_stream_data_bidi_local = 3000,
		.max_stream_data_bidi_remote = 4000, .active_connection_id_limit = 3,
		.max_udp_payload_size = 1400, .disable_active_migration = 1,
	};
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	struct quic_transport_param remote = params_get(pair.client, true);

	ASSERT_EQ(remote.max_idle_timeout, server.max_idle_timeout);
	ASSERT_EQ(remote.max_streams_bidi, server.max_streams_bidi);
	ASSERT_EQ(remote.max_streams_uni, server.max_streams_uni);
	ASSERT_EQ(remote.max_data, server.max_data);
	ASSERT_EQ(remote.max_stream_data_uni, server.max_stream_data_uni);
	ASSERT_EQ(remote.max_stream_data_bidi_local, server.max_stream_data_bidi_local);
	ASSERT_EQ(remote.max_stream_data_bidi_remote, server.max_stream_data_bidi_remote);
	ASSERT_EQ(remote.ack_delay_exponent, server.ack_delay_exponent);
	ASSERT_EQ(remote.max_ack_delay, server.max_ack_delay);
	ASSERT_EQ(remote.active_connection_id_limit, server.active_connection_id_limit);
	ASSERT_EQ(remote.max_udp_payload_size, server.max_udp_payload_size);
	ASSERT_EQ(remote.disable_active_migration, 1);
	pair_close(&pair);
}

/* Nobody is there, so what is sent stays. Return: how much of it there was room for. */
static size_t fill_send_buffer(int fd, int flags)
{
	static const char flight[100000];
	size_t total = 0;
	ssize_t ret;

	while ((ret = handshake_send(fd, QUIC_CRYPTO_INITIAL, flight, sizeof(flight), flags)) > 0)
		total += ret;
	ASSERT_ERRNO(ret, EAGAIN);
	return total;
}

static int connected_to_nobody(void)
{
	int udp = socket(AF_INET, SOCK_DGRAM, 0), fd = quic_socket(AF_INET), size = 8192;
	struct address addr = address("127.0.0.1", 0);

	ASSERT_OK(address_bind(udp, &addr));
	addr = address_local(udp);
	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	ASSERT_OK(address_connect(fd, &addr));
	return fd;
}

TEST("S3.8 a handshake message waits for the send buffer, or not")
{
	struct timeval soon = { .tv_usec = 100000 };
	int fd = connected_to_nobody();

	ASSERT(fill_send_buffer(fd, MSG_DONTWAIT) >= 4096);
	fd = connected_to_nobody();
	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)));
	ASSERT(fill_send_buffer(fd, 0) >= 4096);
}
