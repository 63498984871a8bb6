// SPDX-License-Identifier: GPL-2.0-only
/* A client's way to the address that its server prefers (S6.32). */
#include <linux/netdevice.h>

#include "../udp/endpoint.h"
#include "../udp/route.h"
#include "bind.h"
#include "migrate.h"

static bool is_loopback(const struct quic_addr *addr)
{
	static const u8 v6[16] = { [15] = 1 };

	return addr->family == 4 ? addr->ip[0] == 127 : !memcmp(addr->ip, v6, sizeof(v6));
}

/*
 * RFC 9000, 21.5.3 and 21.5.6: a server must not make its clients send where it could not send
 * itself, so nothing on the client's own host or link, and no group.
 */
static bool acceptable(const struct quic_sock *qs, const struct quic_addr *addr)
{
	struct in6_addr ip6;
	__be32 ip;

	if (!addr->family || !addr->port || quic_addr_any(addr))
		return false;
	if (is_loopback(addr) && !is_loopback(&qs->remote))
		return false;
	if (addr->family == 4) {
		memcpy(&ip, addr->ip, sizeof(ip));
		return !ipv4_is_multicast(ip) && !ipv4_is_lbcast(ip);
	}
	memcpy(&ip6, addr->ip, sizeof(ip6));
	return !(ipv6_addr_type(&ip6) &
		 (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL | IPV6_ADDR_MAPPED));
}

static const struct quic_addr *choose(const struct sock *sk)
{
	const struct quic_sock *qs = quic_sk(sk);
	const struct quic_params *params = &qs->conn->remote;

	if (sk->sk_family == AF_INET6 && acceptable(qs, &params->preferred_v6))
		return &params->preferred_v6;
	if (!sk->sk_ipv6only && acceptable(qs, &params->preferred_v4))
		return &params->preferred_v4;
	return NULL;
}

/* Can the path begin where the connection is now? Not from loopback to the world. */
static bool same_source(struct sock *sk, const struct net_device *dev,
			const struct quic_addr *remote)
{
	struct quic_addr local = quic_sk(sk)->local;
	struct dst_entry *dst;
	bool same;

	if (local.family != remote->family ||
	    (is_loopback(&local) && !(dev->flags & IFF_LOOPBACK)))
		return false;
	dst = quic_route_lookup(sk, &local, remote);
	if (IS_ERR(dst))
		return false;
	same = dst->dev == dev;
	dst_release(dst);
	return same;
}

/* Where to leave from; @endpoint is one that was taken for it, or NULL. */
static int find_local(struct sock *sk, const struct quic_addr *remote, struct quic_addr *local,
		      struct quic_endpoint **endpoint)
{
	struct dst_entry *dst;
	int err = 0;

	memset(local, 0, sizeof(*local));
	local->family = remote->family;
	*endpoint = NULL;
	dst = quic_route_lookup(sk, local, remote);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (same_source(sk, dst->dev, remote))
		*local = quic_sk(sk)->local;
	else
		err = quic_bind_endpoint(sk, local, endpoint);
	dst_release(dst);
	return err;
}

/* What cannot be used is ignored. */
void quic_sock_use_preferred(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	const struct quic_addr *remote = choose(sk);
	struct quic_endpoint *endpoint;
	struct quic_addr local;

	qs->conn->preferred_wanted = false;
	if (!remote || find_local(sk, remote, &local, &endpoint))
		return;
	if (quic_conn_use_preferred(qs->conn, &local, remote, quic_now())) {
		if (endpoint)
			quic_endpoint_put(endpoint);
	} else if (endpoint) {
		quic_sock_add_endpoint(qs, endpoint);
	}
}
