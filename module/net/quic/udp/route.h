/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes: source addresses, MTU, and the cached one of a connection. */
#ifndef QUIC_UDP_ROUTE_H
#define QUIC_UDP_ROUTE_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/sock.h>

#include "../engine/addr.h"

/**
 * quic_route_lookup() - the route from @local to @remote for packets of @sk
 * @local: a wildcard address is replaced by the source address of the route
 *
 * Return: a referenced route, or an ERR_PTR().
 */
struct dst_entry *quic_route_lookup(struct sock *sk, struct quic_addr *local,
				    const struct quic_addr *remote);

/*
 * The same for the two addresses of a path, from the socket's cache when it is the path that is in
 * it. The caller holds the socket's lock. Return: a referenced route, or NULL.
 */
struct dst_entry *quic_route_get(struct sock *sk, const struct quic_addr *local,
				 const struct quic_addr *remote);

/* Is there a route for the active path of @sk? 0 or -ENETUNREACH. The caller holds its lock. */
int quic_route_check(struct sock *sk);

/* Bytes of IP and UDP headers. */
static inline u32 quic_route_headers(u8 family)
{
	return sizeof(struct udphdr) +
	       (family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
}

/* Does IP_MTU_DISCOVER, or IPV6_MTU_DISCOVER, let ICMP change the MTU (S2.46)? */
bool quic_route_follows_pmtu(const struct sock *sk, u8 family);
/*
 * UDP payload bytes that one packet of @sk on the route can carry, as far as its device and its
 * configuration tell; at least what QUIC needs.
 */
u32 quic_route_mtu(const struct sock *sk, const struct dst_entry *dst, u8 family);

#endif
