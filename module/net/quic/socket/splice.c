// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice() and sendfile() (S2.49, F14). Into the socket they are a sendmsg() on the active stream, or on its own if
 * it is a stream's; its bytes are copied as those of any other, for they have to stay as they are until they are
 * acknowledged, while a file's pages may change. From the socket they are a recvmsg(), which the stack makes of them by
 * itself.
 */
#include "message.h"

static void flush(struct sock *sk, struct quic_stream *stream)
{
	if (stream && !quic_streams_sendable(stream)) {
		quic_streams_push(&quic_sk(sk)->conn->streams, stream, false, false);
		quic_sock_update(sk);
	}
}

void quic_splice_flush(struct sock *sk, struct quic_stream *stream)
{
	lock_sock(sk);
	if (quic_sock_is_open(sk))
		flush(sk, stream);
	release_sock(sk);
}

void quic_splice_eof(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct quic_streams *st;

	lock_sock(sk);
	if (quic_sock_is_open(sk)) {
		st = &quic_sk(sk)->conn->streams;
		flush(sk, st->active < 0 ? NULL : quic_streams_find(st, st->active));
	}
	release_sock(sk);
}
