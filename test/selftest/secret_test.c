// SPDX-License-Identifier: GPL-2.0-only
/*
 * CRYPTO_SECRET: in which order, of which kind, and what follows from it (5.3 and 5.4 of the API).
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define AES_128	TLS_CIPHER_AES_GCM_128
#define AES_256	TLS_CIPHER_AES_GCM_256

static struct pair pair_handshaking(void)
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	pair_hello(&pair);
	return pair;
}

static void params_pass(int from, int to)
{
	uint8_t bytes[256];
	socklen_t len = sizeof(bytes);

	ASSERT_OK(getsockopt(from, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	ASSERT_OK(setsockopt(to, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, len));
}

static void secrets_set(int fd, int level, bool is_client, bool send_first)
{
	ASSERT_OK(secret_set(fd, level, send_first, send_first == is_client, AES_128));
	ASSERT_OK(secret_set(fd, level, !send_first, send_first != is_client, AES_128));
}

/* ESTABLISHED is where TRANSPORT_PARAM_EXT says no any more. */
static bool is_established(int fd)
{
	uint8_t bytes[256];
	socklen_t len = sizeof(bytes);

	return getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len) && errno == EINVAL;
}

TEST("S5.1 F19 both secrets make a connection established, whatever else is missing")
{
	struct pair pair = pair_handshaking();

	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, false, false, AES_128));
	ASSERT(!is_established(pair.client));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, AES_128));
	ASSERT(is_established(pair.client));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, true, false, AES_128));
	ASSERT(!is_established(pair.server));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, false, true, AES_128));
	ASSERT(is_established(pair.server));
	/* Without the peer's parameters there is no credit. */
	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "x", 1), EINVAL);
	ASSERT_EQ(poll_events(pair.client), 0);
	pair_close(&pair);
}

TEST("S5.1 secrets in the other order")
{
	struct pair pair = pair_handshaking();

	params_pass(pair.client, pair.server);
	secrets_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, false);
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_INITIAL, "server hello", 12, 0), 12);
	handshake_expect(pair.client, QUIC_CRYPTO_INITIAL, "server hello");
	params_pass(pair.server, pair.client);
	secrets_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, false);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_HANDSHAKE, "finished", 8, 0), 8);
	secrets_set(pair.client, QUIC_CRYPTO_APP, true, false);
	secrets_set(pair.server, QUIC_CRYPTO_APP, false, false);
	handshake_expect(pair.server, QUIC_CRYPTO_HANDSHAKE, "finished");
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S4.1 a handshake message comes before what was there before it")
{
	struct pair pair = pair_handshaking();

	params_pass(pair.client, pair.server);
	secrets_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, true);
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, true, false, AES_128));
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_INITIAL, "server hello", 12, 0), 12);
	handshake_expect(pair.client, QUIC_CRYPTO_INITIAL, "server hello");
	params_pass(pair.server, pair.client);
	secrets_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, true);
	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	secrets_set(pair.client, QUIC_CRYPTO_APP, true, true);
	stream_write(pair.server, 1, NEW, "data");
	EVENTUALLY(poll_events(pair.client) & POLLIN);
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_HANDSHAKE, "late flight", 11, 0), 11);
	usleep(50000);
	handshake_expect(pair.client, QUIC_CRYPTO_HANDSHAKE, "late flight");
	event_expect_update(pair.client, 1, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	stream_expect(pair.client, 1, 0, "data");
	pair_close(&pair);
}

/* All but the keys for data: the client's last message is on its way. */
static void finish_client(const struct pair *pair)
{
	params_pass(pair->client, pair->server);
	secrets_set(pair->server, QUIC_CRYPTO_HANDSHAKE, false, true);
	ASSERT_EQ(handshake_send(pair->server, QUIC_CRYPTO_INITIAL, "server hello", 12, 0), 12);
	handshake_expect(pair->client, QUIC_CRYPTO_INITIAL, "server hello");
	params_pass(pair->server, pair->client);
	secrets_set(pair->client, QUIC_CRYPTO_HANDSHAKE, true, true);
	ASSERT_EQ(handshake_send(pair->client, QUIC_CRYPTO_HANDSHAKE, "finished", 8, 0), 8);
}

/* The server is done and says farewell before the client has the key to read it. */
TEST("S5.3 packets that waited for a secret may close the connection: EPIPE")
{
	struct quic_connection_close info = { .errcode = 9 }, got;
	struct pair pair = pair_handshaking();
	socklen_t len = sizeof(got);
	char byte;

	finish_client(&pair);
	handshake_expect(pair.server, QUIC_CRYPTO_HANDSHAKE, "finished");
	secrets_set(pair.server, QUIC_CRYPTO_APP, false, true);
	stream_write(pair.server, 1, NEW | FIN, "farewell");
	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info)));
	ASSERT_OK(shutdown(pair.server, SHUT_WR));

	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_APP, true, true, AES_128));
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_APP, false, false, AES_128), EPIPE);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &got, &len));
	ASSERT_EQ(got.errcode, 9);
	stream_expect(pair.client, 1, FIN, "farewell");
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), ENOTCONN);
	pair_close(&pair);
}

/* The client is done and has left before the server's TLS reads its last message. */
TEST("S4.23 S5.3 what a client sent before it closed outlives a slow handshake of its server")
{
	struct quic_connection_close info = { .errcode = 9 }, got;
	struct pair pair = pair_handshaking();
	socklen_t len = sizeof(got);
	char byte;

	finish_client(&pair);
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, true, false, AES_128));
	secrets_set(pair.client, QUIC_CRYPTO_APP, true, true);
	stream_write(pair.client, 0, NEW | FIN, "the last words");
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info)));
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	usleep(50000);

	handshake_expect(pair.server, QUIC_CRYPTO_HANDSHAKE, "finished");
	ASSERT_ERRNO(secret_set(pair.server, QUIC_CRYPTO_APP, false, true, AES_128), EPIPE);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &got, &len));
	ASSERT_EQ(got.errcode, 9);
	stream_expect(pair.server, 0, FIN, "the last words");
	ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
	pair_close(&pair);
}

/* The same, but the server's TLS finds that its last message is none. */
TEST("S2.37 a server that waits for more of the handshake believes the close at once")
{
	struct pair pair = pair_handshaking();
	char byte;

	params_pass(pair.client, pair.server);
	secrets_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, true);
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_INITIAL, "server hello", 12, 0), 12);
	handshake_expect(pair.client, QUIC_CRYPTO_INITIAL, "server hello");
	secrets_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, true);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_HANDSHAKE, "half", 4, 0), 4);
	handshake_expect(pair.server, QUIC_CRYPTO_HANDSHAKE, "half");
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
	pair_close(&pair);
}

static int option_len(int fd, int option)
{
	uint8_t value[4096];
	socklen_t len = sizeof(value);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, option, value, &len));
	return len;
}

TEST("S5.4 the last secret makes room for a new token and ticket, a refused one does not")
{
	struct pair pair = pair_listening("127.0.0.1");
	uint8_t ticket[100] = { 1 }, token[128];
	socklen_t len = sizeof(token);

	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TOKEN, "old", 3));
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, ticket, 100));
	/* S5.21 */
	ASSERT_EQ(option_len(pair.client, QUIC_SOCKOPT_SESSION_TICKET), 0);
	pair_connect(&pair);
	ASSERT_EQ(option_len(pair.client, QUIC_SOCKOPT_SESSION_TICKET), 100);
	pair_hello(&pair);
	ASSERT_ERRNO(secret_set(pair.client, QUIC_CRYPTO_APP, false, false, 50), EINVAL);
	ASSERT_EQ(option_len(pair.client, QUIC_SOCKOPT_SESSION_TICKET), 100);
	ASSERT_EQ(option_len(pair.client, QUIC_SOCKOPT_TOKEN), 3);
	pair_handshake(&pair);
	ASSERT_EQ(option_len(pair.client, QUIC_SOCKOPT_SESSION_TICKET), 0);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len));
	ASSERT(!len || memcmp(token, "old", 3));
	pair_close(&pair);
}

TEST("S5.12 the first type of a level is that of both directions, levels may differ")
{
	struct pair pair = pair_handshaking();

	params_pass(pair.client, pair.server);
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, true, false, AES_256));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_HANDSHAKE, false, true, AES_128));
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, true, false, AES_128));
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_INITIAL, "server hello", 12, 0), 12);
	handshake_expect(pair.client, QUIC_CRYPTO_INITIAL, "server hello");
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, true, true, AES_256));
	ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_HANDSHAKE, false, false, AES_256));
	params_pass(pair.server, pair.client);
	secrets_set(pair.client, QUIC_CRYPTO_APP, true, true);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_HANDSHAKE, "finished", 8, 0), 8);
	handshake_expect(pair.server, QUIC_CRYPTO_HANDSHAKE, "finished");
	ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_APP, false, true, TLS_CIPHER_CHACHA20_POLY1305));
	pair_echo(&pair, 0);
	pair_close(&pair);
}

static int zero_secret(int fd, int level, bool send, socklen_t len)
{
	struct quic_crypto_secret secret = {
		.send = send, .level = level, .reserved = 0xffff, .type = AES_128,
	};

	memset(secret.secret, 7, 8);
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CRYPTO_SECRET, &secret, len);
}

/* 16 bytes are all up to the end of what is not zero. */
TEST("S5.13 S1.4 a short secret is followed by zeros, and reserved fields mean nothing")
{
	struct pair pair = pair_handshaking();

	ASSERT_OK(zero_secret(pair.server, QUIC_CRYPTO_HANDSHAKE, true, 16));
	ASSERT_OK(zero_secret(pair.client, QUIC_CRYPTO_HANDSHAKE, false, sizeof(struct quic_crypto_secret)));
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_HANDSHAKE, "flight", 6, 0), 6);
	handshake_expect(pair.client, QUIC_CRYPTO_HANDSHAKE, "flight");
	pair_close(&pair);
}
