/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams out: a train of equal-size datagrams is one skb and one GSO packet. */
#ifndef QUIC_UDP_TRANSMIT_H
#define QUIC_UDP_TRANSMIT_H

#include <linux/skbuff.h>
#include <linux/udp.h>
#include <linux/ipv6.h>
#include <net/sock.h>

#include "../engine/conn.h"

/* Segments of a GSO packet: what UDP_MAX_SEGMENTS of the oldest kernel allows. */
#define QUIC_TRAIN_SEGMENTS_MAX	64

#define QUIC_TRAIN_HEADROOM	(MAX_HEADER + sizeof(struct ipv6hdr) + sizeof(struct udphdr))

/*
 * UDP payload of one skb: with its headers it is not over 65535 bytes, and with its headroom and
 * skb_shared_info it fits into 64 KiB, so that a large datagram does not take 128 KiB of memory.
 */
#define QUIC_TRAIN_BYTES_MAX	(SKB_WITH_OVERHEAD(65536) - ALIGN(QUIC_TRAIN_HEADROOM, 64))

/* Room for @size bytes of payload, halved as long as memory is short, down to @min. NULL: none. */
struct sk_buff *quic_train_alloc(size_t size, size_t min);

/**
 * quic_train_send() - send the datagrams in @skb
 * @train: what the engine says about them
 *
 * The caller holds the lock of @sk. Consumes @skb. Return: 0, or -ENETUNREACH without a route.
 */
int quic_train_send(struct sock *sk, struct sk_buff *skb, const struct quic_train *train);

/* Answer a received datagram that belongs to no connection with @len bytes at @data. Any context. */
void quic_reply_send(struct net *net, struct sk_buff *to, int ifindex, const u8 *data, size_t len);

#endif
