// SPDX-License-Identifier: GPL-2.0-only
/*
 * The paths of a connection (RFC 9000, 9): one that is active, and a few others. The proven path is
 * the last active one that was validated: the one that programs see, and the one to return to when
 * validation of another fails.
 */
#include "conn_internal.h"

/* Index of the path with these addresses, QUIC_PATHS_MAX if there is none. */
u8 quic_path_find(const struct quic_conn *conn, const struct quic_addr *local,
		  const struct quic_addr *remote)
{
	u8 i;

	for (i = 0; i < QUIC_PATHS_MAX; i++)
		if (conn->path[i].used && quic_addr_equal(&conn->path[i].remote, remote) &&
		    quic_addr_equal(&conn->path[i].local, local))
			break;
	return i;
}

u8 quic_path_index(const struct quic_conn *conn, const struct quic_path *path)
{
	return path - conn->path;
}

/* RFC 9000, 8.2.4: time for three probes, also where the round-trip time is not known yet. */
u64 quic_path_patience(const struct quic_conn *conn)
{
	u64 initial = conn->config.initial_rtt ? : QUIC_RTT_INITIAL;

	return 3 * max(quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP),
		       3 * initial + conn->recovery.max_ack_delay);
}

/* Does only a port differ? That is a NAT's doing, and the way through the network is the same. */
static bool same_hosts(const struct quic_path *a, const struct quic_path *b)
{
	return a->local.family == b->local.family &&
	       !memcmp(a->local.ip, b->local.ip, sizeof(a->local.ip)) &&
	       !memcmp(a->remote.ip, b->remote.ip, sizeof(a->remote.ip));
}

static bool needed(const struct quic_conn *conn, u8 index)
{
	return index == conn->active_path || index == conn->proven_path ||
	       index == conn->migrating;
}

void quic_path_drop(struct quic_conn *conn, struct quic_path *path)
{
	u64 seq = path->dcid_seq;

	path->used = false;
	/* RFC 9000, 9.5: it is not used again. */
	if (seq != QUIC_SEQ_NONE && !quic_path_uses_cid(conn, seq) && quic_conn_is_open(conn))
		quic_cids_retire(conn, seq);
	conn->ops->paths(conn);
}

/* A slot for another path: an empty one, or that of a path that nobody needs. */
static struct quic_path *slot(struct quic_conn *conn)
{
	struct quic_path *path, *oldest = NULL;
	u8 i;

	for (i = 0; i < QUIC_PATHS_MAX; i++) {
		path = &conn->path[i];
		if (!path->used)
			return path;
		if (!needed(conn, i) && (!oldest || path->drop_at < oldest->drop_at))
			oldest = path;
	}
	if (oldest)
		quic_path_drop(conn, oldest);
	return oldest;
}

struct quic_path *quic_path_open(struct quic_conn *conn, const struct quic_addr *local,
				 const struct quic_addr *remote, u64 dcid_seq, u64 now)
{
	struct quic_path *path = slot(conn);

	if (!path)
		return NULL;
	quic_path_begin(path, local, remote, QUIC_MTU_MIN, false);
	path->dcid_seq = dcid_seq;
	path->peer_seq = QUIC_SEQ_NONE;
	path->flow = ++conn->flows;
	path->drop_at = now + quic_path_patience(conn);
	return path;
}

/*
 * A packet came from where no path is known. RFC 9000, 9.5: an ID of the peer is used towards one
 * address only, unless the peer itself goes on with the same one, and perhaps knows nothing of its
 * new address. Without an ID there is no path.
 */
struct quic_path *quic_path_open_received(struct quic_conn *conn, struct quic_received *rx)
{
	const struct quic_path *active = &conn->path[conn->active_path];
	struct quic_path *path;
	u64 seq;

	if (!rx->remote || !conn->handshake_confirmed)
		return NULL;
	if (!conn->peer_scid.len || rx->dcid_seq == active->peer_seq)
		seq = active->dcid_seq;
	else
		seq = quic_cids_take(conn);
	if (seq == QUIC_SEQ_NONE)
		return NULL;
	path = quic_path_open(conn, rx->local, rx->remote, seq, rx->now);
	if (!path)
		return NULL;
	path->received = rx->dgram_len;
	path->peer_seq = rx->dcid_seq;
	rx->path = quic_path_index(conn, path);
	return path;
}

bool quic_path_uses_cid(const struct quic_conn *conn, u64 seq)
{
	const struct quic_path *path;

	for (path = conn->path; path < conn->path + QUIC_PATHS_MAX; path++)
		if (path->used && path->dcid_seq == seq)
			return true;
	return false;
}

/* The active path goes on with the lowest of the peer's IDs that is not below @seq. */
void quic_path_move_cid(struct quic_conn *conn, u64 seq)
{
	struct quic_cid_entry *entry = NULL;

	while (!entry && seq < conn->remote_cids.next_seq)
		entry = quic_cid_find(&conn->remote_cids, seq++);
	if (!entry)
		return;
	entry->spent = true;
	conn->path[conn->active_path].dcid_seq = entry->seq;
	conn->remote_cids.active = entry->seq;
}

/* The peer goes on with another ID on a path: so does this end, if it can (S6.23). */
void quic_path_renew_cid(struct quic_conn *conn, struct quic_path *path)
{
	u64 old = path->dcid_seq, seq = quic_cids_take(conn);

	if (seq == QUIC_SEQ_NONE)
		return;
	path->dcid_seq = seq;
	if (!quic_path_uses_cid(conn, old))
		quic_cids_retire(conn, old);
}

/* IDs of the peer came or went: a path that has lost its one gets another. */
void quic_paths_cids_changed(struct quic_conn *conn, u64 now)
{
	struct quic_path *active = &conn->path[conn->active_path], *path;
	struct quic_cid_set *set = &conn->remote_cids;
	u64 old = active->dcid_seq;

	/* Never empty: who raises Retire Prior To brings an ID that is not below it. */
	if (!quic_cid_find(set, old)) {
		active->dcid_seq = quic_cids_take(conn);
		if (active->dcid_seq == QUIC_SEQ_NONE)
			active->dcid_seq = quic_cid_lowest(set);
		set->active = active->dcid_seq;
	}
	for (path = conn->path; path < conn->path + QUIC_PATHS_MAX; path++) {
		if (!path->used || quic_cid_find(set, path->dcid_seq))
			continue;
		path->dcid_seq = path->dcid_seq == old ? active->dcid_seq : quic_cids_take(conn);
		if (path->dcid_seq != QUIC_SEQ_NONE) {
			if (path->challenge.running)
				quic_challenge_begin(conn, path, now);
		} else if (!needed(conn, quic_path_index(conn, path))) {
			quic_path_drop(conn, path);
		}
	}
}

/* Congestion state and RTT of the path that becomes the active one (RFC 9000, 9.4). */
static void enter(struct quic_conn *conn, struct quic_path *path, struct quic_path *old)
{
	struct quic_recovery *rec = &conn->recovery;
	struct quic_capacity *cap = &path->capacity;

	if (same_hosts(path, old)) {
		path->flow = old->flow;
		old->flow = ++conn->flows;
		old->measured = false;
		path->mtu_max = old->mtu_max;
		path->pmtu = old->pmtu;
		path->pmtu_until = old->pmtu_until;
		path->mtu = old->mtu;
		path->pmtud.on = old->pmtud.on;
		return;
	}
	if (!path->measured) {
		quic_cong_init(&cap->cong, conn->config.algorithm, path->mtu);
		quic_rtt_init(&cap->rtt, conn->config.initial_rtt);
		quic_pacer_init(&cap->pacer);
		quic_ecn_init(&cap->ecn);
	}
	quic_recovery_switch(rec, path->flow, &old->capacity, cap);
	old->measured = true;
}

void quic_path_activate(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	struct quic_path *old = &conn->path[conn->active_path];

	if (path == old)
		return;
	enter(conn, path, old);
	path->follow = false;
	path->left = false;
	old->drop_at = now + quic_path_patience(conn);
	conn->active_path = quic_path_index(conn, path);
	conn->remote_cids.active = path->dcid_seq;
	quic_pmtud_restart(conn, path);
	quic_path_update_blocked(conn);
	/* Whoever waits for room in the window has another one. */
	conn->ops->writable(conn, NULL);
}

/* The active path is validated: now programs may know of it. */
void quic_path_prove(struct quic_conn *conn)
{
	const struct quic_path *old = &conn->path[conn->proven_path];
	struct quic_path *path = &conn->path[conn->active_path];
	union quic_event event = {};

	if (path == old)
		return;
	event.local_migration = !quic_addr_equal(&path->local, &old->local);
	conn->proven_path = conn->active_path;
	conn->ops->event(conn, QUIC_EVENT_CONNECTION_MIGRATION, &event, NULL, 0);
	conn->ops->paths(conn);
}

u64 quic_path_deadline(const struct quic_conn *conn)
{
	const struct quic_path *path;
	u64 at = QUIC_NEVER;
	u8 i;

	for (i = 0; i < QUIC_PATHS_MAX; i++) {
		path = &conn->path[i];
		if (!path->used)
			continue;
		if (path->challenge.running)
			at = min3(at, path->challenge.again_at, path->challenge.fail_at);
		else if (!needed(conn, i))
			at = min(at, path->drop_at);
	}
	return at;
}

void quic_path_timeout(struct quic_conn *conn, u64 now)
{
	struct quic_path *path;
	u8 i;

	for (i = 0; i < QUIC_PATHS_MAX; i++) {
		path = &conn->path[i];
		if (!path->used)
			continue;
		if (path->challenge.running)
			quic_challenge_timeout(conn, path, now);
		else if (!needed(conn, i) && path->drop_at <= now)
			quic_path_drop(conn, path);
	}
}
