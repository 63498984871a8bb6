/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The socket of one stream, peeled off a connection (docs/peeloff.md has the statements PO.n).
 *
 * Locking. The stream belongs to the connection, and so does the lock: that of the connection's socket. The stream's
 * own socket lock is the stack's, for options of SOL_SOCKET, and is never taken together with it.
 *
 * Life. The stream's socket holds a reference of the connection's socket, which stays away from quic_sock_kill() while
 * it is in quic_peeled.socks; nothing refers to the stream's socket but its file and, under the lock, these lists.
 */
#ifndef QUIC_SOCKET_STREAM_SOCK_H
#define QUIC_SOCKET_STREAM_SOCK_H

#include "sock.h"

/**
 * struct quic_stream_sock - a stream as a socket
 * @inet: for the stack: a socket of the connection's family
 * @parent: the connection's socket
 * @stream: with this as its owner; NULL until it is peeled off; constant then
 * @node, @changed: in quic_peeled.socks, and while somebody has to be woken [parent's lock]
 * @starved: in quic_peeled.starved
 * @wake: enum quic_sock_wake [parent's lock]
 * @error: of the stream or the connection, as it was told last [parent's lock]
 */
struct quic_stream_sock {
	struct inet_sock inet;
	struct sock *parent;
	struct quic_stream *stream;
	struct list_head node, changed, starved;
	u8 wake;
	int error;
};

static inline struct quic_stream_sock *quic_stream_sk(const struct sock *sk)
{
	return (struct quic_stream_sock *)sk;
}

int quic_stream_sock_register(void);
void quic_stream_sock_unregister(void);

/**
 * quic_stream_sock_new() - a file with the socket of a stream that is still to be peeled off
 * @parent: of which connection; @flags: O_NONBLOCK
 *
 * Process context. Return: the file, or an ERR_PTR.
 */
struct file *quic_stream_sock_new(struct sock *parent, int flags, struct quic_stream_sock **ss);
/* It owns @stream from now on. [parent's lock] */
void quic_stream_sock_attach(struct quic_stream_sock *ss, struct quic_stream *stream);

void quic_stream_socks_init(struct quic_peeled *peeled);
/* Something happened to the stream of @owner: QUIC_WAKE_*. [parent's lock] */
void quic_stream_sock_changed(void *owner, u8 whom);
/* The part of quic_sock_update() that concerns streams; @whom: what happened to the connection. [lock of @sk] */
void quic_stream_socks_wake(struct sock *sk, u8 whom);
/* Tell @ss once there is room again in what it shares with other streams. Any context. */
void quic_stream_sock_starve(struct sock *ss);

/*
 * What a read has to say when nothing is unread: 0: the end; 1: wait; or an errno (PO.13, PO.14, PO.16).
 * [parent's lock]
 */
int quic_stream_sock_recv_error(const struct quic_stream_sock *ss);
/* 0, or the error of a write (PO.15, PO.16). [parent's lock] */
int quic_stream_sock_send_error(const struct quic_stream_sock *ss);

/* stream_message.c */
int quic_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int quic_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags);
void quic_stream_splice_eof(struct socket *sock);

/* stream_poll.c */
__poll_t quic_stream_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait);
int quic_stream_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
/* Would a write not wait? [any context, without the lock: the moment's answer] */
bool quic_stream_sock_writable(const struct quic_stream_sock *ss);

#endif
