// SPDX-License-Identifier: GPL-2.0-only
/* Packet numbers received in one space (RFC 9000, 13.2.3, 13.2.4). */
#include "ackset.h"

bool quic_ackset_has(const struct quic_ackset *set, u64 pn)
{
	unsigned int i;

	if (pn < set->floor)
		return true;
	for (i = 0; i < set->count; i++) {
		if (pn > set->ranges[i].last)
			return false;
		if (pn >= set->ranges[i].first)
			return true;
	}
	return false;
}

static void remove_range(struct quic_ackset *set, unsigned int i)
{
	set->count--;
	memmove(&set->ranges[i], &set->ranges[i + 1],
		(set->count - i) * sizeof(set->ranges[0]));
}

static void insert_range(struct quic_ackset *set, unsigned int i, u64 pn)
{
	if (set->count == QUIC_ACK_RANGES_MAX) {
		/* RFC 9000, 13.2.3: what is forgotten must never be accepted again. */
		if (i == set->count) {
			set->floor = pn + 1;
			return;
		}
		set->count--;
		set->floor = set->ranges[set->count].last + 1;
	}
	memmove(&set->ranges[i + 1], &set->ranges[i],
		(set->count - i) * sizeof(set->ranges[0]));
	set->ranges[i].first = pn;
	set->ranges[i].last = pn;
	set->count++;
}

void quic_ackset_add(struct quic_ackset *set, u64 pn)
{
	struct quic_ack_range *range;
	unsigned int i;

	if (pn < set->floor)
		return;
	for (i = 0; i < set->count && set->ranges[i].first > pn + 1; i++)
		;
	if (i == set->count) {
		insert_range(set, i, pn);
		return;
	}

	range = &set->ranges[i];
	if (pn >= range->first && pn <= range->last)
		return;
	if (pn == range->last + 1) {
		range->last = pn;
	} else if (pn + 1 == range->first) {
		range->first = pn;
		if (i + 1 < set->count && range[1].last + 1 == pn) {
			range->first = range[1].first;
			remove_range(set, i + 1);
		}
	} else {
		insert_range(set, i, pn);
	}
}

void quic_ackset_forget(struct quic_ackset *set, u64 pn)
{
	u64 last;

	/* The highest range stays: later packet numbers are decoded from it. */
	while (set->count > 1) {
		last = set->ranges[set->count - 1].last;
		if (last > pn)
			break;
		set->floor = last + 1;
		set->count--;
	}
}

u64 quic_ackset_largest(const struct quic_ackset *set)
{
	return set->count ? set->ranges[0].last : U64_MAX;
}

bool quic_ackset_gap_before(const struct quic_ackset *set, u64 pn)
{
	return pn && !quic_ackset_has(set, pn - 1);
}

bool quic_ackset_write(const struct quic_ackset *set, struct quic_writer *w, u64 delay,
		       const u64 ecn[3])
{
	const struct quic_ack_range *range = set->ranges;
	size_t room = quic_writer_room(w), len;
	unsigned int i, count;

	if (!set->count)
		return false;

	/* The count of further ranges is below 64: one byte. */
	BUILD_BUG_ON(QUIC_ACK_RANGES_MAX > 64);
	len = 1 + quic_varint_len(range->last) + quic_varint_len(delay) + 1 +
	      quic_varint_len(range->last - range->first);
	if (ecn)
		len += quic_varint_len(ecn[0]) + quic_varint_len(ecn[1]) + quic_varint_len(ecn[2]);
	if (len > room)
		return false;
	for (count = 1; count < set->count; count++) {
		len += quic_varint_len(range[count - 1].first - range[count].last - 2) +
		       quic_varint_len(range[count].last - range[count].first);
		if (len > room)
			break;
	}

	/* RFC 9000, 19.3 and 19.3.1. All of it fits. */
	quic_write_u8(w, ecn ? QUIC_FRAME_ACK_ECN : QUIC_FRAME_ACK);
	quic_write_varint(w, range->last);
	quic_write_varint(w, delay);
	quic_write_varint(w, count - 1);
	quic_write_varint(w, range->last - range->first);
	for (i = 1; i < count; i++) {
		quic_write_varint(w, range[i - 1].first - range[i].last - 2);
		quic_write_varint(w, range[i].last - range[i].first);
	}
	/* RFC 9000, 19.3.2 */
	for (i = 0; ecn && i < 3; i++)
		quic_write_varint(w, ecn[i]);
	return true;
}
