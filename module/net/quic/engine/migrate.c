// SPDX-License-Identifier: GPL-2.0-only
/* From one path to another: the peer's migration and this end's own (RFC 9000, 9). */
#include "conn_internal.h"

/* Nothing but the application makes an end send one of these. */
static bool of_application(u64 type)
{
	return type == QUIC_FRAME_RESET_STREAM || type == QUIC_FRAME_STOP_SENDING ||
	       (type >= QUIC_FRAME_STREAM && type <= QUIC_FRAME_STREAMS_BLOCKED_UNI) ||
	       type == QUIC_FRAME_DATAGRAM || type == QUIC_FRAME_DATAGRAM_LEN;
}

void quic_migrate_note_frame(struct quic_received *rx, u64 type)
{
	rx->non_probing |= !quic_frame_probing(type);
	rx->application |= of_application(type);
}

/* May a packet come this way? Who does not stays unheard: no reset, no close (RFC 9000, 9). */
bool quic_migrate_permitted(const struct quic_conn *conn, const struct quic_received *rx)
{
	const struct quic_path *active = &conn->path[conn->active_path];

	if (rx->path < QUIC_PATHS_MAX || !rx->local)
		return true;
	/* RFC 9000, 9: servers stay where they are during the handshake. */
	if (!conn->handshake_confirmed)
		return conn->is_server;
	/* S6.24: with another ID it is no NAT that moved. */
	return !conn->config.params.disable_active_migration || rx->dcid_seq == active->peer_seq ||
	       quic_preferred_is_local(conn, rx->local);
}

/*
 * Is the way that a packet came on one that the peer chose, and not an old one of this end's? A server
 * stays at its old address until it has validated the client's way to the preferred one (RFC 9000,
 * 9.6.2).
 */
static bool peer_moved(const struct quic_conn *conn, const struct quic_received *rx,
		       const struct quic_path *path)
{
	const struct quic_path *active = &conn->path[conn->active_path];

	if (conn->settling && path && path->left)
		return false;
	return !quic_addr_equal(rx->remote, &active->remote) ||
	       quic_preferred_is_local(conn, rx->local);
}

/*
 * The peer sends from another address (RFC 9000, 9.3): go there at once, but with care until it is
 * validated: whoever is there gets three times what came from there (RFC 9000, 9.3.1 and 21.5.4). From
 * and to a preferred address, only when it is validated (RFC 9000, 9.6.2).
 */
static void follow(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	struct quic_path *old = &conn->path[conn->active_path];

	if (!path->validated && !path->challenge.running)
		quic_challenge_begin(conn, path, now);
	if (!quic_addr_equal(&path->local, &old->local) && !path->validated) {
		path->follow = true;
		return;
	}
	quic_path_activate(conn, path, now);
	if (path->validated && !path->challenge.running)
		quic_path_prove(conn);
	/* RFC 9000, 9.3.3: if the peer is still there, an attacker only forwards its packets. */
	if (old->used && old->validated && !old->challenge.running)
		quic_challenge_begin(conn, old, now);
}

/* @path was used by the peer: with which of this end's IDs? */
static void note_use(struct quic_conn *conn, struct quic_path *path,
		     const struct quic_received *rx)
{
	bool active = rx->path == conn->active_path;

	if (!active)
		path->drop_at = rx->now + quic_path_patience(conn);
	if (rx->dcid_seq == QUIC_SEQ_NONE ||
	    (path->peer_seq != QUIC_SEQ_NONE && rx->dcid_seq <= path->peer_seq))
		return;
	if (!active && path->peer_seq != QUIC_SEQ_NONE && path->dcid_seq != QUIC_SEQ_NONE &&
	    rx->path != conn->migrating)
		quic_path_renew_cid(conn, path);
	path->peer_seq = rx->dcid_seq;
	if (active)
		conn->local_cids.active = max(conn->local_cids.active, rx->dcid_seq);
}

/* A packet was processed: does it move the connection (RFC 9000, 9.3)? */
void quic_migrate_on_packet(struct quic_conn *conn, struct quic_received *rx)
{
	struct quic_path *path = rx->path < QUIC_PATHS_MAX ? &conn->path[rx->path] : NULL;
	bool newest;

	if (rx->level != QUIC_CRYPTO_APP)
		return;
	if (path)
		note_use(conn, path, rx);
	if (!rx->non_probing)
		return;
	/* P18: what was overtaken moves nothing. */
	newest = rx->pkt.pn >= conn->moving_pn;
	conn->moving_pn = max(conn->moving_pn, rx->pkt.pn + 1);
	if (rx->path == conn->active_path) {
		/* F8: now both ends are there. */
		conn->settling &= !rx->application;
		return;
	}
	if (!newest || !rx->remote || !conn->handshake_confirmed ||
	    !peer_moved(conn, rx, path))
		return;
	if (!path)
		path = quic_path_open_received(conn, rx);
	if (path)
		follow(conn, path, rx->now);
}

void quic_migrate_validated(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	u8 index = quic_path_index(conn, path);

	path->drop_at = now + quic_path_patience(conn);
	if (index == conn->migrating) {
		conn->migrating = QUIC_PATHS_MAX;
		conn->settling = true;
		conn->path[conn->active_path].left = true;
		quic_path_activate(conn, path, now);
		/* The peer goes where it sees a packet that is no probe (S6.23). */
		conn->ping_pending = true;
	} else if (path->follow) {
		quic_path_activate(conn, path, now);
	}
	if (quic_path_index(conn, path) == conn->active_path)
		quic_path_prove(conn);
}

void quic_migrate_failed(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	u8 index = quic_path_index(conn, path);

	/* S6.25: without a word. */
	if (index == conn->migrating)
		conn->migrating = QUIC_PATHS_MAX;
	/* RFC 9000, 9.3.2: back to where the peer was seen for certain. */
	if (index == conn->active_path && index != conn->proven_path)
		quic_path_activate(conn, &conn->path[conn->proven_path], now);
	if (index != conn->active_path && index != conn->proven_path)
		quic_path_drop(conn, path);
}

/* S6.22, F8: until this end has arrived on the last path, and the peer has as well. */
bool quic_migrate_busy(const struct quic_conn *conn)
{
	return conn->migrating != QUIC_PATHS_MAX || conn->settling ||
	       conn->active_path != conn->proven_path;
}

/* Validate a path of this end's choice. @seq: the peer's ID to use there, if it is unused. */
static int begin(struct quic_conn *conn, const struct quic_addr *local,
		 const struct quic_addr *remote, u64 seq, u64 now)
{
	u8 known = quic_path_find(conn, local, remote);
	struct quic_path *path;

	/* Back to one that was left: anew, with another ID of the peer (S6.23). */
	if (known != QUIC_PATHS_MAX)
		quic_path_drop(conn, &conn->path[known]);
	path = quic_path_open(conn, local, remote, QUIC_SEQ_NONE, now);
	if (!path)
		return -EAGAIN;
	/* RFC 9000, 9.2: not limited, for the peer itself named its address, or was there before. */
	path->validated = true;
	path->dcid_seq = seq != QUIC_SEQ_NONE ? seq : quic_cids_take(conn);
	/* S6.26: the peer replaces what is retired, and then probing starts. */
	if (path->dcid_seq == QUIC_SEQ_NONE)
		quic_cids_retire_oldest(conn);
	conn->migrating = quic_path_index(conn, path);
	quic_challenge_begin(conn, path, now);
	return 0;
}

int quic_conn_may_migrate(const struct quic_conn *conn, const struct quic_addr *local)
{
	const struct quic_path *active = &conn->path[conn->active_path];

	if (conn->state != QUIC_CONN_ESTABLISHED || local->family != active->local.family ||
	    quic_addr_equal(local, &active->local))
		return -EINVAL;
	/* RFC 9000, 9 and F32; and a peer without IDs would not know whose packets they are (5.1). */
	if (conn->remote.disable_active_migration || !conn->peer_scid.len)
		return -EINVAL;
	return quic_migrate_busy(conn) ? -EAGAIN : 0;
}

int quic_conn_migrate(struct quic_conn *conn, const struct quic_addr *local, u64 now)
{
	int err = quic_conn_may_migrate(conn, local);

	return err ? : begin(conn, local, &conn->path[conn->active_path].remote, QUIC_SEQ_NONE,
			     now);
}

/*
 * RFC 9000, 9.6.1. One move at a time: who is on the way to another address of its own goes without
 * (RFC 9000, 9.6.3; S6.32).
 */
int quic_conn_use_preferred(struct quic_conn *conn, const struct quic_addr *local,
			    const struct quic_addr *remote, u64 now)
{
	conn->preferred_wanted = false;
	if (!quic_conn_is_open(conn) || !conn->handshake_confirmed)
		return -EINVAL;
	if (quic_migrate_busy(conn))
		return -EAGAIN;
	return begin(conn, local, remote, quic_cids_take_seq(conn, 1), now);
}
