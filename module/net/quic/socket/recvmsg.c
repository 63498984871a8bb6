// SPDX-License-Identifier: GPL-2.0-only
/* recvmsg(): one handshake item, event or datagram, or bytes of one stream (section 4 of the API). */
#include <linux/uio.h>

#include "event.h"
#include "message.h"
#include "wait.h"

/* Copy from an item of which @left bytes at @from are unread. Return: bytes, or -EFAULT. */
static int copy_item(struct msghdr *msg, const u8 *from, size_t left, size_t len)
{
	size_t want = min(left, len), n = copy_to_iter(from, want, &msg->msg_iter);

	if (!n && want)
		return -EFAULT;
	if (n == left)
		msg->msg_flags |= MSG_EOR;
	return n;
}

static int recv_handshake(struct sock *sk, struct msghdr *msg, struct quic_segment *seg, size_t len,
			  bool peek)
{
	struct quic_handshake_info info = { .crypto_level = seg->level };
	int n = copy_item(msg, seg->data + seg->taken, seg->len - seg->taken, len);

	if (n < 0)
		return n;
	put_cmsg(msg, SOL_QUIC, QUIC_HANDSHAKE_INFO, sizeof(info), &info);
	if (!peek)
		quic_conn_handshake_consume(quic_sk(sk)->conn, seg, n);
	return n;
}

static int recv_event(struct sock *sk, struct msghdr *msg, struct quic_event_item *item, size_t len,
		      bool peek)
{
	int n = copy_item(msg, item->data + item->taken, item->len - item->taken, len);

	if (n < 0)
		return n;
	msg->msg_flags |= MSG_QUIC_NOTIFICATION;
	if (!peek)
		quic_event_consume(sk, item, n);
	return n;
}

static int recv_datagram(struct sock *sk, struct msghdr *msg, struct quic_segment *seg, size_t len,
			 bool peek)
{
	int n = copy_item(msg, seg->data + seg->taken, seg->len - seg->taken, len);

	if (n < 0)
		return n;
	msg->msg_flags |= MSG_QUIC_DATAGRAM;
	if (!peek)
		quic_streams_consume(&quic_sk(sk)->conn->streams, seg, n);
	return n;
}

/*
 * S4.2, S4.9: adjacent segments of a stream, until the buffer is full, the FIN was taken, or the next
 * item is something else.
 */
ssize_t quic_stream_read(struct sock *sk, struct msghdr *msg, struct quic_segment *seg, size_t len, bool peek,
			 struct quic_stream_info *info)
{
	struct quic_streams *st = &quic_sk(sk)->conn->streams;
	struct quic_segment *next;
	size_t done = 0, want, n;
	bool whole;

	memset(info, 0, sizeof(*info));
	info->stream_id = seg->stream->id;
	do {
		want = min_t(size_t, len - done, seg->len - seg->taken);
		n = copy_to_iter(seg->data + seg->taken, want, &msg->msg_iter);
		if (!n && want && !done)
			return -EFAULT;
		done += n;
		whole = n == seg->len - seg->taken;
		if (whole && seg->fin)
			info->stream_flags = MSG_QUIC_STREAM_FIN;
		next = whole && !seg->fin && done < len ? quic_streams_next(st, seg) : NULL;
		if (!peek)
			quic_streams_consume(st, seg, n);
		seg = next;
	} while (seg);
	return done;
}

void quic_put_stream_info(struct msghdr *msg, const struct quic_stream_info *info)
{
	/* S2.50: on 32-bit x86 the structure ends with its last member, and so does a program's buffer. */
	put_cmsg(msg, SOL_QUIC, QUIC_STREAM_INFO,
		 msg->msg_flags & MSG_CMSG_COMPAT ?
			offsetofend(struct quic_stream_info, stream_flags) : sizeof(*info), (void *)info);
	/* S4.7: without room for it the FIN is still seen. */
	if (msg->msg_flags & MSG_CTRUNC)
		msg->msg_flags |= info->stream_flags;
}

static int recv_stream(struct sock *sk, struct msghdr *msg, struct quic_segment *seg, size_t len,
		       bool peek)
{
	struct quic_stream_info info;
	ssize_t n = quic_stream_read(sk, msg, seg, len, peek, &info);

	if (n >= 0)
		quic_put_stream_info(msg, &info);
	return n;
}

static int recv_head(struct sock *sk, struct msghdr *msg, size_t len, bool peek)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	struct quic_event_item *item;
	struct quic_segment *seg;

	seg = quic_conn_handshake_head(conn);
	if (seg)
		return recv_handshake(sk, msg, seg, len, peek);
	item = quic_event_head(sk);
	if (item)
		return recv_event(sk, msg, item, len, peek);
	seg = quic_streams_head(&conn->streams);
	if (seg->kind == QUIC_SEGMENT_DATAGRAM)
		return recv_datagram(sk, msg, seg, len, peek);
	return recv_stream(sk, msg, seg, len, peek);
}

/* A handshake whose TLS has read everything (S4.11). Return: that was the end of it. */
static bool wants_handshake(struct sock *sk)
{
	if (sk->sk_state != QUIC_SS_HANDSHAKING)
		return false;
	quic_conn_handshake_wait(quic_sk(sk)->conn, quic_now());
	if (quic_sock_is_open(sk))
		return false;
	quic_sock_update(sk);
	return true;
}

int quic_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags)
{
	struct sock *sk = sock->sk;
	long timeo;
	int err;

	lock_sock(sk);
	timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	len = min_t(size_t, len, INT_MAX);
	for (;;) {
		if (quic_sk(sk)->conn && !quic_rcvq_empty(sk)) {
			err = recv_head(sk, msg, len, flags & MSG_PEEK);
			if (err >= 0 && !(flags & MSG_PEEK))
				quic_sock_update(sk);
			break;
		}
		err = -ENOTCONN;
		if (!quic_sock_is_open(sk))
			break;
		if (wants_handshake(sk))
			continue;
		err = quic_wait_readable(sk, &timeo);
		if (err)
			break;
	}
	release_sock(sk);
	return err;
}
