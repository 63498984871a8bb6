// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of datagrams: of the route, of ICMP, and what a program wants of them (S2.46).
 *
 * The route's MTU belongs to the whole host, and whoever can make one program's packets believed can
 * change it: IPv4's UDP believes what fits no socket at all. So its value is only where a connection
 * begins; after that the connection believes its device, ICMP that icmp.c has examined, and its own
 * probes (P25). For the same reason the stack is told to send what it gets (quic_mtu_init()).
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <net/ipv6.h>

#include "../udp/route.h"
#include "mtu.h"
#include "sock.h"

void quic_mtu_init(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	qs->pmtudisc[0] = inet_sk(sk)->pmtudisc;
	inet_sk(sk)->pmtudisc = IP_PMTUDISC_PROBE;
	if (sk->sk_family != AF_INET6)
		return;
	qs->pmtudisc[1] = inet6_sk(sk)->pmtudisc;
	inet6_sk(sk)->pmtudisc = IPV6_PMTUDISC_PROBE;
}

static struct dst_entry *route_of(struct sock *sk, const struct quic_path **path)
{
	const struct quic_conn *conn = quic_sk(sk)->conn;

	*path = &conn->path[conn->active_path];
	return quic_route_get(sk, &(*path)->local, &(*path)->remote);
}

void quic_mtu_begin(struct sock *sk)
{
	const struct quic_path *path;
	struct dst_entry *dst = route_of(sk, &path);
	u8 family = path->remote.family;

	if (!dst)
		return;
	if (quic_route_follows_pmtu(sk, family))
		quic_conn_set_pmtu(quic_sk(sk)->conn,
				   max_t(u32, dst_mtu(dst) - quic_route_headers(family),
					 QUIC_MTU_MIN), quic_now());
	dst_release(dst);
}

void quic_mtu_check(struct sock *sk)
{
	const struct quic_path *path;
	struct dst_entry *dst = route_of(sk, &path);
	u32 mtu;

	if (!dst)
		return;
	mtu = quic_route_mtu(sk, dst, path->remote.family);
	dst_release(dst);
	quic_sk(sk)->mtu = mtu;
	if (mtu != path->mtu_max)
		quic_conn_set_mtu(quic_sk(sk)->conn, mtu);
}

int quic_mtu_set_discover(struct sock *sk, u8 family, sockptr_t optval, unsigned int optlen)
{
	u8 byte;
	int val;

	if (optlen >= sizeof(val)) {
		if (copy_from_sockptr(&val, optval, sizeof(val)))
			return -EFAULT;
	} else if (optlen && family == 4) {
		if (copy_from_sockptr(&byte, optval, sizeof(byte)))
			return -EFAULT;
		val = byte;
	} else {
		return -EINVAL;
	}
	/* The same values in both families. */
	if (val < IP_PMTUDISC_DONT || val > IP_PMTUDISC_OMIT)
		return -EINVAL;
	lock_sock(sk);
	quic_sk(sk)->pmtudisc[family == 6] = val;
	release_sock(sk);
	return 0;
}

int quic_mtu_get_discover(struct sock *sk, u8 family, char __user *optval, int __user *optlen)
{
	int len, val = READ_ONCE(quic_sk(sk)->pmtudisc[family == 6]);

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min_t(int, len, sizeof(val));
	if (put_user(len, optlen) || copy_to_user(optval, &val, len))
		return -EFAULT;
	return 0;
}
