// SPDX-License-Identifier: GPL-2.0-only
/*
 * One packet of a connection: its header, its protection, its record (RFC 9000, 17; RFC 9002,
 * A.5).
 */
#include "conn_internal.h"

/* RFC 9001, 6.6: packets left to a key for what ends its connection. */
#define RESERVED_SEALS	64

/* Packet numbers between two skipped ones (RFC 9000, 21.4): at least this many, at most twice. */
#define SKIP_INTERVAL	512

/*
 * An ACK for a number that was never used unmasks a peer that acknowledges what it did not
 * receive.
 */
static void skip_number(struct quic_conn *conn, struct quic_space *space)
{
	u16 random;

	space->skip_pn = space->next_pn++;
	quic_random(&random, sizeof(random));
	conn->skip_at = space->next_pn + SKIP_INTERVAL + random % SKIP_INTERVAL;
}

/*
 * RFC 9287, 3.1: the bit is unpredictable once the peer is known to accept any value. Parameters that
 * were remembered say nothing about this connection.
 */
static void grease(const struct quic_conn *conn, struct quic_packet_out *out)
{
	u8 random;

	if (!conn->has_remote || !conn->remote.grease_quic_bit)
		return;
	quic_random(&random, sizeof(random));
	if (random & 1)
		out->start[0] &= ~QUIC_FIXED_BIT;
}

bool quic_conn_begin_on(struct quic_conn *conn, const struct quic_path *path, u8 level, u8 *buf,
			size_t room, struct quic_packet_out *out)
{
	struct quic_cid_set *local = &conn->local_cids;
	const struct quic_cid_entry *dcid = quic_cid_find(&conn->remote_cids, path->dcid_seq);
	const struct quic_cid_entry *scid = quic_cid_find(local, quic_cid_lowest(local));
	struct quic_space *space = quic_conn_space(conn, level);
	bool initial = level == QUIC_CRYPTO_INITIAL;
	/* RFC 9369, 4.1 */
	const struct quic_version *version = level == QUIC_CRYPTO_EARLY ?
					     conn->negotiation.original : conn->version;

	if (!dcid || !scid)
		return false;
	if (level == QUIC_CRYPTO_APP && space->next_pn == conn->skip_at)
		skip_number(conn, space);
	if (!quic_packet_begin(out, quic_level_packet_type(level), version, &dcid->cid, &scid->cid,
			       initial ? conn->token : NULL, initial ? conn->token_len : 0,
			       conn->tx[level].phase, space->next_pn, space->largest_acked, buf,
			       room))
		return false;
	if (quic_conn_in_clear(conn, level))
		quic_packet_in_clear(out);
	grease(conn, out);
	return true;
}

bool quic_conn_begin(struct quic_conn *conn, u8 level, u8 *buf, size_t room,
		     struct quic_packet_out *out)
{
	return quic_conn_begin_on(conn, &conn->path[conn->active_path], level, buf, room, out);
}

/* A record was reserved. A packet that could not be sealed has one too: it is as good as lost. */
static void record(struct quic_conn *conn, u8 level, u64 pn, struct quic_sent *sent, u64 now)
{
	enum quic_space_id id = quic_level_space(level);
	struct quic_sent *slot = quic_sent_add(&conn->recovery.space[id].sent, pn);

	if (!slot)
		return;
	sent->used = 1;
	sent->level = level;
	sent->ecn_marked = conn->recovery.ecn.marking;
	*slot = *sent;
	quic_recovery_on_sent(&conn->recovery, id, slot, conn->departs_at);
}

/* Return: length of the packet or a negative errno. */
int quic_conn_seal_on(struct quic_conn *conn, u8 level, struct quic_packet_out *out,
		      struct quic_sent *sent, size_t min_len, u64 now)
{
	struct quic_keys *keys = &conn->tx[level];
	const u8 *end = out->body.pos;
	int len;

	quic_packet_pad(out, min_len);
	quic_observe_packet_sent(conn, out);
	len = quic_packet_seal(out, keys->aead[keys->phase], 0);
	quic_conn_space(conn, level)->next_pn = out->pn + 1;
	keys->used++;
	if (level == QUIC_CRYPTO_APP)
		quic_key_phase_sent(conn, now);
	if (sent) {
		/* RFC 9002, 2; RFC 9000, 13.2.7: padding counts as in flight. */
		sent->in_flight = sent->ack_eliciting || out->body.pos != end;
		sent->size = max(len, 0);
		record(conn, level, out->pn, sent, now);
	}
	if (len < 0)
		return len;
	conn->stats.packets_sent++;
	return len;
}

int quic_conn_seal(struct quic_conn *conn, u8 level, struct quic_packet_out *out,
		   struct quic_sent *sent, size_t min_len, u64 now)
{
	if (sent)
		sent->path = conn->recovery.flow;
	return quic_conn_seal_on(conn, level, out, sent, min_len, now);
}

int quic_conn_mask(struct quic_conn *conn, u8 level, const struct quic_packet_out *outs,
		   unsigned int count)
{
	return quic_packet_mask(outs, count,
				quic_conn_in_clear(conn, level) ? NULL : conn->tx[level].hp);
}

/*
 * RFC 9001, 6.6: keys are replaced in time. False, and the connection is closed, if one must not
 * protect another packet.
 */
bool quic_conn_may_seal(struct quic_conn *conn, u8 level, u64 now)
{
	const struct quic_keys *keys = &conn->tx[level];

	if (quic_conn_in_clear(conn, level))
		return true;
	if (level == QUIC_CRYPTO_APP && keys->used >= keys->cipher->confidentiality_limit / 2)
		quic_key_phase_update(conn);
	if (keys->used < keys->cipher->confidentiality_limit - RESERVED_SEALS)
		return true;
	quic_conn_fail(conn, QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED, 0, now);
	return false;
}
