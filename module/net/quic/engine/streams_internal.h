/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that implement streams.h share with each other and with nobody else. */
#ifndef QUIC_ENGINE_STREAMS_INTERNAL_H
#define QUIC_ENGINE_STREAMS_INTERNAL_H

#include "observe.h"
#include "streams.h"

static inline bool quic_streams_is_local(const struct quic_streams *st, u64 id)
{
	return quic_stream_is_server(id) == st->is_server;
}

static inline struct quic_stream_type *quic_streams_type(struct quic_streams *st, u64 id)
{
	return &st->type[!quic_streams_is_local(st, id)][quic_stream_is_uni(id)];
}

/* A part that the stream does not have is terminal from the beginning. */
static inline bool quic_stream_send_ended(const struct quic_stream *stream)
{
	return stream->send.state == QUIC_STREAM_SEND_STATE_RECVD ||
	       stream->send.state == QUIC_STREAM_SEND_STATE_RESET_RECVD;
}

static inline bool quic_stream_recv_ended(const struct quic_stream *stream)
{
	return stream->recv.state == QUIC_STREAM_RECV_STATE_RECVD ||
	       stream->recv.state == QUIC_STREAM_RECV_STATE_RESET_RECVD;
}

/* Does its send buffer count, that is, was it neither reset nor completely acknowledged? */
static inline bool quic_stream_sending(const struct quic_stream *stream)
{
	return stream->send.state <= QUIC_STREAM_SEND_STATE_SENT;
}

/* Are there lost or new bytes or FIN to send, now or once they are not held any more? */
static inline bool quic_stream_has_data(const struct quic_stream *stream)
{
	const struct quic_stream_send *send = &stream->send;
	u64 offset = send->buf.lost_count ? send->buf.lost[0].start : send->buf.next;

	if (!quic_stream_sending(stream) || send->withheld)
		return false;
	if (send->buf.lost_count || send->buf.next < send->buf.end)
		return offset < send->allotted;
	return send->fin && !send->fin_sent && offset <= send->allotted;
}

/* Is a frame other than STREAM pending? */
static inline bool quic_stream_has_control(const struct quic_stream *stream)
{
	const struct quic_stream_send *send = &stream->send;

	if (send->withheld)
		return false;
	return (send->reset_pending && send->reset_size <= send->allotted) || stream->send.blocked_pending ||
	       stream->recv.stop_pending || stream->recv.max_pending;
}

static inline void quic_stream_set_send_state(struct quic_streams *st, struct quic_stream *stream,
					      u8 state)
{
	u8 old = stream->send.state;

	stream->send.state = state;
	if (state != old)
		quic_observe_stream_state(st, stream->id, old, state);
}

static inline void quic_stream_set_recv_state(struct quic_streams *st, struct quic_stream *stream,
					      u8 state)
{
	u8 old = stream->recv.state;

	stream->recv.state = state;
	if (state != old)
		quic_observe_stream_state(st, stream->id, old, state);
}

/* The update event of S7.4. */
static inline void quic_stream_event(struct quic_streams *st, const struct quic_stream *stream,
				     u8 state, u64 code, u64 final_size)
{
	union quic_event event;

	memset(&event, 0, sizeof(event));
	event.update.id = stream->id;
	event.update.state = state;
	event.update.errcode = code;
	event.update.finalsz = final_size;
	st->ops->event(st, QUIC_EVENT_STREAM_UPDATE, &event);
}

/* streams.c */

/* Also one that is gone, as long as something refers to it. */
struct quic_stream *quic_streams_lookup(struct quic_streams *st, u64 id);
/* Open every stream up to @id, which nobody has opened. 0 or -ENOMEM: none was opened. */
int quic_streams_open(struct quic_streams *st, u64 id);
/*
 * The stream of a frame from the peer that concerns this end's sending or receiving part; opens it
 * if that is the peer's right. @stream is NULL if it is gone: the frame is late and has no effect.
 * Return: 0, STREAM_STATE, STREAM_LIMIT, -ENOMEM.
 */
int quic_streams_of_frame(struct quic_streams *st, u64 id, bool sending,
			  struct quic_stream **stream);
/* After a change of state or a dropped reference: note that it is gone, free it if it may be. */
void quic_stream_settle(struct quic_streams *st, struct quic_stream *stream);
/* Put it in a queue or take it out, as quic_stream_has_data() or quic_stream_has_control() says. */
void quic_stream_queue_data(struct quic_streams *st, struct quic_stream *stream);
void quic_stream_queue_control(struct quic_streams *st, struct quic_stream *stream);

/* stream_allot.c: limits that lie below what is used; after they changed */
void quic_streams_reduce(struct quic_streams *st);
void quic_streams_allot(struct quic_streams *st);

/* stream_recv.c: nobody wants to read it any more; the caller settles it */
void quic_stream_forsake(struct quic_streams *st, struct quic_stream *stream);

/* stream_peel.c: nobody is left for it: RESET_STREAM and STOP_SENDING. The caller settles it. */
void quic_stream_abandon(struct quic_streams *st, struct quic_stream *stream);

/* stream_send.c: changes of a send buffer, so that the sums in struct quic_streams stay exact */

void quic_stream_sent(struct quic_streams *st, struct quic_stream *stream, u64 offset, size_t len);
void quic_stream_acked(struct quic_streams *st, struct quic_stream *stream, u64 offset, size_t len);
void quic_stream_lost(struct quic_streams *st, struct quic_stream *stream, u64 offset, size_t len);
void quic_stream_discard(struct quic_streams *st, struct quic_stream *stream);

#endif
