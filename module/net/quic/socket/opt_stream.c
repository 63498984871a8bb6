// SPDX-License-Identifier: GPL-2.0-only
/* STREAM_OPEN, STREAM_RESET and STREAM_STOP_SENDING (6.3 to 6.5 of the API). */
#include "message.h"
#include "option.h"

static bool nonblocking(const struct sock *sk)
{
	return sk->sk_socket && sk->sk_socket->file && sk->sk_socket->file->f_flags & O_NONBLOCK;
}

int quic_opt_get_stream_open(struct sock *sk, u8 *buf, size_t len)
{
	long timeo = sock_sndtimeo(sk, nonblocking(sk));
	struct quic_stream_info info;
	struct quic_stream *stream;
	int err;

	if (!quic_sock_is_open(sk))
		return -EPIPE;
	quic_option_copy(&info, sizeof(info), buf, len);
	if (info.stream_flags & ~QUIC_STREAM_FLAGS)
		return -EINVAL;
	info.stream_flags |= MSG_QUIC_STREAM_NEW;
	err = quic_stream_resolve(sk, info.stream_id, info.stream_flags, false, &timeo, &stream);
	if (err)
		return err;
	info.stream_id = stream->id;
	return quic_option_put(buf, len, &info, sizeof(info));
}

int quic_opt_set_stream_reset(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_errinfo info;

	if (sk->sk_state != QUIC_SS_ESTABLISHED)
		return -EINVAL;
	quic_option_copy(&info, sizeof(info), val, len);
	return quic_streams_reset(&quic_sk(sk)->conn->streams, info.stream_id, info.errcode);
}

int quic_opt_set_stop_sending(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_errinfo info;

	if (sk->sk_state != QUIC_SS_ESTABLISHED)
		return -EINVAL;
	quic_option_copy(&info, sizeof(info), val, len);
	return quic_streams_stop_sending(&quic_sk(sk)->conn->streams, info.stream_id, info.errcode);
}
