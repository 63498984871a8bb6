/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting. All release the socket lock while they sleep, so the caller looks at everything again
 * afterwards. They return 0 when it is time to look, -EAGAIN when @timeo is used up, and -EINTR or
 * -ERESTARTSYS on a signal.
 */
#ifndef QUIC_SOCKET_WAIT_H
#define QUIC_SOCKET_WAIT_H

#include "../engine/stream.h"
#include "memory.h"
#include "sock.h"

/* For a request to accept, or the end of LISTENING. */
int quic_wait_request(struct sock *sk, long *timeo);
/* For something to read, or the end of the connection. */
int quic_wait_readable(struct sock *sk, long *timeo);
/* For something to read on @stream, which has the socket @waiter, or the end of it or of the connection. */
int quic_wait_stream_readable(struct sock *sk, struct sock *waiter, const struct quic_stream *stream, long *timeo);
/*
 * For room in the send buffer and, unless @stream is NULL, credit on @stream, which the caller holds. @waiter: @sk,
 * or the stream's socket: whoever is woken.
 */
int quic_wait_writable(struct sock *sk, struct sock *waiter, struct quic_stream *stream, long *timeo);
/* For permission to open stream number @number (ID >> 2) of that type. */
int quic_wait_streams(struct sock *sk, const struct quic_stream_type *type, u64 number, long *timeo);

static inline bool quic_sndbuf_full(const struct sock *sk)
{
	u64 used = quic_sk(sk)->conn->mem_tx.used;

	/* When memory is short, a sender waits until little of what it sent before is left. */
	return used >= READ_ONCE(sk->sk_sndbuf) ||
	       (used >= READ_ONCE(quic_sysctl_wmem[0]) && quic_memory_pressed(sk));
}

static inline bool quic_rcvq_empty(const struct sock *sk)
{
	const struct quic_conn *conn = quic_sk(sk)->conn;

	return list_empty(&quic_sk(sk)->events) &&
	       (!conn || (list_empty(&conn->handshake_inq) &&
			  (conn->streams.inq_held || list_empty(&conn->streams.inq))));
}

#endif
