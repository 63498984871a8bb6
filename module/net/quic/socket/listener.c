// SPDX-License-Identifier: GPL-2.0-only
/* Listening sockets, and which of them a new connection is for (2.4 and 2.5 of the API). */
#include <linux/jhash.h>

#include "../udp/endpoint.h"
#include "addr.h"
#include "alpn.h"
#include "bind.h"
#include "listener.h"
#include "net.h"
#include "token.h"

/* How well a listener fits a packet sent to @local: -1 not at all (S2.22). */
static int rank(const struct quic_sock *qs, const struct quic_addr *local)
{
	if (!quic_addr_any(&qs->local))
		return quic_addr_equal(&qs->local, local) ? 2 : -1;
	if (qs->local.family == local->family)
		return 1;
	return local->family == 4 && !qs->inet.sk.sk_ipv6only ? 0 : -1;
}

bool quic_listener_exists(struct quic_endpoint *ep, const struct quic_addr *local)
{
	struct quic_sock *qs;

	hlist_for_each_entry(qs, &ep->listeners, listen.node)
		if (rank(qs, local) >= 0)
			return true;
	return false;
}

/* S6.46: at any time, so it is read without the socket's lock. */
bool quic_listener_validates(struct quic_endpoint *ep, const struct quic_addr *local)
{
	struct quic_sock *qs;

	hlist_for_each_entry(qs, &ep->listeners, listen.node)
		if (READ_ONCE(qs->config.validate_peer_address) && rank(qs, local) >= 0)
			return true;
	return false;
}

bool quic_listener_by_alpn(struct quic_endpoint *ep, const struct quic_addr *local)
{
	struct quic_sock *qs;

	hlist_for_each_entry(qs, &ep->listeners, listen.node)
		if (qs->alpn[0] && rank(qs, local) >= 0)
			return true;
	return false;
}

/* The best listener that lists @name, or that has no list for NULL. */
static struct sock *best(struct quic_endpoint *ep, const struct quic_addr *local, u32 hash,
			 const u8 *name, size_t len)
{
	struct quic_sock *qs, *found = NULL;
	int top = -1, r;
	u32 equals = 0;

	hlist_for_each_entry(qs, &ep->listeners, listen.node) {
		if (name ? !quic_alpn_has(qs->alpn, name, len) : qs->alpn[0])
			continue;
		r = rank(qs, local);
		if (r < 0 || r < top)
			continue;
		equals = r == top ? equals + 1 : 1;
		top = r;
		/* Each of n equals is kept with probability 1/n, always the same for one client. */
		if (equals == 1 || reciprocal_scale(jhash_1word(equals, hash), equals) == 0)
			found = qs;
	}
	return found ? &found->inet.sk : NULL;
}

struct sock *quic_listener_choose(struct quic_endpoint *ep, const struct quic_addr *local,
				  const struct quic_addr *remote, const u8 *alpn, int len)
{
	u32 hash = jhash(remote->ip, sizeof(remote->ip), remote->port);
	struct sock *sk = NULL;
	int pos = 0;

	while (!sk && pos < len) {
		sk = best(ep, local, hash, alpn + pos + 1, alpn[pos]);
		pos += 1 + alpn[pos];
	}
	/* F20: if no list matches, a listener without a list takes it. */
	return sk ?: best(ep, local, hash, NULL, 0);
}

/* S2.19 */
static bool conflict(const struct quic_sock *a, const struct quic_sock *b)
{
	if (!quic_addr_equal(&a->local, &b->local))
		return false;
	if (!strcmp(a->alpn, b->alpn))
		return !a->inet.sk.sk_reuseport || !b->inet.sk.sk_reuseport;
	return quic_alpn_overlap(a->alpn, b->alpn);
}

static int start(struct sock *sk)
{
	struct quic_net *qn = quic_net(sock_net(sk));
	struct quic_sock *qs = quic_sk(sk), *other;
	struct quic_addr any = {};
	int err;

	err = quic_token_prepare(sock_net(sk));
	if (err)
		return err;
	if (!qs->endpoint) {
		any.family = sk->sk_family == AF_INET ? 4 : 6;
		err = quic_bind_endpoint(sk, &any, &qs->endpoint);
		if (err)
			return err;
		qs->local = any;
		quic_addr_publish(sk, &qs->local, &qs->remote);
	}
	get_random_bytes(qs->secret, sizeof(qs->secret));
	spin_lock_bh(&qs->endpoint->lock);
	hlist_for_each_entry(other, &qs->endpoint->listeners, listen.node) {
		if (conflict(qs, other)) {
			spin_unlock_bh(&qs->endpoint->lock);
			return -EADDRINUSE;
		}
	}
	qs->is_server = true;
	inet_sk_set_state(sk, QUIC_SS_LISTENING);
	hlist_add_head_rcu(&qs->listen.node, &qs->endpoint->listeners);
	spin_unlock_bh(&qs->endpoint->lock);

	spin_lock_bh(&qn->socks_lock);
	list_add_tail(&qs->entry, &qn->listeners);
	spin_unlock_bh(&qn->socks_lock);
	return 0;
}

void quic_listen_stop(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	spin_lock_bh(&qs->endpoint->lock);
	hlist_del_rcu(&qs->listen.node);
	spin_unlock_bh(&qs->endpoint->lock);
	quic_requests_clear(sk);
	quic_unhash(sk);
	qs->is_server = false;
	inet_sk_set_state(sk, QUIC_SS_CLOSED);
	sk->sk_state_change(sk);
}

int quic_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	struct quic_sock *qs = quic_sk(sk);
	int err = 0;

	lock_sock(sk);
	if (qs->conn || (!backlog && sk->sk_state != QUIC_SS_LISTENING))
		err = -EINVAL;
	else if (!backlog)
		quic_listen_stop(sk);
	else if (sk->sk_state != QUIC_SS_LISTENING)
		err = start(sk);
	if (!err && backlog) {
		spin_lock_bh(&qs->endpoint->lock);
		qs->listen.backlog = backlog;
		spin_unlock_bh(&qs->endpoint->lock);
		WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	}
	release_sock(sk);
	return err;
}
