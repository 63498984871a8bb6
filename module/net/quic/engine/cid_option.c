// SPDX-License-Identifier: GPL-2.0-only
/* Connection IDs as programs see and change them (section 6.6 of the API). */
#include "conn_internal.h"

/* The IDs below @prior_to: how many? */
static unsigned int below(const struct quic_cid_set *set, u64 prior_to)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		n += set->entries[i].used && set->entries[i].seq < prior_to;
	return n;
}

/*
 * S6.16: the peer is asked to retire what is below, with the NEW_CONNECTION_ID frames of what
 * replaces it; should there be no room for that, the newest one that it has is announced again.
 */
static void retire_local(struct quic_conn *conn, u64 prior_to)
{
	struct quic_cid_set *set = &conn->local_cids;
	struct quic_cid_entry *newest;

	set->prior_to = max(set->prior_to, prior_to);
	quic_cids_issue(conn);
	newest = quic_cid_find(set, set->next_seq - 1);
	if (newest)
		newest->pending = true;
	conn->cids_pending = true;
}

/* S6.16: at once; the peer replaces them. */
static void retire_remote(struct quic_conn *conn, u64 prior_to, u64 now)
{
	struct quic_cid_set *set = &conn->remote_cids;
	u64 active = set->active, seq;

	/* The path that uses one of them moves to the lowest that remains. */
	if (active < prior_to)
		quic_path_move_cid(conn, prior_to);
	for (seq = quic_cid_lowest(set); seq < prior_to; seq++)
		quic_cids_retire(conn, seq);
	quic_paths_cids_changed(conn, now);
}

int quic_conn_set_cids(struct quic_conn *conn, bool dest, u64 active, u64 prior_to, u64 now)
{
	struct quic_cid_set *set = dest ? &conn->remote_cids : &conn->local_cids;

	if (conn->state != QUIC_CONN_ESTABLISHED)
		return -EINVAL;
	if (dest && quic_migrate_busy(conn))
		return -EAGAIN;
	/* S6.15: if one check fails, nothing is changed. */
	if (prior_to && (prior_to <= quic_cid_lowest(set) || prior_to >= set->next_seq))
		return -EINVAL;
	if (active && (active <= set->active || !quic_cid_find(set, active)))
		return -EINVAL;
	/* Frames that the peer did not acknowledge yet leave no room for more. */
	if (dest && prior_to && !quic_cids_may_retire(conn, below(set, prior_to)))
		return -EAGAIN;
	if (active && dest)
		quic_path_move_cid(conn, active);
	else if (active)
		set->active = active;
	if (prior_to && dest)
		retire_remote(conn, prior_to, now);
	else if (prior_to)
		retire_local(conn, prior_to);
	return 0;
}
