// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP about datagrams that this end has sent (RFC 9000, 14.2.1).
 *
 * "Packet too big" is believed if the packet that it quotes could be one of the connection between its
 * addresses, and by its size the reason for it. It is then noted where everybody on this host looks:
 * in the route. The UDP socket of the endpoint, which knows addresses only, must not do that: it asks
 * here, through encap_err_lookup, and is told each time that the message is not for it.
 *
 * Everything else, an unreachable port above all, can be forged too easily to end a connection, and is
 * not reported (F53): if it is true, timers find out.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/dst.h>

#include "../socket/sock.h"
#include "icmp.h"
#include "peers.h"
#include "route.h"

/*
 * What is quoted: its addresses and, if the message says "too big", how much fits. The message itself
 * begins 8 bytes before the quoted IP header, in both versions of ICMP. Return: is it "too big"?
 */
static bool parse(const struct sk_buff *skb, struct quic_addr *local, struct quic_addr *remote,
		  struct quic_too_big *tb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh = udp_hdr(skb);
	unsigned int payload = skb_transport_offset(skb) + sizeof(*uh), mtu;
	bool too_big;

	memset(local, 0, sizeof(*local));
	memset(remote, 0, sizeof(*remote));
	local->port = ntohs(uh->source);
	remote->port = ntohs(uh->dest);
	if (iph->version == 4) {
		const struct icmphdr *icmp = (const struct icmphdr *)iph - 1;

		local->family = 4;
		remote->family = 4;
		memcpy(local->ip, &iph->saddr, sizeof(iph->saddr));
		memcpy(remote->ip, &iph->daddr, sizeof(iph->daddr));
		too_big = icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED;
		mtu = ntohs(icmp->un.frag.mtu);
	} else {
		const struct ipv6hdr *ip6h = ipv6_hdr(skb);
		const struct icmp6hdr *icmp = (const struct icmp6hdr *)ip6h - 1;

		local->family = 6;
		remote->family = 6;
		memcpy(local->ip, &ip6h->saddr, sizeof(ip6h->saddr));
		memcpy(remote->ip, &ip6h->daddr, sizeof(ip6h->daddr));
		too_big = icmp->icmp6_type == ICMPV6_PKT_TOOBIG;
		mtu = ntohl(icmp->icmp6_mtu);
	}
	if (!too_big || ntohs(uh->len) < sizeof(*uh))
		return false;
	tb->mtu = mtu - min(mtu, quic_route_headers(local->family));
	tb->len = ntohs(uh->len) - sizeof(*uh);
	tb->head_len = skb->len > payload ?
		       min_t(u32, skb->len - payload, min_t(u32, tb->len, sizeof(tb->head))) : 0;
	return !skb_copy_bits(skb, payload, tb->head, tb->head_len);
}

/* [lock] */
static void apply(struct sock *sk, const struct quic_too_big *tb)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_conn *conn = qs->conn;
	struct dst_entry *dst;

	/* RFC 9000, 14.2.1: who claims less than 1200 is not believed (P25). */
	if (!conn || tb->mtu < QUIC_MTU_MIN || tb->len <= tb->mtu ||
	    !quic_route_follows_pmtu(sk, qs->remote.family) ||
	    !quic_conn_has_sent(conn, tb->head, tb->head_len, tb->len))
		return;
	dst = quic_route_get(sk, &qs->local, &qs->remote);
	if (!dst)
		return;
	dst->ops->update_pmtu(dst, sk, NULL, tb->mtu + quic_route_headers(qs->remote.family), false);
	dst_release(dst);
	quic_conn_set_pmtu(conn, tb->mtu, quic_now());
	quic_sock_update(sk);
}

void quic_icmp_work_off(struct sock *sk)
{
	struct quic_too_big tb = quic_sk(sk)->too_big;

	apply(sk, &tb);
}

int quic_icmp_error(struct sock *usk, struct sk_buff *skb)
{
	struct quic_addr local, remote;
	struct quic_too_big tb;
	bool too_big = parse(skb, &local, &remote, &tb);
	struct sock *sk = quic_peers_find(sock_net(usk), &local, &remote);

	if (sk && too_big) {
		bh_lock_sock(sk);
		if (!sock_owned_by_user(sk)) {
			apply(sk, &tb);
		} else {
			/* The latest one is as good as any. */
			quic_sk(sk)->too_big = tb;
			set_bit(QUIC_PENDING_TOO_BIG, &quic_sk(sk)->pending);
		}
		bh_unlock_sock(sk);
	}
	if (sk)
		sock_put(sk);
	return -ENOENT;
}
