// SPDX-License-Identifier: GPL-2.0-only
/* Received bytes that wait for their reader: left in their packet, or copied if they are few. */
#include "recvbuf.h"

/*
 * A segment that is smaller than a quarter of its datagram is copied: what a peer can pin by
 * sending little is then at most four times what flow control lets it send (P22).
 */
static bool segment_wants_copy(size_t len, size_t packet_len)
{
	return len < packet_len / 4;
}

static size_t segment_size(const struct quic_segment *seg)
{
	return sizeof(*seg) + (seg->ref ? 0 : seg->len);
}

struct quic_segment *quic_segment_new(struct quic_mem *mem, struct quic_ref *ref, const u8 *data,
				      u64 offset, size_t len, size_t packet_len)
{
	struct quic_segment *seg;
	bool copy = !ref || !len || segment_wants_copy(len, packet_len);

	seg = quic_alloc_data(mem, sizeof(*seg) + (copy ? len : 0), false);
	if (!seg)
		return NULL;
	memset(seg, 0, sizeof(*seg));
	INIT_LIST_HEAD(&seg->order);
	INIT_LIST_HEAD(&seg->siblings);
	seg->offset = offset;
	seg->len = len;
	if (!copy) {
		quic_ref_get(ref);
		seg->ref = ref;
		seg->data = data;
	} else {
		seg->data = (u8 *)(seg + 1);
		if (len)
			memcpy(seg + 1, data, len);
	}
	return seg;
}

void quic_segment_free(struct quic_mem *mem, struct quic_segment *seg)
{
	if (seg->ref)
		quic_ref_put(seg->ref);
	quic_free(mem, seg, segment_size(seg));
}
