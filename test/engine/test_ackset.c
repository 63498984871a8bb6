// SPDX-License-Identifier: GPL-2.0-only
/* Received packet numbers and the ACK frames made of them, against a plain list. */
#include "ackset.h"
#include "check.h"

static u64 pick(u64 below)
{
	u64 value;

	quic_random(&value, sizeof(value));
	return value % below;
}

static size_t write_frame(const struct quic_ackset *set, u8 *buf, size_t room, u64 delay,
			  const u64 *ecn)
{
	struct quic_writer w = { buf, buf + room };

	return quic_ackset_write(set, &w, delay, ecn) ? (size_t)(w.pos - buf) : 0;
}

TEST("an empty set writes no frame")
{
	struct quic_ackset set = {};
	u8 buf[64];

	CHECK_EQ(quic_ackset_largest(&set), U64_MAX);
	CHECK(!quic_ackset_has(&set, 0));
	CHECK_EQ(write_frame(&set, buf, sizeof(buf), 0, NULL), 0);
}

TEST("ranges grow and merge")
{
	struct quic_ackset set = {};

	quic_ackset_add(&set, 5);
	quic_ackset_add(&set, 7);
	CHECK_EQ(set.count, 2);
	quic_ackset_add(&set, 6);
	CHECK_EQ(set.count, 1);
	quic_ackset_add(&set, 4);
	quic_ackset_add(&set, 8);
	quic_ackset_add(&set, 6);
	CHECK_EQ(set.count, 1);
	CHECK_EQ(set.ranges[0].first, 4);
	CHECK_EQ(set.ranges[0].last, 8);
	quic_ackset_add(&set, 0);
	CHECK_EQ(set.count, 2);
	CHECK_EQ(quic_ackset_largest(&set), 8);
	CHECK(quic_ackset_has(&set, 0));
	CHECK(!quic_ackset_has(&set, 1));
	CHECK(!quic_ackset_has(&set, 9));
}

TEST("a gap is seen from above")
{
	struct quic_ackset set = {};

	CHECK(!quic_ackset_gap_before(&set, 0));
	quic_ackset_add(&set, 0);
	CHECK(!quic_ackset_gap_before(&set, 1));
	CHECK(quic_ackset_gap_before(&set, 2));
}

/* RFC 9000, 19.3 and 19.3.1. */
TEST("the frame is encoded as rfc 9000 says")
{
	static const u64 ecn[3] = { 1, 0, 70 };
	struct quic_ackset set = {};
	u8 buf[64], want[64];
	size_t len;
	u64 pn;

	for (pn = 10; pn <= 20; pn++)
		if (pn < 13 || pn > 15)
			quic_ackset_add(&set, pn);
	quic_ackset_add(&set, 2);

	/* largest 20, delay 100, two more ranges, 16..20; gap 13..15, 10..12; gap 3..9, 2 */
	len = check_hex("02 14 4064 02 04 02 02 06 00", want, sizeof(want));
	CHECK_EQ(write_frame(&set, buf, sizeof(buf), 100, NULL), len);
	CHECK_MEM(buf, want, len);

	len = check_hex("03 14 4064 02 04 02 02 06 00 01 00 4046", want, sizeof(want));
	CHECK_EQ(write_frame(&set, buf, sizeof(buf), 100, ecn), len);
	CHECK_MEM(buf, want, len);
}

TEST("ranges that do not fit are left out")
{
	struct quic_ackset set = {};
	u8 buf[64];

	quic_ackset_add(&set, 2);
	quic_ackset_add(&set, 10);
	CHECK_EQ(write_frame(&set, buf, 4, 0, NULL), 0);
	CHECK_EQ(write_frame(&set, buf, 5, 0, NULL), 5);
	CHECK_EQ(buf[3], 0);
	CHECK_EQ(write_frame(&set, buf, 6, 0, NULL), 5);
	CHECK_EQ(write_frame(&set, buf, 7, 0, NULL), 7);
	CHECK_EQ(buf[3], 1);
}

/* P16: numbers may jump as far as they like; nothing is stored per number. */
TEST("P16 packet number jumps")
{
	static const u64 jumps[] = { 1, 4095, 4096, 1ULL << 31, (1ULL << 62) - 1 };
	unsigned int i;
	u8 buf[64];

	for (i = 0; i < ARRAY_SIZE(jumps); i++) {
		struct quic_ackset set = {};
		u64 pn = min(jumps[i] + 1, QUIC_VARINT_MAX);

		quic_ackset_add(&set, 0);
		quic_ackset_add(&set, pn);
		CHECK_EQ(set.count, 2);
		CHECK_EQ(quic_ackset_largest(&set), pn);
		CHECK(quic_ackset_gap_before(&set, pn));
		CHECK(!quic_ackset_has(&set, pn - 1));
		CHECK(write_frame(&set, buf, sizeof(buf), 0, NULL));
		quic_ackset_add(&set, pn - 1);
		CHECK_EQ(set.count, pn == 2 ? 1 : 2);
	}
}

/* P16, RFC 9000, 13.2.3: below what was forgotten everything counts as received. */
TEST("P16 the lowest range is forgotten and never accepted again")
{
	struct quic_ackset set = {};
	u64 i;

	for (i = 0; i < QUIC_ACK_RANGES_MAX; i++)
		quic_ackset_add(&set, 100 + 2 * i);
	CHECK_EQ(set.floor, 0);
	quic_ackset_add(&set, 1000);
	CHECK_EQ(set.count, QUIC_ACK_RANGES_MAX);
	CHECK_EQ(set.floor, 101);
	CHECK(quic_ackset_has(&set, 100));
	CHECK(quic_ackset_has(&set, 3));
	CHECK(!quic_ackset_has(&set, 101));
	CHECK(quic_ackset_has(&set, 102));

	/* One more at the bottom is itself the lowest. */
	quic_ackset_add(&set, 101);
	CHECK_EQ(set.count, QUIC_ACK_RANGES_MAX);
	for (i = 1; i < QUIC_ACK_RANGES_MAX; i++)
		quic_ackset_add(&set, 2000 + 2 * i);
	CHECK_EQ(set.count, QUIC_ACK_RANGES_MAX);
	CHECK_EQ(set.ranges[QUIC_ACK_RANGES_MAX - 1].last, 1000);
	quic_ackset_add(&set, 998);
	CHECK_EQ(set.count, QUIC_ACK_RANGES_MAX);
	CHECK(quic_ackset_has(&set, 998));
	CHECK_EQ(set.floor, 999);
}

/* RFC 9000, 13.2.4 */
TEST("acknowledged acknowledgements are forgotten")
{
	struct quic_ackset set = {};

	quic_ackset_add(&set, 1);
	quic_ackset_add(&set, 5);
	quic_ackset_add(&set, 9);
	quic_ackset_add(&set, 10);
	quic_ackset_forget(&set, 5);
	CHECK_EQ(set.count, 1);
	CHECK_EQ(set.floor, 6);
	CHECK(quic_ackset_has(&set, 3));
	CHECK(!quic_ackset_has(&set, 7));
	/* The highest range stays. */
	quic_ackset_forget(&set, 10);
	CHECK_EQ(quic_ackset_largest(&set), 10);
	CHECK_EQ(set.floor, 6);
}

TEST("random sets match a list and survive the wire")
{
	enum { NUMBERS = 300 };
	unsigned int round, i;

	for (round = 0; round < 2000; round++) {
		bool seen[NUMBERS] = {}, acked[NUMBERS] = {};
		struct quic_ackset set = {};
		struct quic_frame frame;
		struct quic_reader r;
		u64 smallest = 0, largest, pn;
		u8 buf[1200];
		size_t len;

		host_seed(round);
		for (i = pick(NUMBERS) + 1; i; i--) {
			pn = pick(NUMBERS);
			CHECK_EQ(quic_ackset_has(&set, pn), seen[pn] || pn < set.floor);
			quic_ackset_add(&set, pn);
			seen[pn] = true;
			if (!pick(20))
				quic_ackset_forget(&set, pick(NUMBERS));
		}
		len = write_frame(&set, buf, sizeof(buf), 0, NULL);
		CHECK(len);
		r.pos = buf;
		r.end = buf + len;
		CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_1RTT), 0);
		CHECK_EQ(quic_reader_left(&r), 0);
		for (i = 0; i <= frame.ack.range_count; i++) {
			CHECK_EQ(quic_ack_next(&frame.ack, i, &smallest, &largest), 0);
			for (pn = smallest; pn <= largest; pn++)
				acked[pn] = true;
		}
		for (pn = 0; pn < NUMBERS; pn++) {
			if (acked[pn])
				CHECK(seen[pn]);
			else if (pn >= set.floor)
				CHECK(!seen[pn]);
		}
	}
}
