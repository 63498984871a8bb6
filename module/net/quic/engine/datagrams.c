// SPDX-License-Identifier: GPL-2.0-only
/* DATAGRAM frames (RFC 9221). */
#include "conn_internal.h"

/*
 * Into the reader's queue, or dropped: they are not retransmitted, so nobody waits for them
 * (S4.17).
 */
int quic_datagrams_on_frame(struct quic_conn *conn, const struct quic_received *rx,
			    const struct quic_frame *frame)
{
	struct quic_streams *st = &conn->streams;
	struct quic_segment *seg = NULL;

	if (!frame->datagram.len)
		return 0;
	if (conn->ops->rx_room(conn, false))
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
	conn->ops->readable(conn);
	return 0;
}
