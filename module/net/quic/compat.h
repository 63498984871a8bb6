/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the supported kernels (6.1, 6.12, the newest), and the only place that says so.
 */
#ifndef QUIC_COMPAT_H
#define QUIC_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/memcontrol.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/version.h>
#include <net/ipv6.h>
#include <net/sock.h>

/* What socket operations and kernel_bind() take as an address. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
typedef struct sockaddr_unsized quic_sockaddr;
#else
typedef struct sockaddr quic_sockaddr;
#endif

/* QUIC_ACCEPT_OP - define proto_ops.accept as a call of @accept(sock, newsock, flags, kern) */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define QUIC_ACCEPT_OP(name, accept)							\
static int name(struct socket *sock, struct socket *newsock, struct proto_accept_arg *arg)	\
{											\
	return accept(sock, newsock, arg->flags, arg->kern);				\
}
#else
#define QUIC_ACCEPT_OP(name, accept)							\
static int name(struct socket *sock, struct socket *newsock, int flags, bool kern)	\
{											\
	return accept(sock, newsock, flags, kern);					\
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/*
 * When a packet leaves, by CLOCK_MONOTONIC: that is what the last argument says, as a flag before 6.11,
 * as the value of SKB_CLOCK_MONOTONIC since.
 */
static inline void quic_skb_set_departure(struct sk_buff *skb, u64 at)
{
	skb_set_delivery_time(skb, ns_to_ktime(at), 1);
}

/* Where inet6_create() finds the IPv6 part: said since 6.4, the end of the object before. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define QUIC_PINFO_OFFSET(type, member)	.ipv6_pinfo_offset = offsetof(type, member),
#else
#define QUIC_PINFO_OFFSET(type, member)
#endif

/* The namespace of what is exported for unit tests: a string since 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define QUIC_IMPORT_KUNIT	MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#else
#define QUIC_IMPORT_KUNIT	MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#endif

/* Flow labels moved from ipv6_pinfo to inet_sock. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define quic_fl_list(sk)	(inet_sk(sk)->ipv6_fl_list)
#else
#define quic_fl_list(sk)	(inet6_sk(sk)->ipv6_fl_list)
#endif

/* Before 6.6 a table of sysctls ends with an empty entry. */
#ifdef register_net_sysctl
#define QUIC_SYSCTL_END
#else
#define QUIC_SYSCTL_END	{}
#endif

/* Does @sk charge its memory to a control group, and is memory short there? */
#ifdef CONFIG_MEMCG
static inline bool quic_memcg_charges(const struct sock *sk)
{
	return mem_cgroup_sockets_enabled && sk->sk_memcg;
}

static inline bool quic_memcg_pressed(const struct sock *sk)
{
	if (!quic_memcg_charges(sk))
		return false;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return mem_cgroup_sk_under_memory_pressure(sk);
#else
	return mem_cgroup_under_socket_pressure(sk->sk_memcg);
#endif
}
#else
static inline bool quic_memcg_charges(const struct sock *sk)
{
	return false;
}

static inline bool quic_memcg_pressed(const struct sock *sk)
{
	return false;
}
#endif

/*
 * sendfile() and splice() to a socket: flags that they put into sendmsg() and that concern nobody here, and
 * QUIC_SPLICE_OP - the operation @name for the end of a file. Newer kernels call @eof(sock) there. Older
 * ones send page by page; the last page of a file looks as if more followed, the last one of a batch does not.
 */
#ifdef MSG_SENDPAGE_NOTLAST
#define QUIC_MSG_SPLICE	(MSG_SPLICE_PAGES | MSG_SENDPAGE_NOTLAST | MSG_NO_SHARED_FRAGS)
#define QUIC_SPLICE_OP(name, eof)							\
static ssize_t name(struct socket *sock, struct page *page, int offset, size_t size, int flags)	\
{											\
	flags &= ~MSG_MORE;								\
	return sock_no_sendpage(sock, page, offset, size,				\
				flags & MSG_SENDPAGE_NOTLAST ? flags | MSG_MORE : flags);	\
}
#define QUIC_SPLICE(name)	.sendpage = name,
#else
#define QUIC_MSG_SPLICE	(MSG_SPLICE_PAGES | MSG_NO_SHARED_FRAGS)
#define QUIC_SPLICE_OP(name, eof)							\
static void name(struct socket *sock)							\
{											\
	eof(sock);									\
}
#define QUIC_SPLICE(name)	.splice_eof = name,
#endif

#endif
