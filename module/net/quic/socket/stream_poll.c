// SPDX-License-Identifier: GPL-2.0-only
/* poll() and ioctl() of a stream's socket (PO.10, PO.11). */
#include <linux/poll.h>
#include <linux/sockios.h>
#include <linux/termios.h>

#include "stream_sock.h"
#include "wait.h"

bool quic_stream_sock_writable(const struct quic_stream_sock *ss)
{
	const struct sock *sk = ss->parent;

	return !quic_sock_is_open(sk) || quic_stream_send_over(ss->stream) ||
	       (!quic_sndbuf_full(sk) && quic_streams_credit(&quic_sk(sk)->conn->streams, ss->stream));
}

/* Without the lock: a mask that is outdated is followed by a wake-up. */
static __poll_t mask_of(const struct quic_stream_sock *ss)
{
	const struct quic_stream *stream = ss->stream;
	bool over = !quic_sock_is_open(ss->parent);
	bool recv_over = over || quic_stream_recv_over(stream);
	bool send_over = over || quic_stream_send_over(stream);
	__poll_t mask = 0;

	if (recv_over || !list_empty(&stream->recv.readable))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (recv_over)
		mask |= EPOLLRDHUP;
	if (recv_over && send_over)
		mask |= EPOLLHUP;
	if (quic_stream_sock_writable(ss))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (READ_ONCE(ss->inet.sk.sk_err))
		mask |= EPOLLERR;
	return mask;
}

__poll_t quic_stream_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait)
{
	struct quic_stream_sock *ss = quic_stream_sk(sock->sk);
	__poll_t mask;

	sock_poll_wait(file, sock, wait);
	mask = mask_of(ss);
	if (mask & EPOLLOUT)
		return mask;
	/* Room that came before it was in the list is seen now. */
	quic_stream_sock_starve(sock->sk);
	return mask_of(ss);
}

int quic_stream_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct quic_stream_sock *ss = quic_stream_sk(sock->sk);
	u64 bytes;

	lock_sock(ss->parent);
	switch (cmd) {
	case SIOCINQ:
		bytes = ss->stream->recv.peeled ? quic_stream_unread(ss->stream) : 0;
		break;
	case SIOCOUTQ:
		bytes = ss->stream->send.peeled ? quic_stream_unacked(ss->stream) : 0;
		break;
	case SIOCOUTQNSD:
		bytes = ss->stream->send.peeled ? quic_stream_unsent(ss->stream) : 0;
		break;
	default:
		release_sock(ss->parent);
		return -ENOIOCTLCMD;
	}
	release_sock(ss->parent);
	return put_user((int)min_t(u64, bytes, INT_MAX), (int __user *)arg);
}
