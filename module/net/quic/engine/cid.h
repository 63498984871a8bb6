/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection IDs and the two sets of them that a connection has (RFC 9000, 5.1). */
#ifndef QUIC_ENGINE_CID_H
#define QUIC_ENGINE_CID_H

#include "os.h"

#define QUIC_CID_LEN_MAX	20
#define QUIC_CID_LEN		8	/* of the IDs that this end issues */
#define QUIC_RESET_TOKEN_LEN	16
#define QUIC_CID_LIMIT_MAX	8	/* IDs of one set in use at a time */
/* RFC 9000, 5.1.1: and as many more that the peer was asked to retire. */
#define QUIC_CID_ENTRIES	(2 * QUIC_CID_LIMIT_MAX)
#define QUIC_SEQ_NONE		U64_MAX

struct quic_cid {
	u8 len;
	u8 id[QUIC_CID_LEN_MAX];
};

static inline bool quic_cid_equal(const struct quic_cid *a, const struct quic_cid *b)
{
	return a->len == b->len && !memcmp(a->id, b->id, a->len);
}

/**
 * struct quic_cid_entry - one connection ID of a set
 * @seq: sequence number (RFC 9000, 5.1.1)
 * @pending: NEW_CONNECTION_ID (local set) must be sent (again)
 * @has_token: @token is known (remote set: the peer's stateless reset token)
 * @spent: remote set: it was used on a path, so it is not used on another one (RFC 9000, 9.5)
 */
struct quic_cid_entry {
	struct quic_cid cid;
	u64 seq;
	u8 token[QUIC_RESET_TOKEN_LEN];
	bool used, pending, has_token, spent;
};

/**
 * struct quic_cid_set - IDs issued by one end, known and not retired
 * @entries: unordered; @used marks the ones in use
 * @active: sequence number in use (remote set: on the active path; local set: the highest that
 *	the peer used, or that was set)
 * @next_seq: local set: next one to issue; remote set: one above the highest seen
 * @prior_to: highest Retire Prior To sent (local) or received (remote)
 * @limit: how many may be known at a time (active_connection_id_limit)
 * @retire: remote set: sequence numbers whose RETIRE_CONNECTION_ID must be sent (again);
 *	bounded, so that a peer that withholds acknowledgements is closed with
 *	CONNECTION_ID_LIMIT (RFC 9000, 5.1.2)
 */
struct quic_cid_set {
	struct quic_cid_entry entries[QUIC_CID_ENTRIES];
	u64 active;
	u64 next_seq;
	u64 prior_to;
	u8 limit;
	u8 retire_count;
	u64 retire[2 * QUIC_CID_LIMIT_MAX];
	bool retire_sent[2 * QUIC_CID_LIMIT_MAX];
};

struct quic_cid_entry *quic_cid_find(struct quic_cid_set *set, u64 seq);
struct quic_cid_entry *quic_cid_active(struct quic_cid_set *set);
/* Lowest sequence number not retired. */
u64 quic_cid_lowest(const struct quic_cid_set *set);

#endif
