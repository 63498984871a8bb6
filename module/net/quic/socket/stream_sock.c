// SPDX-License-Identifier: GPL-2.0-only
/* The life of a stream's socket, and who is woken when (see stream_sock.h). */
#include <linux/file.h>
#include <linux/module.h>
#include <linux/security.h>

#include "../compat.h"
#include "bind.h"
#include "close.h"
#include "option.h"
#include "stream_sock.h"

static struct proto quic_stream_prot = {
	.name		= "QUIC-STREAM",
	.owner		= THIS_MODULE,
	.setsockopt	= quic_stream_setsockopt,
	.getsockopt	= quic_stream_getsockopt,
	.obj_size	= sizeof(struct quic_stream_sock),
};

/* ---- the end: PO.18, PO.19, PO.21 ---- */

/*
 * A process that was killed has not said that what it sent is complete. One that exits, with whatever code, has: as
 * with TCP, many programs leave the closing to the kernel.
 */
static bool was_killed(void)
{
	return current->flags & PF_EXITING && current->exit_code & 0x7f;
}

static void detach(struct quic_stream_sock *ss)
{
	enum quic_stream_farewell how = was_killed() ? QUIC_STREAM_RESET : QUIC_STREAM_FINISH;
	struct sock *sk = ss->parent;
	struct quic_sock *qs = quic_sk(sk);

	lock_sock(sk);
	list_del(&ss->node);
	list_del(&ss->changed);
	spin_lock_bh(&qs->peeled.lock);
	list_del(&ss->starved);
	spin_unlock_bh(&qs->peeled.lock);
	/* A FIN behind a close that still waits to leave would make what is unfinished look finished. */
	quic_streams_leave(&qs->conn->streams, ss->stream, quic_sock_is_open(sk) ? how : QUIC_STREAM_SILENT);
	if (sock_flag(sk, SOCK_DEAD) && list_empty(&qs->peeled.socks))
		quic_close_last(sk);
	else
		quic_sock_update(sk);
	release_sock(sk);
}

static int stream_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct quic_stream_sock *ss;

	if (!sk)
		return 0;
	ss = quic_stream_sk(sk);
	if (ss->stream)
		detach(ss);
	sock_orphan(sk);
	sock->sk = NULL;
	sock_put(ss->parent);
	sock_put(sk);
	return 0;
}

/* PO.17 */
static int stream_shutdown(struct socket *sock, int how)
{
	struct quic_stream_sock *ss = quic_stream_sk(sock->sk);
	struct quic_stream *stream = ss->stream;
	struct sock *sk = ss->parent;
	struct quic_streams *st;
	int err = 0;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	st = &quic_sk(sk)->conn->streams;
	if (quic_sock_is_open(sk)) {
		if (how != SHUT_RD && !quic_stream_send_over(stream))
			quic_streams_push(st, stream, true, false);
		if (how != SHUT_WR && !quic_stream_recv_over(stream))
			quic_streams_stop_sending(st, stream->id, 0);
		quic_stream_sock_changed(ss, QUIC_WAKE_ALL);
		quic_sock_update(sk);
	} else {
		err = -ENOTCONN;
	}
	release_sock(sk);
	return err;
}

static int stream_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	return quic_sock_name(quic_stream_sk(sock->sk)->parent, uaddr, peer);
}

QUIC_SPLICE_OP(splice_op, quic_stream_splice_eof)

/* For both families: nobody but the stack of a family looks at it, and none has heard of this socket. */
static const struct proto_ops stream_ops = {
	.family		= PF_INET,
	.owner		= THIS_MODULE,
	.release	= stream_release,
	.bind		= sock_no_bind,
	.connect	= sock_no_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= sock_no_accept,
	.getname	= stream_getname,
	.poll		= quic_stream_poll,
	.ioctl		= quic_stream_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= sock_no_listen,
	.shutdown	= stream_shutdown,
	.setsockopt	= sock_common_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= quic_stream_sendmsg,
	.recvmsg	= quic_stream_recvmsg,
	.mmap		= sock_no_mmap,
	QUIC_SPLICE(splice_op)
};

/* ---- the beginning ---- */

struct file *quic_stream_sock_new(struct sock *parent, int flags, struct quic_stream_sock **result)
{
	struct quic_stream_sock *ss;
	struct socket *sock;
	struct sock *sk;
	int err;

	err = sock_create_lite(parent->sk_family, SOCK_STREAM, IPPROTO_QUIC, &sock);
	if (err)
		return ERR_PTR(err);
	sk = sk_alloc(sock_net(parent), parent->sk_family, GFP_KERNEL, &quic_stream_prot, 0);
	if (!sk) {
		sock_release(sock);
		return ERR_PTR(-ENOMEM);
	}
	sock_init_data(sock, sk);
	sk->sk_protocol = IPPROTO_QUIC;
	sk->sk_state = TCP_ESTABLISHED;
	WRITE_ONCE(sk->sk_rcvtimeo, READ_ONCE(parent->sk_rcvtimeo));
	WRITE_ONCE(sk->sk_sndtimeo, READ_ONCE(parent->sk_sndtimeo));
	security_sk_clone(parent, sk);

	ss = quic_stream_sk(sk);
	sock_hold(parent);
	ss->parent = parent;
	ss->stream = NULL;
	ss->wake = 0;
	ss->error = 0;
	INIT_LIST_HEAD(&ss->node);
	INIT_LIST_HEAD(&ss->changed);
	INIT_LIST_HEAD(&ss->starved);
	__module_get(THIS_MODULE);
	sock->ops = &stream_ops;
	*result = ss;
	/* Releases the socket if it fails. */
	return sock_alloc_file(sock, flags, NULL);
}

void quic_stream_sock_attach(struct quic_stream_sock *ss, struct quic_stream *stream)
{
	ss->stream = stream;
	list_add_tail(&ss->node, &quic_sk(ss->parent)->peeled.socks);
}

int quic_stream_sock_register(void)
{
	return proto_register(&quic_stream_prot, 1);
}

void quic_stream_sock_unregister(void)
{
	proto_unregister(&quic_stream_prot);
}

/* ---- errors ---- */

/* PO.16 */
static int conn_error(const struct quic_stream_sock *ss)
{
	const struct quic_conn_close_info *close = &quic_sk(ss->parent)->conn->close;

	if (close->idle)
		return -ETIMEDOUT;
	if (close->by_peer || close->reset)
		return -ECONNRESET;
	return close->set && !close->app ? -EPROTO : -ECONNABORTED;
}

/* PO.14 */
static bool is_reset(const struct quic_stream *stream)
{
	return stream->recv.peeled && stream->recv.state == QUIC_STREAM_RECV_STATE_RESET_RECVD &&
	       !stream->recv.stopped;
}

int quic_stream_sock_recv_error(const struct quic_stream_sock *ss)
{
	if (is_reset(ss->stream))
		return -ECONNRESET;
	if (quic_stream_recv_over(ss->stream))
		return 0;
	return quic_sock_is_open(ss->parent) ? 1 : conn_error(ss);
}

int quic_stream_sock_send_error(const struct quic_stream_sock *ss)
{
	if (quic_stream_send_over(ss->stream))
		return -EPIPE;
	return quic_sock_is_open(ss->parent) ? 0 : conn_error(ss);
}

/* What SO_ERROR says once: PO.14 to PO.16. */
static int pending_error(const struct quic_stream_sock *ss)
{
	if (is_reset(ss->stream))
		return -ECONNRESET;
	if (ss->stream->send.peeled && ss->stream->send.stopped)
		return -EPIPE;
	return quic_sock_is_open(ss->parent) || quic_stream_is_done(ss->stream) ? 0 : conn_error(ss);
}

/* ---- wake-ups: PO.11 ---- */

void quic_stream_socks_init(struct quic_peeled *peeled)
{
	INIT_LIST_HEAD(&peeled->socks);
	INIT_LIST_HEAD(&peeled->changed);
	INIT_LIST_HEAD(&peeled->starved);
	spin_lock_init(&peeled->lock);
}

void quic_stream_sock_changed(void *owner, u8 whom)
{
	struct quic_stream_sock *ss = owner;

	ss->wake |= whom;
	if (list_empty(&ss->changed))
		list_add_tail(&ss->changed, &quic_sk(ss->parent)->peeled.changed);
}

void quic_stream_sock_starve(struct sock *sk)
{
	struct quic_stream_sock *ss = quic_stream_sk(sk);
	struct quic_peeled *peeled = &quic_sk(ss->parent)->peeled;

	spin_lock_bh(&peeled->lock);
	if (list_empty(&ss->starved))
		list_add_tail(&ss->starved, &peeled->starved);
	spin_unlock_bh(&peeled->lock);
}

/* There may be room for all. Who waits for a limit of its stream is told when that is raised. */
static void feed(struct sock *sk)
{
	struct quic_peeled *peeled = &quic_sk(sk)->peeled;
	struct quic_stream_sock *ss, *tmp;

	spin_lock_bh(&peeled->lock);
	list_for_each_entry_safe(ss, tmp, &peeled->starved, starved) {
		if (!quic_stream_is_blocked(ss->stream) && !quic_stream_sock_writable(ss))
			continue;
		list_del_init(&ss->starved);
		quic_stream_sock_changed(ss, QUIC_WAKE_WRITE);
	}
	spin_unlock_bh(&peeled->lock);
}

static void wake(struct quic_stream_sock *ss)
{
	struct sock *sk = &ss->inet.sk;
	int err = pending_error(ss);
	u8 whom = ss->wake;

	list_del_init(&ss->changed);
	ss->wake = 0;
	if (err != ss->error) {
		ss->error = err;
		WRITE_ONCE(sk->sk_err, -err);
		sk_error_report(sk);
	}
	if (whom & QUIC_WAKE_ALL)
		sk->sk_state_change(sk);
	if (whom & (QUIC_WAKE_ALL | QUIC_WAKE_READ))
		sk->sk_data_ready(sk);
	if (!(whom & (QUIC_WAKE_ALL | QUIC_WAKE_WRITE)))
		return;
	if (quic_stream_sock_writable(ss))
		sk->sk_write_space(sk);
	else if (!quic_stream_is_blocked(ss->stream))
		quic_stream_sock_starve(sk);
}

void quic_stream_socks_wake(struct sock *sk, u8 whom)
{
	struct quic_peeled *peeled = &quic_sk(sk)->peeled;
	struct quic_stream_sock *ss, *tmp;

	if (list_empty(&peeled->socks))
		return;
	if (whom & QUIC_WAKE_ALL)
		list_for_each_entry(ss, &peeled->socks, node)
			quic_stream_sock_changed(ss, QUIC_WAKE_ALL);
	else if (whom & QUIC_WAKE_WRITE)
		feed(sk);
	list_for_each_entry_safe(ss, tmp, &peeled->changed, changed)
		wake(ss);
}
