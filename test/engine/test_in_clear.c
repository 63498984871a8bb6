// SPDX-License-Identifier: GPL-2.0-only
/* 1-RTT packets without protection (S6.36), and the greased QUIC Bit (RFC 9287). */
#include "check.h"
#include "pair.h"

static struct pair p;

static u8 sent[2000];
static size_t sent_len;
static unsigned int cleared, set, before_params;

static bool record(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	(void)pair;
	if (from->is_server)
		return false;
	sent_len = min(*len, sizeof(sent));
	memcpy(sent, data, sent_len);
	return false;
}

static bool count_bits(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	(void)pair;
	(void)len;
	if (data[0] & QUIC_FIXED_BIT)
		set++;
	else if (from->conn.has_remote)
		cleared++;
	else
		before_params++;
	return false;
}

static void begin(bool client, bool server)
{
	pair_init(&p);
	p.client.config.params.disable_1rtt_encryption = client;
	p.server.config.params.disable_1rtt_encryption = server;
	pair_handshake(&p);
}

/* A byte pattern of a stream's beginning, as pair_send() writes it. */
static bool is_readable(void)
{
	static const u8 text[] = { 0, 7, 14, 21, 28, 35, 42, 49, 56, 63 };
	size_t i;

	for (i = 0; i + sizeof(text) <= sent_len; i++)
		if (!memcmp(sent + i, text, sizeof(text)))
			return true;
	return false;
}

TEST("S6.36 packets are in clear when both ends want it")
{
	begin(true, true);
	p.drop = record;
	CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
	pair_flush(&p.client);
	CHECK(is_readable());
	/* one byte of flags, connection ID, packet number, and no tag behind the frame */
	CHECK(sent_len <= 1 + QUIC_CID_LEN + 4 + 3 + 10);
	p.drop = NULL;
	CHECK_EQ(pair_send(&p.client, 0, 100000, true), 0);
	CHECK_EQ(pair_send(&p.client, 4, 1, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 100011);
	CHECK_EQ(pair_send(&p.server, 0, 100000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.client, NULL), 100000);
	CHECK_EQ(p.client.conn.stats.packets_lost, 0);
	quic_conn_close(&p.client.conn, true, 7, 0, "bye", 3, p.now);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_event(&p.server, QUIC_EVENT_CONNECTION_CLOSE, 0)->event.close.errcode, 7);
	pair_destroy(&p);
}

TEST("S6.36 packets are protected unless both ends want it")
{
	int i;

	for (i = 0; i < 3; i++) {
		begin(i == 1, i == 2);
		p.drop = record;
		CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
		pair_flush(&p.client);
		CHECK(!is_readable());
		p.drop = NULL;
		pair_run(&p, p.now + QUIC_SEC);
		CHECK_EQ(pair_read(&p.server, NULL), 10);
		pair_destroy(&p);
	}
}

TEST("S6.36 a packet in clear fills the datagram")
{
	u64 before;

	begin(true, true);
	before = p.client.datagrams_sent;
	p.drop = record;
	/* What the headers of packets and frames leave of three full datagrams. */
	CHECK_EQ(pair_send(&p.client, 0, 3 * (1452 - 1 - QUIC_CID_LEN - 1 - 6), false), 0);
	pair_flush(&p.client);
	CHECK_EQ(p.client.datagrams_sent - before, 3);
	CHECK(sent_len >= 1452 - 16 && sent_len <= 1452);
	pair_destroy(&p);
}

TEST("S6.36 keys that protect nothing are not updated")
{
	begin(true, true);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), -EINVAL);
	p.client.conn.tx[QUIC_CRYPTO_APP].used = 1ULL << 62;
	CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, 0);
	pair_destroy(&p);
}

/* RFC 9287, 3 and 3.2 */
TEST("RFC 9287, 3.1: the bit is unpredictable once the peer accepts that")
{
	unsigned int i;

	cleared = set = before_params = 0;
	pair_init(&p);
	p.client.config.params.grease_quic_bit = true;
	p.server.config.params.grease_quic_bit = true;
	p.drop = count_bits;
	pair_handshake(&p);
	for (i = 0; i < 100; i++) {
		CHECK_EQ(pair_send(&p.client, 4 * i, 10, true), 0);
		pair_run(&p, p.now + 100 * QUIC_MSEC);
		CHECK_EQ(pair_read(&p.server, NULL), 10);
	}
	CHECK(cleared > 50 && set > 50);
	CHECK_EQ(before_params, 0);
	CHECK_EQ(p.client.conn.stats.packets_lost, 0);
	pair_destroy(&p);
}

TEST("RFC 9287, 3.1: the bit stays set for a peer that did not ask")
{
	unsigned int i;

	cleared = set = before_params = 0;
	pair_init(&p);
	p.client.config.params.grease_quic_bit = true;
	p.drop = count_bits;
	pair_handshake(&p);
	CHECK_EQ(p.server.conn.remote.grease_quic_bit, true);
	for (i = 0; i < 50; i++) {
		CHECK_EQ(pair_send(&p.client, 4 * i, 10, true), 0);
		pair_run(&p, p.now + 100 * QUIC_MSEC);
	}
	/* The server greases, the client does not. */
	CHECK(cleared > 0);
	p.drop = NULL;
	cleared = 0;
	for (i = 0; i < 50; i++) {
		p.drop = record;
		CHECK_EQ(pair_send(&p.client, 4 * (i + 50), 10, true), 0);
		pair_flush(&p.client);
		CHECK(sent[0] & QUIC_FIXED_BIT);
		pair_run(&p, p.now + 100 * QUIC_MSEC);
		pair_read(&p.server, NULL);
	}
	pair_destroy(&p);
}
