// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits below what was accepted from the application already.
 *
 * Under remembered parameters a client may have taken, and sent in 0-RTT packets, more than the
 * server permits when it comes to the handshake. Then the server has rejected 0-RTT and knows
 * nothing of it: all of it is sent again, and the new limits hold for it (RFC 9000, 4.1 and 7.4.1;
 * P13). So the credit is dealt out among the streams, and again whenever there is more.
 */
#include "streams_internal.h"

static bool withheld(struct quic_streams *st, const struct quic_stream *stream)
{
	return quic_streams_is_local(st, stream->id) &&
	       stream->id >> 2 >= quic_streams_type(st, stream->id)->max;
}

/* Bytes of a stream that may have been sent. */
static u64 allotted(const struct quic_stream *stream)
{
	return min(stream->send.allotted, stream->send.buf.end);
}

/* Return: is all of it permitted? */
static bool allot(struct quic_streams *st, struct quic_stream *stream, u64 *left)
{
	struct quic_stream_send *send = &stream->send;
	u64 had = allotted(stream), limit = min(send->buf.end, send->max_data), more = 0;
	bool all;

	send->withheld = withheld(st, stream);
	if (!send->withheld && limit > had)
		more = min(*left, limit - had);
	*left -= more;
	all = !send->withheld && had + more == send->buf.end;
	send->allotted = all ? U64_MAX : had + more;
	quic_stream_queue_data(st, stream);
	quic_stream_queue_control(st, stream);
	return all;
}

void quic_streams_allot(struct quic_streams *st)
{
	struct quic_stream *stream;
	struct rb_node *node;
	u64 taken = st->tx_used, left;

	if (!st->reduced)
		return;
	for (node = rb_first(&st->table); node; node = rb_next(node)) {
		stream = rb_entry(node, struct quic_stream, node);
		taken -= stream->send.buf.end - allotted(stream);
	}
	left = st->tx_max > taken ? st->tx_max - taken : 0;
	st->reduced = false;
	for (node = rb_first(&st->table); node; node = rb_next(node))
		if (!allot(st, rb_entry(node, struct quic_stream, node), &left))
			st->reduced = true;
}

/* After the peer's limits were replaced: nothing is known to have been sent under them. */
void quic_streams_reduce(struct quic_streams *st)
{
	struct rb_node *node;

	if (!st->opened)
		return;
	st->reduced = true;
	for (node = rb_first(&st->table); node; node = rb_next(node))
		rb_entry(node, struct quic_stream, node)->send.allotted = 0;
	quic_streams_allot(st);
}
