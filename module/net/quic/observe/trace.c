// SPDX-License-Identifier: GPL-2.0-only
/* What the engine reports becomes tracepoints, if anybody has switched them on. */
#include "../engine/conn_internal.h"

#define CREATE_TRACE_POINTS
#include "trace_quic.h"

/* Which frames are in a packet. */
static u32 frames_in(struct quic_reader r, enum quic_packet_type type)
{
	struct quic_frame frame;
	u32 frames = 0;

	while (quic_reader_left(&r) && !quic_frame_parse(&frame, &r, type)) {
		switch (frame.type) {
		case QUIC_FRAME_ACK_ECN:
			frame.type = QUIC_FRAME_ACK;
			break;
		case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM + 7:
			frame.type = QUIC_FRAME_STREAM;
			break;
		case QUIC_FRAME_MAX_STREAMS_UNI:
			frame.type = QUIC_FRAME_MAX_STREAMS_BIDI;
			break;
		case QUIC_FRAME_STREAMS_BLOCKED_UNI:
			frame.type = QUIC_FRAME_STREAMS_BLOCKED_BIDI;
			break;
		case QUIC_FRAME_CONNECTION_CLOSE_APP:
			frame.type = QUIC_FRAME_CONNECTION_CLOSE;
			break;
		case QUIC_FRAME_DATAGRAM:
		case QUIC_FRAME_DATAGRAM_LEN:
			frame.type = QUIC_TRACE_DATAGRAM;
			break;
		}
		frames |= BIT(frame.type);
	}
	return frames;
}

void quic_observe_packet_sent(const struct quic_conn *conn, const struct quic_packet_out *out)
{
	struct quic_reader payload = { out->pn_at + out->pn_len, out->body.pos };

	if (trace_quic_packet_sent_enabled())
		trace_quic_packet_sent(conn, out->type, out->pn,
				       out->body.pos + out->tag_len - out->start,
				       frames_in(payload, out->type),
				       conn->recovery.ecn.marking ? 2 : 0);
}

void quic_observe_packet_received(const struct quic_conn *conn, const struct quic_packet *pkt,
				  struct quic_reader payload, u8 ecn)
{
	if (trace_quic_packet_received_enabled())
		trace_quic_packet_received(conn, pkt->type, pkt->pn, pkt->len,
					   frames_in(payload, pkt->type), ecn);
}

void quic_observe_packet_dropped(const struct quic_conn *conn, const struct quic_packet *pkt,
				 enum quic_drop_trigger trigger)
{
	u8 type = trigger == QUIC_DROP_INVALID ? QUIC_TRACE_UNKNOWN : pkt->type;

	trace_quic_packet_dropped(conn, type, pkt->len, trigger);
}

void quic_observe_packet_lost(const struct quic_conn *conn, u64 pn, const struct quic_sent *sent,
			      enum quic_loss_trigger trigger)
{
	trace_quic_packet_lost(conn, quic_level_packet_type(sent->level), pn, sent->size,
			       sent->pmtu_probe, trigger);
}

void quic_observe_metrics(const struct quic_conn *conn)
{
	const struct quic_space *space;
	struct quic_conn_stats stats;
	u32 packets = 0;

	if (!trace_quic_recovery_metrics_updated_enabled())
		return;
	for (space = conn->recovery.space; space < conn->recovery.space + QUIC_SPACE_COUNT; space++)
		packets += space->eliciting_in_flight;
	quic_conn_get_stats(conn, &stats);
	trace_quic_recovery_metrics_updated(conn, &stats, packets,
					    conn->recovery.pacer.rate * BITS_PER_BYTE);
}

void quic_observe_stream_state(const struct quic_streams *st, u64 id, u8 old, u8 state)
{
	trace_quic_stream_state_updated(container_of(st, struct quic_conn, streams), id, old, state);
}

void quic_observe_connection_state(const struct quic_conn *conn, u8 old)
{
	trace_quic_connection_state_updated(conn, old);
}

void quic_observe_connection_closed(const struct quic_conn *conn, enum quic_close_trigger trigger)
{
	trace_quic_connection_closed(conn, trigger);
}

void quic_observe_key_updated(const struct quic_conn *conn, bool sending, bool by_peer, u8 phase)
{
	trace_quic_key_updated(conn, conn->is_server == sending, by_peer, phase);
}
