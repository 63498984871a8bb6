/* SPDX-License-Identifier: GPL-2.0-only */
/* The endpoints and addresses of a connection that migrates. */
#ifndef QUIC_SOCKET_MIGRATE_H
#define QUIC_SOCKET_MIGRATE_H

#include "sock.h"

/* Is @addr one that the socket's endpoints receive at? [lock] */
bool quic_sock_receives_at(const struct quic_sock *qs, const struct quic_addr *addr);
/* ops->paths: take over the addresses that programs see, let go of endpoints. [lock; any context] */
void quic_sock_paths_changed(struct sock *sk);
/* Receive at @endpoint too: takes over the caller's use of it. [lock] */
void quic_sock_add_endpoint(struct quic_sock *qs, struct quic_endpoint *endpoint);
void quic_sock_put_endpoints(struct quic_sock *qs);

/* preferred.c: the server's preferred address can be tried now. [lock; process context] */
void quic_sock_use_preferred(struct sock *sk);

#endif
