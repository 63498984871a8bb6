// SPDX-License-Identifier: GPL-2.0-only
/* DATAGRAM frames in both directions (RFC 9221). */
#include "conn_internal.h"

/* One that waits: @len bytes of payload. */
struct waiting {
	struct list_head node;
	size_t len;
	u8 data[];
};

/*
 * Into the reader's queue, or dropped: they are not retransmitted, so nobody waits for them
 * (S4.17), and no flow control holds them back (RFC 9221, 5.3).
 */
int quic_datagrams_on_frame(struct quic_conn *conn, const struct quic_received *rx,
			    const struct quic_frame *frame)
{
	struct quic_streams *st = &conn->streams;
	struct quic_segment *seg = NULL;

	if (!frame->datagram.len)
		return 0;
	if (!st->unattended && conn->ops->rx_room(conn, false))
		seg = quic_segment_new(&conn->mem_rx, rx->ref, frame->datagram.data, 0,
				       frame->datagram.len, rx->dgram_len);
	if (!seg) {
		conn->stats.datagrams_dropped++;
		return 0;
	}
	seg->kind = QUIC_SEGMENT_DATAGRAM;
	list_add_tail(&seg->order, &st->inq);
	st->inq_bytes += seg->len;
	conn->stats.datagrams_received++;
	conn->ops->readable(conn, NULL);
	return 0;
}

/* ---- sending ---- */

static size_t header_len(size_t len)
{
	return 1 + quic_varint_len(len);
}

/*
 * RFC 9221, 3: the peer's limit is for the whole frame. RFC 9221, 5: it has to fit in a packet, for
 * it is never split.
 */
static size_t largest(struct quic_conn *conn)
{
	u64 frame = min_t(u64, conn->remote.max_datagram_frame_size, quic_conn_mss(conn));

	/* What the Length field takes depends on what is left. */
	if (frame > header_len(1 << 14) + (1 << 14))
		return frame - header_len(1 << 14);
	if (frame > header_len(1 << 6) + (1 << 6))
		return min_t(u64, frame - header_len(1 << 6), (1 << 14) - 1);
	return frame > header_len(0) ? min_t(u64, frame - header_len(0), (1 << 6) - 1) : 0;
}

/* Not if the peer takes none, or its parameters are not known. */
static bool permitted(const struct quic_conn *conn)
{
	return conn->streams.can_send && conn->remote.max_datagram_frame_size;
}

size_t quic_conn_datagram_max(struct quic_conn *conn)
{
	return permitted(conn) ? largest(conn) : 0;
}

int quic_conn_datagram_check(struct quic_conn *conn, size_t len)
{
	if (!permitted(conn))
		return -EINVAL;
	return len && len <= largest(conn) ? 0 : -EMSGSIZE;
}

u8 *quic_conn_datagram_reserve(struct quic_conn *conn, size_t len, bool may_sleep)
{
	struct waiting *waiting = quic_alloc_data(&conn->mem_tx, sizeof(*waiting) + len, may_sleep);

	if (!waiting)
		return NULL;
	waiting->len = len;
	return waiting->data;
}

static struct waiting *waiting_of(u8 *data)
{
	return container_of(data, struct waiting, data[0]);
}

static void release(struct quic_conn *conn, struct waiting *waiting)
{
	quic_free(&conn->mem_tx, waiting, sizeof(*waiting) + waiting->len);
}

void quic_conn_datagram_cancel(struct quic_conn *conn, u8 *data)
{
	release(conn, waiting_of(data));
}

void quic_conn_datagram_commit(struct quic_conn *conn, u8 *data, bool more)
{
	struct quic_datagrams *dg = &conn->datagrams;
	struct waiting *waiting = waiting_of(data);

	list_add_tail(&waiting->node, &dg->queue);
	dg->count++;
	dg->bytes += waiting->len;
	if (!more)
		conn->streams.released++;
	dg->more_at = more ? conn->streams.released : U64_MAX;
}

static void take_off(struct quic_conn *conn, struct waiting *waiting)
{
	list_del(&waiting->node);
	conn->datagrams.count--;
	conn->datagrams.bytes -= waiting->len;
	release(conn, waiting);
}

void quic_datagrams_clear(struct quic_conn *conn)
{
	struct waiting *waiting, *tmp;

	list_for_each_entry_safe(waiting, tmp, &conn->datagrams.queue, node)
		take_off(conn, waiting);
}

/* What was accepted for a larger path, or by remembered parameters, may not fit any more. */
void quic_datagrams_trim(struct quic_conn *conn)
{
	struct waiting *waiting, *tmp;
	size_t max = largest(conn);

	list_for_each_entry_safe(waiting, tmp, &conn->datagrams.queue, node) {
		if (waiting->len <= max)
			continue;
		take_off(conn, waiting);
		conn->stats.datagrams_dropped++;
		conn->ops->writable(conn, NULL);
	}
}

u64 quic_datagrams_backlog(const struct quic_conn *conn)
{
	return conn->datagrams.bytes + conn->datagrams.count * QUIC_DATAGRAM_HEADER_MAX;
}

/* S3.31: with MSG_MORE a full packet is waited for. */
bool quic_datagrams_pending(struct quic_conn *conn)
{
	const struct quic_datagrams *dg = &conn->datagrams;
	const struct quic_streams *st = &conn->streams;

	return dg->count && (dg->more_at != st->released || st->flush ||
			     quic_datagrams_backlog(conn) >= quic_conn_mss(conn));
}

/*
 * As many as fit into what congestion control lets go (RFC 9221, 5.4). Nothing of them is recorded
 * (RFC 9221, 5.2); the packet hides them as it hides streams (RFC 9221, 6).
 */
void quic_datagrams_fill(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent)
{
	struct waiting *waiting, *tmp;

	list_for_each_entry_safe(waiting, tmp, &conn->datagrams.queue, node) {
		if (!quic_frame_write_datagram(w, waiting->data, waiting->len))
			break;
		take_off(conn, waiting);
		sent->ack_eliciting = 1;
		conn->stats.datagrams_sent++;
		conn->ops->writable(conn, NULL);
	}
}
