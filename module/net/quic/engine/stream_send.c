// SPDX-License-Identifier: GPL-2.0-only
/* Sending parts: what the application gives (sections 3 and 6 of the API) and may give. */
#include "streams_internal.h"

/* ---- the send buffer, with the sums over all streams ---- */

static void stream_commit(struct quic_streams *st, struct quic_stream *stream, size_t len)
{
	quic_sendbuf_commit(&stream->send.buf, len);
	st->tx_used += len;
	st->tx_bytes += len;
	st->tx_unsent += len;
}

void quic_stream_sent(struct quic_streams *st, struct quic_stream *stream, u64 offset, size_t len)
{
	struct quic_sendbuf *buf = &stream->send.buf;
	u64 next = buf->next, lost = quic_sendbuf_lost_bytes(buf);

	quic_sendbuf_sent(buf, offset, len);
	st->tx_unsent -= buf->next - next;
	st->tx_lost -= lost - quic_sendbuf_lost_bytes(buf);
}

void quic_stream_acked(struct quic_streams *st, struct quic_stream *stream, u64 offset, size_t len)
{
	struct quic_sendbuf *buf = &stream->send.buf;
	u64 start = buf->start, lost = quic_sendbuf_lost_bytes(buf);

	quic_sendbuf_acked(buf, st->mem_tx, offset, len);
	st->tx_bytes -= buf->start - start;
	st->tx_lost += quic_sendbuf_lost_bytes(buf) - lost;
}

void quic_stream_lost(struct quic_streams *st, struct quic_stream *stream, u64 offset, size_t len)
{
	struct quic_sendbuf *buf = &stream->send.buf;
	u64 lost = quic_sendbuf_lost_bytes(buf);

	quic_sendbuf_lost(buf, offset, len);
	st->tx_lost += quic_sendbuf_lost_bytes(buf) - lost;
}

void quic_stream_discard(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_sendbuf *buf = &stream->send.buf;

	st->tx_bytes -= buf->end - buf->start;
	st->tx_unsent -= buf->end - buf->next;
	st->tx_lost -= quic_sendbuf_lost_bytes(buf);
	quic_sendbuf_clear(buf, st->mem_tx);
}

/* ---- which stream, and what its state permits (RFC 9000, 3.3) ---- */

/* An ID that names no existing stream, by the table of S3.13. */
static int stream_open_local(struct quic_streams *st, u64 id, u32 flags)
{
	struct quic_stream_type *type = quic_streams_type(st, id);

	if (!quic_streams_is_local(st, id))
		return -EINVAL;
	if (id >> 2 < type->next)
		return -ENOSTR;
	if (!(flags & MSG_QUIC_STREAM_NEW))
		return -EINVAL;
	if (id >> 2 >= type->max) {
		if (flags & MSG_QUIC_STREAM_SNDBLOCK && type->blocked_at != type->max) {
			type->blocked_at = type->max;
			type->blocked_pending = true;
		}
		return -EAGAIN;
	}
	return quic_streams_open(st, id);
}

int quic_streams_get_send(struct quic_streams *st, s64 id, u32 flags, bool use_active,
			  struct quic_stream **stream)
{
	unsigned int uni;
	int err;

	if (!st->can_send)	/* S3.17 */
		return -EINVAL;
	if (id == QUIC_STREAMS_ID_ANY) {
		if (use_active)
			id = st->active;
		if (id == QUIC_STREAMS_ID_ANY) {
			uni = !!(flags & MSG_QUIC_STREAM_UNI);
			id = st->type[0][uni].next << 2 |
			     (uni ? QUIC_STREAM_TYPE_UNI_MASK : 0) |
			     (st->is_server ? QUIC_STREAM_TYPE_SERVER_MASK : 0);
		}
	}
	if (id < 0 || (u64)id > QUIC_VARINT_MAX)	/* F41 */
		return -EINVAL;
	if (quic_stream_is_uni(id) && !quic_streams_is_local(st, id))
		return -EINVAL;
	*stream = quic_streams_find(st, id);
	if (!*stream) {
		err = stream_open_local(st, id, flags);
		if (err)
			return err;
		*stream = quic_streams_find(st, id);
	}
	/* S3.14 */
	if (flags & MSG_QUIC_STREAM_NEW && (*stream)->send.used)
		return -EINVAL;
	return quic_streams_sendable(*stream);
}

int quic_streams_sendable(const struct quic_stream *stream)
{
	return stream->send.state <= QUIC_STREAM_SEND_STATE_SEND ? 0 : -EINVAL;
}

/* ---- flow control: limits of the peer may lie below what is used (P13) ---- */

static u64 stream_room(const struct quic_stream *stream)
{
	return stream->send.max_data > stream->send.buf.end ?
	       stream->send.max_data - stream->send.buf.end : 0;
}

bool quic_stream_is_blocked(const struct quic_stream *stream)
{
	return !stream_room(stream);
}

static u64 connection_room(const struct quic_streams *st)
{
	return st->tx_max > st->tx_used ? st->tx_max - st->tx_used : 0;
}

u64 quic_streams_credit(const struct quic_streams *st, const struct quic_stream *stream)
{
	return min(stream_room(stream), connection_room(st));
}

/* S3.22: once for each limit; an attempt without SNDBLOCK does not come here (F2). */
void quic_streams_blocked(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_stream_send *send = &stream->send;

	if (!stream_room(stream) && send->blocked_at != send->max_data) {
		send->blocked_at = send->max_data;
		send->blocked_pending = 1;
		quic_stream_queue_control(st, stream);
	}
	if (!connection_room(st) && st->tx_blocked_at != st->tx_max) {
		st->tx_blocked_at = st->tx_max;
		st->tx_blocked_pending = true;
	}
}

/* ---- bytes ---- */

u8 *quic_streams_reserve(struct quic_streams *st, struct quic_stream *stream, size_t want,
			 bool may_sleep, size_t *room)
{
	return quic_sendbuf_reserve(&stream->send.buf, st->mem_tx, want, may_sleep, room);
}

void quic_streams_commit(struct quic_streams *st, struct quic_stream *stream, size_t len)
{
	if (!len)
		return;
	stream_commit(st, stream, len);
	stream->send.used = 1;
	quic_stream_set_send_state(st, stream, QUIC_STREAM_SEND_STATE_SEND);
	quic_stream_queue_data(st, stream);
}

void quic_streams_push(struct quic_streams *st, struct quic_stream *stream, bool fin, bool more)
{
	struct quic_stream_send *send = &stream->send;

	if (!more)
		st->released++;
	send->more_at = more ? st->released : U64_MAX;
	if (fin) {
		send->fin = 1;
		send->used = 1;
		quic_stream_set_send_state(st, stream, QUIC_STREAM_SEND_STATE_SENT);
		if (st->active == (s64)stream->id)
			st->active = QUIC_STREAMS_ID_ANY;
	}
	quic_stream_queue_data(st, stream);
}

/* ---- the end ---- */

/* RFC 9000, 11.2: an error of one stream ends that stream alone. */
static void stream_reset(struct quic_streams *st, struct quic_stream *stream, u64 code)
{
	struct quic_stream_send *send = &stream->send;

	quic_stream_discard(st, stream);
	quic_stream_set_send_state(st, stream, QUIC_STREAM_SEND_STATE_RESET_SENT);
	send->reset_code = code;
	send->reset_size = send->buf.end;
	send->reset_pending = 1;
	send->blocked_pending = 0;
	send->used = 1;
	list_del_init(&stream->data_queue);
	quic_stream_queue_control(st, stream);
	if (st->active == (s64)stream->id)
		st->active = QUIC_STREAMS_ID_ANY;
}

int quic_streams_reset(struct quic_streams *st, u64 id, u64 code)
{
	struct quic_stream *stream = quic_streams_find(st, id);

	if (!stream) {
		if (quic_streams_is_local(st, id) && id >> 2 < quic_streams_type(st, id)->next)
			return -ENOSTR;
		return -EINVAL;
	}
	if (!quic_stream_sending(stream))	/* also a receive-only one */
		return -EINVAL;
	stream_reset(st, stream, code);
	st->ops->writable(st, stream);
	return 0;
}

/* RFC 9000, 3.5: the answer is RESET_STREAM. */
int quic_streams_on_stop_sending(struct quic_streams *st, u64 id, u64 code)
{
	struct quic_stream *stream;
	int err;

	err = quic_streams_of_frame(st, id, true, &stream);
	if (err || !stream || !quic_stream_sending(stream))
		return err;
	stream->send.stopped = 1;
	stream_reset(st, stream, code);
	quic_stream_event(st, stream, QUIC_STREAM_SEND_STATE_RESET_SENT, code,
			  stream->send.reset_size);
	st->ops->writable(st, stream);
	return 0;
}

/* ---- limits that the peer raises; what does not raise them is old (RFC 9000, 4.1) ---- */

int quic_streams_on_max_data(struct quic_streams *st, u64 max)
{
	if (max > st->tx_max) {
		st->tx_max = max;
		st->tx_blocked_pending = false;
		quic_streams_allot(st);
		st->ops->writable(st, NULL);
	}
	return 0;
}

int quic_streams_on_max_stream_data(struct quic_streams *st, u64 id, u64 max)
{
	struct quic_stream *stream;
	union quic_event event;
	int err;

	err = quic_streams_of_frame(st, id, true, &stream);
	if (err || !stream || !quic_stream_sending(stream) || max <= stream->send.max_data)
		return err;
	stream->send.max_data = max;
	stream->send.blocked_pending = 0;
	quic_stream_queue_control(st, stream);
	quic_streams_allot(st);
	memset(&event, 0, sizeof(event));
	event.max_data.id = id;
	event.max_data.max_data = max;
	st->ops->event(st, QUIC_EVENT_STREAM_MAX_DATA, &event);
	st->ops->writable(st, stream);
	return 0;
}

int quic_streams_on_max_streams(struct quic_streams *st, bool uni, u64 max)
{
	struct quic_stream_type *type = &st->type[0][uni];
	union quic_event event;

	if (max > QUIC_STREAMS_MAX)	/* RFC 9000, 4.6 */
		return QUIC_TRANSPORT_ERROR_FRAME_ENCODING;
	if (max <= type->max)
		return 0;
	type->max = max;
	type->blocked_pending = false;
	quic_streams_allot(st);
	memset(&event, 0, sizeof(event));
	event.max_stream = (max - 1) << 2 | (uni ? QUIC_STREAM_TYPE_UNI_MASK : 0) |
			   (st->is_server ? QUIC_STREAM_TYPE_SERVER_MASK : 0);
	st->ops->event(st, QUIC_EVENT_STREAM_MAX_STREAM, &event);
	st->ops->writable(st, NULL);
	return 0;
}
