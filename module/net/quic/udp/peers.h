/* SPDX-License-Identifier: GPL-2.0-only */
/* Which socket talks to a peer's address: for ICMP, which quotes what was sent. */
#ifndef QUIC_UDP_PEERS_H
#define QUIC_UDP_PEERS_H

#include "../engine/addr.h"

struct net;
struct sock;

/* @sk's connection goes from @local to @remote from now on. The caller holds its lock. */
void quic_peers_set(struct sock *sk, const struct quic_addr *local, const struct quic_addr *remote);
/* It is over. Under quic_net.socks_lock. */
void quic_peers_remove(struct sock *sk);
/* The socket with a reference, or NULL. Scopes of addresses are not compared. */
struct sock *quic_peers_find(struct net *net, const struct quic_addr *local,
			     const struct quic_addr *remote);

#endif
