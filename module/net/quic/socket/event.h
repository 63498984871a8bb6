/* SPDX-License-Identifier: GPL-2.0-only */
/* Events that wait to be read (section 7 of the API). All with the socket lock held. */
#ifndef QUIC_SOCKET_EVENT_H
#define QUIC_SOCKET_EVENT_H

#include "sock.h"

/**
 * struct quic_event_item - an event as recvmsg() returns it
 * @len: bytes in @data: the type, then the content
 * @taken: bytes read already (S4.8)
 */
struct quic_event_item {
	struct list_head node;
	u16 len, taken;
	u8 data[];
};

/* Dropped if the application did not ask for @type, or if the receive buffer is full (S7.3). */
void quic_event_queue(struct sock *sk, u8 type, const union quic_event *event, const u8 *data,
		      size_t len);
/* A connection ended otherwise than by this end: the value of CONNECTION_CLOSE (S6.19). */
void quic_event_note_close(struct sock *sk, const struct quic_connection_close *close);
/* The handshake is complete: what it held back is told (F51). */
void quic_event_release(struct sock *sk);
struct quic_event_item *quic_event_head(struct sock *sk);
void quic_event_consume(struct sock *sk, struct quic_event_item *item, size_t len);
void quic_event_purge(struct sock *sk);

#endif
