/* SPDX-License-Identifier: GPL-2.0-only */
/* The size of datagrams: of the route, of ICMP, and what a program wants of them (S2.46). */
#ifndef QUIC_SOCKET_MTU_H
#define QUIC_SOCKET_MTU_H

#include <linux/sockptr.h>
#include <linux/types.h>

struct sock;

/* A new socket: what programs see of discovery is kept apart from what the stack sees. */
void quic_mtu_init(struct sock *sk);
/* A new connection: begin with what the host knows about the route. [lock] */
void quic_mtu_begin(struct sock *sk);
/* Before something is sent: the route, or its device, may be another one by now. [lock] */
void quic_mtu_check(struct sock *sk);

/* IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. */
int quic_mtu_set_discover(struct sock *sk, u8 family, sockptr_t optval, unsigned int optlen);
int quic_mtu_get_discover(struct sock *sk, u8 family, char __user *optval, int __user *optlen);

#endif
