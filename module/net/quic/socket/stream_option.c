// SPDX-License-Identifier: GPL-2.0-only
/* Options of a stream's socket (PO.22). */
#include <linux/quic.h>

#include "option.h"
#include "stream_sock.h"

int quic_stream_setsockopt(struct sock *sk, int level, int optname, sockptr_t optval,
			   unsigned int optlen)
{
	struct quic_stream_sock *ss = quic_stream_sk(sk);
	struct quic_errinfo info = {};
	bool has_part;

	if (level != SOL_QUIC ||
	    (optname != QUIC_SOCKOPT_STREAM_RESET && optname != QUIC_SOCKOPT_STREAM_STOP_SENDING))
		return -ENOPROTOOPT;
	if (copy_from_sockptr(&info, optval, min_t(size_t, optlen, sizeof(info))))
		return -EFAULT;
	if (info.stream_id == QUIC_STREAMS_ID_ANY)
		info.stream_id = ss->stream->id;
	has_part = optname == QUIC_SOCKOPT_STREAM_RESET ? ss->stream->send.peeled : ss->stream->recv.peeled;
	if (info.stream_id != (s64)ss->stream->id || !has_part)
		return -EINVAL;
	return quic_do_setsockopt(ss->parent, optname, KERNEL_SOCKPTR(&info), sizeof(info));
}

static int get_status(struct quic_stream_sock *ss, char __user *optval, int __user *optlen)
{
	const struct quic_stream *stream = ss->stream;
	struct quic_stream_status status = { .stream_id = stream->id };
	int len;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	lock_sock(ss->parent);
	status.send_state = stream->send.state;
	status.recv_state = stream->recv.state;
	status.send_errcode = stream->send.reset_code;
	status.recv_errcode = stream->recv.reset_code;
	release_sock(ss->parent);
	len = min_t(size_t, len, sizeof(status));
	return put_user(len, optlen) || copy_to_user(optval, &status, len) ? -EFAULT : 0;
}

int quic_stream_getsockopt(struct sock *sk, int level, int optname, char __user *optval,
			   int __user *optlen)
{
	struct quic_stream_sock *ss = quic_stream_sk(sk);

	if (level != SOL_QUIC)
		return -ENOPROTOOPT;
	switch (optname) {
	case QUIC_SOCKOPT_STREAM_STATUS:
		return get_status(ss, optval, optlen);
	case QUIC_SOCKOPT_CONNECTION_CLOSE:
	case QUIC_SOCKOPT_CONN_STATS:
		return quic_do_getsockopt(ss->parent, optname, USER_SOCKPTR(optval), USER_SOCKPTR(optlen));
	}
	return -ENOPROTOOPT;
}
