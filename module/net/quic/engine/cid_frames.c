// SPDX-License-Identifier: GPL-2.0-only
/* NEW_CONNECTION_ID and RETIRE_CONNECTION_ID on their way out (RFC 9000, 13.3). */
#include "conn_internal.h"

static bool pending(const struct quic_conn *conn)
{
	const struct quic_cid_set *local = &conn->local_cids, *remote = &conn->remote_cids;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(local->entries); i++)
		if (local->entries[i].used && local->entries[i].pending)
			return true;
	for (i = 0; i < remote->retire_count; i++)
		if (!remote->retire_sent[i])
			return true;
	return false;
}

static void fill_new(struct quic_cid_set *set, struct quic_writer *w, struct quic_sent *sent)
{
	struct quic_cid_entry *entry;

	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++) {
		if (!entry->used || !entry->pending)
			continue;
		if (!quic_sent_has_room(sent) ||
		    !quic_frame_write_new_cid(w, entry->seq, set->prior_to, &entry->cid,
					      entry->token))
			return;
		entry->pending = false;
		quic_sent_note(sent, QUIC_FRAME_NEW_CONNECTION_ID, entry->seq);
	}
}

static void fill_retire(struct quic_cid_set *set, struct quic_writer *w, struct quic_sent *sent)
{
	unsigned int i;

	for (i = 0; i < set->retire_count; i++) {
		if (set->retire_sent[i])
			continue;
		if (!quic_sent_has_room(sent) ||
		    !quic_frame_write_value(w, QUIC_FRAME_RETIRE_CONNECTION_ID, set->retire[i]))
			return;
		set->retire_sent[i] = true;
		quic_sent_note(sent, QUIC_FRAME_RETIRE_CONNECTION_ID, set->retire[i]);
	}
}

void quic_cids_fill(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent)
{
	if (!conn->cids_pending)
		return;
	fill_new(&conn->local_cids, w, sent);
	fill_retire(&conn->remote_cids, w, sent);
	conn->cids_pending = pending(conn);
}

/* One of the two frames was acknowledged or lost. */
void quic_cids_settled(struct quic_conn *conn, const struct quic_sent_frame *frame, bool lost)
{
	struct quic_cid_set *set = &conn->remote_cids;
	struct quic_cid_entry *entry;
	unsigned int i;

	if (frame->type == QUIC_FRAME_NEW_CONNECTION_ID) {
		entry = quic_cid_find(&conn->local_cids, frame->value);
		if (entry && lost)
			conn->cids_pending = entry->pending = true;
		return;
	}
	for (i = 0; i < set->retire_count; i++)
		if (set->retire[i] == frame->value)
			break;
	if (i == set->retire_count)
		return;
	if (lost) {
		set->retire_sent[i] = false;
		conn->cids_pending = true;
		return;
	}
	set->retire_count--;
	memmove(&set->retire[i], &set->retire[i + 1],
		(set->retire_count - i) * sizeof(set->retire[0]));
	memmove(&set->retire_sent[i], &set->retire_sent[i + 1],
		(set->retire_count - i) * sizeof(set->retire_sent[0]));
}
