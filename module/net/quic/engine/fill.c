// SPDX-License-Identifier: GPL-2.0-only
/* What goes into a packet, and in which order (RFC 9000, 12.4; 13.2; RFC 9002, 6.2.4). */
#include "conn_internal.h"

/*
 * RFC 9000, 13.2.4: a receiver that only acknowledges asks for an acknowledgement now and then, or
 * the ranges it reports and the records of these packets would grow.
 */
#define ACK_ONLY_MAX	24

/* A 0-RTT header has version, lengths of IDs, source ID and length beyond a short one. */
#define LONG_HEADER_EXTRA	(4 + 1 + 1 + QUIC_CID_LEN + 2)

size_t quic_conn_mss(struct quic_conn *conn)
{
	const struct quic_cid_entry *dcid = quic_cid_active(&conn->remote_cids);
	size_t mtu = conn->path[conn->active_path].mtu, header = 1 + (dcid ? dcid->cid.len : 0);

	/* What waits for 1-RTT keys may yet leave in 0-RTT packets. */
	if (!conn->is_server && !conn->tx[QUIC_CRYPTO_APP].cipher)
		return min_t(size_t, mtu, QUIC_EARLY_PACKET_MAX) - header - LONG_HEADER_EXTRA -
		       QUIC_PN_LEN_MAX - QUIC_TAG_LEN;
	return mtu - header - QUIC_PN_LEN_MAX - (conn->in_clear ? 0 : QUIC_TAG_LEN);
}

/* What 0-RTT packets may carry as well (RFC 9000, 12.4; S3.33). */
static bool data_wants(struct quic_conn *conn)
{
	const struct quic_space *space = &conn->recovery.space[QUIC_SPACE_APP];

	return quic_datagrams_pending(conn) ||
	       quic_streams_pending(&conn->streams, space->eliciting_in_flight,
				    quic_conn_mss(conn));
}

static bool app_wants(struct quic_conn *conn)
{
	return conn->ping_pending || conn->handshake_done_pending || conn->new_token.pending ||
	       conn->cids_pending || data_wants(conn);
}

bool quic_conn_wants(struct quic_conn *conn, u8 level, bool eliciting, u64 now)
{
	const struct quic_space *space = quic_conn_space(conn, level);

	if (!conn->tx[level].cipher)
		return false;
	/* RFC 9001, 5.6: no ACK in 0-RTT packets; and no probes before the confirmation. */
	if (level == QUIC_CRYPTO_EARLY)
		return eliciting && quic_conn_data_level(conn) == level && data_wants(conn);
	if (space->ack_at <= now || space->probes)
		return true;
	if (!eliciting)
		return false;
	return quic_crypto_stream_pending(&conn->crypto[level]) ||
	       (level == QUIC_CRYPTO_APP && app_wants(conn));
}

/*
 * RFC 9000, 13.2.5 and 13.2.6: each space reports its own packets, under its own keys, with the time
 * from the arrival of the largest to the departure. Whatever is to be acknowledged goes along, due or
 * not (S3.25, P32). During the handshake, and with probes, what was acknowledged before is repeated:
 * that ACK may have been lost, and nothing tells the peer more about what this end still lacks.
 */
static bool fill_ack(struct quic_conn *conn, u8 level, struct quic_writer *w,
		     struct quic_sent *sent)
{
	struct quic_space *space = quic_conn_space(conn, level);
	bool ecn = space->ecn[0] || space->ecn[1] || space->ecn[2];
	u64 delay = conn->departs_at - min(conn->departs_at, space->largest_at);

	if (space->ack_at == QUIC_NEVER && level == QUIC_CRYPTO_APP && !space->probes)
		return false;
	delay = div_u64(delay, QUIC_USEC) >> conn->config.params.ack_delay_exponent;
	if (!quic_ackset_write(&space->received, w, delay, ecn ? space->ecn : NULL))
		return false;
	quic_sent_note(sent, QUIC_FRAME_ACK, quic_ackset_largest(&space->received));
	quic_space_ack_sent(space);
	return true;
}

/* RFC 9002, 6.2.4: new data if there is any, else what was sent before. */
static void prepare_probe(struct quic_conn *conn, u8 level)
{
	struct quic_crypto_stream *cs = &conn->crypto[level];

	if (quic_crypto_stream_pending(cs))
		return;
	if (!quic_sendbuf_done(&cs->send)) {
		quic_sendbuf_lost_all(&cs->send);
		return;
	}
	if (level == QUIC_CRYPTO_APP && !app_wants(conn))
		quic_streams_probe(&conn->streams);
}

/* What 0-RTT packets may carry as well (RFC 9000, 12.4). */
static void fill_data(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent,
		      const struct quic_space *space)
{
	/* S3.24: a probe takes held bytes along, for it has to carry something. */
	bool in_flight = space->eliciting_in_flight && !space->probes;
	bool datagrams = quic_datagrams_pending(conn);

	/* Streams and datagrams take turns to have the first word. */
	if (datagrams && conn->datagrams.turn)
		quic_datagrams_fill(conn, w, sent);
	quic_streams_fill(&conn->streams, w, sent, in_flight);
	if (datagrams && !conn->datagrams.turn)
		quic_datagrams_fill(conn, w, sent);
	conn->datagrams.turn = datagrams && !conn->datagrams.turn;
}

static void fill_app(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent,
		     const struct quic_space *space, u64 now)
{
	if (conn->handshake_done_pending && quic_sent_has_room(sent) &&
	    quic_frame_write_type(w, QUIC_FRAME_HANDSHAKE_DONE)) {
		conn->handshake_done_pending = false;
		quic_sent_note(sent, QUIC_FRAME_HANDSHAKE_DONE, 0);
	}
	quic_cids_fill(conn, w, sent);
	quic_new_token_fill(conn, w, sent, now);
	fill_data(conn, w, sent, space);
}

static bool wants_ping(const struct quic_conn *conn, u8 level, const struct quic_space *space)
{
	return space->probes || (level == QUIC_CRYPTO_APP &&
				 (conn->ping_pending || conn->ack_only >= ACK_ONLY_MAX));
}

bool quic_conn_fill(struct quic_conn *conn, u8 level, struct quic_writer *w, struct quic_sent *sent,
		    bool eliciting, u64 now)
{
	struct quic_space *space = quic_conn_space(conn, level);
	struct quic_crypto_stream *cs = &conn->crypto[level];
	bool ack = level != QUIC_CRYPTO_EARLY && fill_ack(conn, level, w, sent);
	bool crypto_lost, again;
	u64 lost;

	if (!eliciting)
		return ack;
	if (space->probes)
		prepare_probe(conn, level);
	crypto_lost = cs->send.lost_count;
	lost = conn->streams.tx_lost;
	again = quic_crypto_stream_fill(cs, w, sent) && crypto_lost;
	if (level == QUIC_CRYPTO_APP)
		fill_app(conn, w, sent, space, now);
	else if (level == QUIC_CRYPTO_EARLY)
		fill_data(conn, w, sent, space);
	if (again || conn->streams.tx_lost < lost)
		conn->stats.packets_retransmitted++;
	if (sent->frame_count > ack)
		sent->ack_eliciting = 1;
	if (!sent->ack_eliciting && level != QUIC_CRYPTO_EARLY && wants_ping(conn, level, space) &&
	    quic_frame_write_type(w, QUIC_FRAME_PING))
		sent->ack_eliciting = 1;
	if (level == QUIC_CRYPTO_APP && sent->ack_eliciting)
		conn->ping_pending = false;
	return ack || sent->ack_eliciting;
}
