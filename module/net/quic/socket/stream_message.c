// SPDX-License-Identifier: GPL-2.0-only
/* sendmsg() and recvmsg() of a stream's socket: those of a TCP socket (PO.12 to PO.16). */
#include "../compat.h"
#include "message.h"
#include "stream_sock.h"
#include "wait.h"

#define STREAM_SEND_FLAGS	(MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL | MSG_BATCH | \
				 MSG_QUIC_STREAM_FIN | MSG_QUIC_STREAM_SNDBLOCK | MSG_CMSG_COMPAT | QUIC_MSG_SPLICE)

/* ---- reading ---- */

/* What is unread, or 0 at the end, or an error; with MSG_WAITALL all of @len, if it comes. */
static ssize_t receive(struct quic_stream_sock *ss, struct msghdr *msg, size_t len, int flags,
		       struct quic_stream_info *info)
{
	long timeo = sock_rcvtimeo(&ss->inet.sk, flags & MSG_DONTWAIT);
	struct sock *sk = ss->parent;
	struct quic_segment *seg;
	size_t done = 0;
	ssize_t n;

	do {
		seg = ss->stream->recv.peeled ? quic_stream_head(ss->stream) : NULL;
		if (seg) {
			n = quic_stream_read(sk, msg, seg, len - done, flags & MSG_PEEK, info);
			if (n < 0)
				return done ?: n;
			done += n;
			if (!(flags & MSG_WAITALL) || flags & MSG_PEEK || info->stream_flags & MSG_QUIC_STREAM_FIN)
				break;
			/* What was read is credit that the rest may wait for. */
			quic_sock_update(sk);
			continue;
		}
		n = quic_stream_sock_recv_error(ss);
		if (n > 0)
			n = quic_wait_stream_readable(sk, &ss->inet.sk, ss->stream, &timeo);
		else if (!n)
			return done;
		if (n)
			return done ?: n;
	} while (done < len);
	return done;
}

int quic_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags)
{
	struct quic_stream_sock *ss = quic_stream_sk(sock->sk);
	struct quic_stream_info info = { .stream_id = ss->stream->id };
	struct sock *sk = ss->parent;
	ssize_t n;

	if (flags & (MSG_OOB | MSG_ERRQUEUE))
		return -EOPNOTSUPP;
	if (!len)
		return 0;
	lock_sock(sk);
	n = receive(ss, msg, min_t(size_t, len, INT_MAX), flags, &info);
	if (n >= 0 && !(flags & MSG_PEEK))
		quic_sock_update(sk);
	/* Told now. */
	if (n < 0 && n == quic_stream_sock_recv_error(ss))
		WRITE_ONCE(sock->sk->sk_err, 0);
	release_sock(sk);
	if (n >= 0)
		quic_put_stream_info(msg, &info);
	return n;
}

/* ---- writing ---- */

/* Control messages are not needed, but programs may use those of the connection's socket. */
static int stream_flags(const struct quic_stream_sock *ss, struct msghdr *msg, u32 *flags)
{
	struct quic_send_request req;
	int err = quic_send_parse(msg, &req);

	if (err)
		return err;
	*flags = msg->msg_flags & QUIC_STREAM_FLAGS;
	if (req.has_stream) {
		if (req.stream.stream_id != QUIC_STREAMS_ID_ANY && req.stream.stream_id != (s64)ss->stream->id)
			return -EINVAL;
		*flags |= req.stream.stream_flags;
	}
	if (req.has_level || *flags & (MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_UNI))
		return -EINVAL;
	/* RFC 9000, 4.1: the peer learns what its limits hold up. */
	*flags |= MSG_QUIC_STREAM_SNDBLOCK;
	return 0;
}

static ssize_t send(struct quic_stream_sock *ss, struct msghdr *msg, size_t len)
{
	struct quic_stream_write write = {
		.waiter = &ss->inet.sk,
		.stream = ss->stream,
		.left = len,
		.no_credit = -EAGAIN,
		.timeo = sock_sndtimeo(&ss->inet.sk, msg->msg_flags & MSG_DONTWAIT),
	};
	ssize_t n;
	int err;

	err = stream_flags(ss, msg, &write.flags);
	if (!err)
		err = quic_stream_sock_send_error(ss);
	if (err || (!len && !(write.flags & MSG_QUIC_STREAM_FIN)))
		return err;
	n = quic_stream_write(ss->parent, &write, msg);
	/* It ended meanwhile. */
	if (n == -EINVAL || n == -EPIPE)
		n = quic_stream_sock_send_error(ss) ?: n;
	return n;
}

int quic_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct quic_stream_sock *ss = quic_stream_sk(sock->sk);
	struct sock *sk = ss->parent;
	ssize_t n;

	if (msg->msg_flags & ~STREAM_SEND_FLAGS)
		return -EINVAL;
	lock_sock(sk);
	n = send(ss, msg, min_t(size_t, len, INT_MAX));
	/* Told now. */
	if (n < 0 && n == quic_stream_sock_send_error(ss))
		WRITE_ONCE(sock->sk->sk_err, 0);
	release_sock(sk);
	if (n == -EPIPE && !(msg->msg_flags & MSG_NOSIGNAL))
		send_sig(SIGPIPE, current, 0);
	return n;
}

void quic_stream_splice_eof(struct socket *sock)
{
	struct quic_stream_sock *ss = quic_stream_sk(sock->sk);

	quic_splice_flush(ss->parent, ss->stream);
}
