// SPDX-License-Identifier: GPL-2.0-only
/* What all controllers share, and NewReno (RFC 9002, 7 and appendix B). */
#include "check.h"
#include "cong.h"

enum { MTU = 1200 };

static struct quic_cong cong;

static void setup(u32 mtu)
{
	quic_cong_init(&cong, QUIC_CONG_ALG_RENO, mtu);
}

/* @bytes sent at @sent_at are acknowledged at @now. */
static void ack(u64 bytes, u64 sent_at, u64 now)
{
	quic_cong_on_sent(&cong, bytes);
	quic_cong_on_acked(&cong, bytes, sent_at, 100 * QUIC_MSEC, now);
}

/* RFC 9002, 7.2: min(10 * mtu, max(14720, 2 * mtu)). */
TEST("initial window")
{
	CHECK_EQ(quic_cong_initial_window(1200), 12000);
	CHECK_EQ(quic_cong_initial_window(1472), 14720);
	CHECK_EQ(quic_cong_initial_window(1500), 14720);
	CHECK_EQ(quic_cong_initial_window(9000), 18000);
	CHECK_EQ(quic_cong_initial_window(65507), 131014);
}

TEST("the initial window follows the mtu until it was touched")
{
	setup(1200);
	quic_cong_set_mtu(&cong, 1452);
	CHECK_EQ(cong.window, 14520);
	ack(1000, 1, 2);
	quic_cong_set_mtu(&cong, 1200);
	CHECK_EQ(cong.window, 15520);
	quic_cong_set_mtu(&cong, 9000);
	CHECK_EQ(cong.window, 18000);
}

/* RFC 9002, 7.3.1 */
TEST("reno slow start grows by what was acknowledged")
{
	setup(MTU);
	ack(5000, 1, 2);
	CHECK_EQ(cong.window, 17000);
	CHECK_EQ(cong.in_flight, 0);
}

/* RFC 9002, 7.3.2 */
TEST("reno halves once per recovery period")
{
	setup(MTU);
	ack(100000, 1, 2);
	CHECK_EQ(cong.window, 112000);
	quic_cong_on_congestion(&cong, 10, 20);
	CHECK_EQ(cong.window, 56000);
	CHECK_EQ(cong.ssthresh, 56000);
	/* Sent before the period began: the same event. */
	quic_cong_on_congestion(&cong, 20, 30);
	CHECK_EQ(cong.window, 56000);
	/* And no growth for packets of the period (7.3.2). */
	ack(56000, 20, 40);
	CHECK_EQ(cong.window, 56000);
	quic_cong_on_congestion(&cong, 21, 50);
	CHECK_EQ(cong.window, 28000);
	CHECK_EQ(cong.events, 2);
}

/* RFC 9002, 7.3.3 */
TEST("reno congestion avoidance adds one mtu per window")
{
	unsigned int i;

	setup(MTU);
	ack(108000, 1, 2);
	quic_cong_on_congestion(&cong, 10, 20);
	CHECK_EQ(cong.window, 60000);
	for (i = 0; i < 50; i++)
		ack(MTU, 30, 40);
	CHECK_EQ(cong.window, 61200);
}

TEST("reno does not overshoot ssthresh in one large acknowledgement")
{
	setup(MTU);
	cong.ssthresh = 13200;
	ack(12000, 1, 2);
	CHECK_EQ(cong.window, 13200);
}

TEST("no growth while the application limits")
{
	setup(MTU);
	cong.limited = true;
	ack(5000, 1, 2);
	CHECK_EQ(cong.window, 12000);
}

TEST("persistent congestion leaves the minimum")
{
	setup(MTU);
	ack(100000, 1, 2);
	quic_cong_on_congestion(&cong, 10, 20);
	quic_cong_on_persistent(&cong);
	CHECK_EQ(cong.window, 2400);
	CHECK_EQ(cong.recovery_start, 0);
	/* Slow start up to the threshold of the last event. */
	ack(2400, 5, 30);
	CHECK_EQ(cong.window, 4800);
}

TEST("the window never falls below two datagrams")
{
	u64 at;

	setup(MTU);
	for (at = 1; at < 20; at++)
		quic_cong_on_congestion(&cong, at * 100, at * 100 + 50);
	CHECK_EQ(cong.window, 2400);
}

TEST("room is what is not in flight")
{
	setup(MTU);
	CHECK_EQ(quic_cong_room(&cong), 12000);
	quic_cong_on_sent(&cong, 11000);
	CHECK_EQ(quic_cong_room(&cong), 1000);
	quic_cong_on_sent(&cong, 11000);
	CHECK_EQ(quic_cong_room(&cong), 0);
	quic_cong_remove(&cong, 22000);
	CHECK_EQ(quic_cong_room(&cong), 12000);
}
