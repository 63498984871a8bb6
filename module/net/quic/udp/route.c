// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes.
 *
 * The socket's dst cache holds the route of the active path.
 */
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "../socket/sock.h"
#include "route.h"
#include "transmit.h"

static struct dst_entry *lookup4(struct sock *sk, struct quic_addr *local,
				 const struct quic_addr *remote)
{
	__be32 saddr, daddr;
	struct flowi4 fl4;
	struct rtable *rt;

	memcpy(&saddr, local->ip, sizeof(saddr));
	memcpy(&daddr, remote->ip, sizeof(daddr));
	flowi4_init_output(&fl4, sk->sk_bound_dev_if, READ_ONCE(sk->sk_mark),
			   READ_ONCE(inet_sk(sk)->tos) & INET_DSCP_MASK, RT_SCOPE_UNIVERSE,
			   IPPROTO_UDP, 0, daddr, saddr, htons(remote->port), htons(local->port),
			   sock_net_uid(sock_net(sk), sk));
	security_sk_classify_flow(sk, flowi4_to_flowi_common(&fl4));
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-EACCES);
	}
	memcpy(local->ip, &fl4.saddr, sizeof(fl4.saddr));
	return &rt->dst;
}

static struct dst_entry *lookup6(struct sock *sk, struct quic_addr *local,
				 const struct quic_addr *remote)
{
	struct dst_entry *dst;
	struct flowi6 fl6 = {};

	fl6.flowi6_proto = IPPROTO_UDP;
	memcpy(&fl6.saddr, local->ip, sizeof(fl6.saddr));
	memcpy(&fl6.daddr, remote->ip, sizeof(fl6.daddr));
	fl6.fl6_sport = htons(local->port);
	fl6.fl6_dport = htons(remote->port);
	fl6.flowi6_oif = sk->sk_bound_dev_if ?: remote->scope;
	fl6.flowi6_mark = READ_ONCE(sk->sk_mark);
	fl6.flowi6_uid = sock_net_uid(sock_net(sk), sk);
	security_sk_classify_flow(sk, flowi6_to_flowi_common(&fl6));
	dst = ip6_dst_lookup_flow(sock_net(sk), sk, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	memcpy(local->ip, &fl6.saddr, sizeof(fl6.saddr));
	if (ipv6_addr_type(&fl6.saddr) & IPV6_ADDR_LINKLOCAL)
		local->scope = fl6.flowi6_oif;
	return dst;
}

struct dst_entry *quic_route_lookup(struct sock *sk, struct quic_addr *local,
				    const struct quic_addr *remote)
{
	return remote->family == 4 ? lookup4(sk, local, remote) : lookup6(sk, local, remote);
}

static u32 cookie(const struct dst_entry *dst, u8 family)
{
	return family == 6 ? rt6_get_cookie((struct rt6_info *)dst) : 0;
}

/*
 * Packets of @sk leave by another device than before: whether there is fq, fq says again, which it does
 * for flows that it does not know.
 */
static void restart_pacing(struct sock *sk)
{
	if (READ_ONCE(sk->sk_pacing_status) != SK_PACING_FQ)
		return;
	WRITE_ONCE(sk->sk_pacing_status, SK_PACING_NEEDED);
	sk->sk_hash = get_random_u32();
}

struct dst_entry *quic_route_get(struct sock *sk, const struct quic_addr *local,
				 const struct quic_addr *remote)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_addr from = *local;
	struct dst_entry *dst;

	if (quic_addr_equal(remote, &qs->route_remote) &&
	    quic_addr_equal(local, &qs->route_local)) {
		dst = __sk_dst_check(sk, qs->route_cookie);
		if (dst) {
			dst_hold(dst);
			return dst;
		}
	}
	dst = quic_route_lookup(sk, &from, remote);
	if (IS_ERR(dst))
		return NULL;
	if (dst->dev->ifindex != qs->route_ifindex)
		restart_pacing(sk);
	qs->route_ifindex = dst->dev->ifindex;
	dst_hold(dst);
	__sk_dst_set(sk, dst);
	qs->route_cookie = cookie(dst, remote->family);
	qs->route_local = *local;
	qs->route_remote = *remote;
	return dst;
}

int quic_route_check(struct sock *sk)
{
	struct dst_entry *dst = quic_route_get(sk, &quic_sk(sk)->local, &quic_sk(sk)->remote);

	if (!dst)
		return -ENETUNREACH;
	dst_release(dst);
	return 0;
}

bool quic_route_follows_pmtu(const struct sock *sk, u8 family)
{
	u8 mode = quic_sk(sk)->pmtudisc[family == 6];

	return mode == IP_PMTUDISC_WANT || mode == IP_PMTUDISC_DO;
}

/* "ip route ... mtu", 0 if there is none. What ICMP has made of it lies beside it, in IPv6 over it. */
static u32 configured(const struct dst_entry *dst, u8 family)
{
	const struct fib6_info *from;
	u32 mtu;

	if (family == 4)
		return dst_metric_raw(dst, RTAX_MTU);
	rcu_read_lock();
	from = rcu_dereference(((const struct rt6_info *)dst)->from);
	mtu = from ? from->fib6_pmtu : 0;
	rcu_read_unlock();
	return mtu;
}

/*
 * DF is set whatever the mode (RFC 9000, 14). Without discovery, only the smallest size is certain
 * (14.2); the modes that ignore what was discovered believe the device.
 */
u32 quic_route_mtu(const struct sock *sk, const struct dst_entry *dst, u8 family)
{
	u32 mtu = READ_ONCE(dst->dev->mtu), said;

	if (quic_sk(sk)->pmtudisc[family == 6] == IP_PMTUDISC_DONT)
		return QUIC_MTU_MIN;
	said = quic_route_follows_pmtu(sk, family) ? configured(dst, family) : 0;
	if (said)
		mtu = min(mtu, said);
	mtu = min_t(u32, mtu, IP_MAX_MTU) - quic_route_headers(family);
	return clamp_t(u32, mtu, QUIC_MTU_MIN, QUIC_TRAIN_BYTES_MAX);
}
