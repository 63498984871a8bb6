// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"
#include "cid.h"

TEST("ids are equal by length and bytes")
{
	struct quic_cid a = { 2, { 1, 2 } }, b = { 2, { 1, 2, 3 } };
	struct quic_cid c = { 3, { 1, 2, 3 } }, none = {};

	CHECK(quic_cid_equal(&a, &b));
	CHECK(!quic_cid_equal(&b, &c));
	CHECK(!quic_cid_equal(&a, &none));
	CHECK(quic_cid_equal(&none, &none));
}

TEST("sets are searched by sequence number")
{
	struct quic_cid_set set = { .active = 5, .next_seq = 9 };

	CHECK(!quic_cid_active(&set));
	CHECK_EQ(quic_cid_lowest(&set), 9);
	set.entries[1] = (struct quic_cid_entry){ .seq = 7, .used = true };
	set.entries[7] = (struct quic_cid_entry){ .seq = 5, .used = true };
	set.entries[3] = (struct quic_cid_entry){ .seq = 2, .used = false };
	CHECK(quic_cid_find(&set, 7) == &set.entries[1]);
	CHECK(!quic_cid_find(&set, 2));
	CHECK(quic_cid_active(&set) == &set.entries[7]);
	CHECK_EQ(quic_cid_lowest(&set), 5);
	set.entries[0] = (struct quic_cid_entry){ .seq = 4, .used = true };
	CHECK(quic_cid_find(&set, 4) == &set.entries[0]);
	CHECK_EQ(quic_cid_lowest(&set), 4);
}
