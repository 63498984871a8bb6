// SPDX-License-Identifier: GPL-2.0-only
/* What leaves, when, and in which shape. */
#include "check.h"
#include "pair.h"

static struct pair p;
static u8 buf[65536];

static int transmit(struct pair_end *end, struct quic_train *train)
{
	memset(train, 0, sizeof(*train));
	train->buf = buf;
	train->cap = sizeof(buf);
	train->max_segments = p.gso;
	return quic_conn_transmit(&end->conn, p.now, train);
}

/* An established pair with a large window and no memory of pacing. */
static void begin(void)
{
	pair_init(&p);
	pair_handshake(&p);
}

TEST("full packets leave as one train")
{
	struct quic_train train;
	int n;

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 12000, false), 0);
	n = transmit(&p.client, &train);
	CHECK_EQ(n, 9);
	CHECK_EQ(train.segment, 1452);
	CHECK(train.len > 8 * 1452 && train.len < 9 * 1452);
	CHECK(train.path == &p.client.conn.path[0]);
	CHECK_EQ(transmit(&p.client, &train), 0);
	pair_destroy(&p);
}

TEST("a train has at most the segments and bytes of the host")
{
	struct quic_train train;

	begin();
	p.gso = 4;
	CHECK_EQ(pair_send(&p.client, 0, 12000, false), 0);
	CHECK_EQ(transmit(&p.client, &train), 4);
	CHECK_EQ(train.len, 4 * 1452);
	memset(&train, 0, sizeof(train));
	train.buf = buf;
	train.cap = 2 * 1452 + 1451;
	train.max_segments = 64;
	CHECK_EQ(quic_conn_transmit(&p.client.conn, p.now, &train), 2);
	CHECK_EQ(train.len, 2 * 1452);
	pair_destroy(&p);
}

TEST("control frames do not break a train")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_train train;

	begin();
	pair_inject(&p.server, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	p.client.conn.ping_pending = true;
	CHECK_EQ(pair_send(&p.client, 0, 2000, false), 0);
	CHECK_EQ(pair_send(&p.client, 4, 2000, false), 0);
	CHECK_EQ(pair_send(&p.client, 8, 3000, true), 0);
	CHECK_EQ(transmit(&p.client, &train), 5);
	CHECK_EQ(train.segment, 1452);
	pair_destroy(&p);
}

TEST("P32 S3.25 an acknowledgement rides with the answer")
{
	u64 sent;

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 1000, false), 0);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	/* Plain data may wait for max_ack_delay: nothing was sent back yet. */
	CHECK(p.server.conn.recovery.space[QUIC_SPACE_APP].ack_waiting);
	CHECK_EQ(pair_read(&p.server, NULL), 1000);
	sent = p.server.datagrams_sent;
	CHECK_EQ(pair_send(&p.server, 0, 1000, false), 0);
	pair_flush(&p.server);
	CHECK_EQ(p.server.datagrams_sent, sent + 1);
	CHECK(!p.server.conn.recovery.space[QUIC_SPACE_APP].ack_waiting);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.recovery.space[QUIC_SPACE_APP].eliciting_in_flight, 0);
	pair_destroy(&p);
}

TEST("S8.10 fin is acknowledged at once and plain data within the delay")
{
	u64 start;

	begin();
	start = p.now;
	CHECK_EQ(pair_send(&p.client, 0, 100, true), 0);
	pair_run(&p, start + 21 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.recovery.space[QUIC_SPACE_APP].eliciting_in_flight, 0);
	start = p.now;
	CHECK_EQ(pair_send(&p.client, 4, 100, false), 0);
	pair_run(&p, start + 30 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.recovery.space[QUIC_SPACE_APP].eliciting_in_flight, 1);
	pair_run(&p, start + 46 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.recovery.space[QUIC_SPACE_APP].eliciting_in_flight, 0);
	pair_destroy(&p);
}

TEST("acknowledgements alone are small")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_train train;

	begin();
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(transmit(&p.server, &train), 1);
	CHECK(train.len < 60);
	CHECK_EQ(p.server.conn.recovery.cong.in_flight, 0);
	pair_destroy(&p);
}

TEST("who only acknowledges asks for an acknowledgement now and then")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_conn *s = &p.server.conn;
	struct quic_train train;
	unsigned int i, eliciting = 0;

	begin();
	for (i = 0; i < 100; i++) {
		pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
		CHECK_EQ(transmit(&p.server, &train), 1);
		eliciting += s->recovery.space[QUIC_SPACE_APP].eliciting_in_flight;
		s->recovery.space[QUIC_SPACE_APP].eliciting_in_flight = 0;
	}
	CHECK(eliciting >= 3 && eliciting <= 5);
	pair_destroy(&p);
}

TEST("the congestion window holds data but not acknowledgements")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 100000, false), 0);
	while (transmit(&p.client, &train) > 0)
		p.now += QUIC_MSEC;
	CHECK(c->recovery.cong.in_flight <= c->recovery.cong.window);
	CHECK(c->recovery.cong.in_flight + 1452 > c->recovery.cong.window);
	CHECK(!c->recovery.cong.limited);
	pair_inject(&p.server, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(transmit(&p.client, &train), 1);
	CHECK(train.len < 60);
	CHECK_EQ(transmit(&p.client, &train), 0);
	pair_destroy(&p);
}

TEST("early answers leave room for the handshake")
{
	struct quic_conn *s = &p.server.conn;

	pair_init(&p);
	p.tls_pad = 6000;
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(s->state, QUIC_CONN_HANDSHAKING);
	CHECK(s->tx[QUIC_CRYPTO_APP].cipher);
	CHECK_EQ(pair_send(&p.server, 1, 100000, false), 0);
	s->path[0].received = 1000000;
	quic_conn_receive(s, &(struct quic_datagram){ .data = buf, .len = 1,
			  .local = p.server.addr, .remote = p.client.addr }, p.now);
	pair_flush(&p.server);
	CHECK(s->recovery.space[QUIC_SPACE_APP].eliciting_in_flight > 0);
	CHECK(quic_cong_room(&s->recovery.cong) >= 2400);
	pair_destroy(&p);
}

/* RFC 9002, 7.5 */
TEST("probes ignore the congestion window")
{
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;
	u64 in_flight;
	int n = 0;

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 100000, false), 0);
	while (transmit(&p.client, &train) > 0)
		p.now += QUIC_MSEC;
	in_flight = c->recovery.cong.in_flight;
	p.now = quic_conn_deadline(c, p.now);
	quic_conn_timeout(c, p.now);
	CHECK_EQ(c->recovery.pto_count, 1);
	while (transmit(&p.client, &train) > 0)
		n += (train.len + train.segment - 1) / train.segment;
	CHECK_EQ(n, 2);
	CHECK(c->recovery.cong.in_flight > in_flight);
	pair_destroy(&p);
}

/* RFC 9000, 19.2 */
TEST("a probe without data is a ping")
{
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;

	begin();
	c->ping_pending = true;
	CHECK_EQ(transmit(&p.client, &train), 1);
	p.now = quic_conn_deadline(c, p.now);
	quic_conn_timeout(c, p.now);
	CHECK_EQ(transmit(&p.client, &train), 1);
	CHECK(train.len < 60);
	CHECK_EQ(c->recovery.space[QUIC_SPACE_APP].eliciting_in_flight, 2);
	pair_destroy(&p);
}

TEST("pacing spreads and its timer goes on")
{
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;
	u64 start, at, first = 0;

	begin();
	c->recovery.cong.window = 1 << 20;
	c->recovery.cong.ssthresh = 1 << 20;
	CHECK_EQ(pair_send(&p.client, 0, 500000, false), 0);
	/* an acknowledgement so that the rate is known for this window */
	c->ping_pending = true;
	pair_flush(&p.client);
	pair_run(&p, p.now + 21 * QUIC_MSEC);
	start = p.now;
	while (transmit(&p.client, &train) > 0)
		first += train.len;
	CHECK(first < 400000);
	at = quic_conn_deadline(c, p.now);
	CHECK(at > start && at < start + 20 * QUIC_MSEC);
	p.now = at;
	quic_conn_timeout(c, p.now);
	CHECK(transmit(&p.client, &train) > 0);
	pair_destroy(&p);
}

TEST("a window that opens while pacing holds back is not forgotten")
{
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 100000, false), 0);
	while (transmit(&p.client, &train) > 0)
		p.now += QUIC_MSEC;
	/* Nobody asked to transmit since then: only the deadline can say so. */
	c->recovery.pacer.next_at = p.now + QUIC_MSEC;
	CHECK(quic_conn_deadline(c, p.now) > p.now + QUIC_MSEC);
	c->recovery.cong.window += 10000;
	CHECK_EQ(quic_conn_transmit_size(c, p.now), 0);
	CHECK_EQ(quic_conn_deadline(c, p.now), p.now + QUIC_MSEC);
	pair_destroy(&p);
}

/* RFC 9002, 7.7; the round trip begins with the departure (5.1). */
TEST("a network that waits gets trains with their departure times")
{
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;
	u64 last = 0, pn;
	int trains;

	begin();
	quic_conn_set_pacing(c, U64_MAX, 2 * QUIC_MSEC);
	c->recovery.cong.window = 1 << 20;
	c->recovery.cong.ssthresh = 1 << 20;
	quic_pacer_update(&c->recovery.pacer, 200000, 20 * QUIC_MSEC, false, 1452);
	CHECK_EQ(pair_send(&p.client, 0, 100000, false), 0);
	for (trains = 0; transmit(&p.client, &train) > 0; trains++) {
		CHECK(train.departure >= p.now && train.departure <= p.now + 2 * QUIC_MSEC);
		CHECK(train.departure >= last);
		last = train.departure;
		pn = c->recovery.space[QUIC_SPACE_APP].next_pn - 1;
		CHECK_EQ(quic_sent_find(&c->recovery.space[QUIC_SPACE_APP].sent, pn)->sent_at, last);
	}
	CHECK(trains > 1 && last > p.now);
	CHECK_EQ(quic_conn_deadline(c, p.now), c->recovery.pacer.next_at - 2 * QUIC_MSEC);
	pair_destroy(&p);
}

TEST("an acknowledgement alone is not paced, but does not overtake")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_train train;

	begin();
	quic_conn_set_pacing(&p.server.conn, U64_MAX, 2 * QUIC_MSEC);
	quic_pacer_update(&p.server.conn.recovery.pacer, 20000, 20 * QUIC_MSEC, false, 1452);
	p.server.conn.recovery.pacer.next_at = p.now + 5 * QUIC_MSEC;
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(transmit(&p.server, &train), 1);
	CHECK_EQ(train.departure, p.now);
	p.server.conn.recovery.departed_at = p.now + QUIC_MSEC;
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(transmit(&p.server, &train), 1);
	CHECK_EQ(train.departure, p.now + QUIC_MSEC);
	pair_destroy(&p);
}

TEST("what pacing held back is asked for although its time has come meanwhile")
{
	struct quic_conn *c = &p.client.conn;
	u64 next_at;

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 3000, false), 0);
	next_at = p.now + QUIC_MSEC;
	c->recovery.pacer.next_at = next_at;
	CHECK_EQ(quic_conn_transmit_size(c, p.now), 0);
	/* Nothing is in flight, so nothing but this deadline goes on. */
	CHECK_EQ(quic_conn_deadline(c, next_at + QUIC_MSEC), next_at);
	CHECK(quic_conn_transmit_size(c, next_at + QUIC_MSEC));
	CHECK(quic_conn_deadline(c, next_at + QUIC_MSEC) > next_at + QUIC_MSEC);
	pair_destroy(&p);
}

TEST("pacing holds back a little less than a packet too, and its timer goes on")
{
	struct quic_conn *c = &p.client.conn;

	begin();
	c->recovery.cong.window = c->recovery.cong.in_flight + 1000;
	CHECK_EQ(pair_send(&p.client, 0, 200, false), 0);
	c->recovery.pacer.next_at = p.now + QUIC_MSEC;
	CHECK_EQ(quic_conn_transmit_size(c, p.now), 0);
	CHECK_EQ(quic_conn_deadline(c, p.now), p.now + QUIC_MSEC);
	pair_destroy(&p);
}

TEST("P15 a host without buffers is not asked again at once")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_conn *s = &p.server.conn;

	begin();
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK(quic_conn_deadline(s, p.now) <= p.now);
	quic_conn_transmit_later(s, p.now);
	CHECK(quic_conn_deadline(s, p.now) > p.now);
	CHECK(quic_conn_deadline(s, p.now) <= p.now + 20 * QUIC_MSEC);
	pair_destroy(&p);
}

/* RFC 9001, 9.3 */
TEST("initial datagrams are full")
{
	struct quic_train train;
	unsigned int i;

	pair_init(&p);
	p.tls_pad = 2500;
	pair_connect(&p);
	CHECK_EQ(transmit(&p.client, &train), 1);
	CHECK_EQ(train.len, 1200);
	pair_deliver(&p.server, buf, train.len, 0);
	/* The server's first datagram carries Initial and Handshake packets. */
	CHECK_EQ(transmit(&p.server, &train), 1);
	CHECK_EQ(train.len, 1200);
	CHECK_EQ(p.server.conn.recovery.space[QUIC_SPACE_INITIAL].next_pn, 1);
	CHECK_EQ(p.server.conn.recovery.space[QUIC_SPACE_HANDSHAKE].next_pn, 1);
	pair_deliver(&p.client, buf, train.len, 0);
	/* The client's answer still has an Initial in it: full again. */
	CHECK_EQ(transmit(&p.client, &train), 1);
	CHECK_EQ(train.len, 1200);
	CHECK(!p.client.conn.tx[QUIC_CRYPTO_INITIAL].cipher);
	for (i = 0; transmit(&p.server, &train) > 0; i++)
		;
	CHECK(i >= 1);
	pair_destroy(&p);
}

TEST("a number is skipped and its acknowledgement betrays")
{
	struct quic_space *space = &p.client.conn.recovery.space[QUIC_SPACE_APP];
	u8 ack[16];
	struct quic_writer w = { ack, ack + sizeof(ack) };

	begin();
	CHECK_EQ(pair_send(&p.client, 0, 800000, false), 0);
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK(space->skip_pn != U64_MAX);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK(quic_write_u8(&w, QUIC_FRAME_ACK) && quic_write_varint(&w, space->skip_pn) &&
	      quic_write_varint(&w, 0) && quic_write_varint(&w, 0) && quic_write_varint(&w, 0));
	pair_inject(&p.server, QUIC_CRYPTO_APP, ack, w.pos - ack, 0);
	CHECK_EQ(p.client.conn.close.code, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	pair_destroy(&p);
}

/* RFC 9000, 8.2, 8.2.2, 19.17 and 19.18 */
TEST("path challenges are answered in full datagrams")
{
	static const u8 challenge[] = { QUIC_FRAME_PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct quic_train train;

	begin();
	pair_inject(&p.client, QUIC_CRYPTO_APP, challenge, sizeof(challenge), 0);
	CHECK_EQ(transmit(&p.server, &train), 1);
	CHECK_EQ(train.len, 1200);
	CHECK(train.path == &p.server.conn.path[0]);

	/* From elsewhere: there, and no more than three times what came. */
	p.client.addr.port++;
	pair_inject(&p.client, QUIC_CRYPTO_APP, challenge, sizeof(challenge), 0);
	CHECK_EQ(transmit(&p.server, &train), 1);
	CHECK_EQ(train.path->remote.port, p.client.addr.port);
	CHECK(train.len <= 3 * 64);
	pair_flush(&p.server);
	CHECK_EQ(p.server.conn.path[p.server.conn.active_path].remote.port, p.client.addr.port - 1);
	pair_destroy(&p);
}

TEST("P15 without memory for records nothing leaves and nobody spins")
{
	struct quic_conn *c = &p.client.conn;
	struct quic_train train;

	begin();
	p.gso = 64;
	c->recovery.cong.window = 1 << 20;
	c->recovery.pacer.rate = 0;
	CHECK_EQ(pair_send(&p.client, 0, 50000, false), 0);
	host_fail_alloc_after(0);
	CHECK_EQ(transmit(&p.client, &train), -ENOMEM);
	CHECK(host_alloc_failed());
	CHECK(quic_conn_deadline(c, p.now) > p.now);
	p.now = quic_conn_deadline(c, p.now);
	CHECK(transmit(&p.client, &train) > 0);
	pair_destroy(&p);
}

/* RFC 9000, 14 */
TEST("the mtu follows route and peer")
{
	struct quic_train train;

	pair_init(&p);
	p.server.config.params.max_udp_payload_size = 1300;
	pair_handshake(&p);
	CHECK_EQ(p.client.conn.path[0].mtu, 1300);
	CHECK_EQ(p.server.conn.path[0].mtu, 1452);
	quic_conn_set_mtu(&p.client.conn, 1400);
	CHECK_EQ(p.client.conn.path[0].mtu, 1300);
	quic_conn_set_mtu(&p.client.conn, 1250);
	CHECK_EQ(p.client.conn.path[0].mtu, 1250);
	quic_conn_set_mtu(&p.client.conn, 68);		/* P25 */
	CHECK_EQ(p.client.conn.path[0].mtu, 1200);
	CHECK_EQ(pair_send(&p.client, 0, 5000, false), 0);
	CHECK(transmit(&p.client, &train) > 3);
	CHECK_EQ(train.segment, 1200);
	pair_destroy(&p);
}

static bool drop_large(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	return *len > 1300;
}

TEST("a path that swallows large datagrams gets small ones")
{
	u64 got = 0;
	bool fin = false;

	begin();
	p.drop = drop_large;
	CHECK_EQ(pair_send(&p.client, 0, 50000, true), 0);
	while (!fin && p.now < 60 * QUIC_SEC) {
		pair_run(&p, p.now + QUIC_SEC);
		got += pair_read(&p.server, &fin);
	}
	CHECK_EQ(got, 50000);
	CHECK_EQ(p.client.conn.path[0].mtu, 1200);
	pair_destroy(&p);
}

TEST("transmit size says whether there is anything")
{
	begin();
	CHECK_EQ(quic_conn_transmit_size(&p.client.conn, p.now), 0);
	CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
	CHECK(quic_conn_transmit_size(&p.client.conn, p.now) >= 1200);
	CHECK_EQ(pair_send(&p.client, 0, 9000, false), 0);
	CHECK(quic_conn_transmit_size(&p.client.conn, p.now) >= 9010);
	pair_flush(&p.client);
	CHECK_EQ(quic_conn_transmit_size(&p.client.conn, p.now), 0);
	pair_destroy(&p);
}

TEST("P22 a small message takes a small buffer whatever the mtu")
{
	pair_init(&p);
	p.client.config.mtu = 65000;
	p.server.config.mtu = 65000;
	pair_handshake(&p);
	CHECK_EQ(p.client.conn.path[0].mtu, 65000);
	CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
	CHECK(quic_conn_transmit_size(&p.client.conn, p.now) < 1500);
	CHECK_EQ(pair_send(&p.client, 0, 8000, false), 0);
	CHECK(quic_conn_transmit_size(&p.client.conn, p.now) < 10000);
	pair_flush(&p.client);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 8010);
	pair_destroy(&p);
}
