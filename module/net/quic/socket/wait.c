// SPDX-License-Identifier: GPL-2.0-only
/* Waiting. */
#include "wait.h"

static int begin(long timeo)
{
	if (!timeo)
		return -EAGAIN;
	return signal_pending(current) ? sock_intr_errno(timeo) : 0;
}

int quic_wait_request(struct sock *sk, long *timeo)
{
	const struct quic_listen *listen = &quic_sk(sk)->listen;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = begin(*timeo);

	if (err)
		return err;
	add_wait_queue(sk_sleep(sk), &wait);
	sk_wait_event(sk, timeo, sk->sk_state != QUIC_SS_LISTENING || READ_ONCE(listen->count), &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	return 0;
}

int quic_wait_readable(struct sock *sk, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = begin(*timeo);

	if (err)
		return err;
	add_wait_queue(sk_sleep(sk), &wait);
	sk_wait_event(sk, timeo, !quic_sock_is_open(sk) || !quic_rcvq_empty(sk), &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	return 0;
}

int quic_wait_stream_readable(struct sock *sk, struct sock *waiter, const struct quic_stream *stream, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = begin(*timeo);

	if (err)
		return err;
	add_wait_queue(sk_sleep(waiter), &wait);
	sk_wait_event(sk, timeo, !quic_sock_is_open(sk) || quic_stream_recv_over(stream) ||
		      !list_empty(&stream->recv.readable), &wait);
	remove_wait_queue(sk_sleep(waiter), &wait);
	return 0;
}

static bool writable(const struct sock *sk, const struct quic_stream *stream)
{
	if (!quic_sock_is_open(sk))
		return true;
	if (stream && (quic_streams_sendable(stream) ||
		       !quic_streams_credit(&quic_sk(sk)->conn->streams, stream)))
		return quic_streams_sendable(stream);
	return !quic_sndbuf_full(sk);
}

int quic_wait_writable(struct sock *sk, struct sock *waiter, struct quic_stream *stream, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = begin(*timeo);

	if (err)
		return err;
	add_wait_queue(sk_sleep(waiter), &wait);
	sk_wait_event(sk, timeo, writable(sk, stream), &wait);
	remove_wait_queue(sk_sleep(waiter), &wait);
	return 0;
}

int quic_wait_streams(struct sock *sk, const struct quic_stream_type *type, u64 number, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = begin(*timeo);

	if (err)
		return err;
	add_wait_queue(sk_sleep(sk), &wait);
	sk_wait_event(sk, timeo, !quic_sock_is_open(sk) || READ_ONCE(type->max) > number, &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	return 0;
}
