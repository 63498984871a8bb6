// SPDX-License-Identifier: GPL-2.0-only
/* Sending datagrams (RFC 9221; 3.3 of the API). */
#include <linux/uio.h>

#include "../udp/route.h"
#include "message.h"
#include "wait.h"

/* S3.30, in this order. */
static int check(struct sock *sk, size_t len)
{
	int err = quic_conn_datagram_check(quic_sk(sk)->conn, len);

	if (!err && len > READ_ONCE(sk->sk_sndbuf))
		err = -EMSGSIZE;
	return err ?: quic_route_check(sk);
}

/* The datagrams before it leave first, also those that MSG_MORE holds back. */
static int wait_for_room(struct sock *sk, size_t len, long *timeo)
{
	struct quic_streams *st = &quic_sk(sk)->conn->streams;
	int err;

	st->flush = true;
	quic_sock_update(sk);
	err = quic_wait_writable(sk, sk, NULL, timeo);
	/* A closing connection keeps it set. */
	if (!quic_sock_is_open(sk))
		return err ?: -EPIPE;
	st->flush = false;
	/* The path may have become narrower meanwhile. */
	return err ?: check(sk, len);
}

int quic_send_datagram(struct sock *sk, struct msghdr *msg, size_t len, long timeo)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	int err = check(sk, len);
	u8 *to;

	while (!err && quic_sndbuf_full(sk))
		err = wait_for_room(sk, len, &timeo);
	if (err)
		return err;
	to = quic_conn_datagram_reserve(conn, len, true);
	if (!to)
		return -ENOMEM;
	if (!copy_from_iter_full(to, len, &msg->msg_iter)) {
		quic_conn_datagram_cancel(conn, to);
		return -EFAULT;
	}
	quic_conn_datagram_commit(conn, to, msg->msg_flags & MSG_MORE);
	quic_sock_update(sk);
	return len;
}
