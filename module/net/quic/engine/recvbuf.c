// SPDX-License-Identifier: GPL-2.0-only
/* Reassembly of one received byte stream (RFC 9000, 2.2). */
#include "recvbuf.h"

void quic_recvbuf_init(struct quic_recvbuf *rb)
{
	memset(rb, 0, sizeof(*rb));
	rb->tree = RB_ROOT;
}

void quic_recvbuf_clear(struct quic_recvbuf *rb, struct quic_mem *mem)
{
	struct rb_node *node;

	while ((node = rb_first(&rb->tree))) {
		rb_erase(node, &rb->tree);
		quic_segment_free(mem, rb_entry(node, struct quic_segment, node));
	}
	rb->pieces = 0;
}

static struct quic_segment *recvbuf_next(struct quic_segment *seg)
{
	return rb_entry_safe(rb_next(&seg->node), struct quic_segment, node);
}

static u64 segment_end(const struct quic_segment *seg)
{
	return seg->offset + seg->len;
}

/* The last segment that begins at or below @offset, or NULL. */
static struct quic_segment *recvbuf_floor(const struct quic_recvbuf *rb, u64 offset)
{
	struct rb_node *node = rb->tree.rb_node;
	struct quic_segment *seg, *found = NULL;

	while (node) {
		seg = rb_entry(node, struct quic_segment, node);
		if (seg->offset <= offset) {
			found = seg;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}
	return found;
}

static void recvbuf_link(struct quic_recvbuf *rb, struct quic_segment *seg)
{
	struct rb_node **link = &rb->tree.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (seg->offset < rb_entry(parent, struct quic_segment, node)->offset)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&seg->node, parent, link);
	rb_insert_color(&seg->node, &rb->tree);
	rb->pieces++;
}

static void recvbuf_unlink(struct quic_recvbuf *rb, struct quic_segment *seg)
{
	rb_erase(&seg->node, &rb->tree);
	rb->pieces--;
}

/* Move what has become contiguous from the tree to the reader. */
static void recvbuf_advance(struct quic_recvbuf *rb, struct list_head *ready)
{
	struct quic_segment *seg;

	while ((seg = rb_entry_safe(rb_first(&rb->tree), struct quic_segment, node)) &&
	       seg->offset == rb->next) {
		recvbuf_unlink(rb, seg);
		rb->next = segment_end(seg);
		list_add_tail(&seg->order, ready);
	}
}

/*
 * Segments never change once they are made. What arrives is cut at its two ends to what no
 * neighbour has; segments that lie between these ends are replaced by it. So there is exactly one
 * allocation for each frame, however many gaps it closes.
 */
int quic_recvbuf_insert(struct quic_recvbuf *rb, struct quic_mem *mem, struct quic_ref *ref,
			const u8 *data, u64 offset, size_t len, size_t packet_len,
			struct list_head *ready)
{
	u64 start = max(offset, rb->next), end = offset + len;
	struct quic_segment *seg, *other = NULL, *after;

	if (start >= end)
		return 0;

	if (!RB_EMPTY_ROOT(&rb->tree)) {
		other = recvbuf_floor(rb, start);
		if (other)
			start = max(start, segment_end(other));
		if (start >= end)
			return 0;
		/* Only the last one may reach beyond @end: they are disjoint. */
		after = recvbuf_floor(rb, end - 1);
		if (after && after->offset >= start && segment_end(after) >= end)
			end = after->offset;
		if (start >= end)
			return 0;
		other = other ? recvbuf_next(other) :
		    rb_entry_safe(rb_first(&rb->tree), struct quic_segment, node);
	}

	/* What waits for a gap gets half of the memory: the missing bytes are always admitted (P22). */
	if (start > rb->next && mem->used >= mem->limit / 2)
		return -ENOMEM;
	seg = quic_segment_new(mem, ref, data + (start - offset), start, end - start, packet_len);
	if (!seg)
		return -ENOMEM;

	while (other && other->offset < end) {
		after = recvbuf_next(other);
		recvbuf_unlink(rb, other);
		quic_segment_free(mem, other);
		other = after;
	}
	rb->highest = max(rb->highest, offset + len);

	if (start > rb->next) {
		recvbuf_link(rb, seg);
		return 0;
	}
	rb->next = end;
	list_add_tail(&seg->order, ready);
	if (other)
		recvbuf_advance(rb, ready);
	return 0;
}
