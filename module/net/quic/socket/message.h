/* SPDX-License-Identifier: GPL-2.0-only */
/* sendmsg() and recvmsg(), and opening streams (sections 3 and 4 of the API). */
#ifndef QUIC_SOCKET_MESSAGE_H
#define QUIC_SOCKET_MESSAGE_H

#include "sock.h"

#define QUIC_STREAM_FLAGS	(MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN | MSG_QUIC_STREAM_UNI | \
				 MSG_QUIC_STREAM_DONTWAIT | MSG_QUIC_STREAM_SNDBLOCK)

/**
 * struct quic_send_request - what the control messages of a sendmsg() say
 * @stream: QUIC_STREAM_INFO, if @has_stream; @level: of QUIC_HANDSHAKE_INFO, if @has_level
 */
struct quic_send_request {
	bool has_stream, has_level;
	struct quic_stream_info stream;
	u8 level;
};

/**
 * struct quic_stream_write - a send on a stream
 * @waiter: the socket that the program sends on, and that is woken: the connection's or the stream's
 * @flags: stream flags: FIN, SNDBLOCK
 * @left: bytes still to be taken; @done: bytes taken
 * @unsent: of them, since the last transmit
 * @no_credit: errno when flow control leaves no room (S3.19)
 */
struct quic_stream_write {
	struct sock *waiter;
	struct quic_stream *stream;
	u32 flags;
	size_t left, done, unsent;
	int no_credit;
	long timeo;
};

int quic_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int quic_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags);

int quic_send_parse(struct msghdr *msg, struct quic_send_request *req);
/*
 * Bytes taken, or an errno; -EINVAL, -EPIPE: the stream or the connection has ended. The caller holds the stream. [lock
 * of @sk, the connection's socket; released while waiting]
 */
ssize_t quic_stream_write(struct sock *sk, struct quic_stream_write *write, struct msghdr *msg);

/*
 * Bytes from @seg on, of one stream, and what is to be said of them: @info. Return: how many, or -EFAULT. [lock of
 * @sk, the connection's socket]
 */
ssize_t quic_stream_read(struct sock *sk, struct msghdr *msg, struct quic_segment *seg, size_t len, bool peek,
			 struct quic_stream_info *info);
void quic_put_stream_info(struct msghdr *msg, const struct quic_stream_info *info);

/* A DATAGRAM (3.3 of the API): all of @len bytes or nothing. [lock, released while waiting] */
int quic_send_datagram(struct sock *sk, struct msghdr *msg, size_t len, long timeo);

/* sendfile() has come to the end of the file: what it held back leaves (F14). */
void quic_splice_eof(struct socket *sock);
void quic_splice_flush(struct sock *sk, struct quic_stream *stream);

/**
 * quic_stream_resolve() - the stream to send on: S3.10 to S3.17
 * @id: stream ID, QUIC_STREAMS_ID_ANY: the active one (if @use_active) or a new one
 * @timeo: how long to wait for the peer to permit it
 *
 * Return: 0, -EINVAL, -ENOSTR, -ENOMEM, -EAGAIN, -EPIPE, or the error of a signal. [lock, released
 * while waiting]
 */
int quic_stream_resolve(struct sock *sk, s64 id, u32 flags, bool use_active, long *timeo,
			struct quic_stream **stream);

#endif
