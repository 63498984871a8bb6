/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two network namespaces of the running test, with a cable between them:
 *
 *	near: lo, veth0 10.9.0.1/24 fd09::1/64 ===== veth1 10.9.0.2/24 fd09::2/64, lo :far
 *
 * Sockets belong to the namespace that they were created in.
 */
#ifndef _NETNS_H
#define _NETNS_H

#include "pair.h"

#define NEAR_ADDRESS	"10.9.0.1"
#define FAR_ADDRESS	"10.9.0.2"
#define FAR_ADDRESS6	"fd09::2"
#define ROUTED_ADDRESS	"10.8.0.1"
#define ROUTED_ADDRESS6	"fd08::1"

struct netns {
	int near;
	int far;
};

/* Leaves the process in the near one. */
struct netns netns_create(void);
void netns_enter(int netns);
/*
 * The same with a router in the middle, whose second link carries packets of @mtu bytes only:
 *
 *	near 10.9.0.1 ===== 10.9.0.2 router 10.8.0.2 ===== veth3 10.8.0.1/24 fd08::1/64 :far
 */
struct netns netns_routed(unsigned int mtu);
/*
 * A cable delivers on the processor that sends; what two of them send in order arrives in any. From here
 * on one receives for all, if there are several.
 */
void netns_keep_order(const struct netns *netns);
/* What leaves by the device waits; and is lost, and what follows passes. */
void netns_hold(const char *device);
void netns_drop(const char *device);
/* Run a shell command that has to succeed. */
__attribute__((format(printf, 1, 2)))
void shell(const char *format, ...);

/* A listener in the far namespace, a client in the near one. */
struct pair netns_pair(const struct netns *netns, const char *host);

#endif /* _NETNS_H */
