// SPDX-License-Identifier: GPL-2.0-only
/* Looking up connection IDs in the set of one end. */
#include "cid.h"

struct quic_cid_entry *quic_cid_find(struct quic_cid_set *set, u64 seq)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		if (set->entries[i].used && set->entries[i].seq == seq)
			return &set->entries[i];
	return NULL;
}

struct quic_cid_entry *quic_cid_active(struct quic_cid_set *set)
{
	return quic_cid_find(set, set->active);
}

u64 quic_cid_lowest(const struct quic_cid_set *set)
{
	u64 lowest = set->next_seq;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		if (set->entries[i].used && set->entries[i].seq < lowest)
			lowest = set->entries[i].seq;
	return lowest;
}
