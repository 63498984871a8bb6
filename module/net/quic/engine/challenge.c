// SPDX-License-Identifier: GPL-2.0-only
/* Path validation: PATH_CHALLENGE and PATH_RESPONSE (RFC 9000, 8.2). */
#include "conn_internal.h"

void quic_challenge_begin(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	struct quic_challenge *ch = &path->challenge;
	u64 patience = quic_path_patience(conn);

	memset(ch, 0, sizeof(*ch));
	ch->running = true;
	ch->due = true;
	/*
	 * RFC 9000, 9.4: a timer of its own, not faster than a probe timeout; the round-trip time of
	 * another path says nothing about this one.
	 */
	ch->interval = path->flow == conn->recovery.flow ?
		       quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP) : patience / 3;
	ch->again_at = QUIC_NEVER;
	ch->fail_at = now + patience;
}

/* What the next PATH_CHALLENGE carries; it leaves in a datagram that is @full or not. */
const u8 *quic_challenge_next(struct quic_challenge *ch, bool full, u64 now)
{
	u8 *data = ch->data[ch->count];

	quic_random(data, QUIC_CHALLENGE_LEN);
	if (!full)
		ch->small |= BIT(ch->count);
	ch->count++;
	ch->due = false;
	ch->again_at = ch->count < QUIC_CHALLENGES_MAX ? now + ch->interval : QUIC_NEVER;
	return data;
}

/* RFC 9000, 8.2.3: whatever path it came on. One that answers nothing may be ignored (19.18). */
void quic_challenge_on_response(struct quic_conn *conn, const u8 data[QUIC_CHALLENGE_LEN], u64 now)
{
	struct quic_challenge *ch;
	struct quic_path *path;
	u8 i;

	for (path = conn->path; path < conn->path + QUIC_PATHS_MAX; path++) {
		ch = &path->challenge;
		if (!path->used || !ch->running)
			continue;
		for (i = 0; i < ch->count; i++)
			if (!crypto_memneq(ch->data[i], data, QUIC_CHALLENGE_LEN))
				break;
		if (i == ch->count)
			continue;
		quic_path_validated(conn, path);
		/*
		 * RFC 9000, 8.2.1: only the address is validated, for the limit against amplification
		 * left no room for more. Can the path carry full datagrams?
		 */
		if (ch->small & BIT(i)) {
			quic_challenge_begin(conn, path, now);
			return;
		}
		ch->running = false;
		quic_migrate_validated(conn, path, now);
		return;
	}
}

void quic_challenge_timeout(struct quic_conn *conn, struct quic_path *path, u64 now)
{
	struct quic_challenge *ch = &path->challenge;

	if (ch->again_at <= now) {
		ch->again_at = QUIC_NEVER;
		ch->due = true;
	}
	if (ch->fail_at > now)
		return;
	ch->running = false;
	quic_migrate_failed(conn, path, now);
}

/*
 * PATH_CHALLENGE: answered once, and on the path it came on (RFC 9000, 8.2.2). More at a time than
 * any validation needs are a flood: the peer asks again for what it really wants to know.
 */
void quic_challenge_received(struct quic_conn *conn, struct quic_received *rx,
			     const u8 data[QUIC_CHALLENGE_LEN])
{
	const struct quic_path *active = &conn->path[conn->active_path];
	struct quic_responses *owed;
	struct quic_path *path;

	path = rx->path < QUIC_PATHS_MAX ? &conn->path[rx->path] :
					   quic_path_open_received(conn, rx);
	if (!path)
		return;
	owed = &path->responses;
	if (owed->count < QUIC_RESPONSES_MAX)
		memcpy(owed->data[owed->count++], data, QUIC_CHALLENGE_LEN);
	/* RFC 9000, 9.3.3: who asks here may have been led astray, and waits for a sign of life. */
	if (path == active)
		conn->ping_pending = true;
	/* RFC 9000, 9.6.2: a server probes from its preferred address. */
	else if (!path->validated && !path->challenge.running &&
		 quic_preferred_is_local(conn, &path->local))
		quic_challenge_begin(conn, path, rx->now);
}
