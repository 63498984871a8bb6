// SPDX-License-Identifier: GPL-2.0-only
/* Records of sent packets. */
#include "check.h"
#include "sent.h"

static struct quic_mem mem = HOST_MEM_UNLIMITED;

static void settle(struct quic_sent_queue *q, u64 pn)
{
	quic_sent_find(q, pn)->used = 0;
	quic_sent_trim(q, &mem);
}

TEST("records are found until they are settled")
{
	struct quic_sent_queue q;
	u64 pn;

	quic_sent_init(&q);
	CHECK(!quic_sent_find(&q, 0));
	CHECK_EQ(quic_sent_reserve(&q, &mem, 100), 0);
	for (pn = 0; pn < 100; pn++)
		quic_sent_add(&q, pn)->size = 1000 + pn;
	for (pn = 0; pn < 100; pn++)
		CHECK_EQ(quic_sent_find(&q, pn)->size, 1000 + pn);
	CHECK(!quic_sent_find(&q, 100));

	settle(&q, 50);
	CHECK(!quic_sent_find(&q, 50));
	CHECK_EQ(q.first, 0);
	for (pn = 0; pn < 50; pn++)
		settle(&q, pn);
	CHECK_EQ(q.first, 51);
	CHECK_EQ(quic_sent_find(&q, 51)->size, 1051);
	pn = 0;
	CHECK_EQ(quic_sent_next(&q, &pn)->size, 1051);
	CHECK_EQ(pn, 51);
	pn = 100;
	CHECK(!quic_sent_next(&q, &pn));
	quic_sent_clear(&q, &mem);
	CHECK_EQ(mem.used, 0);
}

TEST("skipped numbers have no record")
{
	struct quic_sent_queue q;

	quic_sent_init(&q);
	CHECK_EQ(quic_sent_reserve(&q, &mem, 5), 0);
	quic_sent_add(&q, 0);
	quic_sent_add(&q, 4);
	CHECK(!quic_sent_find(&q, 2));
	settle(&q, 0);
	CHECK_EQ(q.first, 4);
	quic_sent_clear(&q, &mem);
}

/* A long life with a bounded flight needs bounded memory. */
TEST("blocks are freed and the ring turns")
{
	u64 pn, done = 0, limit = 0;
	struct quic_sent_queue q;

	quic_sent_init(&q);
	for (pn = 0; pn < 20000; pn++) {
		CHECK_EQ(quic_sent_reserve(&q, &mem, 1), 0);
		quic_sent_add(&q, pn)->sent_at = pn;
		if (pn - done == 200)
			settle(&q, done++);
		if (pn == 1000)
			limit = mem.used;
		if (pn > 1000)
			CHECK(mem.used <= limit + sizeof(struct quic_sent_block));
		CHECK_EQ(quic_sent_find(&q, done)->sent_at, done);
	}
	while (done < pn)
		settle(&q, done++);
	CHECK(mem.used <= sizeof(struct quic_sent_block) + q.ring_size * sizeof(void *));
	quic_sent_clear(&q, &mem);
	CHECK_EQ(mem.used, 0);
}

TEST("reserving fails without memory and works later")
{
	struct quic_sent_queue q;
	unsigned int n;
	int err;

	for (n = 0;; n++) {
		quic_sent_init(&q);
		CHECK_EQ(quic_sent_reserve(&q, &mem, 1), 0);
		quic_sent_add(&q, 0);
		host_fail_alloc_after(n);
		err = quic_sent_reserve(&q, &mem, 500);
		if (!host_alloc_failed()) {
			CHECK_EQ(err, 0);
			quic_sent_clear(&q, &mem);
			break;
		}
		CHECK_EQ(err, -ENOMEM);
		CHECK(quic_sent_find(&q, 0));
		CHECK_EQ(quic_sent_reserve(&q, &mem, 500), 0);
		CHECK(quic_sent_add(&q, 500));
		quic_sent_clear(&q, &mem);
	}
	CHECK(n > 20);
	CHECK_EQ(mem.used, 0);
}
