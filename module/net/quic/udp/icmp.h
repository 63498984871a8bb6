/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMP about datagrams that this end has sent. */
#ifndef QUIC_UDP_ICMP_H
#define QUIC_UDP_ICMP_H

#include "../engine/cid.h"

struct sk_buff;
struct sock;

/**
 * struct quic_too_big - "packet too big", until the socket's lock is free
 * @mtu: UDP payload bytes that fit, as the message says
 * @len: UDP payload bytes of the packet it quotes
 * @head: beginning of them, as far as they are quoted: @head_len bytes
 */
struct quic_too_big {
	u32 mtu, len;
	u8 head[7 + QUIC_CID_LEN_MAX];
	u8 head_len;
};

/* The UDP socket's encap_err_lookup. Return: -ENOENT, so that the stack does nothing about it. */
int quic_icmp_error(struct sock *usk, struct sk_buff *skb);

/* One that came while the socket was owned. [lock] */
void quic_icmp_work_off(struct sock *sk);

#endif
