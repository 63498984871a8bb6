// SPDX-License-Identifier: GPL-2.0-only
/* A client collects NewSessionTicket messages (S5.24 to S5.26 of the API). */
#include "conn_internal.h"

#define MESSAGE_HEADER	4U	/* TLS: type and 24 bits of length */

static bool is_complete(const struct quic_conn *conn)
{
	const u8 *t = conn->ticket;
	u32 len;

	if (conn->ticket_len < MESSAGE_HEADER)
		return false;
	len = (u32)t[1] << 16 | t[2] << 8 | t[3];
	return conn->ticket_len - MESSAGE_HEADER >= len;
}

static void collect(struct quic_conn *conn, const struct quic_segment *seg)
{
	size_t len = min_t(size_t, seg->len, QUIC_TICKET_MAX - conn->ticket_len);

	memcpy(conn->ticket + conn->ticket_len, seg->data, len);
	conn->ticket_len += len;
}

int quic_ticket_on_crypto(struct quic_conn *conn, const struct quic_received *rx,
			  const struct quic_frame *frame)
{
	struct quic_crypto_stream *cs = &conn->crypto[QUIC_CRYPTO_APP];
	const union quic_event none = {};
	struct quic_segment *seg, *tmp;
	LIST_HEAD(ready);
	int err;

	if (!conn->ticket && !conn->ticket_done) {
		conn->ticket = quic_alloc(&conn->mem, QUIC_TICKET_MAX);
		if (!conn->ticket)
			return -ENOMEM;
	}
	err = quic_crypto_stream_on_frame(cs, &conn->mem_rx, QUIC_CRYPTO_APP, frame, rx->ref,
					  rx->dgram_len, &ready);
	list_for_each_entry_safe(seg, tmp, &ready, order) {
		cs->consumed += seg->len;
		if (!conn->ticket_done)
			collect(conn, seg);
		list_del(&seg->order);
		quic_segment_free(&conn->mem_rx, seg);
	}
	if (err || conn->ticket_done || !is_complete(conn))
		return err;

	/* S5.25: frozen; later messages are ignored. */
	conn->ticket_done = true;
	conn->ops->event(conn, QUIC_EVENT_NEW_SESSION_TICKET, &none, conn->ticket,
			 conn->ticket_len);
	quic_free(&conn->mem, conn->ticket, QUIC_TICKET_MAX);
	conn->ticket = NULL;
	return 0;
}
