// SPDX-License-Identifier: GPL-2.0-only
/* Requirements that show on the wire of a connection and belong to no larger subject. */
#include "check.h"
#include "conn_internal.h"
#include "pair.h"

static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };

static struct pair p;
static bool spin, lose_all;
static u8 first[1500];
static size_t first_len;

/* Look at everything that is sent. */
static bool watch(struct pair *pair __maybe_unused, struct pair_end *from, u8 *data, size_t *len)
{
	if (!first_len && !from->is_server) {
		first_len = min(*len, sizeof(first));
		memcpy(first, data, first_len);
	}
	/* A short header's third bit is not masked. */
	if (!(data[0] & 0x80))
		spin |= data[0] & 0x20;
	return lose_all;
}

static void begin(void)
{
	pair_init(&p);
	p.drop = watch;
	spin = false;
	lose_all = false;
	first_len = 0;
}

TEST("RFC 9000, 17.4: the spin bit stays 0")
{
	unsigned int i;

	begin();
	pair_handshake(&p);
	for (i = 0; i < 20; i++) {
		CHECK(!pair_send(&p.client, 0, 100, false));
		pair_run(&p, p.now + 25 * QUIC_MSEC);
	}
	CHECK(p.client.conn.stats.packets_sent > 10);
	CHECK(!spin);
	pair_destroy(&p);
}

TEST("RFC 9000, 13.2.7: padding counts as in flight")
{
	begin();
	pair_connect(&p);
	pair_flush(&p.client);
	CHECK_EQ(first_len, QUIC_INITIAL_MIN);
	CHECK_EQ(p.client.conn.recovery.cong.in_flight, QUIC_INITIAL_MIN);
	pair_destroy(&p);
}

TEST("RFC 9000, 13.2.5: the delay of an acknowledgement is reported")
{
	begin();
	pair_handshake(&p);
	/* One packet of plain data: the answer waits for max_ack_delay, and says so. */
	CHECK(!pair_send(&p.client, 0, 10, false));
	pair_flush(&p.client);
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	CHECK(!p.client.conn.recovery.space[QUIC_SPACE_APP].eliciting_in_flight);
	CHECK(p.client.conn.recovery.rtt.smoothed < 2 * p.delay + 2 * QUIC_MSEC);
	pair_destroy(&p);
}

TEST("RFC 9000, 13.2.6: each level acknowledges its own packets")
{
	u8 ack[] = { QUIC_FRAME_ACK, 10, 0, 0, 0 };
	struct quic_conn *conn = &p.client.conn;

	begin();
	pair_connect(&p);
	pair_run(&p, p.now + 21 * QUIC_MSEC);
	/* The Initial packet was acknowledged; nobody said anything of numbers of another space. */
	CHECK_EQ(conn->recovery.space[QUIC_SPACE_INITIAL].largest_acked, 0);
	CHECK_EQ(conn->recovery.space[QUIC_SPACE_APP].largest_acked, U64_MAX);
	/* An ACK at the Handshake level of numbers that only 1-RTT packets have is a violation. */
	pair_inject(&p.server, QUIC_CRYPTO_HANDSHAKE, ack, sizeof(ack), 0);
	CHECK_EQ(conn->state, QUIC_CONN_CLOSING);
	CHECK_EQ(conn->close.code, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	pair_destroy(&p);
}

/* RFC 9001, 4.9.2 */
TEST("RFC 9000, 17.2.2.1: Initial packets end with the first Handshake packet")
{
	u64 before;

	begin();
	pair_handshake(&p);
	CHECK(!p.client.conn.tx[QUIC_CRYPTO_INITIAL].cipher);
	CHECK(!p.server.conn.rx[QUIC_CRYPTO_INITIAL].cipher);
	CHECK(!p.client.conn.tx[QUIC_CRYPTO_HANDSHAKE].cipher);
	CHECK(!p.server.conn.rx[QUIC_CRYPTO_HANDSHAKE].cipher);
	before = p.server.conn.stats.packets_received;
	pair_deliver(&p.server, first, first_len, 0);
	CHECK_EQ(p.server.conn.stats.packets_received, before);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("RFC 9002, 6.2.3: a peer that probes gets the handshake again without delay")
{
	begin();
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	lose_all = true;
	CHECK(!p.server.conn.stats.packets_retransmitted);
	pair_inject(&p.client, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0);
	pair_flush(&p.server);
	CHECK(p.server.conn.stats.packets_retransmitted);
	pair_destroy(&p);
}

TEST("RFC 9000, 18.1: reserved transport parameters are ignored")
{
	static const u8 reserved[] = { 0x1b, 2, 0xab, 0xcd, 0x40, 0x3a, 0 };	/* 27 and 58 */
	struct quic_params params, again;
	u8 buf[300];
	int len;

	quic_params_defaults(&params);
	params.has_initial_scid = true;
	len = quic_params_encode(&params, false, buf, sizeof(buf));
	CHECK(len > 0);
	CHECK_EQ(quic_params_parse(&params, buf, len, false), 0);
	memcpy(buf + len, reserved, sizeof(reserved));
	CHECK_EQ(quic_params_parse(&again, buf, len + sizeof(reserved), false), 0);
	CHECK_MEM(&params, &again, sizeof(params));
}

TEST("RFC 9000, 10.3.2: reset tokens follow from the ID and the secret alone")
{
	u8 a[QUIC_RESET_TOKEN_LEN], b[QUIC_RESET_TOKEN_LEN];
	struct quic_cid cid = { .len = 8, .id = { 1 } };

	begin();
	pair_handshake(&p);
	quic_cids_reset_token(&p.server.conn, &cid, a);
	quic_cids_reset_token(&p.server.conn, &cid, b);
	CHECK_MEM(a, b, sizeof(a));
	cid.id[7]++;
	quic_cids_reset_token(&p.server.conn, &cid, b);
	CHECK(memcmp(a, b, sizeof(a)));
	cid.id[7]--;
	quic_cids_reset_token(&p.client.conn, &cid, b);	/* another secret */
	CHECK(memcmp(a, b, sizeof(a)));
	pair_destroy(&p);
}
