/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of QUIC sockets. What a socket holds is charged three times: to the socket (sk_rmem_alloc for what
 * it received, sk_wmem_queued for everything else), to its memory control group, and to the limits of the
 * sysctl quic_mem (S10.2). docs/memory.md says which bounds follow.
 *
 * All with the socket lock held, unless said otherwise.
 */
#ifndef QUIC_SOCKET_MEMORY_H
#define QUIC_SOCKET_MEMORY_H

#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <net/sock.h>

/* For struct proto. */
extern atomic_long_t quic_memory_allocated;
DECLARE_PER_CPU(int, quic_memory_per_cpu_fw_alloc);
extern unsigned long quic_memory_pressure;
extern struct percpu_counter quic_sockets_allocated;
void quic_enter_memory_pressure(struct sock *sk);
void quic_leave_memory_pressure(struct sock *sk);

/* Sysctls: pages; bytes, bytes. */
extern long quic_sysctl_mem[3];
extern int quic_sysctl_rmem[3], quic_sysctl_wmem[3];

int quic_memory_init(void);
void quic_memory_exit(void);
int quic_sysctl_init(void);
void quic_sysctl_exit(void);

/* A clone of a listener: charged to the control group of the process that accepts it. */
void quic_memory_clone(struct sock *child);

/* Return: false if a limit forbids it; nothing is charged then. */
bool quic_rmem_charge(struct sock *sk, unsigned int bytes);
void quic_rmem_uncharge(struct sock *sk, unsigned int bytes);
bool quic_wmem_charge(struct sock *sk, unsigned int bytes);
void quic_wmem_uncharge(struct sock *sk, unsigned int bytes);
/* From now on @skb is charged to @sk until it is freed, which happens under the lock too. */
bool quic_rmem_charge_skb(struct sock *sk, struct sk_buff *skb);

/*
 * For what belongs to no socket yet: charged to quic_mem alone, and not while memory is short. Pages that
 * hold @bytes; without any lock. Return: pages charged, 0: there is no memory.
 */
unsigned int quic_memory_reserve(unsigned int bytes);
void quic_memory_unreserve(unsigned int pages);

/* Has little memory been left, of quic_mem or in the control group? Without the lock. */
bool quic_memory_pressed(const struct sock *sk);

#endif
