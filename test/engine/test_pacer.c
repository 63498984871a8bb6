// SPDX-License-Identifier: GPL-2.0-only
/* Pacing (RFC 9002, 7.7). */
#include "check.h"
#include "pacer.h"

enum { MTU = 1200 };

TEST("nothing is held back before a round trip was measured")
{
	struct quic_pacer pacer;

	quic_pacer_init(&pacer);
	CHECK_EQ(quic_pacer_room(&pacer, 0, MTU), U64_MAX);
	quic_pacer_sent(&pacer, 12000, 0);
	CHECK_EQ(quic_pacer_room(&pacer, 0, MTU), U64_MAX);
}

TEST("the rate is five quarters of a window per round trip")
{
	struct quic_pacer pacer;

	quic_pacer_init(&pacer);
	quic_pacer_update(&pacer, 100000, 100 * QUIC_MSEC, false, MTU);
	CHECK_EQ(pacer.rate, 1250000);
	quic_pacer_update(&pacer, 100000, 100 * QUIC_MSEC, true, MTU);
	CHECK_EQ(pacer.rate, 2000000);
}

TEST("S2.45 the host's bound holds before a round trip was measured, and may change")
{
	struct quic_pacer pacer;

	quic_pacer_init(&pacer);
	quic_pacer_set(&pacer, 50000, 0, MTU);
	quic_pacer_set(&pacer, U64_MAX, 0, MTU);
	CHECK_EQ(quic_pacer_room(&pacer, 0, MTU), U64_MAX);
	quic_pacer_set(&pacer, 50000, 0, MTU);
	CHECK_EQ(pacer.rate, 50000);
	CHECK(quic_pacer_capped(&pacer));
	quic_pacer_update(&pacer, 100000, 100 * QUIC_MSEC, true, MTU);
	CHECK_EQ(pacer.rate, 50000);
	quic_pacer_set(&pacer, 20000, 0, MTU);
	CHECK_EQ(pacer.rate, 20000);
	quic_pacer_sent(&pacer, 200000, QUIC_SEC);
	CHECK_EQ(quic_pacer_room(&pacer, 2 * QUIC_SEC, MTU), 0);
	quic_pacer_set(&pacer, U64_MAX, 0, MTU);
	CHECK_EQ(pacer.rate, 2000000);
	CHECK(quic_pacer_room(&pacer, 2 * QUIC_SEC, MTU));
	CHECK(!quic_pacer_capped(&pacer));
}

TEST("where the network waits, trains are short, early, and leave one after the other")
{
	struct quic_pacer pacer;

	quic_pacer_init(&pacer);
	quic_pacer_set(&pacer, U64_MAX, 2 * QUIC_MSEC, MTU);
	/* 1 MB/s: a millisecond holds less than two packets. */
	quic_pacer_update(&pacer, 80000, 100 * QUIC_MSEC, false, MTU);
	CHECK_EQ(pacer.burst, 2 * MTU);
	quic_pacer_sent(&pacer, 5000, QUIC_SEC);
	quic_pacer_sent(&pacer, 5000, QUIC_SEC);
	/* The burst of the beginning is behind: 10000 bytes take 10 ms, less what may be caught up. */
	CHECK_EQ(pacer.next_at, QUIC_SEC + 10 * QUIC_MSEC - 2400 * QUIC_USEC);
	CHECK_EQ(quic_pacer_deadline(&pacer), pacer.next_at - 2 * QUIC_MSEC);
	CHECK_EQ(quic_pacer_room(&pacer, pacer.next_at - 2 * QUIC_MSEC - 1, MTU), 0);
	CHECK_EQ(quic_pacer_room(&pacer, pacer.next_at - 2 * QUIC_MSEC, MTU), 2 * MTU);
	CHECK_EQ(quic_pacer_departure(&pacer, pacer.next_at - 2 * QUIC_MSEC), pacer.next_at);
	CHECK_EQ(quic_pacer_departure(&pacer, pacer.next_at + 5), pacer.next_at + 5);
	/* The host waits again. */
	quic_pacer_set(&pacer, U64_MAX, 0, MTU);
	CHECK_EQ(quic_pacer_departure(&pacer, QUIC_SEC), QUIC_SEC);
	CHECK_EQ(quic_pacer_room(&pacer, pacer.next_at - 1, MTU), 0);
}

TEST("a burst is an initial window or a quantum of time")
{
	struct quic_pacer pacer;

	quic_pacer_init(&pacer);
	quic_pacer_update(&pacer, 12000, 100 * QUIC_MSEC, false, MTU);
	CHECK_EQ(quic_pacer_room(&pacer, QUIC_SEC, MTU), 2 * 12000);
	/* 32 MB/s: a millisecond holds 32 kB */
	quic_pacer_update(&pacer, 2560000, 100 * QUIC_MSEC, false, MTU);
	CHECK_EQ(pacer.burst, 32000);
	quic_pacer_update(&pacer, 256000000, 100 * QUIC_MSEC, false, MTU);
	CHECK_EQ(pacer.burst, 65536);
}

/* Whatever the size of trains and the lateness of the caller, the rate holds over time. */
TEST("the rate holds over time")
{
	u64 now = QUIC_SEC, sent, room, start, late;
	struct quic_pacer pacer;
	unsigned int round;

	for (round = 0; round < 200; round++) {
		host_seed(round);
		quic_pacer_init(&pacer);
		quic_pacer_update(&pacer, 20000 + 10000 * round, 50 * QUIC_MSEC, false, MTU);
		start = now;
		sent = 0;
		while (now < start + 10 * QUIC_SEC) {
			room = quic_pacer_room(&pacer, now, MTU);
			if (!room) {
				quic_random(&late, sizeof(late));
				now = pacer.next_at + late % (pacer.burst * QUIC_SEC / pacer.rate);
				continue;
			}
			CHECK(room >= MTU);
			CHECK(room <= 2 * pacer.burst);
			room -= room % MTU;
			quic_pacer_sent(&pacer, room, now);
			sent += room;
			CHECK(sent <= (now - start) * pacer.rate / QUIC_SEC + 3 * pacer.burst);
		}
		CHECK(sent >= 10 * pacer.rate * 9 / 10);
	}
}

TEST("extreme rates")
{
	struct quic_pacer pacer;

	quic_pacer_init(&pacer);
	quic_pacer_update(&pacer, 2400, 3600 * QUIC_SEC, false, MTU);
	CHECK_EQ(pacer.rate, 1);
	quic_pacer_sent(&pacer, 65536, QUIC_SEC);
	CHECK(pacer.next_at != QUIC_NEVER);
	quic_pacer_init(&pacer);
	quic_pacer_update(&pacer, U64_MAX, 1, true, 65507);
	CHECK(pacer.rate >= 1ULL << 33);
	quic_pacer_sent(&pacer, 1 << 20, QUIC_SEC);
	CHECK(quic_pacer_room(&pacer, QUIC_SEC, 65507) > 0);
}
