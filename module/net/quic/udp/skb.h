/* SPDX-License-Identifier: GPL-2.0-only */
/* Received sk_buffs: a train of equal-size datagrams each, or a single one. */
#ifndef QUIC_UDP_SKB_H
#define QUIC_UDP_SKB_H

#include <linux/skbuff.h>

#include "../engine/addr.h"
#include "../engine/os.h"

/**
 * struct quic_skb_walk - position in a train
 * @offset: of the next datagram in the payload
 * @segment: size of each datagram but the last
 */
struct quic_skb_walk {
	struct sk_buff *skb;
	unsigned int offset;
	unsigned int segment;
};

/* The engine's counted reference to received bytes is the sk_buff that they lie in. */
static inline struct quic_ref *quic_skb_ref(struct sk_buff *skb)
{
	return (struct quic_ref *)skb;
}

/**
 * quic_skb_prepare() - make a received skb fit for decryption in place
 * @skb: its data begins at the UDP payload; consumed on error
 *
 * Return: @skb or what replaces it: not shared with a packet tap, and every datagram contiguous.
 * NULL if there was no memory for that, or the checksum is wrong.
 */
struct sk_buff *quic_skb_prepare(struct sk_buff *skb);

void quic_skb_walk_init(struct quic_skb_walk *walk, struct sk_buff *skb);
/* The next datagram of a prepared skb, or NULL at the end. */
u8 *quic_skb_walk_next(struct quic_skb_walk *walk, unsigned int *len);

/* A copy of one datagram, @len bytes at @data, with its IP and UDP headers. Any context. */
struct sk_buff *quic_skb_extract(struct sk_buff *skb, const u8 *data, unsigned int len);

/* Where a received skb came from and went to, and its two ECN bits. */
void quic_skb_addresses(const struct sk_buff *skb, struct quic_addr *local,
			struct quic_addr *remote, u8 *ecn);

#endif
