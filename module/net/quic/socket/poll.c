// SPDX-License-Identifier: GPL-2.0-only
/* poll() and ioctl() (2.9 and 2.11 of the API). */
#include <linux/poll.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <net/inet_common.h>
#include <net/ipv6.h>

#include "poll.h"
#include "wait.h"

#define READABLE	(EPOLLIN | EPOLLRDNORM)
#define WRITABLE	(EPOLLOUT | EPOLLWRNORM)

/* S2.40. Without the lock: a mask that is outdated is followed by a wake-up. */
__poll_t quic_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	struct quic_sock *qs = quic_sk(sk);
	const struct quic_conn *conn;
	__poll_t mask = 0;

	sock_poll_wait(file, sock, wait);
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	switch (READ_ONCE(sk->sk_state)) {
	case QUIC_SS_LISTENING:
		return READ_ONCE(qs->listen.count) ? READABLE : 0;
	case QUIC_SS_CLOSED:
		return mask | READABLE | WRITABLE | EPOLLRDHUP | EPOLLHUP;
	}
	conn = qs->conn;
	if (!quic_rcvq_empty(sk))
		mask |= READABLE;
	if (!quic_sndbuf_full(sk) && READ_ONCE(conn->streams.tx_max) > READ_ONCE(conn->streams.tx_used))
		mask |= WRITABLE;
	return mask;
}

static int queued(struct sock *sk, unsigned int cmd)
{
	struct quic_sock *qs = quic_sk(sk);
	u64 bytes = 0;

	if (sk->sk_state == QUIC_SS_LISTENING)
		return -EINVAL;
	if (cmd == SIOCINQ)
		bytes = qs->event_bytes;
	if (qs->conn) {
		const struct quic_streams *st = &qs->conn->streams;

		bytes += cmd == SIOCINQ ? st->inq_bytes :
			 (cmd == SIOCOUTQ ? st->tx_bytes : st->tx_unsent) +
			 qs->conn->datagrams.bytes;
	}
	return min_t(u64, bytes, INT_MAX);
}

int quic_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct sock *sk = sock->sk;
	int bytes;

	switch (cmd) {
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCOUTQNSD:
		lock_sock(sk);
		bytes = queued(sk, cmd);
		release_sock(sk);
		return bytes < 0 ? bytes : put_user(bytes, (int __user *)arg);
	}
	if (sk->sk_family == AF_INET6)
		return inet6_ioctl(sock, cmd, arg);
	return inet_ioctl(sock, cmd, arg);
}
