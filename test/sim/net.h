/* SPDX-License-Identifier: GPL-2.0-only */
/* The network between client and server: two links, each with its own troubles. */
#ifndef TEST_SIM_NET_H
#define TEST_SIM_NET_H

#include "addr.h"
#include "random.h"

enum {
	TO_SERVER,
	TO_CLIENT,
	DIRECTIONS,
};

/* How a link treats datagrams that are marked with ECT. */
enum net_ecn {
	NET_ECN_CARRY,
	NET_ECN_MARK,		/* a long queue turns it into CE (RFC 3168, 5) */
	NET_ECN_ALL_CE,
	NET_ECN_BLEACH,		/* it is cleared */
	NET_ECN_ECT1,		/* it is turned into the other codepoint */
	NET_ECN_DROP,		/* they are lost */
};

/**
 * struct net_config - one link
 * @delay: one way, ns; @jitter: up to so much more
 * @rate: bytes per second, 0 unlimited; @queue: datagrams that wait for it at most
 * @loss, @reorder, @duplicate, @corrupt: per 10000 datagrams
 * @forge: per 10000: a forged datagram is sent along: garbage, a part, a copy with changes, a
 *	replay of an old one, or one of the other direction
 * @burst: a loss takes 1 to so many datagrams in a row (0: 1)
 * @overtaken: how late a reordered datagram is at most, ns
 * @up, @down: the link works so long, then loses everything so long; 0 always works
 * @batch: what arrives in so many ns arrives together, at their end (GRO, interrupt moderation)
 * @dead: per 10000 tenths of a second in which everything is lost
 * @drop_from, @drop_to: the first datagram has number 1; those from and to are lost (0: none)
 * @mtu: larger datagrams are lost, 0 none
 * @ecn: what happens to ECN; @mark_from: NET_ECN_MARK from so many waiting datagrams on
 */
struct net_config {
	u64 delay, jitter, rate;
	unsigned int queue, loss, burst, reorder, duplicate, corrupt, forge;
	u64 overtaken, up, down, batch;
	unsigned int dead;
	u64 drop_from, drop_to;
	size_t mtu;
	enum net_ecn ecn;
	unsigned int mark_from;
};

/* Where a datagram comes from and goes to. */
struct net_route {
	struct quic_addr from, to;
};

struct net_datagram {
	struct net_route route;
	u64 at, order;
	int direction;
	u8 ecn;
	size_t len;
	u8 data[];
};

/* Datagrams of one direction that an attacker has recorded. */
#define RECORDED_MAX	8

struct net_link {
	struct net_config config;
	u64 busy_until, count;
	unsigned int losing;
	u64 sent, lost, bytes, marked;
	struct net_datagram *recorded[RECORDED_MAX];
};

/**
 * struct net - both links
 * @ends: where datagrams go that nobody says more of, by direction
 */
struct net {
	const struct quic_addr *ends[DIRECTIONS];
	struct random random;
	u64 seed;
	struct net_link link[DIRECTIONS];
	struct net_datagram **heap;
	size_t count, room;
	u64 order;
};

void net_init(struct net *net, const struct net_config config[DIRECTIONS], u64 seed);
void net_clear(struct net *net);
/* @departure: not before. */
void net_send(struct net *net, int direction, const u8 *data, size_t len, u8 ecn, u64 departure);
void net_send_on(struct net *net, int direction, const struct net_route *route, const u8 *data,
		 size_t len, u8 ecn, u64 departure);
/* Arrival of the next datagram, QUIC_NEVER if there is none. */
u64 net_next(const struct net *net);
/* The next datagram, if it has arrived at @now; free() it. */
struct net_datagram *net_receive(struct net *net, u64 now);

#endif
