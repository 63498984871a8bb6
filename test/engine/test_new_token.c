// SPDX-License-Identifier: GPL-2.0-only
/* NEW_TOKEN frames and what clients do with tokens (RFC 9000, 8.1.3 and 19.7; S5.28, S6.50). */
#include "check.h"
#include "pair.h"

static struct pair p;
static unsigned int to_lose;

static bool lose_some(struct pair *pair __maybe_unused, struct pair_end *from,
		      u8 *data __maybe_unused, size_t *len __maybe_unused)
{
	return from->is_server && to_lose && to_lose--;
}

static void begin(void)
{
	to_lose = 0;
	pair_init(&p);
	p.drop = lose_some;
	pair_handshake(&p);
}

static unsigned int events(void)
{
	unsigned int n = 0;

	while (pair_event(&p.client, QUIC_EVENT_NEW_TOKEN, n))
		n++;
	return n;
}

TEST("T122 S5.2 S5.28 a client has one token after the handshake")
{
	begin();
	CHECK_EQ(events(), 1);
	CHECK_EQ(pair_event(&p.client, QUIC_EVENT_NEW_TOKEN, 0)->len, p.client.token_len);
	CHECK(p.client.token_len >= 1 && p.client.token_len <= 100);
	CHECK(!pair_event(&p.server, QUIC_EVENT_NEW_TOKEN, 0));
	pair_destroy(&p);
}

TEST("S5.30 the token of one connection saves the next one the Retry")
{
	u8 token[QUIC_TOKEN_MAX];
	struct quic_token_key key;
	size_t len;
	u64 now;

	begin();
	now = p.now;
	len = p.client.token_len;
	memcpy(token, p.client.token, len);
	key = p.token_key;
	p.token_key.aead = NULL;
	pair_destroy(&p);

	pair_init(&p);
	p.now = now;
	p.token_key = key;
	p.validate = true;
	pair_connect(&p);
	CHECK_EQ(quic_conn_set_token(&p.client.conn, token, len), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK(p.server.conn.handshake_confirmed && !p.server.conn.got_retry);
	CHECK_EQ(p.retries, 0);
	pair_destroy(&p);
}

TEST("T135 S6.50 a server sends another when asked, and one at a time")
{
	begin();
	CHECK_EQ(quic_conn_send_token(&p.server.conn), 0);
	CHECK_EQ(quic_conn_send_token(&p.server.conn), -EAGAIN);
	pair_flush(&p.server);
	CHECK_EQ(quic_conn_send_token(&p.server.conn), -EAGAIN);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(events(), 2);
	CHECK_EQ(quic_conn_send_token(&p.server.conn), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(events(), 3);
	pair_destroy(&p);
}

TEST("S6.50 only an established server sends tokens")
{
	pair_init(&p);
	pair_connect(&p);
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	CHECK_EQ(quic_conn_send_token(&p.server.conn), -EINVAL);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(quic_conn_send_token(&p.client.conn), -EINVAL);
	pair_destroy(&p);
}

TEST("S5.28 a lost NEW_TOKEN is sent again")
{
	begin();
	to_lose = 1;
	CHECK_EQ(quic_conn_send_token(&p.server.conn), 0);
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK_EQ(events(), 2);
	CHECK_EQ(quic_conn_send_token(&p.server.conn), 0);
	pair_destroy(&p);
}

TEST("P10 S5.28 NEW_TOKEN with 1, 255, 256, 1000 bytes is handed on whole")
{
	static const size_t lengths[] = { 1, 255, 256, 1000 };
	u8 frame[1100];
	unsigned int i;
	struct quic_writer w;

	begin();
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		u8 token[1000];

		memset(token, i, sizeof(token));
		w = (struct quic_writer){ frame, frame + sizeof(frame) };
		CHECK(quic_frame_write_new_token(&w, token, lengths[i]));
		pair_inject(&p.server, QUIC_CRYPTO_APP, frame, w.pos - frame, 0);
		CHECK_EQ(p.client.token_len, lengths[i]);
		CHECK_MEM(p.client.token, token, lengths[i]);
		CHECK_EQ(pair_event(&p.client, QUIC_EVENT_NEW_TOKEN, 1 + i)->len, lengths[i]);
	}
	pair_destroy(&p);
}

TEST("RFC 9000, 8.1.3 a token that comes again is not handed on again")
{
	static const u8 first[] = { QUIC_FRAME_NEW_TOKEN, 2, 1, 2 };
	static const u8 second[] = { QUIC_FRAME_NEW_TOKEN, 2, 1, 3 };

	begin();
	pair_inject(&p.server, QUIC_CRYPTO_APP, first, sizeof(first), 0);
	pair_inject(&p.server, QUIC_CRYPTO_APP, second, sizeof(second), 0);
	CHECK_EQ(events(), 3);
	pair_inject(&p.server, QUIC_CRYPTO_APP, first, sizeof(first), 0);
	pair_inject(&p.server, QUIC_CRYPTO_APP, second, sizeof(second), 0);
	CHECK_EQ(events(), 3);
	CHECK_EQ(p.client.token[1], 3);
	pair_destroy(&p);
}

TEST("P10 RFC 9000, 19.7 an empty NEW_TOKEN is an encoding error")
{
	static const u8 frame[] = { QUIC_FRAME_NEW_TOKEN, 0 };

	begin();
	pair_inject(&p.server, QUIC_CRYPTO_APP, frame, sizeof(frame), 0);
	CHECK_EQ(p.client.conn.close.code, QUIC_TRANSPORT_ERROR_FRAME_ENCODING);
	pair_destroy(&p);
}

TEST("RFC 9000, 19.7 a client that sends NEW_TOKEN violates the protocol")
{
	static const u8 frame[] = { QUIC_FRAME_NEW_TOKEN, 1, 0 };

	begin();
	pair_inject(&p.client, QUIC_CRYPTO_APP, frame, sizeof(frame), 0);
	CHECK_EQ(p.server.conn.close.code, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	pair_destroy(&p);
}

TEST("S5.29 a token is not changed once a packet carried one")
{
	pair_init(&p);
	pair_connect(&p);
	CHECK_EQ(quic_conn_set_token(&p.client.conn, (const u8 *)"first", 5), 0);
	pair_flush(&p.client);
	CHECK_EQ(quic_conn_set_token(&p.client.conn, (const u8 *)"second", 6), 0);
	CHECK_EQ(p.client.conn.token_len, 5);
	pair_destroy(&p);
}

TEST("without memory for a token nothing else suffers")
{
	pair_init(&p);
	pair_connect(&p);
	CHECK_EQ(quic_conn_set_token(&p.client.conn, (const u8 *)"first", 5), 0);
	host_fail_alloc_after(0);
	CHECK_EQ(quic_conn_set_token(&p.client.conn, (const u8 *)"second", 6), -ENOMEM);
	CHECK_EQ(p.client.conn.token_len, 5);
	pair_destroy(&p);
}
