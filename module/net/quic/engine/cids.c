// SPDX-License-Identifier: GPL-2.0-only
/* Issuing and retiring connection IDs (RFC 9000, 5.1, 19.15 and 19.16). */
#include "conn_internal.h"

#define PROTOCOL_VIOLATION	QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION

/* Random IDs of 64 bits that the host knows already: more than one in a row is no coincidence. */
#define ISSUE_TRIES	3

static struct quic_cid_entry *free_entry(struct quic_cid_set *set)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		if (!set->entries[i].used)
			return &set->entries[i];
	return NULL;
}

static unsigned int count(const struct quic_cid_set *set)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		n += set->entries[i].used;
	return n;
}

struct quic_cid_entry *quic_cids_match(struct quic_cid_set *set, const struct quic_cid *cid)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		if (set->entries[i].used && quic_cid_equal(&set->entries[i].cid, cid))
			return &set->entries[i];
	return NULL;
}

static void emit_retired(struct quic_conn *conn, bool dest)
{
	struct quic_cid_set *set = dest ? &conn->remote_cids : &conn->local_cids;
	union quic_event event = {};

	event.info.dest = dest;
	event.info.active = set->active;
	event.info.prior_to = quic_cid_lowest(set);
	conn->ops->event(conn, QUIC_EVENT_CONNECTION_ID, &event, NULL, 0);
}

/* ---- IDs of this end ---- */

/* RFC 9000, 10.3.2: from a static key, so that it survives the connection's state. */
void quic_cids_reset_token(const struct quic_conn *conn, const struct quic_cid *cid,
			   u8 token[QUIC_RESET_TOKEN_LEN])
{
	u8 digest[QUIC_HASH_LEN_MAX] = {};

	/* Without memory the token is one that nobody will ever send: no reset, no harm. */
	if (quic_hmac(QUIC_HASH_SHA256, conn->config.reset_secret,
		      sizeof(conn->config.reset_secret), cid->id, cid->len, digest))
		quic_random(digest, sizeof(digest));
	memcpy(token, digest, QUIC_RESET_TOKEN_LEN);
}

static int issue_one(struct quic_conn *conn)
{
	struct quic_cid_set *set = &conn->local_cids;
	struct quic_cid_entry *entry = free_entry(set);
	int err = -EEXIST, tries;

	if (!entry)
		return -ENOSPC;
	memset(entry, 0, sizeof(*entry));
	entry->cid.len = QUIC_CID_LEN;
	for (tries = 0; err == -EEXIST && tries < ISSUE_TRIES; tries++) {
		quic_random(entry->cid.id, QUIC_CID_LEN);
		err = conn->ops->cid_add(conn, &entry->cid);
	}
	if (err)
		return err;
	entry->seq = set->next_seq++;
	entry->used = true;
	entry->has_token = true;
	quic_cids_reset_token(conn, &entry->cid, entry->token);
	return 0;
}

/* One that the peer learns from transport parameters. */
int quic_cids_issue_silently(struct quic_conn *conn)
{
	return issue_one(conn);
}

/* The ID of the handshake: sequence number 0, known to the peer from the long headers. */
int quic_cids_begin(struct quic_conn *conn)
{
	conn->local_cids.limit = 2;	/* RFC 9000, 18.2: what holds before the peer says */
	return issue_one(conn);
}

/* Those that the peer was not asked to retire. */
static unsigned int outstanding(const struct quic_cid_set *set)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(set->entries); i++)
		n += set->entries[i].used && set->entries[i].seq >= set->prior_to;
	return n;
}

/*
 * RFC 9000, 5.1.1 and S5.2: as many as the peer wants to know. What fails for lack of memory, or of
 * room while the peer does not retire what it was asked to, is made up for when it retires one.
 */
void quic_cids_issue(struct quic_conn *conn)
{
	struct quic_cid_set *set = &conn->local_cids;
	u64 seq;

	while (outstanding(set) < set->limit) {
		seq = set->next_seq;
		if (issue_one(conn))
			return;
		quic_cid_find(set, seq)->pending = true;
		conn->cids_pending = true;
	}
}

void quic_cids_unroute_initial(struct quic_conn *conn)
{
	if (!conn->initial_routed)
		return;
	conn->initial_routed = false;
	conn->ops->cid_remove(conn, &conn->initial_dcid);
}

void quic_cids_clear(struct quic_conn *conn)
{
	struct quic_cid_set *set = &conn->local_cids;
	unsigned int i;

	quic_cids_unroute_initial(conn);
	for (i = 0; i < ARRAY_SIZE(set->entries); i++) {
		if (!set->entries[i].used)
			continue;
		set->entries[i].used = false;
		conn->ops->cid_remove(conn, &set->entries[i].cid);
	}
}

/* RETIRE_CONNECTION_ID in a packet that was addressed to the ID @dcid_seq (RFC 9000, 19.16). */
int quic_cids_on_retire(struct quic_conn *conn, u64 seq, u64 dcid_seq)
{
	struct quic_cid_set *set = &conn->local_cids;
	struct quic_cid_entry *entry;

	if (seq >= set->next_seq || seq == dcid_seq)
		return PROTOCOL_VIOLATION;
	entry = quic_cid_find(set, seq);
	if (!entry)
		return 0;	/* again */
	entry->used = false;
	conn->ops->cid_remove(conn, &entry->cid);
	if (set->active == seq)
		set->active = quic_cid_lowest(set);
	if (conn->handshake_complete)
		quic_cids_issue(conn);
	emit_retired(conn, false);
	return 0;
}

/* ---- IDs of the peer ---- */

/* One that did not come in a frame: from a header or from transport parameters. */
void quic_cids_set_remote(struct quic_conn *conn, u64 seq, const struct quic_cid *cid,
			  const u8 *token)
{
	struct quic_cid_set *set = &conn->remote_cids;
	struct quic_cid_entry *entry = quic_cid_find(set, seq);

	if (!entry) {
		entry = free_entry(set);
		if (WARN_ON_ONCE(!entry))
			return;
		memset(entry, 0, sizeof(*entry));
	}
	entry->used = true;
	entry->seq = seq;
	entry->cid = *cid;
	entry->spent |= !seq;	/* by the handshake */
	if (token) {
		entry->has_token = true;
		memcpy(entry->token, token, sizeof(entry->token));
	}
	set->next_seq = max(set->next_seq, seq + 1);
}

/* RFC 9000, 9.5: the next one after the active one that no path ever used, else any such. */
static struct quic_cid_entry *unspent(struct quic_cid_set *set)
{
	struct quic_cid_entry *entry, *next = NULL, *lowest = NULL;

	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++) {
		if (!entry->used || entry->spent)
			continue;
		if (!lowest || entry->seq < lowest->seq)
			lowest = entry;
		if (entry->seq > set->active && (!next || entry->seq < next->seq))
			next = entry;
	}
	return next ? next : lowest;
}

u64 quic_cids_take(struct quic_conn *conn)
{
	struct quic_cid_entry *entry = unspent(&conn->remote_cids);

	if (!entry)
		return QUIC_SEQ_NONE;
	entry->spent = true;
	return entry->seq;
}

u64 quic_cids_take_seq(struct quic_conn *conn, u64 seq)
{
	struct quic_cid_entry *entry = quic_cid_find(&conn->remote_cids, seq);

	if (!entry || entry->spent)
		return QUIC_SEQ_NONE;
	entry->spent = true;
	return seq;
}

/* Queue a RETIRE_CONNECTION_ID. */
static int retire(struct quic_conn *conn, u64 seq)
{
	struct quic_cid_set *set = &conn->remote_cids;
	unsigned int i;

	for (i = 0; i < set->retire_count; i++)
		if (set->retire[i] == seq)
			return 0;
	/* RFC 9000, 5.1.2 and 21.9: a peer that makes us retire without acknowledging it. */
	if (set->retire_count == ARRAY_SIZE(set->retire))
		return QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT;
	set->retire[set->retire_count] = seq;
	set->retire_sent[set->retire_count++] = false;
	conn->cids_pending = true;
	return 0;
}

/* Is there room to retire @n more, whose RETIRE_CONNECTION_ID the peer must acknowledge? */
bool quic_cids_may_retire(const struct quic_conn *conn, unsigned int n)
{
	return conn->remote_cids.retire_count + n <= ARRAY_SIZE(conn->remote_cids.retire);
}

/*
 * Of this end's own accord: no path uses it any more. When the peer acknowledges nothing, the ID
 * stays known, but it is spent.
 */
void quic_cids_retire(struct quic_conn *conn, u64 seq)
{
	struct quic_cid_set *set = &conn->remote_cids;
	struct quic_cid_entry *entry = quic_cid_find(set, seq);

	if (!entry || !entry->cid.len || seq == set->active ||
	    !quic_cids_may_retire(conn, 1))
		return;
	if (retire(conn, seq))
		return;
	entry->used = false;
	emit_retired(conn, true);
}

void quic_cids_retire_oldest(struct quic_conn *conn)
{
	struct quic_cid_set *set = &conn->remote_cids;
	struct quic_cid_entry *entry, *oldest = NULL;

	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++)
		if (entry->used && !quic_path_uses_cid(conn, entry->seq) &&
		    (!oldest || entry->seq < oldest->seq))
			oldest = entry;
	if (oldest)
		quic_cids_retire(conn, oldest->seq);
}

/* Retire Prior To (RFC 9000, 5.1.2), before anything is added (P19). @retired counts the IDs. */
static int retire_prior(struct quic_conn *conn, u64 prior_to, unsigned int *retired)
{
	struct quic_cid_set *set = &conn->remote_cids;
	struct quic_cid_entry *entry;
	int err;

	if (prior_to <= set->prior_to)
		return 0;
	set->prior_to = prior_to;
	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++) {
		if (!entry->used || entry->seq >= prior_to)
			continue;
		err = retire(conn, entry->seq);
		if (err)
			return err;
		entry->used = false;
		++*retired;
	}
	return 0;
}

/* RFC 9000, 19.15: a sequence number names one ID and token, and an ID has one sequence number. */
static int check_new(struct quic_cid_set *set, const struct quic_frame *frame, bool *known)
{
	const struct quic_cid_entry *entry;

	bool same_seq, same_cid;

	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++) {
		same_seq = entry->seq == frame->new_cid.seq;
		same_cid = quic_cid_equal(&entry->cid, &frame->new_cid.cid);
		if (!entry->used || (!same_seq && !same_cid))
			continue;
		if (same_seq != same_cid ||
		    (entry->has_token && crypto_memneq(entry->token, frame->new_cid.token,
						       sizeof(entry->token))))
			return PROTOCOL_VIOLATION;
		*known = true;
	}
	return 0;
}

int quic_cids_on_new(struct quic_conn *conn, const struct quic_frame *frame, u64 now)
{
	struct quic_cid_set *set = &conn->remote_cids;
	unsigned int retired = 0;
	bool known = false;
	int err;

	/* RFC 9000, 19.15: not from a peer that does without. */
	if (!conn->peer_scid.len)
		return PROTOCOL_VIOLATION;
	err = check_new(set, frame, &known);
	if (!err)
		err = retire_prior(conn, frame->new_cid.prior_to, &retired);
	if (err)
		return err;
	if (frame->new_cid.seq < set->prior_to)
		return retire(conn, frame->new_cid.seq);	/* overtaken by a later frame */
	if (!known) {
		if (count(set) >= set->limit)
			return QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT;
		quic_cids_set_remote(conn, frame->new_cid.seq, &frame->new_cid.cid,
				     frame->new_cid.token);
	}
	quic_paths_cids_changed(conn, now);
	while (retired--)
		emit_retired(conn, true);
	return 0;
}

/*
 * Is it the stateless reset token of an ID that packets are sent to? Those of other IDs do not count
 * (RFC 9000, 10.3.1).
 */
bool quic_cids_is_reset(struct quic_conn *conn, const u8 token[QUIC_RESET_TOKEN_LEN])
{
	const struct quic_cid_set *set = &conn->remote_cids;
	const struct quic_cid_entry *entry;
	bool match = false;

	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++)
		if (entry->used && entry->has_token && quic_path_uses_cid(conn, entry->seq))
			match |= !crypto_memneq(entry->token, token, QUIC_RESET_TOKEN_LEN);
	return match;
}
