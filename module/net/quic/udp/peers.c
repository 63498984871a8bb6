// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets with a connection by the address of their peer. ICMP quotes packets of this end, whose
 * Destination Connection IDs are the peer's and lead nowhere here.
 */
#include <linux/jhash.h>

#include "../socket/net.h"
#include "../socket/sock.h"
#include "peers.h"

static struct hlist_head *bucket(struct net *net, const struct quic_addr *remote)
{
	u32 hash = jhash(remote->ip, sizeof(remote->ip), net_hash_mix(net) ^ remote->port);

	return &quic_net(net)->peers[hash & ((1 << QUIC_PEER_HASH_BITS) - 1)];
}

static bool same(const struct quic_addr *a, const struct quic_addr *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->ip, b->ip, sizeof(a->ip));
}

void quic_peers_set(struct sock *sk, const struct quic_addr *local, const struct quic_addr *remote)
{
	struct quic_net *qn = quic_net(sock_net(sk));
	struct quic_sock *qs = quic_sk(sk);

	if (!hlist_unhashed(&qs->peer) && quic_addr_equal(&qs->local, local) &&
	    quic_addr_equal(&qs->remote, remote))
		return;
	spin_lock_bh(&qn->socks_lock);
	quic_peers_remove(sk);
	qs->local = *local;
	qs->remote = *remote;
	hlist_add_head(&qs->peer, bucket(sock_net(sk), remote));
	spin_unlock_bh(&qn->socks_lock);
}

void quic_peers_remove(struct sock *sk)
{
	hlist_del_init(&quic_sk(sk)->peer);
}

unsigned int quic_peers_find_all(struct net *net, const struct quic_addr *local,
				 const struct quic_addr *remote, struct sock **socks,
				 unsigned int max)
{
	struct quic_net *qn = quic_net(net);
	unsigned int count = 0;
	struct quic_sock *qs;

	spin_lock_bh(&qn->socks_lock);
	hlist_for_each_entry(qs, bucket(net, remote), peer) {
		if (count == max)
			break;
		if (same(&qs->remote, remote) && same(&qs->local, local) &&
		    refcount_inc_not_zero(&qs->inet.sk.sk_refcnt))
			socks[count++] = &qs->inet.sk;
	}
	spin_unlock_bh(&qn->socks_lock);
	return count;
}

struct sock *quic_peers_find(struct net *net, const struct quic_addr *local,
			     const struct quic_addr *remote)
{
	struct sock *sk;

	return quic_peers_find_all(net, local, remote, &sk, 1) ? sk : NULL;
}
