// SPDX-License-Identifier: GPL-2.0-only
/* Writing on a stream (section 3 of the API): for the connection's socket and for a stream's own. */
#include <linux/uio.h>

#include "../udp/route.h"
#include "message.h"
#include "stream_sock.h"
#include "wait.h"

/* A long write fills packets while it is still copying. */
#define TRANSMIT_EVERY	65536

/* Wait for room or credit. What was taken so far leaves first. */
static int wait_for_room(struct sock *sk, struct quic_stream_write *write, bool credit)
{
	struct quic_streams *st = &quic_sk(sk)->conn->streams;
	int err;

	if (!credit && write->flags & MSG_QUIC_STREAM_SNDBLOCK)
		quic_streams_blocked(st, write->stream);
	quic_streams_push(st, write->stream, false, false);
	st->flush = true;
	quic_sock_update(sk);
	write->unsent = 0;
	if (write->waiter != sk)
		quic_stream_sock_starve(write->waiter);
	err = quic_wait_writable(sk, write->waiter, write->stream, &write->timeo);
	/* A closing connection keeps it set. */
	if (quic_sock_is_open(sk))
		st->flush = false;
	else if (!err)
		err = -EPIPE;
	if (!err)
		err = quic_streams_sendable(write->stream);
	if (err == -EAGAIN && !credit)
		err = write->no_credit;
	return err;
}

/* Copy what fits now: one chunk. */
static int take(struct sock *sk, struct quic_stream_write *write, struct msghdr *msg, u64 credit)
{
	struct quic_streams *st = &quic_sk(sk)->conn->streams;
	size_t want = min_t(u64, write->left, credit), room, n;
	u8 *to;

	to = quic_streams_reserve(st, write->stream, want, true, &room);
	if (!to)
		return -ENOMEM;
	n = copy_from_iter(to, min(room, want), &msg->msg_iter);
	if (!n)
		return -EFAULT;
	quic_streams_commit(st, write->stream, n);
	write->done += n;
	write->left -= n;
	write->unsent += n;
	if (write->left && write->unsent >= TRANSMIT_EVERY) {
		quic_streams_push(st, write->stream, false, true);
		quic_sock_transmit(sk);
		write->unsent = 0;
	}
	return 0;
}

ssize_t quic_stream_write(struct sock *sk, struct quic_stream_write *write, struct msghdr *msg)
{
	struct quic_streams *st = &quic_sk(sk)->conn->streams;
	bool fin = write->flags & MSG_QUIC_STREAM_FIN;
	u64 credit;
	int err;

	err = quic_route_check(sk);	/* S3.26 */
	if (err)
		return err;
	while (!err && write->left) {
		credit = quic_streams_credit(st, write->stream);
		if (credit && !quic_sndbuf_full(sk))
			err = take(sk, write, msg, credit);
		else
			err = wait_for_room(sk, write, credit);
	}
	if (quic_sock_is_open(sk) && !quic_streams_sendable(write->stream) && (write->done || !err))
		quic_streams_push(st, write->stream, fin && !write->left,
				  msg->msg_flags & MSG_MORE && !write->left);
	quic_sock_update(sk);
	return write->done ?: err;
}
