// SPDX-License-Identifier: GPL-2.0-only
/* Packetisation layer path MTU discovery (RFC 9000, 14.3 and 14.4; RFC 8899, 5). */
#include "conn_internal.h"

#define PROBES_MAX	3	/* MAX_PROBES, RFC 8899, 5.1.2 */

/* A gain that is not worth another probe. */
#define RESOLUTION	16

/* PMTU_RAISE_TIMER in probe intervals: with 20 seconds it is RFC 8899's 600. */
#define RAISE_INTERVALS	30

/* What the route, routers and the peer permit. */
static u32 limit_of(const struct quic_conn *conn, const struct quic_path *path)
{
	u64 peer = conn->has_remote ? conn->remote.max_udp_payload_size : U32_MAX;

	return min3((u64)path->mtu_max, (u64)path->pmtu, peer);
}

static void use(struct quic_conn *conn, struct quic_path *path, u32 mtu)
{
	path->mtu = mtu;
	if (path != &conn->path[conn->active_path])
		return;
	quic_cong_set_mtu(&conn->recovery.cong, mtu);
	quic_datagrams_trim(conn);
}

static void begin(struct quic_conn *conn, struct quic_path *path)
{
	struct quic_pmtud *pmtud = &path->pmtud;

	memset(pmtud, 0, sizeof(*pmtud));
	pmtud->on = conn->config.pmtud_interval;
	pmtud->failed = U32_MAX;
	pmtud->pn = U64_MAX;
}

void quic_pmtud_restart(struct quic_conn *conn, struct quic_path *path)
{
	bool was_on = path->pmtud.on;
	u32 limit = limit_of(conn, path);

	begin(conn, path);
	if (!path->pmtud.on)
		use(conn, path, limit);
	else
		/* RFC 9000, 14.1: the base; what was proved already stays so. */
		use(conn, path, was_on ? min(path->mtu, limit) : QUIC_MTU_MIN);
}

void quic_pmtud_black_hole(struct quic_conn *conn, struct quic_path *path)
{
	begin(conn, path);
	use(conn, path, QUIC_MTU_MIN);
}

/*
 * The next size to try, 0 when the search is over. It stays within the congestion window, which
 * grows with what was proved (RFC 9002, 7.2).
 */
static u32 next_size(const struct quic_conn *conn, const struct quic_path *path)
{
	const struct quic_pmtud *pmtud = &path->pmtud;
	u32 limit = limit_of(conn, path);
	u64 window = conn->recovery.cong.window;

	if (limit <= path->mtu)
		return 0;
	if (pmtud->failed > limit)
		return min_t(u64, limit, max_t(u64, window, path->mtu + RESOLUTION));
	if (pmtud->failed - path->mtu <= RESOLUTION)
		return 0;
	return path->mtu + (pmtud->failed - path->mtu) / 2;
}

/* It is known whether a size passes: on to the next one, or rest. */
static void advance(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	struct quic_pmtud *pmtud = &path->pmtud;

	pmtud->lost = 0;
	if (next_size(conn, path))
		return;
	pmtud->raise_at = pmtud->failed <= limit_of(conn, path) ?
			  now + conn->config.pmtud_interval * RAISE_INTERVALS : QUIC_NEVER;
}

/*
 * The probe that is due. One in flight at a time (RFC 8899, 5.1.3), and none while the path does not
 * answer at all.
 */
static u32 due(const struct quic_conn *conn, u64 now)
{
	const struct quic_path *path = &conn->path[conn->active_path];
	const struct quic_pmtud *pmtud = &path->pmtud;
	u32 size = pmtud->size;

	if (!pmtud->on || pmtud->pn != U64_MAX || pmtud->raise_at > now ||
	    conn->state != QUIC_CONN_ESTABLISHED || !conn->handshake_confirmed ||
	    !path->validated || conn->recovery.pto_count || conn->retry_at != QUIC_NEVER)
		return 0;
	if (pmtud->raise_at)
		size = min(pmtud->failed, limit_of(conn, path));
	else if (!pmtud->lost)
		size = next_size(conn, path);
	return size > path->mtu ? size : 0;
}

/* RFC 9000, 14.4: probes are under congestion control. */
u32 quic_pmtud_wants(const struct quic_conn *conn, u64 now)
{
	u32 size = due(conn, now);

	return size && quic_cong_room(&conn->recovery.cong) >= size ? size : 0;
}

u32 quic_pmtud_reserve(const struct quic_conn *conn, u64 now)
{
	u32 size = due(conn, now);

	return size <= conn->recovery.cong.window / 2 ? size : 0;
}

void quic_pmtud_sent(struct quic_conn *conn, u32 size, u64 pn)
{
	struct quic_pmtud *pmtud = &conn->path[conn->active_path].pmtud;

	pmtud->size = size;
	pmtud->pn = pn;
}

/* The path whose probe this is; its search waits for nothing any more. */
static struct quic_path *probed(struct quic_conn *conn, u64 pn)
{
	struct quic_path *path;

	for (path = conn->path; path < conn->path + QUIC_PATHS_MAX; path++) {
		if (!path->used || !path->pmtud.on || path->pmtud.pn != pn)
			continue;
		path->pmtud.pn = U64_MAX;
		return path;
	}
	return NULL;
}

void quic_pmtud_acked(struct quic_conn *conn, u64 pn, u64 now)
{
	struct quic_path *path = probed(conn, pn);
	struct quic_pmtud *pmtud;

	if (!path)
		return;
	pmtud = &path->pmtud;
	/* What did not pass before does now. */
	if (pmtud->size >= pmtud->failed)
		pmtud->failed = U32_MAX;
	pmtud->raise_at = 0;
	/* The limit may have become lower meanwhile. */
	if (pmtud->size > path->mtu)
		use(conn, path, min(pmtud->size, limit_of(conn, path)));
	advance(conn, path, now);
}

void quic_pmtud_lost(struct quic_conn *conn, u64 pn, u64 now)
{
	struct quic_path *path = probed(conn, pn);
	struct quic_pmtud *pmtud;

	if (!path)
		return;
	pmtud = &path->pmtud;
	if (++pmtud->lost < PROBES_MAX)
		return;
	pmtud->failed = min(pmtud->failed, pmtud->size);
	pmtud->raise_at = 0;
	advance(conn, path, now);
}

u64 quic_pmtud_deadline(const struct quic_conn *conn, u64 now)
{
	const struct quic_pmtud *pmtud = &conn->path[conn->active_path].pmtud;

	/* In the past, it is the congestion window or the pacer that holds the probe back. */
	if (!pmtud->on || pmtud->raise_at <= now)
		return QUIC_NEVER;
	return pmtud->raise_at;
}

/*
 * RFC 9000, 14.2.1: what ICMP quotes has to match in addresses, which the host compares, and if
 * possible in connection IDs. Where these are not quoted sizes tell: guesses of them are mostly wrong.
 * (Of a train that a router of this host quotes, the size is that of all its datagrams.)
 */
bool quic_conn_has_sent(const struct quic_conn *conn, const u8 *head, size_t head_len, size_t len)
{
	const struct quic_path *path = &conn->path[conn->active_path];
	const struct quic_cid_entry *entry;
	bool is_long = head_len && head[0] & 0x80;
	size_t at = is_long ? 6 : 1;

	for (entry = conn->remote_cids.entries;
	     entry < conn->remote_cids.entries + QUIC_CID_ENTRIES; entry++) {
		if (!entry->used)
			continue;
		if (head_len < at + entry->cid.len)
			return len <= max(path->mtu, path->pmtud.size);
		if ((!is_long || head[5] == entry->cid.len) &&
		    !memcmp(head + at, entry->cid.id, entry->cid.len))
			return true;
	}
	return false;
}
