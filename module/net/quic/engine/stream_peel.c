// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams that are peeled off: one of the host's sockets owns them, with their sending part, and mostly with what is
 * received on them. Others keep going through the connection's own reader and writer.
 */
#include "streams_internal.h"

int quic_streams_peel(struct quic_streams *st, u64 id, bool receiving, void *owner,
		      struct quic_stream **result)
{
	struct quic_stream *stream = quic_streams_lookup(st, id);
	struct quic_segment *seg;

	if (stream && stream->owner)
		return -EBUSY;
	if (!receiving && quic_stream_is_uni(id) && !quic_streams_is_local(st, id))
		return -EINVAL;
	if (!stream || (stream->gone && (!receiving || list_empty(&stream->recv.readable))))
		return id >> 2 < quic_streams_type(st, id)->next ? -ENOSTR : -EINVAL;

	stream->owner = owner;
	quic_streams_hold(stream);
	/* A send without an ID is not meant for it any more (S3.11). */
	if (st->active == (s64)id)
		st->active = QUIC_STREAMS_ID_ANY;
	if (receiving) {
		stream->recv.peeled = 1;
		list_for_each_entry(seg, &stream->recv.readable, siblings) {
			list_del_init(&seg->order);
			st->inq_bytes -= seg->len - seg->taken;
		}
	}
	*result = stream;
	return 0;
}

/* What is unfinished must not look finished to the peer: no FIN. */
void quic_stream_abandon(struct quic_streams *st, struct quic_stream *stream)
{
	if (!quic_streams_sendable(stream))
		quic_streams_reset(st, stream->id, 0);
	quic_stream_forsake(st, stream);
}

void quic_streams_leave(struct quic_streams *st, struct quic_stream *stream, bool quietly)
{
	stream->owner = NULL;
	if (!stream->recv.peeled) {
		if (st->unattended && !quietly)
			quic_stream_abandon(st, stream);
	} else {
		if (!quietly && !quic_streams_sendable(stream))
			quic_streams_push(st, stream, true, false);
		quic_stream_forsake(st, stream);
	}
	quic_streams_unhold(st, stream);
}

void quic_streams_abandon(struct quic_streams *st)
{
	struct rb_node *node = rb_first(&st->table);
	struct quic_segment *seg, *tmp;
	struct quic_stream *stream;

	st->unattended = true;
	while (node) {
		stream = rb_entry(node, struct quic_stream, node);
		node = rb_next(node);
		if (!stream->owner)
			quic_stream_abandon(st, stream);
		else if (!stream->recv.peeled)
			quic_stream_forsake(st, stream);
		quic_stream_settle(st, stream);
	}
	/* What is left are datagrams. */
	list_for_each_entry_safe(seg, tmp, &st->inq, order)
		quic_streams_consume(st, seg, seg->len - seg->taken);
}

struct quic_segment *quic_stream_head(struct quic_stream *stream)
{
	return list_first_entry_or_null(&stream->recv.readable, struct quic_segment, siblings);
}

/* ---- figures ---- */

u64 quic_stream_unread(const struct quic_stream *stream)
{
	return stream->recv.buf.next - stream->recv.consumed;
}

u64 quic_stream_unacked(const struct quic_stream *stream)
{
	const struct quic_sendbuf *buf = &stream->send.buf;

	return quic_stream_sending(stream) ? buf->end - buf->start : 0;
}

u64 quic_stream_unsent(const struct quic_stream *stream)
{
	const struct quic_sendbuf *buf = &stream->send.buf;

	return quic_stream_sending(stream) ? buf->end - buf->next : 0;
}

bool quic_stream_recv_over(const struct quic_stream *stream)
{
	return quic_stream_recv_ended(stream) || stream->recv.stopped || !stream->recv.peeled;
}

bool quic_stream_is_done(const struct quic_stream *stream)
{
	return quic_stream_send_ended(stream) && quic_stream_recv_over(stream);
}
