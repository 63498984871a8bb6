// SPDX-License-Identifier: GPL-2.0-only
/* Received bytes that wait for their reader: left in their packet, or copied if they are few. */
#include "recvbuf.h"

/*
 * A segment that is smaller than a quarter of its datagram is copied: what a peer can pin by
 * sending little is then at most four times what flow control lets it send (P22; RFC 9000, 21.7).
 */
bool quic_segment_is_small(size_t len, size_t packet_len)
{
	return len < packet_len / 4;
}

struct quic_segment *quic_segment_copy(struct quic_mem *mem, const u8 *data, u64 offset, size_t len,
				       size_t size)
{
	struct quic_segment *seg = quic_alloc_data(mem, sizeof(*seg) + size, false);

	if (!seg)
		return NULL;
	memset(seg, 0, sizeof(*seg));
	INIT_LIST_HEAD(&seg->order);
	INIT_LIST_HEAD(&seg->siblings);
	seg->data = (u8 *)(seg + 1);
	seg->offset = offset;
	seg->size = size;
	quic_segment_append(seg, data, len);
	return seg;
}

bool quic_segment_append(struct quic_segment *seg, const u8 *data, size_t len)
{
	if (len > seg->size - min(seg->size, seg->len))
		return false;
	if (len)
		memcpy((u8 *)(seg + 1) + seg->len, data, len);
	seg->len += len;
	return true;
}

struct quic_segment *quic_segment_new(struct quic_mem *mem, struct quic_ref *ref, const u8 *data,
				      u64 offset, size_t len, size_t packet_len)
{
	bool copy = !ref || !len || quic_segment_is_small(len, packet_len);
	struct quic_segment *seg;

	seg = quic_segment_copy(mem, data, offset, copy ? len : 0, copy ? len : 0);
	if (!seg || copy)
		return seg;
	quic_ref_get(ref);
	seg->ref = ref;
	seg->data = data;
	seg->len = len;
	return seg;
}

void quic_segment_free(struct quic_mem *mem, struct quic_segment *seg)
{
	if (seg->ref)
		quic_ref_put(seg->ref);
	quic_free(mem, seg, sizeof(*seg) + seg->size);
}
