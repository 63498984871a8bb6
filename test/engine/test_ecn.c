// SPDX-License-Identifier: GPL-2.0-only
/* Explicit congestion notification (RFC 9000, 13.4 and A.4). */
#include "check.h"
#include "pair.h"

static struct pair p;

static struct quic_ecn *client(void)
{
	return &p.client.conn.recovery.ecn;
}

static u8 bleach(struct pair *pair, struct pair_end *from, u8 ecn)
{
	return 0;
}

static u8 congested(struct pair *pair, struct pair_end *from, u8 ecn)
{
	return ecn ? 3 : 0;
}

TEST("RFC 9000 13.4.2 marks that arrive make a path capable")
{
	static u8 buf[65536];
	struct quic_train train = { .buf = buf, .cap = sizeof(buf), .max_segments = 64 };

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(client()->state, QUIC_ECN_CAPABLE);
	CHECK_EQ(p.server.conn.recovery.ecn.state, QUIC_ECN_CAPABLE);
	CHECK(p.server.conn.recovery.space[QUIC_SPACE_APP].ecn[0]);
	/* A whole train has the same mark. */
	CHECK_EQ(pair_send(&p.client, 0, 12000, true), 0);
	CHECK_EQ(quic_conn_transmit(&p.client.conn, p.now, &train), 9);
	CHECK_EQ(train.ecn, QUIC_ECN_ECT0);
	pair_destroy(&p);
}

/* RFC 9000, 13.4.2.2 */
TEST("RFC 9000 13.4.2 a path that clears marks gets none")
{
	static u8 buf[65536];
	struct quic_train train = { .buf = buf, .cap = sizeof(buf), .max_segments = 64 };

	pair_init(&p);
	p.mark = bleach;
	pair_handshake(&p);
	CHECK_EQ(client()->state, QUIC_ECN_FAILED);
	CHECK_EQ(pair_send(&p.client, 0, 100, true), 0);
	CHECK_EQ(quic_conn_transmit(&p.client.conn, p.now, &train), 1);
	CHECK_EQ(train.ecn, 0);
	CHECK_EQ(p.client.conn.recovery.cong.events, 0);
	pair_destroy(&p);
}

TEST("RFC 9002 7.1 congestion marks shrink the window once in a round trip")
{
	u64 window;

	pair_init(&p);
	pair_handshake(&p);
	window = p.client.conn.recovery.cong.window;
	p.mark = congested;
	CHECK_EQ(pair_send(&p.client, 0, 10000, true), 0);
	pair_flush(&p.client);
	p.mark = NULL;
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.recovery.cong.events, 1);
	CHECK(p.client.conn.recovery.cong.window < window);
	CHECK_EQ(p.client.conn.recovery.packets_lost, 0);
	CHECK(p.server.conn.stats.ecn_ce_received >= 7);
	pair_destroy(&p);
}

TEST("RFC 9000 A.4 ten packets, or two timeouts, test a path")
{
	struct quic_ecn ecn;
	unsigned int i;

	quic_ecn_init(&ecn);
	for (i = 0; i < 10; i++) {
		quic_ecn_prepare(&ecn);
		CHECK(ecn.marking);
		quic_ecn_sent(&ecn);
	}
	quic_ecn_prepare(&ecn);
	CHECK(!ecn.marking);
	/* One of them arrived after all. */
	CHECK(quic_ecn_acked(&ecn, true, true));
	quic_ecn_prepare(&ecn);
	CHECK(ecn.marking);

	quic_ecn_timeout(&ecn, 1);
	quic_ecn_prepare(&ecn);
	CHECK(ecn.marking);
	quic_ecn_timeout(&ecn, 2);
	quic_ecn_prepare(&ecn);
	CHECK(!ecn.marking);
	/* Acknowledgements of other packets prove nothing. */
	CHECK(!quic_ecn_acked(&ecn, true, false));
	quic_ecn_prepare(&ecn);
	CHECK(!ecn.marking);
}

TEST("RFC 9000 13.4.2 a path that failed is not tested again")
{
	struct quic_ecn ecn;

	quic_ecn_init(&ecn);
	CHECK(!quic_ecn_acked(&ecn, false, true));
	CHECK(!quic_ecn_acked(&ecn, true, true));
	quic_ecn_timeout(&ecn, 9);
	quic_ecn_prepare(&ecn);
	CHECK(!ecn.marking);
	CHECK_EQ(ecn.state, QUIC_ECN_FAILED);
}
