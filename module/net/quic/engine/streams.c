// SPDX-License-Identifier: GPL-2.0-only
/* The table of streams: identity, opening, end (RFC 9000, 2.1, 3 and 4.6). */
#include "streams_internal.h"

void quic_streams_init(struct quic_streams *st, const struct quic_streams_ops *ops,
		       struct quic_mem *mem, struct quic_mem *mem_tx, struct quic_mem *mem_rx,
		       bool is_server)
{
	unsigned int remote, uni;

	memset(st, 0, sizeof(*st));
	st->ops = ops;
	st->mem = mem;
	st->mem_tx = mem_tx;
	st->mem_rx = mem_rx;
	st->is_server = is_server;
	st->table = RB_ROOT;
	INIT_LIST_HEAD(&st->inq);
	INIT_LIST_HEAD(&st->data_queue);
	INIT_LIST_HEAD(&st->control_queue);
	st->active = QUIC_STREAMS_ID_ANY;
	st->tx_blocked_at = U64_MAX;
	for (remote = 0; remote < 2; remote++)
		for (uni = 0; uni < 2; uni++)
			st->type[remote][uni].blocked_at = U64_MAX;
}

static void stream_free(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_segment *seg, *tmp;

	rb_erase(&stream->node, &st->table);
	list_del(&stream->data_queue);
	list_del(&stream->control_queue);
	quic_stream_discard(st, stream);
	list_for_each_entry_safe(seg, tmp, &stream->recv.readable, siblings)
		quic_segment_free(st->mem_rx, seg);
	quic_recvbuf_clear(&stream->recv.buf, st->mem_rx);
	quic_free(st->mem, stream, sizeof(*stream));
}

void quic_streams_clear(struct quic_streams *st)
{
	struct quic_segment *seg, *tmp;
	struct rb_node *node;

	list_for_each_entry_safe(seg, tmp, &st->inq, order) {
		list_del(&seg->siblings);
		quic_segment_free(st->mem_rx, seg);
	}
	INIT_LIST_HEAD(&st->inq);
	st->inq_bytes = 0;
	while ((node = rb_first(&st->table)))
		stream_free(st, rb_entry(node, struct quic_stream, node));
	st->active = QUIC_STREAMS_ID_ANY;
}

/* ---- limits from the transport parameters ---- */

void quic_streams_set_local(struct quic_streams *st, const struct quic_params *params)
{
	st->rx_window = params->max_data;
	st->rx_max = params->max_data;
	st->window_bidi_local = params->max_stream_data_bidi_local;
	st->window_bidi_remote = params->max_stream_data_bidi_remote;
	st->window_uni = params->max_stream_data_uni;
	st->type[1][0].initial = params->max_streams_bidi;
	st->type[1][0].max = params->max_streams_bidi;
	st->type[1][1].initial = params->max_streams_uni;
	st->type[1][1].max = params->max_streams_uni;
}

static u64 stream_send_limit(const struct quic_streams *st, u64 id)
{
	if (quic_stream_is_uni(id))
		return st->peer_uni;
	return quic_streams_is_local(st, id) ? st->peer_bidi_remote : st->peer_bidi_local;
}

static u64 stream_recv_window(const struct quic_streams *st, u64 id)
{
	if (quic_stream_is_uni(id))
		return st->window_uni;
	return quic_streams_is_local(st, id) ? st->window_bidi_local : st->window_bidi_remote;
}

/*
 * Limits may turn out below what 0-RTT has used; what was used stays as it is, and the credit is
 * nothing until the peer raises them (P13).
 */
void quic_streams_set_remote(struct quic_streams *st, const struct quic_params *params)
{
	struct quic_stream *stream;
	struct rb_node *node;

	st->tx_max = params->max_data;
	st->peer_bidi_local = params->max_stream_data_bidi_local;
	st->peer_bidi_remote = params->max_stream_data_bidi_remote;
	st->peer_uni = params->max_stream_data_uni;
	st->type[0][0].initial = params->max_streams_bidi;
	st->type[0][0].max = params->max_streams_bidi;
	st->type[0][1].initial = params->max_streams_uni;
	st->type[0][1].max = params->max_streams_uni;
	for (node = rb_first(&st->table); node; node = rb_next(node)) {
		stream = rb_entry(node, struct quic_stream, node);
		stream->send.max_data = stream_send_limit(st, stream->id);
	}
	quic_streams_reduce(st);
	st->can_send = true;
	st->ops->writable(st, NULL);
}

/* ---- finding and opening ---- */

struct quic_stream *quic_streams_lookup(struct quic_streams *st, u64 id)
{
	struct rb_node *node = st->table.rb_node;
	struct quic_stream *stream;

	while (node) {
		stream = rb_entry(node, struct quic_stream, node);
		if (stream->id == id)
			return stream;
		node = id < stream->id ? node->rb_left : node->rb_right;
	}
	return NULL;
}

struct quic_stream *quic_streams_find(struct quic_streams *st, u64 id)
{
	struct quic_stream *stream = quic_streams_lookup(st, id);

	return stream && !stream->gone ? stream : NULL;
}

static void stream_link(struct quic_streams *st, struct quic_stream *stream)
{
	struct rb_node **link = &st->table.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (stream->id < rb_entry(parent, struct quic_stream, node)->id)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&stream->node, parent, link);
	rb_insert_color(&stream->node, &st->table);
}

static struct quic_stream *stream_new(struct quic_streams *st, u64 id)
{
	struct quic_stream *stream = quic_alloc(st->mem, sizeof(*stream));
	bool local = quic_streams_is_local(st, id), uni = quic_stream_is_uni(id);

	if (!stream)
		return NULL;
	stream->id = id;
	INIT_LIST_HEAD(&stream->data_queue);
	INIT_LIST_HEAD(&stream->control_queue);

	quic_sendbuf_init(&stream->send.buf);
	stream->send.state = uni && !local ? QUIC_STREAM_SEND_STATE_RECVD :
					     QUIC_STREAM_SEND_STATE_READY;
	stream->send.max_data = stream_send_limit(st, id);
	stream->send.blocked_at = U64_MAX;
	stream->send.more_at = U64_MAX;
	stream->send.allotted = U64_MAX;

	quic_recvbuf_init(&stream->recv.buf);
	INIT_LIST_HEAD(&stream->recv.readable);
	stream->recv.state = uni && local ? QUIC_STREAM_RECV_STATE_RECVD :
					    QUIC_STREAM_RECV_STATE_RECV;
	stream->recv.window = stream_recv_window(st, id);
	stream->recv.max_data = stream->recv.window;
	stream->recv.final_size = U64_MAX;
	return stream;
}

/*
 * RFC 9000, 3.2: before a stream is created, all streams of its type with lower numbers are. Either
 * all of them or, without memory, none.
 */
int quic_streams_open(struct quic_streams *st, u64 id)
{
	struct quic_stream_type *type = quic_streams_type(st, id);
	struct quic_stream *stream, *tmp;
	struct list_head opened;
	u64 number;

	/* What cannot succeed is not begun: a peer may ask for it with every packet. */
	if (st->mem->used > st->mem->limit ||
	    (id >> 2) - type->next >= div_u64(st->mem->limit - st->mem->used, sizeof(*stream)))
		return -ENOMEM;
	INIT_LIST_HEAD(&opened);
	for (number = type->next; number <= id >> 2; number++) {
		stream = stream_new(st, number << 2 | (id & QUIC_STREAM_TYPE_MASK));
		if (!stream)
			goto nomem;
		list_add_tail(&stream->data_queue, &opened);
	}
	list_for_each_entry_safe(stream, tmp, &opened, data_queue) {
		list_del_init(&stream->data_queue);
		stream_link(st, stream);
		if (st->unattended)
			quic_stream_abandon(st, stream);
	}
	number -= type->next;
	type->next += number;
	type->open += number;
	if (quic_streams_is_local(st, id))
		st->opened += number;
	else
		st->accepted += number;
	/* S3.11 */
	if (quic_streams_is_local(st, id) || !quic_stream_is_uni(id))
		st->active = id;
	return 0;

nomem:
	list_for_each_entry_safe(stream, tmp, &opened, data_queue)
		quic_free(st->mem, stream, sizeof(*stream));
	return -ENOMEM;
}

int quic_streams_of_frame(struct quic_streams *st, u64 id, bool sending,
			  struct quic_stream **stream)
{
	struct quic_stream_type *type = quic_streams_type(st, id);
	bool local = quic_streams_is_local(st, id);
	int err;

	/* RFC 9000, 19.4, 19.5, 19.8, 19.10, 19.13: the part does not exist */
	if (quic_stream_is_uni(id) && local != sending)
		return QUIC_TRANSPORT_ERROR_STREAM_STATE;
	if (id >> 2 >= type->next) {
		if (local)
			return QUIC_TRANSPORT_ERROR_STREAM_STATE;
		if (id >> 2 >= type->max)
			return QUIC_TRANSPORT_ERROR_STREAM_LIMIT;
		err = quic_streams_open(st, id);
		if (err)
			return err;
	}
	*stream = quic_streams_find(st, id);
	return 0;
}

/* ---- the end ---- */

void quic_stream_settle(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_stream_type *type = quic_streams_type(st, stream->id);

	if (!stream->gone && quic_stream_send_ended(stream) && quic_stream_recv_ended(stream)) {
		stream->gone = true;
		list_del_init(&stream->data_queue);
		list_del_init(&stream->control_queue);
		type->open--;
		type->gone++;
		/* S8.5: the answer to the very packet that completed the stream */
		if (!quic_streams_is_local(st, stream->id) &&
		    type->initial + type->gone <= QUIC_STREAMS_MAX) {
			type->max = type->initial + type->gone;
			type->max_pending = true;
		}
	}
	if (stream->gone && !stream->in_flight && !stream->users &&
	    list_empty(&stream->recv.readable))
		stream_free(st, stream);
}

void quic_streams_hold(struct quic_stream *stream)
{
	stream->users++;
}

void quic_streams_unhold(struct quic_streams *st, struct quic_stream *stream)
{
	stream->users--;
	quic_stream_settle(st, stream);
}

void quic_stream_queue_data(struct quic_streams *st, struct quic_stream *stream)
{
	if (!quic_stream_has_data(stream))
		list_del_init(&stream->data_queue);
	else if (list_empty(&stream->data_queue))
		list_add_tail(&stream->data_queue, &st->data_queue);
}

void quic_stream_queue_control(struct quic_streams *st, struct quic_stream *stream)
{
	if (!quic_stream_has_control(stream))
		list_del_init(&stream->control_queue);
	else if (list_empty(&stream->control_queue))
		list_add_tail(&stream->control_queue, &st->control_queue);
}
