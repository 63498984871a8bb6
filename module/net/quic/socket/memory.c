// SPDX-License-Identifier: GPL-2.0-only
/* Memory of QUIC sockets (see memory.h). */
#include <linux/memcontrol.h>

#include "../compat.h"
#include "memory.h"

atomic_long_t quic_memory_allocated;
DEFINE_PER_CPU(int, quic_memory_per_cpu_fw_alloc);
unsigned long quic_memory_pressure;

/*
 * Stays at 0. With a count of sockets the stack would refuse a socket more than its share while memory is
 * short, also the bytes that it waits for, and a socket full of data after a gap would never be read. Up to the hard
 * limit memory is shared otherwise: out-of-order data and senders stop when pressure begins (S4.16).
 */
struct percpu_counter quic_sockets_allocated;

void quic_enter_memory_pressure(struct sock *sk)
{
	if (!READ_ONCE(quic_memory_pressure))
		WRITE_ONCE(quic_memory_pressure, 1);
}

void quic_leave_memory_pressure(struct sock *sk)
{
	if (READ_ONCE(quic_memory_pressure))
		WRITE_ONCE(quic_memory_pressure, 0);
}

int quic_memory_init(void)
{
	return percpu_counter_init(&quic_sockets_allocated, 0, GFP_KERNEL);
}

/* All sockets are gone, and with them must be what was charged. */
void quic_memory_exit(void)
{
	long pages = atomic_long_read(&quic_memory_allocated);
	int cpu;

	for_each_possible_cpu(cpu)
		pages += per_cpu(quic_memory_per_cpu_fw_alloc, cpu);
	WARN_ONCE(pages, "quic: %ld pages are still charged\n", pages);
	percpu_counter_destroy(&quic_sockets_allocated);
}

void quic_memory_clone(struct sock *child)
{
	sk_sockets_allocated_dec(child);
#ifdef CONFIG_MEMCG
	/* As mem_cgroup_sk_alloc() does for new sockets, which is not there for modules. */
	if (mem_cgroup_sockets_enabled && cgroup_subsys_on_dfl(memory_cgrp_subsys)) {
		struct mem_cgroup *memcg;

		rcu_read_lock();
		memcg = mem_cgroup_from_task(current);
		if (memcg && parent_mem_cgroup(memcg) && css_tryget(&memcg->css))
			child->sk_memcg = memcg;
		rcu_read_unlock();
	}
#endif
}

static bool admit(struct sock *sk, unsigned int bytes)
{
	/* Receiving or sending makes a difference for guaranteed minima only, and SOCK_STREAM's sk_sndbuf. */
	if ((int)bytes > sk->sk_forward_alloc &&
	    !__sk_mem_schedule(sk, bytes - sk->sk_forward_alloc, SK_MEM_RECV))
		return false;
	return true;
}

bool quic_rmem_charge(struct sock *sk, unsigned int bytes)
{
	if (!admit(sk, bytes))
		return false;
	sk_mem_charge(sk, bytes);
	atomic_add(bytes, &sk->sk_rmem_alloc);
	return true;
}

void quic_rmem_uncharge(struct sock *sk, unsigned int bytes)
{
	atomic_sub(bytes, &sk->sk_rmem_alloc);
	sk_mem_uncharge(sk, bytes);
}

bool quic_wmem_charge(struct sock *sk, unsigned int bytes)
{
	if (!admit(sk, bytes))
		return false;
	sk_mem_charge(sk, bytes);
	sk_wmem_queued_add(sk, bytes);
	return true;
}

void quic_wmem_uncharge(struct sock *sk, unsigned int bytes)
{
	sk_wmem_queued_add(sk, -(int)bytes);
	sk_mem_uncharge(sk, bytes);
}

bool quic_rmem_charge_skb(struct sock *sk, struct sk_buff *skb)
{
	if (!admit(sk, skb->truesize))
		return false;
	skb_set_owner_r(skb, sk);
	return true;
}

unsigned int quic_memory_reserve(unsigned int bytes)
{
	unsigned int pages = DIV_ROUND_UP(bytes, PAGE_SIZE);

	if (atomic_long_read(&quic_memory_allocated) + pages > READ_ONCE(quic_sysctl_mem[1]))
		return 0;
	atomic_long_add(pages, &quic_memory_allocated);
	return pages;
}

void quic_memory_unreserve(unsigned int pages)
{
	atomic_long_sub(pages, &quic_memory_allocated);
}

bool quic_memory_pressed(const struct sock *sk)
{
	return READ_ONCE(quic_memory_pressure) || quic_memcg_pressed(sk);
}
