// SPDX-License-Identifier: GPL-2.0-only
/* bind() and the names of a socket (2.3 and 2.10 of the API). */
#include <net/ip.h>

#include "../udp/endpoint.h"
#include "addr.h"
#include "bind.h"

int quic_bind_endpoint(struct sock *sk, struct quic_addr *addr, struct quic_endpoint **endpoint)
{
	struct net *net = sock_net(sk);
	int err;

	/* UDP checks the same, but not for an endpoint that exists already. */
	if (addr->port && inet_port_requires_bind_service(net, addr->port) &&
	    !ns_capable(net->user_ns, CAP_NET_BIND_SERVICE))
		return -EACCES;
	err = quic_addr_check_local(sk, addr);
	if (err)
		return err;
	return quic_endpoint_get(net, addr, sk->sk_ipv6only,
				 sk->sk_bound_dev_if ?: (int)addr->scope, endpoint);
}

int quic_bind(struct socket *sock, quic_sockaddr *uaddr, int len)
{
	struct sock *sk = sock->sk;
	struct quic_sock *qs = quic_sk(sk);
	struct quic_addr addr;
	int err;

	lock_sock(sk);
	err = quic_addr_from_user(sk, uaddr, len, true, &addr);
	/* S2.11: once, and not after connect. */
	if (!err && (qs->endpoint || qs->conn))
		err = -EINVAL;
	if (!err)
		err = quic_bind_endpoint(sk, &addr, &qs->endpoint);
	if (!err) {
		qs->local = addr;
		quic_addr_publish(sk, &qs->local, &qs->remote);
	}
	release_sock(sk);
	return err;
}

int quic_sock_name(struct sock *sk, struct sockaddr *uaddr, int peer)
{
	int len;

	lock_sock(sk);
	if (!peer)
		len = quic_addr_to_user(sk, &quic_sk(sk)->local, uaddr);
	else if (quic_sock_is_open(sk))
		len = quic_addr_to_user(sk, &quic_sk(sk)->remote, uaddr);
	else
		len = -ENOTCONN;
	release_sock(sk);
	return len;
}

int quic_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	return quic_sock_name(sock->sk, uaddr, peer);
}
