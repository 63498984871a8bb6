// SPDX-License-Identifier: GPL-2.0-only
/* When acknowledgements are due (RFC 9000, 13.2.1, 13.2.2; S8.10). */
#include "check.h"
#include "recovery.h"

#define DELAY	(25 * QUIC_MSEC)
#define NOW	QUIC_SEC

static struct quic_space space;

static void setup(void)
{
	memset(&space, 0, sizeof(space));
	space.ack_at = QUIC_NEVER;
}

static void data(u64 pn, u64 now)
{
	quic_space_on_received(&space, pn, true, false, DELAY, 0, now);
}

TEST("plain data waits for max ack delay")
{
	setup();
	data(0, NOW);
	CHECK_EQ(space.ack_at, NOW + DELAY);
	CHECK_EQ(space.largest_at, NOW);
}

/* RFC 9000, 13.2 */
TEST("the second packet makes it due")
{
	setup();
	data(0, NOW);
	data(1, NOW + 1);
	CHECK_EQ(space.ack_at, NOW + 1);
	quic_space_ack_sent(&space);
	CHECK_EQ(space.ack_at, QUIC_NEVER);
	data(2, NOW + 2);
	CHECK_EQ(space.ack_at, NOW + 2 + DELAY);
}

TEST("S8.10 frames other than plain data are acknowledged at once")
{
	setup();
	quic_space_on_received(&space, 0, true, true, DELAY, 0, NOW);
	CHECK_EQ(space.ack_at, NOW);
}

TEST("handshake spaces have no delay")
{
	setup();
	quic_space_on_received(&space, 0, true, false, 0, 0, NOW);
	CHECK_EQ(space.ack_at, NOW);
}

TEST("a gap and a late packet are acknowledged at once")
{
	setup();
	data(0, NOW);
	quic_space_ack_sent(&space);
	data(2, NOW + 1);
	CHECK_EQ(space.ack_at, NOW + 1);
	quic_space_ack_sent(&space);
	data(1, NOW + 2);
	CHECK_EQ(space.ack_at, NOW + 2);
	CHECK_EQ(space.largest_at, NOW + 1);
	quic_space_ack_sent(&space);
	data(3, NOW + 3);
	CHECK_EQ(space.ack_at, NOW + 3 + DELAY);
}

/* RFC 9000, 13.2.1: acknowledgements are not acknowledged. */
TEST("packets that elicit nothing make nothing due")
{
	setup();
	quic_space_on_received(&space, 5, false, false, DELAY, 0, NOW);
	quic_space_on_received(&space, 9, false, false, DELAY, 0, NOW);
	CHECK_EQ(space.ack_at, QUIC_NEVER);
	CHECK(quic_ackset_has(&space.received, 9));
}

TEST("congestion marks are counted and reported at once")
{
	setup();
	quic_space_on_received(&space, 0, true, false, DELAY, 2, NOW);
	CHECK_EQ(space.ack_at, NOW + DELAY);
	quic_space_ack_sent(&space);
	quic_space_on_received(&space, 1, true, false, DELAY, 3, NOW);
	CHECK_EQ(space.ack_at, NOW);
	quic_space_on_received(&space, 2, true, false, DELAY, 1, NOW);
	CHECK_EQ(space.ecn[0], 1);
	CHECK_EQ(space.ecn[1], 1);
	CHECK_EQ(space.ecn[2], 1);
}

TEST("P16 jumps are acknowledged at once")
{
	static const u64 numbers[] = { 0, 2, 2 + 4096, 2 + 4096 + 4097, 1ULL << 31,
				       QUIC_VARINT_MAX };
	unsigned int i;

	setup();
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		data(numbers[i], NOW + i);
		CHECK_EQ(space.ack_at, NOW + i + (i ? 0 : DELAY));
		quic_space_ack_sent(&space);
	}
	CHECK_EQ(quic_ackset_largest(&space.received), QUIC_VARINT_MAX);
	/* What lies between may still come. */
	CHECK(!quic_ackset_has(&space.received, QUIC_VARINT_MAX - 1));
}
