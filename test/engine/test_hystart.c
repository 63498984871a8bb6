// SPDX-License-Identifier: GPL-2.0-only
/* HyStart++ (RFC 9406). */
#include "check.h"
#include "hystart.h"

#define MS	QUIC_MSEC
#define MTU	1200

static struct quic_hystart hs;
static u64 now;

/* A round of @count acknowledgements, each @rtt after its packet. Return: bytes of growth. */
static u64 round_trip(unsigned int count, u64 rtt)
{
	u64 start = now + 1, grown = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		now = start + rtt + i;
		grown += quic_hystart_ack(&hs, MTU, start + i, now);
	}
	return grown;
}

static void setup(void)
{
	quic_hystart_init(&hs);
	now = QUIC_SEC;
}

TEST("slow start goes on while the round trip time is stable")
{
	unsigned int i;

	setup();
	for (i = 0; i < 20; i++)
		CHECK_EQ(round_trip(10 + i, 30 * MS + i % 3 * MS), (10 + i) * MTU);
	CHECK_EQ(hs.phase, QUIC_HYSTART_SLOW_START);
}

/* 4.2: by max(4 ms, min(last / 8, 16 ms)). */
TEST("growth becomes conservative when it rises")
{
	static const struct { u64 rtt, threshold; } cases[] = {
		{ 8 * MS, 4 * MS }, { 80 * MS, 10 * MS }, { 400 * MS, 16 * MS },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		setup();
		round_trip(10, cases[i].rtt);
		round_trip(10, cases[i].rtt + cases[i].threshold - 1);
		CHECK_EQ(hs.phase, QUIC_HYSTART_SLOW_START);
		setup();
		round_trip(10, cases[i].rtt);
		/* The eighth sample decides; from it on a quarter. */
		CHECK_EQ(round_trip(10, cases[i].rtt + cases[i].threshold), 7 * MTU + 3 * MTU / 4);
		CHECK_EQ(hs.phase, QUIC_HYSTART_CONSERVATIVE);
	}
}

TEST("seven samples decide nothing")
{
	setup();
	round_trip(7, 30 * MS);
	round_trip(7, 300 * MS);
	CHECK_EQ(hs.phase, QUIC_HYSTART_SLOW_START);
}

TEST("five conservative rounds end slow start")
{
	unsigned int i;

	setup();
	round_trip(10, 30 * MS);
	for (i = 0; i < 5; i++) {
		round_trip(10, 50 * MS);
		CHECK_EQ(hs.phase, QUIC_HYSTART_CONSERVATIVE);
	}
	round_trip(1, 50 * MS);
	CHECK_EQ(hs.phase, QUIC_HYSTART_DONE);
}

TEST("a spurious exit is undone")
{
	setup();
	round_trip(10, 30 * MS);
	round_trip(10, 50 * MS);
	round_trip(10, 31 * MS);
	CHECK_EQ(hs.phase, QUIC_HYSTART_SLOW_START);
	CHECK_EQ(round_trip(10, 31 * MS), 10 * MTU);
}
