// SPDX-License-Identifier: GPL-2.0-only
/* quic_recvbuf: reassembly, copying, memory. */
#include "check.h"
#include "recvbuf.h"

#define PACKET	1200

static u8 pattern(u64 offset)
{
	return offset * 13 + (offset >> 8);
}

static u32 pick(u32 below)
{
	u32 value;

	quic_random(&value, sizeof(value));
	return value % below;
}

static int insert(struct quic_recvbuf *rb, struct quic_mem *mem, u64 offset, size_t len,
		  size_t packet_len, struct list_head *ready)
{
	struct quic_ref *ref = host_ref_new(len);
	size_t i;
	int err;

	for (i = 0; i < len; i++)
		ref->data[i] = pattern(offset + i);
	err = quic_recvbuf_insert(rb, mem, ref, ref->data, offset, len, packet_len, ready);
	quic_ref_put(ref);
	return err;
}

/* Take everything deliverable; checks offsets and bytes. */
static u64 take(struct quic_mem *mem, struct list_head *ready, u64 from)
{
	struct quic_segment *seg, *tmp;
	u32 i;

	list_for_each_entry_safe(seg, tmp, ready, order) {
		CHECK_EQ(seg->offset, from);
		CHECK(seg->len > 0);
		for (i = 0; i < seg->len; i++)
			CHECK_EQ(seg->data[i], pattern(from + i));
		from += seg->len;
		list_del(&seg->order);
		quic_segment_free(mem, seg);
	}
	return from;
}

TEST("in order data takes one allocation and no tree")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_recvbuf rb;
	struct list_head ready;

	INIT_LIST_HEAD(&ready);
	quic_recvbuf_init(&rb);
	CHECK_EQ(insert(&rb, &mem, 0, PACKET, PACKET, &ready), 0);
	CHECK_EQ(mem.used, sizeof(struct quic_segment));
	CHECK(RB_EMPTY_ROOT(&rb.tree));
	CHECK_EQ(rb.next, PACKET);
	CHECK_EQ(rb.highest, PACKET);
	CHECK_EQ(take(&mem, &ready, 0), PACKET);
	CHECK_EQ(mem.used, 0);
}

/* RFC 9000, 2.2 */
TEST("a gap holds data back")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_recvbuf rb;
	struct list_head ready;

	INIT_LIST_HEAD(&ready);
	quic_recvbuf_init(&rb);
	CHECK_EQ(insert(&rb, &mem, 100, 100, 100, &ready), 0);
	CHECK_EQ(insert(&rb, &mem, 300, 100, 100, &ready), 0);
	CHECK(list_empty(&ready));
	CHECK_EQ(rb.highest, 400);
	CHECK_EQ(insert(&rb, &mem, 0, 100, 100, &ready), 0);
	CHECK_EQ(take(&mem, &ready, 0), 200);
	CHECK_EQ(insert(&rb, &mem, 150, 200, 200, &ready), 0);
	CHECK_EQ(take(&mem, &ready, 200), 400);
	CHECK_EQ(mem.used, 0);
}

TEST("what covers many pieces replaces them")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_recvbuf rb;
	struct list_head ready;
	u64 i;

	INIT_LIST_HEAD(&ready);
	quic_recvbuf_init(&rb);
	for (i = 1; i < 1000; i += 2)
		CHECK_EQ(insert(&rb, &mem, i, 1, PACKET, &ready), 0);
	CHECK(host_blocks() == 500);
	CHECK_EQ(insert(&rb, &mem, 2, 990, 990, &ready), 0);
	CHECK(host_blocks() < 12);
	CHECK_EQ(insert(&rb, &mem, 0, 1000, 1000, &ready), 0);
	CHECK_EQ(take(&mem, &ready, 0), 1000);
	CHECK_EQ(mem.used, 0);
}

TEST("P22 a byte does not pin its packet")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_recvbuf rb;
	struct list_head ready;
	u64 i;

	INIT_LIST_HEAD(&ready);
	quic_recvbuf_init(&rb);
	/* one block for each record with its byte: no packet is kept */
	for (i = 0; i < 100; i++)
		CHECK_EQ(insert(&rb, &mem, i * 2, 1, 65000, &ready), 0);
	CHECK_EQ(host_blocks(), 100);
	CHECK_EQ(mem.used, 100 * (sizeof(struct quic_segment) + 1));
	CHECK_EQ(take(&mem, &ready, 0), 1);
	/* a trimmed piece counts with what is left of it */
	CHECK_EQ(insert(&rb, &mem, 1000, 1200, PACKET, &ready), 0);
	CHECK_EQ(host_blocks(), 99 + 2);
	CHECK_EQ(insert(&rb, &mem, 2000, 210, PACKET, &ready), 0);
	CHECK_EQ(host_blocks(), 99 + 2 + 1);
	quic_recvbuf_clear(&rb, &mem);
	CHECK_EQ(mem.used, 0);
}

TEST("P22 gaps never take the memory of the missing bytes")
{
	struct quic_mem mem = { .used = 0, .limit = 65536 };
	struct quic_recvbuf rb;
	struct list_head ready;
	u64 i, refused = 0;

	INIT_LIST_HEAD(&ready);
	quic_recvbuf_init(&rb);
	for (i = 0; i < 100000; i++)
		refused += !!insert(&rb, &mem, 2 + i * 2, 1, PACKET, &ready);
	CHECK(refused > 90000);
	CHECK(mem.used <= mem.limit / 2 + sizeof(struct quic_segment) + 1);
	CHECK_EQ(insert(&rb, &mem, 0, 2, PACKET, &ready), 0);
	CHECK(!list_empty(&ready));
	take(&mem, &ready, 0);
	quic_recvbuf_clear(&rb, &mem);
	CHECK_EQ(mem.used, 0);
}

TEST("without memory nothing changes")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_recvbuf rb;
	struct list_head ready;
	u64 used;

	INIT_LIST_HEAD(&ready);
	quic_recvbuf_init(&rb);
	CHECK_EQ(insert(&rb, &mem, 10, 5, 5, &ready), 0);
	CHECK_EQ(insert(&rb, &mem, 20, 5, 5, &ready), 0);
	used = mem.used;
	host_fail_alloc_after(0);
	CHECK_EQ(insert(&rb, &mem, 0, 100, 100, &ready), -ENOMEM);
	CHECK(host_alloc_failed());
	CHECK_EQ(mem.used, used);
	CHECK_EQ(rb.next, 0);
	CHECK_EQ(rb.highest, 25);
	CHECK(list_empty(&ready));
	CHECK_EQ(insert(&rb, &mem, 0, 100, 100, &ready), 0);
	CHECK_EQ(take(&mem, &ready, 0), 100);
}

/* Small streams, so that every relation of two pieces occurs. */
TEST("P11 every overlap in random order against a model")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	bool have[64];
	struct quic_recvbuf rb;
	struct list_head ready;
	u64 taken, prefix, highest, size;
	u32 seed, offset, len, i;

	for (seed = 1; seed <= 3000; seed++) {
		host_seed(seed);
		INIT_LIST_HEAD(&ready);
		quic_recvbuf_init(&rb);
		memset(have, 0, sizeof(have));
		size = 1 + pick(ARRAY_SIZE(have));
		taken = 0;
		highest = 0;
		while (taken < size) {
			offset = pick(size);
			len = pick(1 + min_t(u32, size - offset, 1 + pick(20)));
			CHECK_EQ(insert(&rb, &mem, offset, len, pick(2) ? 1 : 200, &ready), 0);
			for (i = offset; i < offset + len; i++)
				have[i] = true;
			if (len)
				highest = max_t(u64, highest, offset + len);
			for (prefix = 0; prefix < size && have[prefix];)
				prefix++;
			taken = take(&mem, &ready, taken);
			CHECK_EQ(taken, prefix);
			CHECK_EQ(rb.next, prefix);
			CHECK_EQ(rb.highest, highest);
		}
		CHECK(RB_EMPTY_ROOT(&rb.tree));
		CHECK_EQ(mem.used, 0);
	}
}
