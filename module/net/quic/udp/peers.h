/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which sockets talk to a peer's address: for ICMP, which quotes what was sent, and for stateless
 * resets, which are addressed to nobody.
 */
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
/* All of them, at most @max, with a reference each. Return: how many. */
unsigned int quic_peers_find_all(struct net *net, const struct quic_addr *local,
				 const struct quic_addr *remote, struct sock **socks,
				 unsigned int max);

#endif
