// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams out.
 *
 * The engine writes a train straight into the skb that carries it. UDP and IP headers are put in
 * front once, with the checksum left to the device or to segmentation, and the stack sees one packet.
 */
#include <linux/ip.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/route.h>
#include <net/udp.h>

#include "../compat.h"
#include "../socket/sock.h"
#include "route.h"
#include "skb.h"
#include "transmit.h"

struct sk_buff *quic_train_alloc(size_t size, size_t min)
{
	struct sk_buff *skb;

	size = min_t(size_t, size, QUIC_TRAIN_BYTES_MAX);
	for (;;) {
		skb = alloc_skb(QUIC_TRAIN_HEADROOM + size,
				GFP_ATOMIC | __GFP_NOWARN | __GFP_NORETRY);
		if (skb) {
			skb_reserve(skb, QUIC_TRAIN_HEADROOM);
			return skb;
		}
		if (size <= min)
			return NULL;
		size = max(size / 2, min);
	}
}

static void put_udp(struct sk_buff *skb, u16 source, u16 dest)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = htons(source);
	uh->dest = htons(dest);
	uh->len = htons(skb->len);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
}

static void send4(struct net *net, struct sock *sk, struct sk_buff *skb, const struct quic_addr *local,
		  const struct quic_addr *remote, u8 tos, u8 ttl)
{
	struct iphdr *iph;

	put_udp(skb, local->port, remote->port);
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = tos;
	/* RFC 9000, 14: datagrams must not be fragmented. */
	iph->frag_off = htons(IP_DF);
	iph->ttl = ttl;
	iph->protocol = IPPROTO_UDP;
	memcpy(&iph->saddr, local->ip, sizeof(iph->saddr));
	memcpy(&iph->daddr, remote->ip, sizeof(iph->daddr));
	ip_select_ident_segs(net, skb, sk, skb_shinfo(skb)->gso_segs ?: 1);
	udp_hdr(skb)->check = ~csum_tcpudp_magic(iph->saddr, iph->daddr,
						 skb->len - sizeof(*iph), IPPROTO_UDP, 0);
	ip_local_out(net, sk, skb);
}

static void send6(struct net *net, struct sock *sk, struct sk_buff *skb, const struct quic_addr *local,
		  const struct quic_addr *remote, u8 tclass, u8 hops)
{
	struct ipv6hdr *iph;

	put_udp(skb, local->port, remote->port);
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	ip6_flow_hdr(iph, tclass, 0);
	iph->nexthdr = IPPROTO_UDP;
	iph->hop_limit = hops;
	memcpy(&iph->saddr, local->ip, sizeof(iph->saddr));
	memcpy(&iph->daddr, remote->ip, sizeof(iph->daddr));
	udp_hdr(skb)->check = ~csum_ipv6_magic(&iph->saddr, &iph->daddr,
					       skb->len - sizeof(*iph), IPPROTO_UDP, 0);
	ip6_local_out(net, sk, skb);
}

static u8 hop_limit4(struct sock *sk, const struct dst_entry *dst)
{
	int ttl = READ_ONCE(inet_sk(sk)->uc_ttl);

	return ttl >= 0 ? ttl : ip4_dst_hoplimit(dst);
}

static u8 hop_limit6(struct sock *sk, struct dst_entry *dst)
{
	int hops = sk->sk_family == AF_INET6 ? inet6_sk(sk)->hop_limit : -1;

	return hops >= 0 ? hops : ip6_dst_hoplimit(dst);
}

static u8 traffic_class(struct sock *sk, u8 family, u8 ecn)
{
	u8 tos = family == 6 && sk->sk_family == AF_INET6 ? READ_ONCE(inet6_sk(sk)->tclass) :
							    READ_ONCE(inet_sk(sk)->tos);

	return (tos & ~INET_ECN_MASK) | ecn;
}

/*
 * A packet that belongs to a socket keeps it, and the module with it, and may wait for a neighbour for
 * seconds after everybody else has let go. So those that will wait belong to none.
 */
static bool neighbour_known(const struct dst_entry *dst, const struct quic_addr *remote)
{
	struct neighbour *neighbour = dst_neigh_lookup(dst, remote->ip);
	bool known = neighbour && READ_ONCE(neighbour->nud_state) & NUD_VALID;

	if (neighbour)
		neigh_release(neighbour);
	return known;
}

int quic_train_send(struct sock *sk, struct sk_buff *skb, const struct quic_train *train)
{
	const struct quic_addr *local = &train->path->local, *remote = &train->path->remote;
	struct dst_entry *dst = quic_route_get(sk, local, remote);
	u8 tos = traffic_class(sk, remote->family, train->ecn);
	struct net *net = sock_net(sk);

	if (!dst) {
		kfree_skb(skb);
		return -ENETUNREACH;
	}
	if (skb->len > train->segment) {
		skb_shinfo(skb)->gso_size = train->segment;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(skb->len, train->segment);
	}
	if (train->departure)
		quic_skb_set_departure(skb, train->departure);
	skb_dst_set(skb, dst);
	if (quic_sock_is_open(sk) && neighbour_known(dst, remote))
		skb_set_owner_w(skb, sk);
	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = READ_ONCE(sk->sk_mark);
	skb_set_hash(skb, sk->sk_hash, PKT_HASH_TYPE_L4);

	rcu_read_lock();
	if (remote->family == 4)
		send4(net, sk, skb, local, remote, tos, hop_limit4(sk, dst));
	else
		send6(net, sk, skb, local, remote, tos, hop_limit6(sk, dst));
	rcu_read_unlock();
	return 0;
}

static struct dst_entry *reply_route(struct net *net, const struct quic_addr *local,
				     const struct quic_addr *remote, int ifindex)
{
	struct flowi4 fl4 = {};
	struct flowi6 fl6 = {};
	struct dst_entry *dst;
	struct rtable *rt;

	if (remote->family == 4) {
		fl4.flowi4_oif = ifindex;
		fl4.flowi4_proto = IPPROTO_UDP;
		memcpy(&fl4.saddr, local->ip, sizeof(fl4.saddr));
		memcpy(&fl4.daddr, remote->ip, sizeof(fl4.daddr));
		fl4.fl4_sport = htons(local->port);
		fl4.fl4_dport = htons(remote->port);
		rt = ip_route_output_flow(net, &fl4, NULL);
		return IS_ERR(rt) ? NULL : &rt->dst;
	}
	fl6.flowi6_oif = ifindex ?: remote->scope;
	fl6.flowi6_proto = IPPROTO_UDP;
	memcpy(&fl6.saddr, local->ip, sizeof(fl6.saddr));
	memcpy(&fl6.daddr, remote->ip, sizeof(fl6.daddr));
	fl6.fl6_sport = htons(local->port);
	fl6.fl6_dport = htons(remote->port);
	dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
	return IS_ERR(dst) ? NULL : dst;
}

void quic_reply_send(struct net *net, struct sk_buff *to, int ifindex, const u8 *data, size_t len)
{
	struct quic_addr local, remote;
	struct dst_entry *dst;
	struct sk_buff *skb;
	u8 ecn;

	quic_skb_addresses(to, &local, &remote, &ecn);
	dst = reply_route(net, &local, &remote, ifindex);
	if (!dst)
		return;
	skb = quic_train_alloc(len, len);
	if (!skb) {
		dst_release(dst);
		return;
	}
	skb_put_data(skb, data, len);
	skb_dst_set(skb, dst);
	rcu_read_lock();
	if (remote.family == 4)
		send4(net, NULL, skb, &local, &remote, 0, ip4_dst_hoplimit(dst));
	else
		send6(net, NULL, skb, &local, &remote, 0, ip6_dst_hoplimit(dst));
	rcu_read_unlock();
}
