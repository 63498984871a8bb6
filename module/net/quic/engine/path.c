// SPDX-License-Identifier: GPL-2.0-only
/* Network paths: addresses, validation, anti-amplification, MTU (RFC 9000, 8, 9, 14 and 14.2). */
#include "conn_internal.h"

#define AMPLIFICATION	3	/* RFC 9000, 8 and 21.3 */

/* Consecutive probe timeouts after which large datagrams are suspected (RFC 8899, 4.3). */
#define BLACK_HOLE_PTOS	3

/* How long a router's word counts (RFC 8201, 4). */
#define PMTU_TIME	(600 * QUIC_SEC)

u64 quic_path_allowance(const struct quic_path *path)
{
	u64 allowed;

	if (path->validated)
		return U64_MAX;
	allowed = AMPLIFICATION * path->received;
	return allowed > path->sent ? allowed - path->sent : 0;
}

void quic_path_begin(struct quic_path *path, const struct quic_addr *local,
		     const struct quic_addr *remote, u32 mtu, bool validated)
{
	memset(path, 0, sizeof(*path));
	path->used = true;
	path->local = *local;
	path->remote = *remote;
	path->mtu_max = max_t(u32, mtu, QUIC_MTU_MIN);
	path->mtu = path->mtu_max;
	path->pmtu = U32_MAX;
	path->pmtu_until = QUIC_NEVER;
	path->validated = validated;
}

/*
 * A server that cannot send a full datagram sends nothing: all its datagrams with ack-eliciting
 * Initial packets must be full (RFC 9000, 14.1), and waiting for the client's next bytes is what
 * the client's probe timeout is made for.
 */
void quic_path_update_blocked(struct quic_conn *conn)
{
	const struct quic_path *path = &conn->path[conn->active_path];

	conn->recovery.amplification_blocked = quic_path_allowance(path) < QUIC_INITIAL_MIN;
}

void quic_path_validated(struct quic_conn *conn, struct quic_path *path)
{
	path->validated = true;
	quic_path_update_blocked(conn);
}

/* The peer's max_udp_payload_size became known, or the route's MTU changed. */
void quic_path_update_mtu(struct quic_conn *conn)
{
	struct quic_path *path;

	for (path = conn->path; path < conn->path + QUIC_PATHS_MAX; path++)
		if (path->used)
			quic_pmtud_restart(conn, path);
}

void quic_conn_set_mtu(struct quic_conn *conn, u32 mtu)
{
	/* RFC 9000, 14: a route that carries less carries no QUIC. */
	conn->path[conn->active_path].mtu_max = max_t(u32, mtu, QUIC_MTU_MIN);
	quic_path_update_mtu(conn);
}

void quic_conn_set_pmtu(struct quic_conn *conn, u32 mtu, u64 now)
{
	struct quic_path *path = &conn->path[conn->active_path];

	/* RFC 9000, 14.2.1: it only lowers the MTU, and who claims less than 1200 is not believed (P25). */
	if (mtu < QUIC_MTU_MIN || mtu >= min(path->pmtu, path->mtu_max))
		return;
	path->pmtu = mtu;
	path->pmtu_until = now + PMTU_TIME;
	quic_path_update_mtu(conn);
}

/* Perhaps more fits by now. */
void quic_path_forget_pmtu(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	if (now < path->pmtu_until)
		return;
	path->pmtu = U32_MAX;
	path->pmtu_until = QUIC_NEVER;
	quic_pmtud_restart(conn, path);
}

/*
 * Probe timeouts in a row: perhaps only small datagrams arrive, and nobody says so (RFC 8899,
 * 4.3).
 */
void quic_path_check_black_hole(struct quic_conn *conn)
{
	struct quic_path *path = &conn->path[conn->active_path];

	if (conn->recovery.pto_count >= BLACK_HOLE_PTOS && conn->handshake_confirmed &&
	    path->mtu > QUIC_MTU_MIN)
		quic_pmtud_black_hole(conn, path);
}
