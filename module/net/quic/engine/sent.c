// SPDX-License-Identifier: GPL-2.0-only
/* Records of sent packets in blocks, found through a ring of pointers. */
#include "sent.h"

#define RING_MIN	4

void quic_sent_init(struct quic_sent_queue *q)
{
	memset(q, 0, sizeof(*q));
}

static struct quic_sent_block **slot(const struct quic_sent_queue *q, u32 block)
{
	return &q->ring[(q->head + block) & (q->ring_size - 1)];
}

static void drop_block(struct quic_sent_queue *q, struct quic_mem *mem)
{
	struct quic_sent_block **first = slot(q, 0);

	quic_free(mem, *first, sizeof(**first));
	*first = NULL;
	q->head = (q->head + 1) & (q->ring_size - 1);
	q->count--;
	q->base += QUIC_SENT_BLOCK;
}

void quic_sent_clear(struct quic_sent_queue *q, struct quic_mem *mem)
{
	while (q->count)
		drop_block(q, mem);
	quic_free(mem, q->ring, q->ring_size * sizeof(*q->ring));
	quic_sent_init(q);
}

static int grow_ring(struct quic_sent_queue *q, struct quic_mem *mem)
{
	u32 i, size = q->ring_size ? 2 * q->ring_size : RING_MIN;
	struct quic_sent_block **ring;

	ring = quic_alloc(mem, size * sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	for (i = 0; i < q->count; i++)
		ring[i] = *slot(q, i);
	quic_free(mem, q->ring, q->ring_size * sizeof(*q->ring));
	q->ring = ring;
	q->ring_size = size;
	q->head = 0;
	return 0;
}

int quic_sent_reserve(struct quic_sent_queue *q, struct quic_mem *mem, unsigned int count)
{
	struct quic_sent_block *block;
	int err;

	if (!q->count) {
		q->base = q->next;
		q->first = q->next;
	}
	while (q->base + (u64)q->count * QUIC_SENT_BLOCK < q->next + count) {
		if (q->count == q->ring_size) {
			err = grow_ring(q, mem);
			if (err)
				return err;
		}
		block = quic_alloc(mem, sizeof(*block));
		if (!block)
			return -ENOMEM;
		*slot(q, q->count++) = block;
	}
	return 0;
}

struct quic_sent *quic_sent_at(const struct quic_sent_queue *q, u64 pn)
{
	u32 index = pn - q->base;

	return &(*slot(q, index / QUIC_SENT_BLOCK))->rec[index % QUIC_SENT_BLOCK];
}

struct quic_sent *quic_sent_add(struct quic_sent_queue *q, u64 pn)
{
	struct quic_sent *sent;

	if (WARN_ON_ONCE(pn < q->next || pn - q->base >= (u64)q->count * QUIC_SENT_BLOCK))
		return NULL;
	sent = quic_sent_at(q, pn);
	sent->used = 1;
	q->next = pn + 1;
	return sent;
}

struct quic_sent *quic_sent_find(const struct quic_sent_queue *q, u64 pn)
{
	struct quic_sent *sent;

	if (pn < q->first || pn >= q->next)
		return NULL;
	sent = quic_sent_at(q, pn);
	return sent->used ? sent : NULL;
}

struct quic_sent *quic_sent_next(const struct quic_sent_queue *q, u64 *pn)
{
	struct quic_sent *sent;

	for (*pn = max(*pn, q->first); *pn < q->next; ++*pn) {
		sent = quic_sent_at(q, *pn);
		if (sent->used)
			return sent;
	}
	return NULL;
}

void quic_sent_trim(struct quic_sent_queue *q, struct quic_mem *mem)
{
	while (q->first < q->next && !quic_sent_at(q, q->first)->used) {
		q->first++;
		if (q->first == q->base + QUIC_SENT_BLOCK)
			drop_block(q, mem);
	}
}
