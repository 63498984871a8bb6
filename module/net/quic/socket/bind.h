/* SPDX-License-Identifier: GPL-2.0-only */
/* bind(), connect(), getsockname() and getpeername(). */
#ifndef QUIC_SOCKET_BIND_H
#define QUIC_SOCKET_BIND_H

#include "../compat.h"
#include "sock.h"

int quic_bind(struct socket *sock, quic_sockaddr *uaddr, int len);
int quic_connect(struct socket *sock, quic_sockaddr *uaddr, int len, int flags);
/* What getsockname() and getpeername() say of a connection's socket. */
int quic_sock_name(struct sock *sk, struct sockaddr *uaddr, int peer);
int quic_getname(struct socket *sock, struct sockaddr *uaddr, int peer);

/* Take the endpoint for @addr; port 0 chooses one. [lock] */
int quic_bind_endpoint(struct sock *sk, struct quic_addr *addr, struct quic_endpoint **endpoint);

#endif
