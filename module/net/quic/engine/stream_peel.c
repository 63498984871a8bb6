// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams that are peeled off: one of the host's sockets owns them, or their sending or receiving part alone.
 * Everything else keeps going through the connection's own reader and writer.
 */
#include "streams_internal.h"

int quic_streams_peel(struct quic_streams *st, u64 id, enum quic_stream_parts parts, void *owner,
		      struct quic_stream **result)
{
	bool receiving = parts & QUIC_STREAM_PART_RECV, local = quic_streams_is_local(st, id);
	struct quic_stream *stream = quic_streams_lookup(st, id);
	struct quic_segment *seg;

	if (stream && stream->owner)
		return -EBUSY;
	if (quic_stream_is_uni(id) && parts == (local ? QUIC_STREAM_PART_RECV : QUIC_STREAM_PART_SEND))
		return -EINVAL;
	if (!stream || (stream->gone && (!receiving || list_empty(&stream->recv.readable))))
		return id >> 2 < quic_streams_type(st, id)->next ? -ENOSTR : -EINVAL;

	stream->owner = owner;
	quic_streams_hold(stream);
	if (parts & QUIC_STREAM_PART_SEND) {
		stream->send.peeled = 1;
		/* A send without an ID is not meant for it any more (S3.11). */
		if (st->active == (s64)id)
			st->active = QUIC_STREAMS_ID_ANY;
	}
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

static void end_sending(struct quic_streams *st, struct quic_stream *stream, enum quic_stream_farewell how)
{
	if (quic_streams_sendable(stream))
		return;
	if (how == QUIC_STREAM_FINISH)
		quic_streams_push(st, stream, true, false);
	else if (how == QUIC_STREAM_RESET)
		quic_streams_reset(st, stream->id, 0);
}

/* What is unfinished must not look finished to the peer: no FIN. */
void quic_stream_abandon(struct quic_streams *st, struct quic_stream *stream)
{
	end_sending(st, stream, QUIC_STREAM_RESET);
	quic_stream_forsake(st, stream);
}

void quic_streams_leave(struct quic_streams *st, struct quic_stream *stream, enum quic_stream_farewell how)
{
	bool sent = stream->send.peeled;

	stream->owner = NULL;
	stream->send.peeled = 0;
	if (stream->recv.peeled) {
		if (sent)
			end_sending(st, stream, how);
		quic_stream_forsake(st, stream);
		stream->recv.peeled = 0;
	} else if (st->unattended && how != QUIC_STREAM_SILENT) {
		quic_stream_abandon(st, stream);
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
		if (!stream->send.peeled)
			end_sending(st, stream, QUIC_STREAM_RESET);
		if (!stream->recv.peeled)
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

bool quic_stream_send_over(const struct quic_stream *stream)
{
	return !stream->send.peeled || quic_streams_sendable(stream);
}

bool quic_stream_recv_over(const struct quic_stream *stream)
{
	return quic_stream_recv_ended(stream) || stream->recv.stopped || !stream->recv.peeled;
}

bool quic_stream_is_done(const struct quic_stream *stream)
{
	return (!stream->send.peeled || quic_stream_send_ended(stream)) && quic_stream_recv_over(stream);
}
