/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UDP endpoints: one kernel UDP socket for all QUIC sockets of a namespace that are bound to the same
 * address, port and device (S2.14).
 */
#ifndef QUIC_UDP_ENDPOINT_H
#define QUIC_UDP_ENDPOINT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "../engine/addr.h"

#define QUIC_REQUEST_HASH_BITS	6

/* For everything of sockets and endpoints that takes process context. */
extern struct workqueue_struct *quic_wq;

/**
 * struct quic_endpoint - a UDP socket and who uses it
 * @node: in quic_net.endpoints [endpoints_lock]
 * @users: QUIC sockets that hold it; brought from 0 back to 1 only under endpoints_lock
 * @addr: where it is bound; a wildcard has only zeros in @addr.ip
 * @v6only: an IPv6 wildcard that takes no IPv4
 * @ifindex: device it is bound to, 0 none
 * @sock: the UDP socket
 * @rx_lock: datagrams leave the UDP socket, and reach the queues of their connections, in order
 * @lock: covers all that follows, and struct quic_listen of the listeners
 * @listeners: listening QUIC sockets, by quic_sock.listen.node; read under RCU
 * @requests: all pending requests, by Destination Connection ID
 * @unsorted: requests that were not looked at yet, @unsorted_count of them
 * @unproved_count: requests of clients that have not proved their address
 * @refused_count: requests in @unsorted that will get a refusal
 * @sort: looks at them and finds their listeners
 * @replies: stateless answers in the second that began at @replies_since
 */
struct quic_endpoint {
	struct hlist_node node;
	atomic_t users;
	struct net *net;
	struct quic_addr addr;
	bool v6only;
	int ifindex;
	struct socket *sock;
	spinlock_t rx_lock;

	spinlock_t lock;
	struct hlist_head listeners;
	struct hlist_head requests[1 << QUIC_REQUEST_HASH_BITS];
	struct list_head unsorted;
	unsigned int unsorted_count, unproved_count, refused_count;
	struct delayed_work sort;
	unsigned int replies;
	unsigned long replies_since;
};

/**
 * quic_endpoint_get() - the endpoint for an address
 * @addr: port 0 chooses an ephemeral one and writes it back
 * @v6only: of an AF_INET6 wildcard: no IPv4
 *
 * Process context. Return: 0 with a use of *@endpoint; -EADDRINUSE, -EADDRNOTAVAIL, -EACCES, -ENOMEM.
 */
int quic_endpoint_get(struct net *net, struct quic_addr *addr, bool v6only, int ifindex,
		      struct quic_endpoint **endpoint);
/* One more use by somebody who has one. */
void quic_endpoint_hold(struct quic_endpoint *endpoint);
/* Any context; the port is free soon after the last use. */
void quic_endpoint_put(struct quic_endpoint *endpoint);

/* Closes unused endpoints of a namespace: quic_net.reap. */
void quic_endpoints_reap(struct work_struct *work);

int quic_endpoint_init(void);
/* Waits for sockets that are being released. */
void quic_endpoint_flush(void);
void quic_endpoint_exit(void);

/* Queue work that belongs to an endpoint. The caller has a use, or works under RCU on a live socket. */
void quic_endpoint_queue_sort(struct quic_endpoint *endpoint, unsigned long delay);

static inline bool quic_addr_any(const struct quic_addr *addr)
{
	return !memchr_inv(addr->ip, 0, sizeof(addr->ip));
}

#endif
