// SPDX-License-Identifier: GPL-2.0-only
/* Loss detection, case by case (RFC 9002). test_recovery_model.c has the random sequences. */
#include "check.h"
#include "recovery.h"

#define MS	QUIC_MSEC
#define APP	QUIC_SPACE_APP

static struct quic_mem mem = HOST_MEM_UNLIMITED;
static struct quic_recovery rec;
static u64 acked_count, lost_count, last_lost;

static void on_acked(struct quic_recovery *r, enum quic_space_id space, u64 pn,
		     const struct quic_sent *sent, u64 now)
{
	acked_count++;
}

static void on_lost(struct quic_recovery *r, enum quic_space_id space, u64 pn,
		    const struct quic_sent *sent, u64 now)
{
	lost_count++;
	last_lost = pn;
}

static const struct quic_recovery_ops ops = { .acked = on_acked, .lost = on_lost };

static void setup(bool is_server)
{
	mem.used = 0;
	acked_count = 0;
	lost_count = 0;
	quic_recovery_init(&rec, &ops, &mem, is_server, QUIC_CONG_ALG_RENO, 0, 1200);
	rec.max_ack_delay = 25 * MS;
}

static void confirm(void)
{
	rec.handshake_confirmed = true;
}

static struct quic_sent *send_marked(enum quic_space_id space, u16 size, bool ect, u64 now)
{
	struct quic_space *sp = &rec.space[space];
	struct quic_sent *sent;

	CHECK_EQ(quic_sent_reserve(&sp->sent, &mem, 1), 0);
	sent = quic_sent_add(&sp->sent, sp->next_pn++);
	sent->size = size;
	sent->ack_eliciting = 1;
	sent->in_flight = 1;
	sent->ecn_marked = ect;
	quic_recovery_on_sent(&rec, space, sent, now);
	return sent;
}

static struct quic_sent *transmit(enum quic_space_id space, u16 size, u64 now)
{
	return send_marked(space, size, false, now);
}

static int ack_ecn(enum quic_space_id space, u64 first, u64 last, u64 delay, const u64 *ecn, u64 now)
{
	struct quic_ack_frame ack = { .largest = last, .first_range = last - first };

	if (ecn) {
		ack.has_ecn = true;
		ack.ect0 = ecn[0];
		ack.ect1 = ecn[1];
		ack.ce = ecn[2];
	}
	return quic_recovery_on_ack(&rec, space, &ack, delay, now);
}

static int ack(enum quic_space_id space, u64 first, u64 last, u64 now)
{
	return ack_ecn(space, first, last, 0, NULL, now);
}

static void done(void)
{
	quic_recovery_clear(&rec);
	CHECK_EQ(mem.used, 0);
}

/* ---- round-trip time ---- */

/* RFC 9002, 5.2 and 5.3. */
TEST("the first sample replaces the initial rtt")
{
	setup(false);
	CHECK_EQ(rec.rtt.smoothed, 333 * MS);
	CHECK_EQ(rec.rtt.var, 333 * MS / 2);
	transmit(APP, 1200, 10 * MS);
	CHECK_EQ(ack_ecn(APP, 0, 0, 5 * MS, NULL, 110 * MS), 0);
	CHECK_EQ(rec.rtt.latest, 100 * MS);
	CHECK_EQ(rec.rtt.smoothed, 100 * MS);
	CHECK_EQ(rec.rtt.var, 50 * MS);
	CHECK_EQ(rec.rtt.min, 100 * MS);
	done();
}

TEST("P23 ack delay counts up to max ack delay and never below min rtt")
{
	setup(false);
	confirm();
	transmit(APP, 1200, 1 * MS);
	ack(APP, 0, 0, 101 * MS);
	/* Reported 60 ms, believed 25 ms: 180 - 25 = 155. */
	transmit(APP, 1200, 200 * MS);
	ack_ecn(APP, 1, 1, 60 * MS, NULL, 380 * MS);
	CHECK_EQ(rec.rtt.smoothed, (7 * 100 * MS + 155 * MS) / 8);
	CHECK_EQ(rec.rtt.var, (3 * 50 * MS + 55 * MS) / 4);
	done();
	/* 110 - 25 would be less than the path can do: not plausible. */
	setup(false);
	confirm();
	transmit(APP, 1200, 1 * MS);
	ack(APP, 0, 0, 101 * MS);
	transmit(APP, 1200, 200 * MS);
	ack_ecn(APP, 1, 1, 25 * MS, NULL, 310 * MS);
	CHECK_EQ(rec.rtt.smoothed, (7 * 100 * MS + 110 * MS) / 8);
	done();
}

TEST("P23 an inflated ack delay cannot lower the estimate before confirmation")
{
	setup(false);
	transmit(APP, 1200, 1 * MS);
	ack(APP, 0, 0, 101 * MS);
	transmit(APP, 1200, 200 * MS);
	ack_ecn(APP, 1, 1, U64_MAX, NULL, 400 * MS);
	CHECK_EQ(rec.rtt.smoothed, (7 * 100 * MS + 200 * MS) / 8);
	done();
}

TEST("handshake spaces ignore ack delay")
{
	setup(false);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	ack(QUIC_SPACE_INITIAL, 0, 0, 101 * MS);
	transmit(QUIC_SPACE_INITIAL, 1200, 200 * MS);
	ack_ecn(QUIC_SPACE_INITIAL, 1, 1, 50 * MS, NULL, 380 * MS);
	CHECK_EQ(rec.rtt.smoothed, (7 * 100 * MS + 180 * MS) / 8);
	done();
}

/* RFC 9002, 5.1 */
TEST("no sample unless the largest is newly acknowledged and something eliciting")
{
	setup(false);
	transmit(APP, 1200, 1 * MS);
	transmit(APP, 1200, 2 * MS);
	ack(APP, 1, 1, 50 * MS);
	CHECK_EQ(rec.rtt.latest, 48 * MS);
	ack(APP, 0, 1, 90 * MS);
	CHECK_EQ(rec.rtt.latest, 48 * MS);
	CHECK_EQ(acked_count, 2);
	transmit(APP, 1200, 100 * MS)->ack_eliciting = 0;
	ack(APP, 0, 2, 300 * MS);
	CHECK_EQ(rec.rtt.latest, 48 * MS);
	done();
}

/* ---- loss ---- */

/* RFC 9002, 6.1, 6.1.1 and 6.1.2. */
TEST("a packet is lost three packets or nine eighths of a round trip later")
{
	u64 pn;

	setup(false);
	confirm();
	for (pn = 0; pn < 5; pn++)
		transmit(APP, 1200, (1 + pn) * MS);
	CHECK_EQ(rec.cong.in_flight, 6000);
	ack(APP, 4, 4, 105 * MS);
	CHECK_EQ(lost_count, 2);
	CHECK_EQ(rec.packets_lost, 2);
	CHECK_EQ(rec.cong.in_flight, 2400);
	CHECK_EQ(rec.cong.window, 6000);
	/* 2 and 3: sent + 9/8 of 100 ms. */
	CHECK_EQ(quic_recovery_deadline(&rec), 3 * MS + 112500 * QUIC_USEC);
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec) - 1);
	CHECK_EQ(lost_count, 2);
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
	CHECK_EQ(lost_count, 3);
	CHECK_EQ(last_lost, 2);
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
	CHECK_EQ(last_lost, 3);
	CHECK_EQ(rec.cong.in_flight, 0);
	/* One event: all were sent before the period began. */
	CHECK_EQ(rec.cong.events, 1);
	CHECK_EQ(quic_recovery_deadline(&rec), QUIC_NEVER);
	CHECK_EQ(rec.pto_total, 0);
	done();
}

TEST("an acknowledgement before the deadline saves the packet")
{
	setup(false);
	confirm();
	transmit(APP, 1200, 1 * MS);
	transmit(APP, 1200, 2 * MS);
	ack(APP, 1, 1, 102 * MS);
	CHECK(quic_recovery_deadline(&rec) < 200 * MS);
	ack(APP, 0, 1, 105 * MS);
	CHECK_EQ(lost_count, 0);
	CHECK_EQ(quic_recovery_deadline(&rec), QUIC_NEVER);
	done();
}

/* RFC 9000, 14.4. */
TEST("a lost pmtu probe is no congestion")
{
	setup(false);
	confirm();
	transmit(APP, 1400, 1 * MS)->pmtu_probe = 1;
	transmit(APP, 1200, 2 * MS);
	transmit(APP, 1200, 3 * MS);
	transmit(APP, 1200, 4 * MS);
	ack(APP, 1, 3, 104 * MS);
	CHECK_EQ(lost_count, 1);
	CHECK_EQ(rec.cong.events, 0);
	CHECK_EQ(rec.cong.in_flight, 0);
	done();
}

TEST("packets not in flight are settled without congestion")
{
	struct quic_sent *sent;
	u64 pn;

	setup(false);
	confirm();
	CHECK_EQ(quic_sent_reserve(&rec.space[APP].sent, &mem, 1), 0);
	sent = quic_sent_add(&rec.space[APP].sent, rec.space[APP].next_pn++);
	sent->size = 40;
	quic_recovery_on_sent(&rec, APP, sent, 1 * MS);
	CHECK_EQ(quic_recovery_deadline(&rec), QUIC_NEVER);
	for (pn = 0; pn < 4; pn++)
		transmit(APP, 1200, 2 * MS);
	ack(APP, 1, 4, 100 * MS);
	CHECK_EQ(lost_count, 1);
	CHECK_EQ(rec.packets_lost, 0);
	CHECK_EQ(rec.cong.events, 0);
	done();
}

/* ---- lies ---- */

TEST("an acknowledgement of a packet never sent is a violation")
{
	setup(false);
	CHECK_EQ(ack(APP, 0, 0, 5 * MS), QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	transmit(APP, 1200, 1 * MS);
	CHECK_EQ(ack(APP, 1, 1, 5 * MS), QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	CHECK_EQ(ack(APP, 0, QUIC_VARINT_MAX, 5 * MS), QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	CHECK_EQ(ack(APP, 0, 0, 5 * MS), 0);
	done();
}

/* RFC 9000, 21.4. */
TEST("an optimistic acknowledgement of a skipped packet is a violation")
{
	setup(false);
	transmit(APP, 1200, 1 * MS);
	rec.space[APP].skip_pn = rec.space[APP].next_pn++;
	CHECK_EQ(quic_sent_reserve(&rec.space[APP].sent, &mem, 2), 0);
	transmit(APP, 1200, 2 * MS);
	CHECK_EQ(ack(APP, 2, 2, 102 * MS), 0);
	CHECK_EQ(ack(APP, 0, 2, 103 * MS), QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	done();
}

TEST("repeated and old acknowledgements change nothing")
{
	u64 pn;

	setup(false);
	confirm();
	for (pn = 0; pn < 3; pn++)
		transmit(APP, 1200, (1 + pn) * MS);
	ack(APP, 0, 2, 103 * MS);
	CHECK_EQ(acked_count, 3);
	for (pn = 0; pn < 100; pn++)
		CHECK_EQ(ack(APP, 0, 2, (200 + pn) * MS), 0);
	CHECK_EQ(acked_count, 3);
	CHECK_EQ(rec.rtt.latest, 100 * MS);
	done();
}

/* ---- probe timeout ---- */

/* RFC 9002, 6.2.1 and 6.2.2: 333 + 4 * 166.5 ms before any sample. */
TEST("the first timeout is three times the initial rtt")
{
	setup(false);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	CHECK_EQ(quic_recovery_deadline(&rec), 1 * MS + 999 * MS);
	quic_recovery_on_timeout(&rec, 1000 * MS);
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 2);
	CHECK_EQ(rec.pto_count, 1);
	transmit(QUIC_SPACE_INITIAL, 1200, 1000 * MS);
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 1);
	transmit(QUIC_SPACE_INITIAL, 1200, 1000 * MS);
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 0);
	CHECK_EQ(quic_recovery_deadline(&rec), 1000 * MS + 2 * 999 * MS);
	CHECK_EQ(lost_count, 0);
	done();
}

/* RFC 9002, 6.2 */
TEST("timeouts double and never wrap")
{
	u64 at, before = 0;
	int i;

	setup(false);
	confirm();
	transmit(APP, 1200, 1 * MS);
	for (i = 0; i < 200; i++) {
		at = quic_recovery_deadline(&rec);
		CHECK(at >= before);
		before = at;
		quic_recovery_on_timeout(&rec, at);
	}
	CHECK_EQ(rec.pto_count, 200);
	done();
}

TEST("max ack delay counts for application data only")
{
	setup(true);
	CHECK_EQ(quic_recovery_pto(&rec, QUIC_SPACE_HANDSHAKE), 999 * MS);
	CHECK_EQ(quic_recovery_pto(&rec, APP), 1024 * MS);
	/* 6.2.1: and application data has no timeout before the handshake is confirmed. */
	transmit(QUIC_SPACE_HANDSHAKE, 1200, 1 * MS);
	transmit(APP, 1200, 1 * MS);
	CHECK_EQ(quic_recovery_deadline(&rec), 1000 * MS);
	quic_recovery_discard(&rec, QUIC_SPACE_HANDSHAKE, NULL);
	confirm();
	CHECK_EQ(quic_recovery_deadline(&rec), 1025 * MS);
	done();
}

TEST("a timeout probes the other handshake space too")
{
	setup(true);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	transmit(QUIC_SPACE_HANDSHAKE, 1200, 2 * MS);
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 2);
	CHECK_EQ(rec.space[QUIC_SPACE_HANDSHAKE].probes, 1);
	CHECK_EQ(rec.space[APP].probes, 0);
	done();
}

/* RFC 9002, 6.2.2.1. */
TEST("P23 a client with nothing in flight probes until the server has validated it")
{
	setup(false);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	ack(QUIC_SPACE_INITIAL, 0, 0, 51 * MS);
	CHECK_EQ(rec.rtt.smoothed, 50 * MS);
	/* 50 + 4 * 25 after the acknowledgement. */
	CHECK_EQ(quic_recovery_deadline(&rec), 201 * MS);
	/* The deadline does not move because it is asked for again. */
	CHECK_EQ(quic_recovery_deadline(&rec), 201 * MS);
	quic_recovery_on_timeout(&rec, 201 * MS);
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 2);
	/* Not reset by an Initial acknowledgement: the server may be blocked still. */
	CHECK_EQ(rec.pto_count, 1);
	CHECK_EQ(quic_recovery_deadline(&rec), 501 * MS);
	rec.has_handshake_keys = true;
	quic_recovery_on_timeout(&rec, 501 * MS);
	CHECK_EQ(rec.space[QUIC_SPACE_HANDSHAKE].probes, 2);
	transmit(QUIC_SPACE_HANDSHAKE, 1200, 501 * MS);
	ack(QUIC_SPACE_HANDSHAKE, 0, 0, 551 * MS);
	CHECK(rec.peer_validated);
	CHECK_EQ(rec.pto_count, 0);
	CHECK_EQ(quic_recovery_deadline(&rec), QUIC_NEVER);
	done();
}

/*
 * Application data that the peer cannot read yet fills the window, and the handshake message that
 * would change this is lost: it must not wait for room.
 */
TEST("P23 a handshake behind a full window is probed")
{
	int server;

	for (server = 0; server < 2; server++) {
		setup(server);
		rec.has_handshake_keys = true;
		transmit(QUIC_SPACE_HANDSHAKE, 1200, 1 * MS);
		transmit(QUIC_SPACE_HANDSHAKE, 1200, 2 * MS);
		while (quic_cong_room(&rec.cong) >= 1200)
			transmit(APP, 1200, 3 * MS);
		ack(QUIC_SPACE_HANDSHAKE, 1, 1, 102 * MS);
		quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
		CHECK_EQ(lost_count, 1);
		CHECK_EQ(rec.space[QUIC_SPACE_HANDSHAKE].eliciting_in_flight, 0);
		CHECK_EQ(quic_cong_room(&rec.cong), 0);
		/* From the loss on, 100 + 4 * 50 ms. */
		CHECK_EQ(quic_recovery_deadline(&rec), 1 * MS + 112500 * QUIC_USEC + 300 * MS);
		quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
		CHECK_EQ(rec.space[QUIC_SPACE_HANDSHAKE].probes, 2);
		CHECK_EQ(rec.space[APP].probes, 0);
		done();
	}
}

TEST("P23 a server with nothing in flight waits")
{
	setup(true);
	CHECK_EQ(quic_recovery_deadline(&rec), QUIC_NEVER);
	quic_recovery_on_timeout(&rec, 1000 * QUIC_SEC);
	CHECK_EQ(rec.pto_total, 0);
	done();
}

/* RFC 9002, 6.2.2.1 and A.6. */
TEST("P20 a server that may not send arms no timeout")
{
	setup(true);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	rec.amplification_blocked = true;
	CHECK_EQ(quic_recovery_deadline(&rec), QUIC_NEVER);
	quic_recovery_on_timeout(&rec, 5 * QUIC_SEC);
	CHECK_EQ(rec.pto_count, 0);
	/* A datagram unblocks it: the timeout that would have come is due at once. */
	rec.amplification_blocked = false;
	CHECK_EQ(quic_recovery_deadline(&rec), 1000 * MS);
	quic_recovery_on_timeout(&rec, 5 * QUIC_SEC);
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 2);
	done();
}

/* ---- persistent congestion ---- */

/*
 * The example of RFC 9002, 7.6, 7.6.1 to 7.6.3. Its packet #1 is number 0 here. The RTT is set so that it makes the
 * example's 2 seconds of PTO after the acknowledgement of #9.
 */
TEST("P23 persistent congestion as in the example of 7 6 3")
{
	static const u64 sent_at[] = { 0, 1, 2, 3, 4, 5, 6, 8, 12 };
	u64 t = QUIC_SEC, start = 100 * t, i;

	setup(false);
	confirm();
	rec.max_ack_delay = 0;
	for (i = 0; i < ARRAY_SIZE(sent_at); i++) {
		transmit(APP, 1200, start + sent_at[i] * t);
		if (i == 1)
			ack(APP, 0, 0, start + t + t / 5);
	}
	rec.rtt.smoothed = t / 5;
	rec.rtt.latest = t / 5;
	rec.rtt.min = t / 5;
	rec.rtt.var = 3 * t / 5;
	/* The sample was taken before #2; here, a little earlier still. */
	rec.rtt.first_sample_at = start;
	ack(APP, 8, 8, start + 12 * t + t / 5);
	CHECK_EQ(quic_rtt_timeout(&rec.rtt), 2 * t);
	CHECK_EQ(lost_count, 7);
	/* The minimum, and what slow start adds for #9. */
	CHECK_EQ(rec.cong.window, 2400 + 1200);
	CHECK_EQ(rec.cong.in_flight, 0);
	done();
}

TEST("P23 persistent congestion is found across acknowledgements")
{
	u64 t = QUIC_SEC, now, pn;

	setup(false);
	confirm();
	transmit(APP, 1200, t);
	ack(APP, 0, 0, t + 100 * MS);
	/* PTO = 100 + 200 + 25: three of them are 975 ms. */
	transmit(APP, 1200, 2 * t);
	transmit(APP, 1200, 2 * t + 500 * MS);
	transmit(APP, 1200, 2 * t + 990 * MS);
	transmit(APP, 1200, 2 * t + 990 * MS);
	transmit(APP, 1200, 2 * t + 990 * MS);
	/* 5 acknowledged: 1 and 2 are lost; 3 and 4 are not yet. */
	now = 2 * t + 1090 * MS;
	ack(APP, 5, 5, now);
	CHECK_EQ(lost_count, 2);
	CHECK(rec.cong.window > 2400);
	/* Then they are, by time: the run from 1 to 4 is 990 ms long. */
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
	CHECK_EQ(lost_count, 4);
	CHECK_EQ(rec.cong.window, 2400);
	for (pn = 0; pn < 3; pn++)
		transmit(APP, 1200, 4 * t);
	CHECK_EQ(rec.cong.in_flight, 3600);
	done();
}

TEST("P23 an acknowledged packet in between is no persistent congestion")
{
	u64 t = QUIC_SEC;

	setup(false);
	confirm();
	transmit(APP, 1200, t);
	ack(APP, 0, 0, t + 100 * MS);
	transmit(APP, 1200, 2 * t);
	transmit(APP, 1200, 2 * t + 500 * MS);
	transmit(APP, 1200, 2 * t + 990 * MS);
	transmit(APP, 1200, 2 * t + 1090 * MS);
	ack(APP, 2, 2, 2 * t + 600 * MS);
	ack(APP, 4, 4, 2 * t + 1190 * MS);
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
	CHECK_EQ(lost_count, 2);
	CHECK(rec.cong.window > 2400);
	done();
}

TEST("P23 packets sent before the first sample do not count")
{
	u64 t = QUIC_SEC, pn;

	setup(false);
	confirm();
	for (pn = 0; pn < 5; pn++)
		transmit(APP, 1200, t + pn * 2 * t);
	ack(APP, 4, 4, t + 8 * t + 100 * MS);
	CHECK_EQ(lost_count, 4);
	CHECK(rec.cong.window > 2400);
	done();
}

TEST("P23 an acknowledgement in another space ends the run")
{
	u64 t = QUIC_SEC;

	setup(true);
	transmit(QUIC_SPACE_HANDSHAKE, 1200, t);
	ack(QUIC_SPACE_HANDSHAKE, 0, 0, t + 100 * MS);
	transmit(APP, 1200, 2 * t);
	transmit(QUIC_SPACE_HANDSHAKE, 1200, 2 * t + 500 * MS);
	transmit(APP, 1200, 2 * t + 990 * MS);
	transmit(APP, 1200, 2 * t + 2000 * MS);
	ack(QUIC_SPACE_HANDSHAKE, 1, 1, 2 * t + 600 * MS);
	ack(APP, 2, 2, 2 * t + 2100 * MS);
	CHECK_EQ(lost_count, 2);
	CHECK(rec.cong.window > 2400);
	done();
}

/* ---- ECN ---- */

/* RFC 9002, 7.1 and B.7. */
TEST("a congestion mark is a congestion event")
{
	static const u64 marks[][3] = { { 1, 0, 0 }, { 1, 0, 1 }, { 2, 0, 1 } };
	u64 pn;

	setup(false);
	confirm();
	for (pn = 0; pn < 3; pn++)
		send_marked(APP, 1200, true, (1 + pn) * MS);
	ack_ecn(APP, 0, 0, 0, marks[0], 101 * MS);
	CHECK_EQ(rec.cong.events, 0);
	ack_ecn(APP, 0, 1, 0, marks[1], 102 * MS);
	CHECK_EQ(rec.cong.events, 1);
	ack_ecn(APP, 0, 2, 0, marks[2], 103 * MS);
	CHECK_EQ(rec.cong.events, 1);
	CHECK(rec.ecn.state != QUIC_ECN_FAILED);
	done();
}

/* RFC 9000, 13.4.2.1 */
TEST("implausible ecn counts end the use of ecn")
{
	static const u64 lies[][3] = {
		{ 0, 0, 0 },	/* the mark was cleared */
		{ 1, 1, 0 },	/* ECT(1) was never used */
		{ 9, 0, 0 },	/* more than were sent */
		{ 1, 0, 9 },
	};
	unsigned int i;

	for (i = 0; i <= ARRAY_SIZE(lies); i++) {
		setup(false);
		confirm();
		send_marked(APP, 1200, true, 1 * MS);
		CHECK_EQ(ack_ecn(APP, 0, 0, 0, i < ARRAY_SIZE(lies) ? lies[i] : NULL, 9 * MS), 0);
		CHECK_EQ(rec.ecn.state, QUIC_ECN_FAILED);
		CHECK_EQ(rec.cong.events, 0);
		done();
	}
}

/* RFC 9000, 13.4.2.1 and 21.9: marks on packets that were sent without are no congestion. */
TEST("congestion marks on packets without ect are not believed")
{
	static const u64 marks[3] = { 0, 0, 1 };

	setup(false);
	confirm();
	transmit(APP, 1200, 1 * MS);
	transmit(APP, 1200, 2 * MS);
	CHECK_EQ(ack_ecn(APP, 0, 1, 0, marks, 101 * MS), 0);
	CHECK_EQ(rec.ecn.state, QUIC_ECN_FAILED);
	CHECK_EQ(rec.cong.events, 0);
	CHECK_EQ(acked_count, 2);
	done();
}

/* The window that an acknowledgement opens sets the pace (RFC 9002, 7.7). */
TEST("acknowledgements and losses set the pace")
{
	u64 pn, rate;

	setup(false);
	confirm();
	CHECK_EQ(rec.pacer.rate, 0);
	for (pn = 0; pn < 5; pn++)
		transmit(APP, 1200, 1 * MS);
	ack(APP, 0, 0, 101 * MS);
	rate = rec.pacer.rate;
	/* Slow start: two windows of 13200 bytes in 100 ms. */
	CHECK(rate > 260000 && rate < 268000);
	ack(APP, 4, 4, 102 * MS);
	CHECK(rec.pacer.rate < rate / 2);
	done();
}

TEST("reordered acknowledgements say nothing about ecn")
{
	static const u64 marks[3] = { 2, 0, 0 };

	setup(false);
	confirm();
	send_marked(APP, 1200, true, 1 * MS);
	send_marked(APP, 1200, true, 2 * MS);
	ack_ecn(APP, 1, 1, 0, marks, 101 * MS);
	ack_ecn(APP, 0, 0, 0, NULL, 102 * MS);
	CHECK(rec.ecn.state != QUIC_ECN_FAILED);
	done();
}

/* ---- the end of a space ---- */

static u64 released;

static void release(struct quic_recovery *r, const struct quic_sent *sent)
{
	released++;
}

/* RFC 9002, 6.4. */
TEST("a discarded space leaves flight silently")
{
	released = 0;
	setup(false);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	transmit(QUIC_SPACE_INITIAL, 1200, 2 * MS);
	transmit(QUIC_SPACE_HANDSHAKE, 1000, 3 * MS);
	quic_recovery_on_timeout(&rec, quic_recovery_deadline(&rec));
	CHECK_EQ(rec.pto_count, 1);
	quic_recovery_discard(&rec, QUIC_SPACE_INITIAL, release);
	CHECK_EQ(released, 2);
	CHECK_EQ(acked_count + lost_count, 0);
	CHECK_EQ(rec.cong.in_flight, 1000);
	CHECK_EQ(rec.pto_count, 0);
	CHECK_EQ(rec.space[QUIC_SPACE_INITIAL].probes, 0);
	CHECK_EQ(ack(QUIC_SPACE_INITIAL, 0, 1, 5 * MS), 0);
	CHECK_EQ(acked_count, 0);
	CHECK_EQ(quic_recovery_deadline(&rec), 3 * MS + 999 * MS);
	quic_recovery_discard(&rec, QUIC_SPACE_INITIAL, release);
	CHECK_EQ(released, 2);
	done();
}

/* RFC 9002, 6.3 */
TEST("a retry loses everything without congestion")
{
	setup(false);
	transmit(QUIC_SPACE_INITIAL, 1200, 1 * MS);
	transmit(QUIC_SPACE_INITIAL, 1200, 2 * MS);
	quic_recovery_lose_all(&rec, QUIC_SPACE_INITIAL, 9 * MS);
	CHECK_EQ(lost_count, 2);
	CHECK_EQ(rec.cong.in_flight, 0);
	CHECK_EQ(rec.cong.events, 0);
	CHECK_EQ(rec.packets_lost, 0);
	/* Numbers go on (RFC 9000, 17.2.5.3). */
	transmit(QUIC_SPACE_INITIAL, 1200, 10 * MS);
	CHECK_EQ(ack(QUIC_SPACE_INITIAL, 2, 2, 60 * MS), 0);
	CHECK_EQ(rec.rtt.smoothed, 50 * MS);
	done();
}
