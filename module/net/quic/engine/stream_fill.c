// SPDX-License-Identifier: GPL-2.0-only
/* What of the streams goes into a packet, and whether there is anything (RFC 9000, 2.3 and 13). */
#include "streams_internal.h"

/* Smaller pieces of a longer range are not worth a frame: they wait for the next packet. */
#define FRAGMENT_MIN	32
/* A packet may have this much more room than was expected: its number may be short. */
#define ROOM_SLACK	8
/* Bytes that a probe repeats: about one packet (RFC 9002, 6.2.4). */
#define PROBE_LEN	1200

/* Payload bytes of one STREAM frame in @room bytes; 0 if there is no room for one. */
static size_t stream_capacity(u64 id, u64 offset, size_t room)
{
	size_t header = 1 + quic_varint_len(id) + (offset ? quic_varint_len(offset) : 0);
	size_t capacity;

	if (room < header + 2)
		return 0;
	room -= header;
	/* What the Length field takes depends on what is left. */
	capacity = min_t(size_t, room - 1, (1 << 6) - 1);
	if (room > 2)
		capacity = max_t(size_t, capacity, min_t(size_t, room - 2, (1 << 14) - 1));
	if (room > 4)
		capacity = max_t(size_t, capacity, min_t(size_t, room - 4, (1 << 30) - 1));
	return capacity;
}

/*
 * Must new bytes that do not fill a packet wait (S3.23, S3.24)? Of a stream there is at most one
 * such packet in flight, so that the tail of a long write does not wait for its acknowledgement
 * (F7); nothing waits when nothing is in flight. FIN waits with the bytes before it; alone there is
 * nothing that it could share a packet with later.
 */
static bool stream_held(const struct quic_streams *st, const struct quic_stream *stream,
			bool in_flight)
{
	const struct quic_stream_send *send = &stream->send;

	if (st->flush)
		return false;
	if (send->more_at == st->released)
		return true;
	return in_flight && !st->nodelay && send->buf.next < send->buf.end &&
	       send->small_end > send->buf.start;
}

bool quic_streams_pending(const struct quic_streams *st, bool in_flight, size_t mss)
{
	const struct quic_stream *stream;
	const struct quic_sendbuf *buf;
	u64 unsent;

	if (st->rx_max_pending || st->tx_blocked_pending || !list_empty(&st->control_queue) ||
	    st->type[1][0].max_pending || st->type[1][1].max_pending ||
	    st->type[0][0].blocked_pending || st->type[0][1].blocked_pending)
		return true;
	list_for_each_entry(stream, &st->data_queue, data_queue) {
		buf = &stream->send.buf;
		unsent = buf->end - buf->next;
		if (buf->lost_count || !stream_held(st, stream, in_flight) ||
		    unsent + FRAGMENT_MIN >
		    stream_capacity(stream->id, buf->next, mss + ROOM_SLACK))
			return true;
	}
	return false;
}

u64 quic_streams_backlog(const struct quic_streams *st)
{
	return st->tx_unsent + st->tx_lost;
}

/* ---- frames ---- */

static void record(struct quic_sent *sent, u8 type, u64 value, struct quic_stream *stream)
{
	struct quic_sent_frame *frame = &sent->frames[sent->frame_count++];

	memset(frame, 0, sizeof(*frame));
	frame->type = type;
	frame->value = value;
	frame->stream = stream;
	if (stream)
		stream->in_flight++;
}

static bool has_slot(const struct quic_sent *sent)
{
	return sent->frame_count < QUIC_SENT_FRAMES_MAX;
}

/* The fill functions return false when the packet is full. */

static bool fill_value(struct quic_writer *w, struct quic_sent *sent, bool *pending, u8 type,
		       u64 value)
{
	if (!*pending)
		return true;
	if (!has_slot(sent) || !quic_frame_write_value(w, type, value))
		return false;
	record(sent, type, value, NULL);
	*pending = false;
	return true;
}

static bool fill_connection(struct quic_streams *st, struct quic_writer *w, struct quic_sent *sent)
{
	struct quic_stream_type *local = st->type[0], *remote = st->type[1];

	return fill_value(w, sent, &remote[0].max_pending, QUIC_FRAME_MAX_STREAMS_BIDI,
			  remote[0].max) &&
	       fill_value(w, sent, &remote[1].max_pending, QUIC_FRAME_MAX_STREAMS_UNI,
			  remote[1].max) &&
	       fill_value(w, sent, &st->rx_max_pending, QUIC_FRAME_MAX_DATA, st->rx_max) &&
	       fill_value(w, sent, &st->tx_blocked_pending, QUIC_FRAME_DATA_BLOCKED, st->tx_max) &&
	       fill_value(w, sent, &local[0].blocked_pending, QUIC_FRAME_STREAMS_BLOCKED_BIDI,
			  local[0].max) &&
	       fill_value(w, sent, &local[1].blocked_pending, QUIC_FRAME_STREAMS_BLOCKED_UNI,
			  local[1].max);
}

static bool fill_control(struct quic_stream *stream, struct quic_writer *w, struct quic_sent *sent)
{
	struct quic_stream_send *send = &stream->send;
	struct quic_stream_recv *recv = &stream->recv;

	if (send->reset_pending && send->reset_size <= send->allotted) {
		if (!has_slot(sent) ||
		    !quic_frame_write_reset(w, stream->id, send->reset_code, send->reset_size))
			return false;
		record(sent, QUIC_FRAME_RESET_STREAM, send->reset_size, stream);
		send->reset_pending = 0;
	}
	if (recv->stop_pending) {
		if (!has_slot(sent) ||
		    !quic_frame_write_pair(w, QUIC_FRAME_STOP_SENDING, stream->id, recv->stop_code))
			return false;
		record(sent, QUIC_FRAME_STOP_SENDING, recv->stop_code, stream);
		recv->stop_pending = 0;
	}
	if (recv->max_pending) {
		if (!has_slot(sent) ||
		    !quic_frame_write_pair(w, QUIC_FRAME_MAX_STREAM_DATA, stream->id,
					   recv->max_data))
			return false;
		record(sent, QUIC_FRAME_MAX_STREAM_DATA, recv->max_data, stream);
		recv->max_pending = 0;
	}
	if (send->blocked_pending) {
		if (!has_slot(sent) ||
		    !quic_frame_write_pair(w, QUIC_FRAME_STREAM_DATA_BLOCKED, stream->id,
					   send->max_data))
			return false;
		record(sent, QUIC_FRAME_STREAM_DATA_BLOCKED, send->max_data, stream);
		send->blocked_pending = 0;
	}
	return true;
}

/* Lost ranges, then new bytes, then FIN. */
static bool fill_stream(struct quic_streams *st, struct quic_stream *stream, struct quic_writer *w,
			struct quic_sent *sent, bool in_flight)
{
	struct quic_stream_send *send = &stream->send;
	struct quic_sendbuf *buf = &send->buf;
	size_t capacity, len;
	u64 offset, left;
	bool small, fin;

	while (quic_stream_has_data(stream)) {
		quic_sendbuf_next(buf, &offset, &left);
		capacity = stream_capacity(stream->id, offset, quic_writer_room(w));
		small = left + FRAGMENT_MIN <= capacity;
		left = min(left, send->allotted - offset);
		if (small && !buf->lost_count && stream_held(st, stream, in_flight))
			return true;
		if (!has_slot(sent) || !capacity || (left > capacity && capacity < FRAGMENT_MIN))
			return false;
		len = min_t(u64, left, capacity);
		fin = send->fin && offset + len == buf->end;
		if (!quic_frame_write_stream_header(w, stream->id, offset, &len, fin))
			return false;
		fin = fin && offset + len == buf->end;
		quic_sendbuf_copy(buf, offset, w->pos, len);
		w->pos += len;
		if (small && !buf->lost_count)
			send->small_end = offset + len;
		quic_stream_sent(st, stream, offset, len);
		record(sent, QUIC_FRAME_STREAM, offset, stream);
		sent->frames[sent->frame_count - 1].len = len;
		sent->frames[sent->frame_count - 1].fin = fin;
		if (fin)
			send->fin_sent = 1;
	}
	return true;
}

bool quic_streams_fill(struct quic_streams *st, struct quic_writer *w, struct quic_sent *sent,
		       bool in_flight)
{
	struct quic_stream *stream, *tmp;
	u8 before = sent->frame_count, count;
	bool room;

	room = fill_connection(st, w, sent);
	while (room && !list_empty(&st->control_queue)) {
		stream = list_first_entry(&st->control_queue, struct quic_stream, control_queue);
		room = fill_control(stream, w, sent);
		quic_stream_queue_control(st, stream);
	}
	/*
	 * Round robin: the stream that had its turn goes to the end. If it is met there again by this
	 * loop, what it has left is held.
	 */
	list_for_each_entry_safe(stream, tmp, &st->data_queue, data_queue) {
		if (!room)
			break;
		count = sent->frame_count;
		room = fill_stream(st, stream, w, sent, in_flight);
		if (sent->frame_count == count)
			continue;
		list_del_init(&stream->data_queue);
		quic_stream_queue_data(st, stream);
	}
	return sent->frame_count != before;
}

bool quic_streams_probe(struct quic_streams *st)
{
	struct quic_stream_send *send;
	struct quic_stream *stream;
	struct rb_node *node;

	for (node = rb_first(&st->table); node; node = rb_next(node)) {
		stream = rb_entry(node, struct quic_stream, node);
		send = &stream->send;
		if (send->state == QUIC_STREAM_SEND_STATE_RESET_SENT) {
			send->reset_pending = 1;
			quic_stream_queue_control(st, stream);
			return true;
		}
		if (!quic_stream_sending(stream))
			continue;
		if (send->buf.start < send->buf.next)
			quic_stream_lost(st, stream, send->buf.start, PROBE_LEN);
		else if (send->fin_sent && !send->fin_acked)
			send->fin_sent = 0;
		else
			continue;
		quic_stream_queue_data(st, stream);
		return true;
	}
	return false;
}
