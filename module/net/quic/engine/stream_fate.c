// SPDX-License-Identifier: GPL-2.0-only
/* Frames of a sent packet: acknowledged, or lost and pending again (RFC 9000, 13.3). */
#include "streams_internal.h"

static void acked_stream(struct quic_streams *st, struct quic_stream *stream,
			 const struct quic_sent_frame *frame)
{
	struct quic_stream_send *send = &stream->send;

	if (!quic_stream_sending(stream))	/* reset meanwhile */
		return;
	quic_stream_acked(st, stream, frame->value, frame->len);
	if (frame->fin) {
		send->fin_acked = 1;
		send->fin_sent = 1;
	}
	if (send->fin_acked && quic_sendbuf_done(&send->buf)) {
		quic_stream_set_send_state(st, stream, QUIC_STREAM_SEND_STATE_RECVD);
		send->blocked_pending = 0;
		quic_stream_queue_control(st, stream);
		quic_stream_event(st, stream, QUIC_STREAM_SEND_STATE_RECVD, 0, 0);
	}
	quic_stream_queue_data(st, stream);
}

static void acked_reset(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_stream_send *send = &stream->send;

	if (send->state != QUIC_STREAM_SEND_STATE_RESET_SENT)	/* a second copy */
		return;
	quic_stream_set_send_state(st, stream, QUIC_STREAM_SEND_STATE_RESET_RECVD);
	send->reset_pending = 0;
	quic_stream_queue_control(st, stream);
	quic_stream_event(st, stream, QUIC_STREAM_SEND_STATE_RESET_RECVD, send->reset_code,
			  send->reset_size);
}

void quic_streams_acked(struct quic_streams *st, const struct quic_sent_frame *frame)
{
	struct quic_stream *stream = frame->stream;

	if (!stream)
		return;
	if (frame->type == QUIC_FRAME_STREAM)
		acked_stream(st, stream, frame);
	else if (frame->type == QUIC_FRAME_RESET_STREAM)
		acked_reset(st, stream);
	stream->in_flight--;
	quic_stream_settle(st, stream);
}

static void lost_stream(struct quic_streams *st, struct quic_stream *stream,
			const struct quic_sent_frame *frame)
{
	struct quic_stream_send *send = &stream->send;

	if (!quic_stream_sending(stream))
		return;
	quic_stream_lost(st, stream, frame->value, frame->len);
	if (frame->fin && !send->fin_acked)
		send->fin_sent = 0;
	quic_stream_queue_data(st, stream);
}

/* Frames of one stream: sent again while they still say something. */
static void lost_control(struct quic_streams *st, struct quic_stream *stream,
			 const struct quic_sent_frame *frame)
{
	struct quic_stream_send *send = &stream->send;
	struct quic_stream_recv *recv = &stream->recv;

	switch (frame->type) {
	case QUIC_FRAME_RESET_STREAM:
		if (send->state != QUIC_STREAM_SEND_STATE_RESET_SENT)
			return;
		send->reset_pending = 1;
		break;
	case QUIC_FRAME_STOP_SENDING:
		if (quic_stream_recv_ended(stream))
			return;
		recv->stop_pending = 1;
		break;
	case QUIC_FRAME_MAX_STREAM_DATA:
		if (recv->state != QUIC_STREAM_RECV_STATE_RECV || recv->stopped ||
		    frame->value != recv->max_data)
			return;
		recv->max_pending = 1;
		break;
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		if (!quic_stream_sending(stream) || frame->value != send->max_data)
			return;
		send->blocked_pending = 1;
		break;
	default:
		return;
	}
	quic_stream_queue_control(st, stream);
}

/* Frames of the connection: only the newest value is worth sending again. */
static void lost_value(struct quic_streams *st, const struct quic_sent_frame *frame)
{
	switch (frame->type) {
	case QUIC_FRAME_MAX_DATA:
		st->rx_max_pending |= frame->value == st->rx_max;
		break;
	case QUIC_FRAME_DATA_BLOCKED:
		st->tx_blocked_pending |= frame->value == st->tx_max;
		break;
	case QUIC_FRAME_MAX_STREAMS_BIDI:
		st->type[1][0].max_pending |= frame->value == st->type[1][0].max;
		break;
	case QUIC_FRAME_MAX_STREAMS_UNI:
		st->type[1][1].max_pending |= frame->value == st->type[1][1].max;
		break;
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
		st->type[0][0].blocked_pending |= frame->value == st->type[0][0].max;
		break;
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		st->type[0][1].blocked_pending |= frame->value == st->type[0][1].max;
		break;
	default:
		break;
	}
}

void quic_streams_lost(struct quic_streams *st, const struct quic_sent_frame *frame)
{
	struct quic_stream *stream = frame->stream;

	if (!stream) {
		lost_value(st, frame);
		return;
	}
	if (!stream->gone) {
		if (frame->type == QUIC_FRAME_STREAM)
			lost_stream(st, stream, frame);
		else
			lost_control(st, stream, frame);
	}
	stream->in_flight--;
	quic_stream_settle(st, stream);
}
