// SPDX-License-Identifier: GPL-2.0-only
/* QUIC_SOCKOPT_STREAM_PEELOFF (PO.1 to PO.8 of docs/peeloff.md). */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/quic.h>

#include "peeloff.h"
#include "stream_sock.h"

#define PART_FLAGS	(O_WRONLY | QUIC_STREAM_PEELOFF_RDONLY)

/* PO.5 */
static enum quic_stream_parts parts_of(u32 flags)
{
	switch (flags & PART_FLAGS) {
	case O_WRONLY:
		return QUIC_STREAM_PART_SEND;
	case QUIC_STREAM_PEELOFF_RDONLY:
		return QUIC_STREAM_PART_RECV;
	}
	return QUIC_STREAM_PART_BOTH;
}

static int peel(struct sock *sk, const struct quic_stream_peeloff *info, struct quic_stream_sock *ss)
{
	struct quic_stream *stream;
	int err;

	lock_sock(sk);
	if (sk->sk_state == QUIC_SS_LISTENING)
		err = -EINVAL;
	else if (sk->sk_state != QUIC_SS_ESTABLISHED)
		err = -ENOTCONN;
	else
		err = quic_streams_peel(&quic_sk(sk)->conn->streams, info->stream_id, parts_of(info->flags), ss,
					&stream);
	if (!err)
		quic_stream_sock_attach(ss, stream);
	release_sock(sk);
	return err;
}

/* PO.6: what can fail otherwise comes before the stream is touched. */
int quic_peeloff(struct sock *sk, sockptr_t optval, sockptr_t optlen)
{
	struct quic_stream_peeloff info;
	struct quic_stream_sock *ss;
	int len, fd, err;
	struct file *file;

	if (copy_from_sockptr(&len, optlen, sizeof(len)))
		return -EFAULT;
	if (len < (int)sizeof(info))
		return -EINVAL;
	if (copy_from_sockptr(&info, optval, sizeof(info)))
		return -EFAULT;
	if (info.flags & ~(O_CLOEXEC | O_NONBLOCK | PART_FLAGS) || (info.flags & PART_FLAGS) == PART_FLAGS)
		return -EINVAL;

	fd = get_unused_fd_flags(info.flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = quic_stream_sock_new(sk, info.flags & O_NONBLOCK, &ss);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	info.sd = fd;
	len = sizeof(info);
	if (copy_to_sockptr(optval, &info, sizeof(info)) || copy_to_sockptr(optlen, &len, sizeof(len)))
		err = -EFAULT;
	else
		err = peel(sk, &info, ss);
	if (err) {
		fput(file);
		put_unused_fd(fd);
		return err;
	}
	fd_install(fd, file);
	return fd;
}
