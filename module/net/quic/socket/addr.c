// SPDX-License-Identifier: GPL-2.0-only
/* Socket addresses of programs and addresses of the engine (section 2.2 of the API). */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "../udp/endpoint.h"
#include "addr.h"

static int from_v4(__be32 ip, __be16 port, bool any, struct quic_addr *addr)
{
	if (ipv4_is_multicast(ip) || ipv4_is_lbcast(ip) || (!ip && !any))
		return -EINVAL;
	addr->family = 4;
	addr->port = ntohs(port);
	memcpy(addr->ip, &ip, sizeof(ip));
	return 0;
}

static int from_v6(const struct sock *sk, const struct sockaddr_in6 *sin6, bool any,
		   struct quic_addr *addr)
{
	const struct in6_addr *ip = &sin6->sin6_addr;
	struct net_device *dev;
	int type = ipv6_addr_type(ip);

	if (type == IPV6_ADDR_MAPPED) {
		if (sk->sk_ipv6only)
			return -EINVAL;
		return from_v4(ip->s6_addr32[3], sin6->sin6_port, any, addr);
	}
	if (type & IPV6_ADDR_MULTICAST || (type == IPV6_ADDR_ANY && !any))
		return -EINVAL;
	if (type & IPV6_ADDR_LINKLOCAL) {
		addr->scope = sin6->sin6_scope_id ?: sk->sk_bound_dev_if;
		rcu_read_lock();
		dev = dev_get_by_index_rcu(sock_net(sk), addr->scope);
		rcu_read_unlock();
		if (!dev || (sk->sk_bound_dev_if && sk->sk_bound_dev_if != addr->scope))
			return -EINVAL;
	}
	addr->family = 6;
	addr->port = ntohs(sin6->sin6_port);
	memcpy(addr->ip, ip, sizeof(*ip));
	return 0;
}

int quic_addr_from_user(const struct sock *sk, const void *uaddr, int len, bool any,
			struct quic_addr *addr)
{
	const struct sockaddr_in6 *sin6 = uaddr;
	const struct sockaddr_in *sin = uaddr;

	memset(addr, 0, sizeof(*addr));
	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family == AF_INET && !(sk->sk_family == AF_INET6 && sk->sk_ipv6only))
		return from_v4(sin->sin_addr.s_addr, sin->sin_port, any, addr);
	if (sin->sin_family != AF_INET6 || sk->sk_family != AF_INET6 || len < SIN6_LEN_RFC2133 ||
	    len < (int)sizeof(*sin6))
		return -EINVAL;
	return from_v6(sk, sin6, any, addr);
}

int quic_addr_to_user(const struct sock *sk, const struct quic_addr *addr, void *uaddr)
{
	struct sockaddr_in6 *sin6 = uaddr;
	struct sockaddr_in *sin = uaddr;

	if (addr->family == 4 || (!addr->family && sk->sk_family == AF_INET)) {
		memset(sin, 0, sizeof(*sin));
		sin->sin_family = AF_INET;
		sin->sin_port = htons(addr->port);
		memcpy(&sin->sin_addr, addr->ip, sizeof(sin->sin_addr));
		return sizeof(*sin);
	}
	memset(sin6, 0, sizeof(*sin6));
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(addr->port);
	sin6->sin6_scope_id = addr->scope;
	memcpy(&sin6->sin6_addr, addr->ip, sizeof(sin6->sin6_addr));
	return sizeof(*sin6);
}

int quic_addr_check_local(struct sock *sk, const struct quic_addr *addr)
{
	struct net_device *dev = NULL;
	struct net *net = sock_net(sk);
	struct in6_addr ip6;
	bool local;
	__be32 ip;

	if (quic_addr_any(addr))
		return 0;
	if (addr->family == 4) {
		u32 tb_id = l3mdev_fib_table_by_index(net, sk->sk_bound_dev_if) ?: RT_TABLE_LOCAL;

		memcpy(&ip, addr->ip, sizeof(ip));
		local = inet_addr_valid_or_nonlocal(net, inet_sk(sk), ip,
						    inet_addr_type_table(net, ip, tb_id));
		return local ? 0 : -EADDRNOTAVAIL;
	}
	memcpy(&ip6, addr->ip, sizeof(ip6));
	rcu_read_lock();
	if (addr->scope || sk->sk_bound_dev_if)
		dev = dev_get_by_index_rcu(net, addr->scope ?: sk->sk_bound_dev_if);
	local = ipv6_can_nonlocal_bind(net, inet_sk(sk)) || ipv6_chk_addr(net, &ip6, dev, 0);
	rcu_read_unlock();
	return local ? 0 : -EADDRNOTAVAIL;
}

void quic_addr_publish(struct sock *sk, const struct quic_addr *local,
		       const struct quic_addr *remote)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->inet_num = local->port;
	inet->inet_sport = htons(local->port);
	inet->inet_dport = htons(remote->port);
	if (local->family == 4) {
		memcpy(&inet->inet_saddr, local->ip, sizeof(inet->inet_saddr));
		inet->inet_rcv_saddr = inet->inet_saddr;
		memcpy(&inet->inet_daddr, remote->ip, sizeof(inet->inet_daddr));
	}
	if (sk->sk_family != AF_INET6)
		return;
	if (local->family == 4) {
		ipv6_addr_set_v4mapped(inet->inet_saddr, &sk->sk_v6_rcv_saddr);
		ipv6_addr_set_v4mapped(inet->inet_daddr, &sk->sk_v6_daddr);
	} else {
		memcpy(&sk->sk_v6_rcv_saddr, local->ip, sizeof(sk->sk_v6_rcv_saddr));
		memcpy(&sk->sk_v6_daddr, remote->ip, sizeof(sk->sk_v6_daddr));
	}
	inet6_sk(sk)->saddr = sk->sk_v6_rcv_saddr;
}
