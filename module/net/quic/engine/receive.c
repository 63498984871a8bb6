// SPDX-License-Identifier: GPL-2.0-only
/* Received datagrams and packets, up to their frames (RFC 9000, 5.2, 12 and 13). */
#include "conn_internal.h"

/* RFC 9000, 10.3: what is shorter cannot be a stateless reset. */
#define RESET_LEN_MIN	21

static const u8 level_of[] = {
	[QUIC_PACKET_INITIAL]	= QUIC_CRYPTO_INITIAL,
	[QUIC_PACKET_0RTT]	= QUIC_CRYPTO_EARLY,
	[QUIC_PACKET_HANDSHAKE]	= QUIC_CRYPTO_HANDSHAKE,
	[QUIC_PACKET_1RTT]	= QUIC_CRYPTO_APP,
};

/* Is the packet addressed to this connection? */
static bool match_dcid(struct quic_conn *conn, struct quic_received *rx)
{
	const struct quic_packet *pkt = &rx->pkt;
	struct quic_cid_entry *entry = quic_cids_match(&conn->local_cids, &pkt->dcid);

	if (entry) {
		rx->dcid_seq = entry->seq;
		return true;
	}
	rx->dcid_seq = U64_MAX;
	return conn->is_server && quic_cid_equal(&pkt->dcid, &conn->initial_dcid) &&
	       (pkt->type == QUIC_PACKET_INITIAL || pkt->type == QUIC_PACKET_0RTT);
}

/* What can be told before opening (RFC 9000, 5.2, 5.2.1, 17.2 and 17.2.4). */
static bool acceptable(struct quic_conn *conn, struct quic_received *rx)
{
	const struct quic_packet *pkt = &rx->pkt;

	/* RFC 9000, 17.2.1: without a fixed bit. */
	if (pkt->type == QUIC_PACKET_VERSION_NEGOTIATION)
		return match_dcid(conn, rx);
	/* RFC 9000, 17.2, 17.3.1; RFC 9287, 3 and 3.2 */
	if (!pkt->fixed_bit && !conn->config.params.grease_quic_bit)
		return false;
	if (!match_dcid(conn, rx) || !quic_migrate_permitted(conn, rx))
		return false;
	rx->level = level_of[pkt->type];
	if (pkt->type == QUIC_PACKET_1RTT)
		return true;

	if (!quic_negotiate_accepts(conn, pkt))
		return false;
	/* RFC 9000, 7.2: it does not change any more. */
	if ((conn->is_server || conn->got_packet) && !quic_cid_equal(&pkt->scid, &conn->peer_scid))
		return false;
	if (pkt->type == QUIC_PACKET_0RTT)
		return conn->is_server;
	if (pkt->type != QUIC_PACKET_INITIAL)
		return true;
	/* RFC 9000, 14.1 and 17.2.2 */
	return conn->is_server ? rx->dgram_len >= QUIC_INITIAL_MIN : !pkt->token_len;
}

static bool keys_may_come(const struct quic_conn *conn, u8 level)
{
	switch (level) {
	case QUIC_CRYPTO_INITIAL:
		return conn->initial_wanted || quic_negotiate_waits(conn);
	case QUIC_CRYPTO_HANDSHAKE:
		return !conn->recovery.space[QUIC_SPACE_HANDSHAKE].discarded;
	case QUIC_CRYPTO_EARLY:
		return !conn->handshake_complete;
	case QUIC_CRYPTO_APP:
		return true;
	default:
		return false;
	}
}

/* A packet of the server's first flight: from here on it has a name (RFC 9000, 7.2). */
static void learn_peer(struct quic_conn *conn, const struct quic_packet *pkt)
{
	if (conn->got_packet)
		return;
	conn->got_packet = true;
	if (conn->is_server)
		return;
	conn->peer_scid = pkt->scid;
	quic_cids_set_remote(conn, 0, &pkt->scid, NULL);
}

/* Frames, in order. Return: as quic_conn_on_frame(), having closed for an error of the peer. */
static int process_frames(struct quic_conn *conn, struct quic_received *rx,
			  struct quic_reader *payload)
{
	struct quic_frame frame;
	int err;

	while (quic_reader_left(payload) && quic_conn_is_open(conn)) {
		err = quic_frame_parse(&frame, payload, rx->pkt.type);
		if (!err)
			err = quic_conn_on_frame(conn, rx, &frame);
		if (err > 0) {
			conn->drops.frames++;
			quic_conn_fail(conn, err, frame.type, rx->now);
		}
		if (err)
			return err;
		quic_migrate_note_frame(rx, frame.type);
		if (!quic_frame_ack_eliciting(frame.type))
			continue;
		rx->eliciting = true;
		/* S8.10: only plain data may wait. */
		if ((frame.type < QUIC_FRAME_STREAM || frame.type >= QUIC_FRAME_STREAM + 8 ||
		     frame.stream.fin) && frame.type != QUIC_FRAME_CRYPTO)
			rx->at_once = true;
	}
	return 0;
}

/* Bookkeeping for a packet that was authentic, new, and processed. */
static void settle(struct quic_conn *conn, struct quic_received *rx)
{
	struct quic_space *space = quic_conn_space(conn, rx->level);
	u64 delay = conn->config.params.max_ack_delay * QUIC_MSEC;

	conn->idle_restarted = false;
	quic_idle_restart(conn, rx->now);
	if (conn->config.keepalive && conn->state == QUIC_CONN_ESTABLISHED)
		conn->keepalive_at = rx->now + conn->config.keepalive;
	if (space->discarded)
		return;
	/* RFC 9000, 13.2.1 and 13.4.1: those of the handshake at once. */
	quic_space_on_received(space, rx->pkt.pn, rx->eliciting,
			       rx->at_once || rx->level == QUIC_CRYPTO_INITIAL ||
			       rx->level == QUIC_CRYPTO_HANDSHAKE, delay, rx->ecn, rx->received_at);
	if (rx->ecn == 3)
		conn->stats.ecn_ce_received++;
}

/* A packet failed to open: RFC 9001, 6.6. */
static void count_forgery(struct quic_conn *conn, struct quic_keys *keys, u64 now)
{
	if (++keys->used > keys->cipher->integrity_limit)
		quic_conn_fail(conn, QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED, 0, now);
}

/* Header and packet protection come off. False: the packet is not authentic, or not for this end. */
static bool unprotect(struct quic_conn *conn, struct quic_received *rx,
		      struct quic_reader *payload)
{
	struct quic_space *space = quic_conn_space(conn, rx->level);
	u64 largest = quic_ackset_largest(&space->received);
	struct quic_keys *keys = quic_negotiate_keys(conn, rx);
	struct quic_packet *pkt = &rx->pkt;
	struct quic_aead *aead;

	if (quic_conn_in_clear(conn, rx->level))
		return !quic_packet_unmask(pkt, NULL, largest) &&
		       !quic_packet_open(pkt, NULL, payload);
	if (quic_packet_unmask(pkt, keys->hp, largest))
		return false;
	aead = rx->level == QUIC_CRYPTO_APP ? quic_key_phase_aead(conn, pkt) :
	       keys->aead[keys->phase];
	if (!aead)
		return false;
	if (!quic_packet_open(pkt, aead, payload))
		return true;
	count_forgery(conn, keys, rx->now);
	return false;
}

static void drop(const struct quic_conn *conn, const struct quic_packet *pkt, u64 *count,
		 enum quic_drop_trigger trigger)
{
	(*count)++;
	quic_observe_packet_dropped(conn, pkt, trigger);
}

/* A packet whose keys are there: unprotect and process it (RFC 9001, 5.5). */
void quic_conn_open_packet(struct quic_conn *conn, struct quic_received *rx)
{
	struct quic_space *space = quic_conn_space(conn, rx->level);
	struct quic_keys *keys = quic_negotiate_keys(conn, rx);
	struct quic_packet *pkt = &rx->pkt;
	struct quic_reader payload;
	int err;

	if (!unprotect(conn, rx, &payload)) {
		drop(conn, pkt, &conn->drops.opening, QUIC_DROP_DECRYPTION_FAILURE);
		return;
	}
	rx->authentic = true;
	quic_negotiate_opened(conn, keys);
	/*
	 * RFC 9000, 12.3; not before opening, or timing would tell packet numbers (RFC 9001, 9.5)
	 */
	if (quic_ackset_has(&space->received, pkt->pn)) {
		drop(conn, pkt, &conn->drops.number, QUIC_DROP_DUPLICATE);
		return;
	}
	conn->stats.packets_received++;
	quic_observe_packet_received(conn, pkt, payload, rx->ecn);
	/* RFC 9000, 17.2, 17.3.1 and 12.4 */
	if (pkt->reserved_bits || !quic_reader_left(&payload)) {
		conn->drops.frames++;
		quic_conn_fail(conn, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, 0, rx->now);
		return;
	}

	learn_peer(conn, pkt);
	if (rx->level == QUIC_CRYPTO_APP)
		quic_early_data_on_1rtt(conn, rx->now);
	if (rx->level == QUIC_CRYPTO_APP && !conn->in_clear) {
		err = quic_key_phase_opened(conn, pkt, rx->now);
		if (err) {
			quic_conn_fail(conn, err, 0, rx->now);
			return;
		}
	}
	if (conn->is_server && rx->level == QUIC_CRYPTO_HANDSHAKE) {
		/* RFC 9001, 4.9.1 and RFC 9000, 8.1 */
		quic_conn_discard(conn, QUIC_CRYPTO_INITIAL);
		if (rx->path < QUIC_PATHS_MAX)
			quic_path_validated(conn, &conn->path[rx->path]);
	}

	if (process_frames(conn, rx, &payload) < 0 || !quic_conn_is_open(conn))
		return;
	settle(conn, rx);
	if (rx->level == QUIC_CRYPTO_APP)
		quic_key_phase_received(conn, rx->now);
	quic_migrate_on_packet(conn, rx);
	if (conn->is_server)
		quic_conn_try_confirm(conn);
}

static void receive_packet(struct quic_conn *conn, struct quic_received *rx)
{
	if (rx->pkt.type == QUIC_PACKET_RETRY) {
		quic_retry_receive(conn, &rx->pkt, rx->now);
		return;
	}
	if (!acceptable(conn, rx)) {
		drop(conn, &rx->pkt, &conn->drops.header, QUIC_DROP_REJECTED);
		return;
	}
	if (rx->pkt.type == QUIC_PACKET_VERSION_NEGOTIATION)
		quic_negotiate_on_packet(conn, &rx->pkt, rx->now);
	else if (quic_negotiate_keys(conn, rx)->cipher)
		quic_conn_open_packet(conn, rx);
	else if (keys_may_come(conn, rx->level))
		quic_early_keep(conn, rx);
	else
		quic_observe_packet_dropped(conn, &rx->pkt, QUIC_DROP_KEY_UNAVAILABLE);
}

/* The packets of a datagram, one after the other (RFC 9000, 12.2). Was one of them authentic? */
static bool receive_packets(struct quic_conn *conn, const struct quic_datagram *dgram, u8 path,
			    u64 now)
{
	struct quic_cid first = {};
	struct quic_received rx;
	bool authentic = false;
	size_t pos = 0;

	while (pos < dgram->len && quic_conn_is_open(conn)) {
		memset(&rx, 0, sizeof(rx));
		if (quic_packet_parse(&rx.pkt, dgram->data + pos, dgram->len - pos, QUIC_CID_LEN)) {
			drop(conn, &rx.pkt, &conn->drops.header, QUIC_DROP_INVALID);
			break;
		}
		/* RFC 9000, 12.2: all for the same connection ID. */
		if (!pos)
			first = rx.pkt.dcid;
		pos += rx.pkt.len;
		if (!quic_cid_equal(&rx.pkt.dcid, &first))
			continue;
		rx.ref = dgram->ref;
		rx.dgram_len = dgram->len;
		rx.local = &dgram->local;
		rx.remote = &dgram->remote;
		/* A packet before this one may have made it known. */
		rx.path = path < QUIC_PATHS_MAX ? path :
			  quic_path_find(conn, &dgram->local, &dgram->remote);
		rx.ecn = dgram->ecn & 3;
		rx.received_at = now;
		rx.now = now;
		receive_packet(conn, &rx);
		authentic |= rx.authentic;
	}
	return authentic;
}

void quic_conn_receive(struct quic_conn *conn, const struct quic_datagram *dgram, u64 now)
{
	u8 path = quic_path_find(conn, &dgram->local, &dgram->remote);
	u8 token[QUIC_RESET_TOKEN_LEN];
	bool maybe_reset;

	if (conn->state == QUIC_CONN_CLOSED || conn->state == QUIC_CONN_DRAINING || !dgram->len)
		return;
	conn->stats.bytes_received += dgram->len;
	/* RFC 9000, 8.1: all of the datagram counts, whatever is in it. */
	if (path < QUIC_PATHS_MAX && !conn->path[path].validated) {
		conn->path[path].received += dgram->len;
		quic_path_update_blocked(conn);
	}
	if (conn->state == QUIC_CONN_CLOSING) {
		quic_conn_received_closing(conn);
		return;
	}

	quic_path_forget_pmtu(conn, &conn->path[conn->active_path], now);
	/* Opening a packet destroys what could be a token in its last bytes. */
	maybe_reset = dgram->len >= RESET_LEN_MIN && !(dgram->data[0] & 0x80);
	if (maybe_reset)
		memcpy(token, dgram->data + dgram->len - sizeof(token), sizeof(token));
	if (receive_packets(conn, dgram, path, now) || !maybe_reset)
		return;
	/* RFC 9000, 10.3.1 */
	if (quic_conn_is_open(conn) && quic_cids_is_reset(conn, token))
		quic_conn_end(conn, QUIC_TRANSPORT_ERROR_CRYPTO, QUIC_CLOSED_STATELESS_RESET);
}
