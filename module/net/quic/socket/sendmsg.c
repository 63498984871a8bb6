// SPDX-License-Identifier: GPL-2.0-only
/* sendmsg(): handshake messages and stream data (section 3 of the API). */
#include <linux/uio.h>

#include "../compat.h"
#include "../udp/route.h"
#include "message.h"
#include "wait.h"

#define SEND_FLAGS	(MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL | MSG_BATCH | \
			 MSG_QUIC_DATAGRAM | QUIC_STREAM_FLAGS | MSG_CMSG_COMPAT | QUIC_MSG_SPLICE)

/* S3.3: shorter payloads are fine, missing bytes keep their defaults. */
int quic_send_parse(struct msghdr *msg, struct quic_send_request *req)
{
	struct cmsghdr *cmsg;
	size_t len;

	memset(req, 0, sizeof(*req));
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level != SOL_QUIC)
			continue;
		len = cmsg->cmsg_len - sizeof(*cmsg);
		switch (cmsg->cmsg_type) {
		case QUIC_STREAM_INFO:
			req->has_stream = true;
			memset(&req->stream, 0, sizeof(req->stream));
			req->stream.stream_id = QUIC_STREAMS_ID_ANY;
			memcpy(&req->stream, CMSG_DATA(cmsg), min(len, sizeof(req->stream)));
			if (req->stream.stream_flags & ~QUIC_STREAM_FLAGS)
				return -EINVAL;
			break;
		case QUIC_HANDSHAKE_INFO:
			req->has_level = true;
			req->level = len ? *(u8 *)CMSG_DATA(cmsg) : 0;
			break;
		default:
			return -EINVAL;
		}
	}
	return 0;
}

static int check_handshake(struct sock *sk, u8 level, size_t len)
{
	int err;

	err = quic_conn_crypto_check(quic_sk(sk)->conn, level);
	if (!err)
		err = quic_route_check(sk);
	return err ?: len ? 0 : -EMSGSIZE;
}

static int send_handshake(struct sock *sk, struct msghdr *msg, u8 level, size_t len, long timeo)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	size_t done = 0, room, n;
	int err;
	u8 *to;

	/* S3.9: no error, though nobody needs it any more. */
	if (quic_conn_crypto_settled(conn, level) && len)
		return len;
	err = check_handshake(sk, level, len);
	if (err)
		return err;
	while (done < len) {
		if (quic_sndbuf_full(sk)) {
			/* What is held back leaves now. */
			quic_conn_crypto_commit(conn, level, 0, false);
			quic_sock_update(sk);
			err = quic_wait_writable(sk, sk, NULL, &timeo);
			if (!err && !quic_sock_is_open(sk))
				err = -EPIPE;
			if (!err)
				err = quic_conn_crypto_check(conn, level);
			if (err)
				break;
			continue;
		}
		to = quic_conn_crypto_reserve(conn, level, len - done, true, &room);
		if (!to) {
			err = -ENOMEM;
			break;
		}
		n = copy_from_iter(to, min(room, len - done), &msg->msg_iter);
		if (!n) {
			err = -EFAULT;
			break;
		}
		done += n;
		quic_conn_crypto_commit(conn, level, n, done < len || msg->msg_flags & MSG_MORE);
	}
	if (err && done && quic_sock_is_open(sk))
		quic_conn_crypto_commit(conn, level, 0, false);
	quic_sock_update(sk);
	return done ?: err;
}

int quic_stream_resolve(struct sock *sk, s64 id, u32 flags, bool use_active, long *timeo,
			struct quic_stream **stream)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	struct quic_streams *st = &conn->streams;
	const struct quic_stream_type *type;
	int err;

	for (;;) {
		err = quic_streams_get_send(st, id, flags, use_active, stream);
		if (err != -EAGAIN)
			return err;
		/* S3.16 */
		if (sk->sk_state == QUIC_SS_HANDSHAKING && !conn->tx[QUIC_CRYPTO_APP].cipher)
			return -EINVAL;
		/* STREAMS_BLOCKED may want to leave. */
		quic_sock_update(sk);
		if (flags & MSG_QUIC_STREAM_DONTWAIT)
			return -EAGAIN;
		if (id == QUIC_STREAMS_ID_ANY)
			type = &st->type[0][!!(flags & MSG_QUIC_STREAM_UNI)];
		else
			type = &st->type[0][quic_stream_is_uni(id)];
		err = quic_wait_streams(sk, type, id == QUIC_STREAMS_ID_ANY ? type->next : (u64)id >> 2,
					timeo);
		if (err)
			return err;
		if (!quic_sock_is_open(sk))
			return -EPIPE;
	}
}

static int send_stream(struct sock *sk, struct msghdr *msg, const struct quic_send_request *req,
		       size_t len, long timeo)
{
	s64 id = req->has_stream ? req->stream.stream_id : QUIC_STREAMS_ID_ANY;
	struct quic_stream_write write = {
		.waiter = sk,
		.flags = req->has_stream ? req->stream.stream_flags :
					   msg->msg_flags & QUIC_STREAM_FLAGS,
		.left = len,
		.no_credit = req->has_stream ? -ENOSPC : -EAGAIN,
		.timeo = timeo,
	};
	ssize_t n;
	int err;

	if (!len && !(write.flags & MSG_QUIC_STREAM_FIN))
		return -EMSGSIZE;
	err = quic_stream_resolve(sk, id, write.flags, true, &write.timeo, &write.stream);
	if (!err)
		err = quic_streams_sendable(write.stream);
	if (err)
		return err;
	quic_streams_hold(write.stream);
	n = quic_stream_write(sk, &write, msg);
	quic_streams_unhold(&quic_sk(sk)->conn->streams, write.stream);
	return n;
}

static int do_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	long timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	struct quic_send_request req;
	bool quiet = msg->msg_flags & MSG_QUIC_DATAGRAM;
	int err = -EPIPE;

	if (quic_sock_is_open(sk)) {
		err = quic_send_parse(msg, &req);
		if (err)
			return err;
		if (req.has_level)
			return send_handshake(sk, msg, req.level, len, timeo);
		err = msg->msg_flags & MSG_QUIC_DATAGRAM ?
		      quic_send_datagram(sk, msg, len, timeo) :
		      send_stream(sk, msg, &req, len, timeo);
	}
	/* S3.5 */
	if (err == -EPIPE && !quiet && !(msg->msg_flags & MSG_NOSIGNAL))
		send_sig(SIGPIPE, current, 0);
	return err;
}

int quic_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	int err;

	if (msg->msg_flags & ~SEND_FLAGS)
		return -EINVAL;
	len = min_t(size_t, len, INT_MAX);
	lock_sock(sk);
	err = do_sendmsg(sk, msg, len);
	release_sock(sk);
	return err;
}
