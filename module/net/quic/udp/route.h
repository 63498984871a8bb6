/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes: source addresses, MTU, and the cached one of a connection. */
#ifndef QUIC_UDP_ROUTE_H
#define QUIC_UDP_ROUTE_H

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

/* UDP payload bytes that one packet on the route can carry. */
u32 quic_route_mtu(const struct dst_entry *dst, u8 family);

#endif
