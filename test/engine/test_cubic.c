// SPDX-License-Identifier: GPL-2.0-only
/* CUBIC against the formulas of RFC 9438 in floating point. */
#include "check.h"
#include "cong.h"

enum { MTU = 1200 };

static struct quic_cong cong;

static double cube(double x)
{
	return x * x * x;
}

static double cube_root(double x)
{
	double low = 0, high = 1e6;

	while (high - low > 1e-9)
		*(cube((low + high) / 2) < x ? &low : &high) = (low + high) / 2;
	return low;
}

static void ack(u64 bytes, u64 sent_at, u64 rtt, u64 now)
{
	quic_cong_on_sent(&cong, bytes);
	quic_cong_on_acked(&cong, bytes, sent_at, rtt, now);
}

/* One round trip: a full window is acknowledged, datagram by datagram. */
static void round_trip(u64 *now, u64 rtt)
{
	u64 packets = cong.window / MTU, i, start = *now;

	for (i = 0; i < packets; i++) {
		*now = start + rtt + i * rtt / packets / 2;
		ack(MTU, start, rtt, *now);
	}
}

static void setup(u64 window)
{
	quic_cong_init(&cong, QUIC_CONG_ALG_CUBIC, MTU);
	cong.window = window;
	cong.ssthresh = window;
}

TEST("slow start as reno")
{
	quic_cong_init(&cong, QUIC_CONG_ALG_CUBIC, MTU);
	ack(6000, 1, 10 * QUIC_MSEC, 2);
	CHECK_EQ(cong.window, 18000);
}

/* RFC 9438, 4.6 and 4.7. */
TEST("a loss costs three tenths and a second one gives way")
{
	setup(1000000);
	quic_cong_on_congestion(&cong, 10, 20);
	CHECK_EQ(cong.window, 700000);
	CHECK_EQ(cong.ssthresh, 700000);
	CHECK_EQ(cong.cubic.w_max, 1000000);
	quic_cong_on_congestion(&cong, 30, 40);
	CHECK_EQ(cong.window, 490000);
	CHECK_EQ(cong.cubic.w_max, 595000);
}

/* W_cubic(t) = C * (t - K)^3 + W_max, K = cbrt((W_max - cwnd_epoch) / C). */
TEST("the window follows the cubic function")
{
	const u64 w_max = 12000000, rtt = 100 * QUIC_MSEC;
	double k, t, want, start;
	u64 now = QUIC_SEC;
	int i;

	setup(w_max);
	quic_cong_on_congestion(&cong, now, now);
	k = cube_root((w_max - 0.7 * w_max) / MTU / 0.4);
	for (i = 0; i < 400; i++) {
		round_trip(&now, rtt);
		start = cong.cubic.epoch_start / 1e9;
		if (!start)
			continue;	/* acknowledgements of the recovery period */
		t = now / 1e9 - start;
		want = (0.4 * cube(t - k)) * MTU + w_max;
		/* It aims one round trip ahead; within it, it may be anywhere between. */
		CHECK(cong.window >= (want - 0.02 * w_max));
		want = (0.4 * cube(t + 0.1 - k)) * MTU + w_max;
		CHECK(cong.window <= (want + 0.02 * w_max));
	}
	CHECK(cong.window > w_max);
}

/* RFC 9438, 4.3: with small windows and short round trips it must not be slower than Reno. */
TEST("the reno friendly region grows like reno")
{
	const u64 rtt = 5 * QUIC_MSEC;
	u64 now = QUIC_SEC, before, rounds;
	double alpha;

	setup(60000);
	quic_cong_on_congestion(&cong, now, now);
	CHECK_EQ(cong.window, 42000);
	alpha = 3 * 0.3 / 1.7;
	for (rounds = 0; cong.window < 55000; rounds++)
		round_trip(&now, rtt);
	/* 13000 bytes at alpha datagrams per round trip */
	CHECK(__builtin_fabs(rounds - 13000 / (alpha * MTU)) <= 3);

	/* Having made up the loss it grows a datagram per round trip. */
	while (cong.window < 66000)
		round_trip(&now, rtt);
	before = cong.window;
	for (rounds = 0; rounds < 10; rounds++)
		round_trip(&now, rtt);
	CHECK(cong.window - before >= 9 * MTU && cong.window - before <= 11 * MTU);
}

/* RFC 9438, 4.4: at most half a window per round trip. */
TEST("the target is clamped")
{
	u64 now = QUIC_SEC, before;

	setup(24000);
	quic_cong_on_congestion(&cong, now, now);
	ack(MTU, now + 1, 100 * QUIC_MSEC, now + 2);
	now += 60 * QUIC_SEC;
	before = cong.window;
	ack(before, now, 100 * QUIC_MSEC, now + 1);
	CHECK(cong.window <= before + before / 2);
}

/* RFC 9438, 5.8: a pause of the application is not time in which the window was probed. */
TEST("time without demand does not count")
{
	u64 now = QUIC_SEC, before, rtt = 50 * QUIC_MSEC;

	setup(1200000);
	quic_cong_on_congestion(&cong, now, now);
	round_trip(&now, rtt);
	before = cong.window;
	cong.limited = true;
	ack(MTU, now, rtt, now + rtt);
	CHECK_EQ(cong.window, before);
	now += 100 * QUIC_SEC;
	cong.limited = false;
	ack(MTU, now, rtt, now + rtt);
	CHECK(cong.window < before + MTU);
}

TEST("persistent congestion starts from the minimum")
{
	setup(1200000);
	quic_cong_on_congestion(&cong, 10, 20);
	quic_cong_on_persistent(&cong);
	CHECK_EQ(cong.window, 2400);
	ack(2400, 5, QUIC_MSEC, 30);
	CHECK_EQ(cong.window, 4800);
}

TEST("extreme values do not overflow")
{
	u64 now = 1;
	int i;

	quic_cong_init(&cong, QUIC_CONG_ALG_CUBIC, 65507);
	cong.window = 1ULL << 40;
	cong.ssthresh = cong.window;
	quic_cong_on_congestion(&cong, now, now);
	for (i = 0; i < 1000; i++) {
		u64 before = cong.window;

		now += 10 * QUIC_SEC;
		ack(65507, now, 6 * QUIC_SEC, now + 1);
		CHECK(cong.window >= before);
		CHECK(cong.window <= before + before / 2);
	}
}
