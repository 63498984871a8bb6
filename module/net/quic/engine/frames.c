// SPDX-License-Identifier: GPL-2.0-only
/* What each received frame does to the connection (RFC 9000, 19). */
#include "conn_internal.h"

#define PROTOCOL_VIOLATION	QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION

/* RFC 9000, 18.2 */
#define ACK_DELAY_EXPONENT_MAX	20

/* A delay that no acknowledgement can have, so that shifting cannot overflow. */
#define ACK_DELAY_MAX	(1ULL << 30)

/* RFC 9002, 6.2.3: "for a limited number of times per connection" */
#define HURRIES_MAX	4

static int on_ack(struct quic_conn *conn, struct quic_received *rx, struct quic_frame *frame)
{
	struct quic_recovery *rec = &conn->recovery;
	u64 exponent = min_t(u64, conn->remote.ack_delay_exponent, ACK_DELAY_EXPONENT_MAX);
	u64 delay = (min(frame->ack.delay, ACK_DELAY_MAX) << exponent) * QUIC_USEC;
	int err;

	/* RFC 9002, 5.3: that the packet waited for its keys here is not the path's delay either. */
	delay += rx->now - rx->received_at;
	err = quic_recovery_on_ack(rec, quic_level_space(rx->level), &frame->ack, delay, rx->now);
	quic_observe_metrics(conn);
	if (!err)
		err = quic_early_data_check(conn);
	if (err || rx->level != QUIC_CRYPTO_APP)
		return err;
	/* Room in the congestion window is no news for writers; room in the send buffer is. */
	conn->ops->writable(conn, NULL);
	return quic_key_phase_on_ack(conn, &rx->pkt, frame->ack.largest);
}

/*
 * RFC 9002, 6.2.3: the peer repeats itself or probes, so it lacks something of the handshake.
 * What is in flight goes out again without waiting for the timer, a few times per connection.
 */
static void hurry(struct quic_conn *conn, u8 level)
{
	struct quic_space *space = conn->recovery.space;

	if (level == QUIC_CRYPTO_APP || level == QUIC_CRYPTO_EARLY || conn->hurries == HURRIES_MAX)
		return;
	conn->hurries++;
	for (; space < &conn->recovery.space[QUIC_SPACE_APP]; space++)
		if (space->eliciting_in_flight)
			space->probes = max_t(u8, space->probes, 1);
}

static int on_crypto(struct quic_conn *conn, struct quic_received *rx,
		     const struct quic_frame *frame)
{
	LIST_HEAD(ready);
	int err;

	if (rx->level == QUIC_CRYPTO_APP) {
		/* RFC 9001, 6 and 4.4: clients send no TLS messages after the handshake. */
		if (conn->is_server)
			return QUIC_TRANSPORT_ERROR_CRYPTO + 10;	/* unexpected_message */
		return quic_ticket_on_crypto(conn, rx, frame);
	}
	if (frame->crypto.offset + frame->crypto.len <= conn->crypto[rx->level].recv.next)
		hurry(conn, rx->level);
	err = quic_crypto_stream_on_frame(&conn->crypto[rx->level], &conn->mem_rx, rx->level,
					  frame, rx->ref, rx->dgram_len, &ready);
	if (list_empty(&ready))
		return err;
	list_splice_tail(&ready, &conn->handshake_inq);
	conn->tls_waits = false;
	conn->ops->readable(conn, NULL);
	return err;
}

static int on_handshake_done(struct quic_conn *conn)
{
	/* RFC 9000, 19.20 */
	if (conn->is_server)
		return PROTOCOL_VIOLATION;
	quic_conn_confirm(conn);
	return 0;
}

static int on_datagram(struct quic_conn *conn, const struct quic_received *rx,
		       const struct quic_frame *frame)
{
	/* RFC 9221, 3: the limit is for the whole frame; 0 means that there must be none. */
	u64 max = conn->config.params.max_datagram_frame_size;
	u64 header = 1 + (frame->type == QUIC_FRAME_DATAGRAM_LEN ?
			  quic_varint_len(frame->datagram.len) : 0);

	if (!max || header + frame->datagram.len > max)
		return PROTOCOL_VIOLATION;
	return quic_datagrams_on_frame(conn, rx, frame);
}

int quic_conn_on_frame(struct quic_conn *conn, struct quic_received *rx, struct quic_frame *frame)
{
	struct quic_streams *st = &conn->streams;

	switch (frame->type) {
	case QUIC_FRAME_PADDING:
		return 0;
	case QUIC_FRAME_PING:
		hurry(conn, rx->level);
		return 0;
	case QUIC_FRAME_ACK:
	case QUIC_FRAME_ACK_ECN:
		return on_ack(conn, rx, frame);
	case QUIC_FRAME_RESET_STREAM:
		return quic_streams_on_reset(st, frame->reset.id, frame->reset.code,
					     frame->reset.final_size);
	case QUIC_FRAME_STOP_SENDING:
		return quic_streams_on_stop_sending(st, frame->stop.id, frame->stop.code);
	case QUIC_FRAME_CRYPTO:
		return on_crypto(conn, rx, frame);
	case QUIC_FRAME_NEW_TOKEN:
		return quic_new_token_on_frame(conn, frame);
	case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM + 7:
		return quic_streams_on_stream(st, frame, rx->ref, rx->dgram_len);
	case QUIC_FRAME_MAX_DATA:
		return quic_streams_on_max_data(st, frame->max.max);
	case QUIC_FRAME_MAX_STREAM_DATA:
		return quic_streams_on_max_stream_data(st, frame->max.id, frame->max.max);
	case QUIC_FRAME_MAX_STREAMS_BIDI:
	case QUIC_FRAME_MAX_STREAMS_UNI:
		return quic_streams_on_max_streams(st, frame->type == QUIC_FRAME_MAX_STREAMS_UNI,
						   frame->max.max);
	case QUIC_FRAME_DATA_BLOCKED:
		return quic_streams_on_data_blocked(st, frame->max.max);
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		return quic_streams_on_stream_data_blocked(st, frame->max.id, frame->max.max);
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return 0;	/* S8.5: what can be granted has been announced */
	case QUIC_FRAME_NEW_CONNECTION_ID:
		return quic_cids_on_new(conn, frame, rx->now);
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		return quic_cids_on_retire(conn, frame->retire_cid.seq, rx->dcid_seq);
	case QUIC_FRAME_PATH_CHALLENGE:
		quic_challenge_received(conn, rx, frame->path.data);
		return 0;
	case QUIC_FRAME_PATH_RESPONSE:
		quic_challenge_on_response(conn, frame->path.data, rx->now);
		return 0;
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		quic_conn_on_close(conn, frame, rx->now);
		return 0;
	case QUIC_FRAME_HANDSHAKE_DONE:
		return on_handshake_done(conn);
	case QUIC_FRAME_DATAGRAM:
	case QUIC_FRAME_DATAGRAM_LEN:
		return on_datagram(conn, rx, frame);
	}
	return QUIC_TRANSPORT_ERROR_FRAME_ENCODING;
}
