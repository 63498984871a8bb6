// SPDX-License-Identifier: GPL-2.0-only
/* Receiving parts: what arrives, what is read, and the credit for it (section 4 of the API). */
#include "streams_internal.h"

/* The most memory that small pieces share. */
#define SMALL_MAX	2048U

/* ---- credit: S4.16; RFC 9000, 4.2 ---- */

/* A sixteenth of the window, but never nothing (P14). */
static bool credit_is_due(u64 consumed, u64 announced_at, u64 window)
{
	return consumed - announced_at >= (window + 15) >> 4;
}

/*
 * Under pressure half a window, but never less than a byte: then there is always more to grant once
 * the peer has used up what it has.
 */
static u64 credit_limit(const struct quic_streams *st, u64 consumed, u64 window)
{
	if (st->pressed)
		window -= window / 2;
	return min_t(u64, consumed + window, QUIC_VARINT_MAX);
}

/* @at_once: the peer says that it is blocked. */
static void connection_grant(struct quic_streams *st, bool at_once)
{
	u64 max = credit_limit(st, st->rx_consumed, st->rx_window);

	if (max <= st->rx_max ||
	    (!at_once && !credit_is_due(st->rx_consumed, st->rx_announced_at, st->rx_window)))
		return;
	st->rx_max = max;
	st->rx_announced_at = st->rx_consumed;
	st->rx_max_pending = true;
}

static void stream_grant(struct quic_streams *st, struct quic_stream *stream, bool at_once)
{
	struct quic_stream_recv *recv = &stream->recv;
	u64 max = credit_limit(st, recv->consumed, recv->window);

	/* RFC 9000, 3.2: useless once the final size is known or the data is not wanted */
	if (recv->state != QUIC_STREAM_RECV_STATE_RECV || recv->stopped || max <= recv->max_data ||
	    (!at_once && !credit_is_due(recv->consumed, recv->announced_at, recv->window)))
		return;
	recv->max_data = max;
	recv->announced_at = recv->consumed;
	recv->max_pending = 1;
	quic_stream_queue_control(st, stream);
}

static void stream_consumed(struct quic_streams *st, struct quic_stream *stream, u64 bytes)
{
	stream->recv.consumed += bytes;
	st->rx_consumed += bytes;
}

/* ---- what arrives ---- */

/*
 * May the peer's data end at @end (@final: for good)? What came before decides the final size
 * (RFC 9000, 4.5), what was announced decides the rest (RFC 9000, 4.1).
 */
static int recv_check(const struct quic_streams *st, const struct quic_stream_recv *recv, u64 end,
		      bool final)
{
	u64 highest = recv->buf.highest;

	/* Once the final size is known it is also the highest offset. */
	if (end > recv->final_size || (final && end < highest))
		return QUIC_TRANSPORT_ERROR_FINAL_SIZE;
	if (end > recv->max_data || (end > highest && end - highest > st->rx_max - st->rx_used))
		return QUIC_TRANSPORT_ERROR_FLOW_CONTROL;
	return 0;
}

/*
 * The item that small bytes in order may join: the reader merges adjacent items of a stream anyway
 * (S4.2), and a flood of single bytes takes not much more memory than the bytes (P22).
 */
static struct quic_segment *stream_tail(struct quic_streams *st, const struct quic_stream *stream)
{
	struct quic_segment *tail;

	if (stream->recv.peeled)
		return list_empty(&stream->recv.readable) || !RB_EMPTY_ROOT(&stream->recv.buf.tree) ? NULL :
		       list_last_entry(&stream->recv.readable, struct quic_segment, siblings);
	if (list_empty(&st->inq) || !RB_EMPTY_ROOT(&stream->recv.buf.tree))
		return NULL;
	tail = list_last_entry(&st->inq, struct quic_segment, order);
	return tail->stream == stream ? tail : NULL;
}

/* @len bytes after all that were received. Each new piece of memory is twice as large. */
static int stream_join(struct quic_streams *st, struct quic_stream *stream,
		       struct quic_segment *tail, const u8 *data, size_t len,
		       struct list_head *ready)
{
	struct quic_recvbuf *buf = &stream->recv.buf;
	struct quic_segment *seg;

	if (quic_segment_append(tail, data, len)) {
		st->inq_bytes += stream->recv.peeled ? 0 : len;
	} else {
		seg = quic_segment_copy(st->mem_rx, data, buf->next, len,
					max_t(size_t, len, min(2 * tail->size, SMALL_MAX)));
		if (!seg)
			return -ENOMEM;
		list_add_tail(&seg->order, ready);
	}
	buf->next += len;
	buf->highest = max(buf->highest, buf->next);
	return 0;
}

/* Keep what is new of a frame. -ENOMEM, -ENOBUFS: the packet must come again. */
static int stream_keep(struct quic_streams *st, struct quic_stream *stream,
		       const struct quic_frame *frame, struct quic_ref *ref, size_t packet_len,
		       struct list_head *ready)
{
	struct quic_recvbuf *buf = &stream->recv.buf;
	u64 offset = frame->stream.offset, end = offset + frame->stream.len;
	struct quic_segment *seg;

	if (end > buf->next) {
		if (!st->ops->room(st, offset <= buf->next))
			return -ENOBUFS;
		seg = offset <= buf->next && quic_segment_is_small(end - buf->next, packet_len) ?
		      stream_tail(st, stream) : NULL;
		if (seg)
			return stream_join(st, stream, seg,
					   frame->stream.data + (buf->next - offset),
					   end - buf->next, ready);
		return quic_recvbuf_insert(buf, st->mem_rx, ref, frame->stream.data, offset,
					   frame->stream.len, packet_len, ready);
	}
	if (!frame->stream.fin)
		return 0;
	/* All bytes were delivered before: FIN is an item of its own (S4.9). */
	seg = quic_segment_new(st->mem_rx, NULL, NULL, end, 0, 0);
	if (!seg)
		return -ENOMEM;
	list_add_tail(&seg->order, ready);
	return 0;
}

static void stream_deliver(struct quic_streams *st, struct quic_stream *stream,
			   struct list_head *ready)
{
	struct quic_segment *seg, *tmp;

	list_for_each_entry_safe(seg, tmp, ready, order) {
		seg->kind = QUIC_SEGMENT_STREAM;
		seg->stream = stream;
		list_add_tail(&seg->siblings, &stream->recv.readable);
		if (stream->recv.peeled)
			list_del_init(&seg->order);
		else
			st->inq_bytes += seg->len;
	}
	list_splice_tail(ready, &st->inq);
}

/* F31: nothing is kept after STOP_SENDING; the credit is returned at once. */
static void stream_drop_gaps(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_recvbuf *buf = &stream->recv.buf;

	quic_recvbuf_clear(buf, st->mem_rx);
	stream_consumed(st, stream, buf->highest - buf->next);
	buf->next = buf->highest;
}

int quic_streams_on_stream(struct quic_streams *st, const struct quic_frame *frame,
			   struct quic_ref *ref, size_t packet_len)
{
	u64 end = frame->stream.offset + frame->stream.len, highest, next;
	bool fin = frame->stream.fin, complete, delivered = false;
	struct quic_stream_recv *recv;
	struct quic_stream *stream;
	struct list_head ready;
	int err;

	err = quic_streams_of_frame(st, frame->stream.id, false, &stream);
	if (err || !stream)
		return err;
	recv = &stream->recv;
	err = recv_check(st, recv, end, fin);
	if (err || quic_stream_recv_ended(stream))
		return err;

	INIT_LIST_HEAD(&ready);
	highest = recv->buf.highest;
	if (!recv->stopped) {
		next = recv->buf.next;
		err = stream_keep(st, stream, frame, ref, packet_len, &ready);
		if (err)
			return err;
		delivered = !list_empty(&ready) || recv->buf.next != next;
		stream_deliver(st, stream, &ready);
	}
	recv->buf.highest = max(highest, end);
	st->rx_used += recv->buf.highest - highest;
	if (recv->stopped)
		stream_drop_gaps(st, stream);

	if (!recv->started) {
		recv->started = 1;
		quic_stream_event(st, stream, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	}
	if (fin) {
		recv->final_size = end;
		recv->max_pending = 0;
	}
	complete = recv->buf.next == recv->final_size;
	if (complete) {
		if (delivered)
			list_last_entry(&recv->readable, struct quic_segment, siblings)->fin = true;
		quic_stream_set_recv_state(st, stream, QUIC_STREAM_RECV_STATE_RECVD);
		recv->stop_pending = 0;
		quic_stream_event(st, stream, QUIC_STREAM_RECV_STATE_RECVD, 0, recv->final_size);
	} else if (fin && recv->state == QUIC_STREAM_RECV_STATE_RECV) {
		quic_stream_set_recv_state(st, stream, QUIC_STREAM_RECV_STATE_SIZE_KNOWN);
		quic_stream_event(st, stream, QUIC_STREAM_RECV_STATE_SIZE_KNOWN, 0, end);
	}
	if (fin || complete)
		quic_stream_queue_control(st, stream);
	if (delivered)
		st->ops->readable(st, stream);
	if (recv->stopped)
		connection_grant(st, false);
	quic_stream_settle(st, stream);
	return 0;
}

/* RFC 9000, 3.2 and 4.4: what was not read is given up, and counts as consumed (P14). */
static void stream_drop_unread(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_stream_recv *recv = &stream->recv;
	struct quic_segment *seg, *tmp;

	list_for_each_entry_safe(seg, tmp, &recv->readable, siblings) {
		st->inq_bytes -= recv->peeled ? 0 : seg->len - seg->taken;
		list_del(&seg->order);
		list_del(&seg->siblings);
		quic_segment_free(st->mem_rx, seg);
	}
	quic_recvbuf_clear(&recv->buf, st->mem_rx);
	recv->buf.next = recv->buf.highest;
	stream_consumed(st, stream, recv->buf.highest - recv->consumed);
}

int quic_streams_on_reset(struct quic_streams *st, u64 id, u64 code, u64 final_size)
{
	struct quic_stream_recv *recv;
	struct quic_stream *stream;
	int err;

	err = quic_streams_of_frame(st, id, false, &stream);
	if (err || !stream)
		return err;
	recv = &stream->recv;
	err = recv_check(st, recv, final_size, true);
	if (err || quic_stream_recv_ended(stream))	/* S4.18 */
		return err;
	st->rx_used += final_size - recv->buf.highest;
	recv->buf.highest = final_size;
	recv->final_size = final_size;
	recv->reset_code = code;
	/* PO.17: after this end's own STOP_SENDING a reset is the peer's obedience; what came before it stays. */
	if (recv->peeled && recv->stopped)
		stream_drop_gaps(st, stream);
	else
		stream_drop_unread(st, stream);
	quic_stream_set_recv_state(st, stream, QUIC_STREAM_RECV_STATE_RESET_RECVD);
	recv->max_pending = 0;
	recv->stop_pending = 0;
	quic_stream_queue_control(st, stream);
	quic_stream_event(st, stream, QUIC_STREAM_RECV_STATE_RESET_RECVD, code, final_size);
	connection_grant(st, false);
	if (stream->owner)
		st->ops->readable(st, stream);
	quic_stream_settle(st, stream);
	return 0;
}

int quic_streams_on_data_blocked(struct quic_streams *st, u64 max)
{
	connection_grant(st, true);
	return 0;
}

int quic_streams_on_stream_data_blocked(struct quic_streams *st, u64 id, u64 max)
{
	struct quic_stream *stream;
	int err;

	err = quic_streams_of_frame(st, id, false, &stream);
	if (!err && stream)
		stream_grant(st, stream, true);
	return err;
}

/* ---- the application ---- */

int quic_streams_stop_sending(struct quic_streams *st, u64 id, u64 code)
{
	struct quic_stream *stream = quic_streams_find(st, id);

	if (!stream) {
		if (id >> 2 < quic_streams_type(st, id)->next &&
		    !(quic_streams_is_local(st, id) && quic_stream_is_uni(id)))
			return -ENOSTR;
		return -EINVAL;
	}
	if (quic_stream_recv_ended(stream))	/* also a send-only one */
		return -EINVAL;
	if (stream->recv.stopped)
		return -EAGAIN;
	stream->recv.stopped = 1;
	stream->recv.stop_code = code;
	stream->recv.stop_pending = 1;
	stream->recv.max_pending = 0;
	quic_stream_queue_control(st, stream);
	stream_drop_gaps(st, stream);
	connection_grant(st, false);
	if (stream->owner)
		st->ops->readable(st, stream);
	return 0;
}

void quic_stream_forsake(struct quic_streams *st, struct quic_stream *stream)
{
	if (!stream->gone)
		quic_streams_stop_sending(st, stream->id, 0);
	stream_drop_unread(st, stream);
	connection_grant(st, false);
}

struct quic_segment *quic_streams_head(struct quic_streams *st)
{
	return st->inq_held ? NULL : list_first_entry_or_null(&st->inq, struct quic_segment, order);
}

struct quic_segment *quic_streams_next(struct quic_streams *st, struct quic_segment *seg)
{
	struct quic_segment *next = list_next_entry(seg, order);

	if (seg->stream && seg->stream->recv.peeled) {
		next = list_next_entry(seg, siblings);
		return list_entry_is_head(next, &seg->stream->recv.readable, siblings) ? NULL : next;
	}
	if (list_entry_is_head(next, &st->inq, order) || !seg->stream ||
	    next->stream != seg->stream)
		return NULL;
	return next;
}

void quic_streams_consume(struct quic_streams *st, struct quic_segment *seg, size_t len)
{
	struct quic_stream *stream = seg->stream;

	seg->taken += len;
	st->inq_bytes -= stream && stream->recv.peeled ? 0 : len;
	if (seg->taken == seg->len) {
		list_del(&seg->order);
		list_del(&seg->siblings);
		quic_segment_free(st->mem_rx, seg);
	}
	if (!stream)
		return;
	stream_consumed(st, stream, len);
	stream_grant(st, stream, false);
	connection_grant(st, false);
	quic_stream_settle(st, stream);
}
