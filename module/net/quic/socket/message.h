/* SPDX-License-Identifier: GPL-2.0-only */
/* sendmsg() and recvmsg(), and opening streams (sections 3 and 4 of the API). */
#ifndef QUIC_SOCKET_MESSAGE_H
#define QUIC_SOCKET_MESSAGE_H

#include "sock.h"

#define QUIC_STREAM_FLAGS	(MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN | MSG_QUIC_STREAM_UNI | \
				 MSG_QUIC_STREAM_DONTWAIT | MSG_QUIC_STREAM_SNDBLOCK)

int quic_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int quic_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags);

/* A DATAGRAM (3.3 of the API): all of @len bytes or nothing. [lock, released while waiting] */
int quic_send_datagram(struct sock *sk, struct msghdr *msg, size_t len, long timeo);

/* sendfile() has come to the end of the file: what it held back leaves (F14). */
void quic_splice_eof(struct socket *sock);

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
