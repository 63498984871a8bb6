// SPDX-License-Identifier: GPL-2.0-only
/* Bytes to send of one stream or CRYPTO level, kept until they are acknowledged. */
#include "sendbuf.h"

#define CHUNK_MIN	512
#define CHUNK_MAX	(16384 - sizeof(struct quic_chunk))

/* Bytes from offset @start of the stream: @len of them, with room for @size. */
struct quic_chunk {
	struct list_head node;
	u64 start;
	u32 len, size;
	u8 data[];
};

/* A range above quic_sendbuf.start that was acknowledged. */
struct quic_acked {
	struct rb_node node;
	u64 start, end;
};

void quic_sendbuf_init(struct quic_sendbuf *sb)
{
	memset(sb, 0, sizeof(*sb));
	INIT_LIST_HEAD(&sb->chunks);
	sb->acked = RB_ROOT;
}

static void sendbuf_free_chunk(struct quic_sendbuf *sb, struct quic_mem *mem,
			       struct quic_chunk *chunk)
{
	if (sb->hint[0] == chunk)
		sb->hint[0] = NULL;
	if (sb->hint[1] == chunk)
		sb->hint[1] = NULL;
	list_del(&chunk->node);
	quic_free(mem, chunk, sizeof(*chunk) + chunk->size);
}

static void sendbuf_free_acked(struct quic_sendbuf *sb, struct quic_mem *mem,
			       struct quic_acked *acked)
{
	rb_erase(&acked->node, &sb->acked);
	quic_free(mem, acked, sizeof(*acked));
}

static struct quic_acked *sendbuf_first_acked(const struct quic_sendbuf *sb)
{
	return rb_entry_safe(rb_first(&sb->acked), struct quic_acked, node);
}

static struct quic_acked *sendbuf_next_acked(const struct quic_acked *acked)
{
	return rb_entry_safe(rb_next(&acked->node), struct quic_acked, node);
}

void quic_sendbuf_clear(struct quic_sendbuf *sb, struct quic_mem *mem)
{
	struct quic_chunk *chunk, *tmp;
	struct quic_acked *acked;

	list_for_each_entry_safe(chunk, tmp, &sb->chunks, node)
		sendbuf_free_chunk(sb, mem, chunk);
	while ((acked = sendbuf_first_acked(sb)))
		sendbuf_free_acked(sb, mem, acked);
	sb->lost_count = 0;
	sb->start = sb->end;
	sb->next = sb->end;
}

/* ---- bytes of the application ---- */

/*
 * A new chunk is twice as large as the one before, so that a short message does not cost 16 KiB and
 * a long one is not scattered. A sixteenth of the account is left for records of acknowledged
 * ranges: without them bytes that have arrived would be sent again.
 */
static struct quic_chunk *sendbuf_new_chunk(struct quic_sendbuf *sb, struct quic_mem *mem,
					    size_t want, bool may_sleep)
{
	struct quic_chunk *chunk;
	u64 limit = mem->limit - (mem->limit >> 4), left;
	size_t size = max_t(size_t, want, CHUNK_MIN);

	if (mem->used >= limit)
		return NULL;
	left = limit - mem->used;
	if (left <= sizeof(*chunk))
		return NULL;
	if (!list_empty(&sb->chunks)) {
		chunk = list_last_entry(&sb->chunks, struct quic_chunk, node);
		size = max_t(size_t, size, 2 * chunk->size);
	}
	size = min_t(size_t, size, CHUNK_MAX);
	size = min_t(u64, size, left - sizeof(*chunk));
	chunk = quic_alloc_data(mem, sizeof(*chunk) + size, may_sleep);
	if (!chunk && size > CHUNK_MIN) {
		size = CHUNK_MIN;
		chunk = quic_alloc_data(mem, sizeof(*chunk) + size, may_sleep);
	}
	if (!chunk)
		return NULL;
	chunk->start = sb->end;
	chunk->len = 0;
	chunk->size = size;
	list_add_tail(&chunk->node, &sb->chunks);
	return chunk;
}

u8 *quic_sendbuf_reserve(struct quic_sendbuf *sb, struct quic_mem *mem, size_t want, bool may_sleep,
			 size_t *room)
{
	struct quic_chunk *chunk = NULL;

	if (!list_empty(&sb->chunks))
		chunk = list_last_entry(&sb->chunks, struct quic_chunk, node);
	if (!chunk || chunk->len == chunk->size) {
		chunk = sendbuf_new_chunk(sb, mem, want, may_sleep);
		if (!chunk)
			return NULL;
	}
	*room = min_t(size_t, want, chunk->size - chunk->len);
	return chunk->data + chunk->len;
}

void quic_sendbuf_commit(struct quic_sendbuf *sb, size_t len)
{
	struct quic_chunk *chunk;

	if (!len)
		return;
	chunk = list_last_entry(&sb->chunks, struct quic_chunk, node);
	chunk->len += len;
	sb->end += len;
}

/* ---- the set of lost ranges ---- */

/* Add [start, end) to the sorted ranges in @set, which has room for one more; join what touches. */
static u8 range_insert(struct quic_range *set, u8 count, u64 start, u64 end)
{
	u8 i = 0, last;

	while (i < count && set[i].end < start)
		i++;
	for (last = i; last < count && set[last].start <= end; last++) {
		start = min(start, set[last].start);
		end = max(end, set[last].end);
	}
	/* [i, last) becomes one */
	memmove(&set[i + 1], &set[last], (count - last) * sizeof(*set));
	set[i].start = start;
	set[i].end = end;
	return count - (last - i) + 1;
}

static void sendbuf_add_lost(struct quic_sendbuf *sb, u64 start, u64 end)
{
	struct quic_range set[QUIC_SENDBUF_LOST_MAX + 1];
	u8 count, i, closest = 0;

	memcpy(set, sb->lost, sb->lost_count * sizeof(*set));
	count = range_insert(set, sb->lost_count, start, end);
	if (count > QUIC_SENDBUF_LOST_MAX) {
		for (i = 1; i + 1 < count; i++)
			if (set[i + 1].start - set[i].end <
			    set[closest + 1].start - set[closest].end)
				closest = i;
		set[closest].end = set[closest + 1].end;
		count--;
		memmove(&set[closest + 1], &set[closest + 2],
			(count - closest - 1) * sizeof(*set));
	}
	memcpy(sb->lost, set, count * sizeof(*set));
	sb->lost_count = count;
}

/* [start, end) need not be sent again. A hole in the middle of the last free range stays in it. */
static void sendbuf_subtract_lost(struct quic_sendbuf *sb, u64 start, u64 end)
{
	struct quic_range *range;
	u8 i = 0;

	while (i < sb->lost_count && sb->lost[i].start < end) {
		range = &sb->lost[i];
		if (range->end <= start) {
			i++;
		} else if (range->start >= start && range->end <= end) {
			sb->lost_count--;
			memmove(range, range + 1, (sb->lost_count - i) * sizeof(*range));
		} else if (range->start >= start) {
			range->start = end;
			i++;
		} else if (range->end <= end) {
			range->end = start;
			i++;
		} else {
			if (sb->lost_count < QUIC_SENDBUF_LOST_MAX) {
				memmove(range + 1, range,
					(sb->lost_count - i) * sizeof(*range));
				sb->lost_count++;
				range[0].end = start;
				range[1].start = end;
			}
			return;
		}
	}
}

u64 quic_sendbuf_lost_bytes(const struct quic_sendbuf *sb)
{
	u64 sum = 0;
	u8 i;

	for (i = 0; i < sb->lost_count; i++)
		sum += sb->lost[i].end - sb->lost[i].start;
	return sum;
}

/* ---- sending ---- */

bool quic_sendbuf_next(const struct quic_sendbuf *sb, u64 *offset, u64 *len)
{
	if (sb->lost_count) {
		*offset = sb->lost[0].start;
		*len = sb->lost[0].end - sb->lost[0].start;
	} else {
		*offset = sb->next;
		*len = sb->end - sb->next;
	}
	return *len;
}

void quic_sendbuf_copy(struct quic_sendbuf *sb, u64 offset, u8 *to, size_t len)
{
	struct quic_chunk **hint = &sb->hint[offset == sb->next], *chunk = *hint;
	size_t skip, part;

	if (!len)
		return;
	/* Lost bytes are near the beginning, and go forward from there. */
	if (!chunk || chunk->start > offset)
		chunk = list_first_entry(&sb->chunks, struct quic_chunk, node);
	while (chunk->start + chunk->len <= offset)
		chunk = list_next_entry(chunk, node);
	for (;;) {
		skip = offset - chunk->start;
		part = min_t(size_t, len, chunk->len - skip);
		memcpy(to, chunk->data + skip, part);
		len -= part;
		if (!len)
			break;
		to += part;
		offset += part;
		chunk = list_next_entry(chunk, node);
	}
	*hint = chunk;
}

void quic_sendbuf_sent(struct quic_sendbuf *sb, u64 offset, size_t len)
{
	if (sb->lost_count)
		sendbuf_subtract_lost(sb, offset, offset + len);
	sb->next = max(sb->next, offset + len);
}

/* ---- fate ---- */

/* The first acknowledged range that ends at or above @offset, or NULL. */
static struct quic_acked *sendbuf_find_acked(const struct quic_sendbuf *sb, u64 offset)
{
	struct rb_node *node = sb->acked.rb_node;
	struct quic_acked *acked, *found = NULL;

	while (node) {
		acked = rb_entry(node, struct quic_acked, node);
		if (acked->end >= offset) {
			found = acked;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static void sendbuf_link_acked(struct quic_sendbuf *sb, struct quic_acked *acked)
{
	struct rb_node **link = &sb->acked.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (acked->start < rb_entry(parent, struct quic_acked, node)->start)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&acked->node, parent, link);
	rb_insert_color(&acked->node, &sb->acked);
}

static void sendbuf_mark_lost(struct quic_sendbuf *sb, u64 start, u64 end)
{
	struct quic_acked *acked;

	start = max(start, sb->start);
	end = min(end, sb->next);
	for (acked = sendbuf_find_acked(sb, start); acked && acked->start < end;
	     acked = sendbuf_next_acked(acked)) {
		if (start < acked->start)
			sendbuf_add_lost(sb, start, acked->start);
		start = max(start, acked->end);
	}
	if (start < end)
		sendbuf_add_lost(sb, start, end);
}

/* Everything before @end has arrived, and perhaps more that touches it. */
static void sendbuf_advance(struct quic_sendbuf *sb, struct quic_mem *mem, u64 end)
{
	struct quic_chunk *chunk, *tmp;
	struct quic_acked *acked;

	while ((acked = sendbuf_first_acked(sb)) && acked->start <= end) {
		end = max(end, acked->end);
		sendbuf_free_acked(sb, mem, acked);
	}
	if (sb->lost_count)
		sendbuf_subtract_lost(sb, sb->start, end);
	sb->start = end;
	list_for_each_entry_safe(chunk, tmp, &sb->chunks, node) {
		if (chunk->start + chunk->len > end)
			break;
		sendbuf_free_chunk(sb, mem, chunk);
	}
}

/* [start, end), which lies above sb->start, has arrived. False without memory. */
static bool sendbuf_record_acked(struct quic_sendbuf *sb, struct quic_mem *mem, u64 start, u64 end)
{
	struct quic_acked *acked = sendbuf_find_acked(sb, start), *next;

	if (!acked || acked->start > end) {
		acked = quic_alloc(mem, sizeof(*acked));
		if (!acked)
			return false;
		acked->start = start;
		acked->end = end;
		sendbuf_link_acked(sb, acked);
		return true;
	}
	acked->start = min(acked->start, start);
	acked->end = max(acked->end, end);
	while ((next = sendbuf_next_acked(acked)) && next->start <= acked->end) {
		acked->end = max(acked->end, next->end);
		sendbuf_free_acked(sb, mem, next);
	}
	return true;
}

void quic_sendbuf_acked(struct quic_sendbuf *sb, struct quic_mem *mem, u64 offset, size_t len)
{
	u64 start = max(offset, sb->start), end = offset + len;

	if (start >= end)
		return;
	if (start == sb->start) {
		sendbuf_advance(sb, mem, end);
	} else if (!sendbuf_record_acked(sb, mem, start, end)) {
		sendbuf_mark_lost(sb, start, end);
	} else if (sb->lost_count) {
		sendbuf_subtract_lost(sb, start, end);
	}
}

void quic_sendbuf_lost(struct quic_sendbuf *sb, u64 offset, size_t len)
{
	sendbuf_mark_lost(sb, offset, offset + len);
}

void quic_sendbuf_lost_all(struct quic_sendbuf *sb)
{
	sendbuf_mark_lost(sb, sb->start, sb->next);
}
