// SPDX-License-Identifier: GPL-2.0-only
/* The search for the largest datagram that a path carries (RFC 9000, 14.3; RFC 8899). */
#include "check.h"
#include "pair.h"

static struct pair p;
static size_t carries;		/* larger datagrams are lost */
static size_t largest;		/* sent so far */
static unsigned int too_large;

static bool drop_large(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	largest = max(largest, *len);
	too_large += *len > carries;
	return *len > carries;
}

static void begin(size_t mtu, size_t path)
{
	pair_init(&p);
	carries = path;
	largest = 0;
	too_large = 0;
	p.drop = drop_large;
	p.client.config.mtu = mtu;
	p.client.config.pmtud_interval = 5 * QUIC_SEC;
}

static u32 mtu(void)
{
	return p.client.conn.path[0].mtu;
}

/* Small requests now and then, which make losses known. */
static void chat(u64 seconds)
{
	u64 end = p.now + seconds * QUIC_SEC;
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };

	while (p.now < end) {
		pair_inject(&p.server, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
		p.client.conn.ping_pending = true;
		pair_flush(&p.client);
		pair_run(&p, p.now + 200 * QUIC_MSEC);
	}
}

TEST("S6.47 the search begins at 1200 bytes and ends at what the route carries")
{
	begin(9000, 9000);
	pair_connect(&p);
	CHECK_EQ(mtu(), 1200);
	pair_destroy(&p);
	begin(9000, 9000);
	pair_handshake(&p);
	CHECK(largest <= 9000);
	chat(2);
	CHECK_EQ(mtu(), 9000);
	CHECK_EQ(p.client.conn.recovery.cong.mtu, 9000);
	CHECK_EQ(largest, 9000);
	pair_destroy(&p);
}

TEST("S6.47 without an interval nothing is probed")
{
	begin(9000, 9000);
	p.client.config.pmtud_interval = 0;
	pair_handshake(&p);
	CHECK_EQ(mtu(), 9000);
	largest = 0;
	chat(20);
	CHECK(largest < 1200);
	pair_destroy(&p);
}

/* RFC 9000, 14.4: a lost probe is no congestion; RFC 8899, 5.1.2: three of a size are enough. */
TEST("RFC 9000 14.4 lost probes shrink neither window nor packets in use")
{
	begin(1472, 1300);
	pair_handshake(&p);
	chat(5);
	CHECK(mtu() <= 1300 && mtu() >= 1300 - 16);
	CHECK(too_large >= 3 && too_large % 3 == 0);
	CHECK_EQ(p.client.conn.recovery.cong.events, 0);
	CHECK(p.client.conn.recovery.cong.window >= 12000);
	pair_destroy(&p);
}

TEST("RFC 9000 18.2 no probe is larger than the peer's max_udp_payload_size")
{
	begin(9000, 9000);
	p.server.config.params.max_udp_payload_size = 1333;
	pair_handshake(&p);
	chat(2);
	CHECK_EQ(mtu(), 1333);
	CHECK_EQ(largest, 1333);
	pair_destroy(&p);
}

TEST("RFC 8899 5.1.1 after the raise timer a size that failed is tried again")
{
	unsigned int before;

	begin(1472, 1300);
	pair_handshake(&p);
	chat(5);
	before = too_large;
	chat(100);
	CHECK_EQ(too_large, before);
	carries = 9000;
	chat(100);
	CHECK_EQ(mtu(), 1472);
	pair_destroy(&p);
}

/* RFC 8899, 4.3: the path became smaller, and nobody says so. */
TEST("RFC 9000 14.3 a black hole leads back to 1200 bytes and to a new search")
{
	begin(9000, 9000);
	pair_handshake(&p);
	chat(2);
	CHECK_EQ(mtu(), 9000);
	carries = 1400;
	CHECK_EQ(pair_send(&p.client, 0, 100000, true), 0);
	pair_flush(&p.client);
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 100000);
	chat(10);
	CHECK(mtu() <= 1400 && mtu() >= 1400 - 16);
	pair_destroy(&p);
}

TEST("P25 a smaller route ends the search below it, but never below 1200 bytes")
{
	begin(9000, 9000);
	pair_handshake(&p);
	chat(2);
	quic_conn_set_mtu(&p.client.conn, 1400);
	CHECK_EQ(mtu(), 1400);
	largest = 0;
	chat(200);
	CHECK(largest <= 1400);
	/* RFC 9000, 14.2.1 */
	quic_conn_set_mtu(&p.client.conn, 600);
	CHECK_EQ(mtu(), 1200);
	quic_conn_set_mtu(&p.client.conn, 1500);
	chat(2);
	CHECK_EQ(mtu(), 1500);
	pair_destroy(&p);
}

TEST("P25 RFC 9000, 14.2.1: a router is believed for ten minutes, and never raises the MTU")
{
	begin(1500, 1500);
	p.client.config.pmtud_interval = 0;
	p.client.config.params.max_idle_timeout = 0;
	p.server.config.params.max_idle_timeout = 0;
	pair_handshake(&p);
	quic_conn_set_pmtu(&p.client.conn, 9000, p.now);
	CHECK_EQ(mtu(), 1500);
	quic_conn_set_pmtu(&p.client.conn, 1199, p.now);
	CHECK_EQ(mtu(), 1500);
	quic_conn_set_pmtu(&p.client.conn, 1400, p.now);
	CHECK_EQ(mtu(), 1400);
	/* A later, larger one does not replace it. */
	quic_conn_set_pmtu(&p.client.conn, 1450, p.now);
	CHECK_EQ(mtu(), 1400);
	chat(599);
	CHECK_EQ(mtu(), 1400);
	chat(3);
	CHECK_EQ(mtu(), 1500);
	pair_destroy(&p);
}

TEST("P25 RFC 9000, 14.2.1: a quoted packet has a connection ID of the peer, or a size that was sent")
{
	const struct quic_cid *dcid;
	u8 head[27] = { 0x40 };

	begin(1500, 1500);
	p.client.config.pmtud_interval = 0;
	pair_handshake(&p);
	dcid = &p.client.conn.remote_cids.entries[0].cid;
	memcpy(head + 1, dcid->id, dcid->len);
	CHECK(quic_conn_has_sent(&p.client.conn, head, sizeof(head), 1500));
	/* A train, quoted by a router of this host. */
	CHECK(quic_conn_has_sent(&p.client.conn, head, sizeof(head), 15000));
	head[1] ^= 1;
	CHECK(!quic_conn_has_sent(&p.client.conn, head, sizeof(head), 1500));
	/* Too little is quoted to tell. */
	CHECK(quic_conn_has_sent(&p.client.conn, head, 1, 1500));
	CHECK(quic_conn_has_sent(&p.client.conn, head, 0, 1500));
	CHECK(!quic_conn_has_sent(&p.client.conn, head, 0, 1501));
	pair_destroy(&p);
}

TEST("RFC 9000 14.4 probes stay within the congestion window of a bulk transfer")
{
	begin(60000, 60000);
	pair_handshake(&p);
	CHECK_EQ(pair_send(&p.client, 0, 500000, true), 0);
	do {
		pair_flush(&p.client);
		CHECK(p.client.conn.recovery.cong.in_flight <= p.client.conn.recovery.cong.window);
		pair_run(&p, p.now + QUIC_MSEC);
	} while (pair_read(&p.server, NULL) != 0 || p.client.conn.recovery.cong.in_flight);
	chat(5);
	CHECK_EQ(mtu(), 60000);
	pair_destroy(&p);
}
