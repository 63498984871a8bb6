// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/quic: eps, conns and snmp (S10.3, S10.4 of the API). */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/snmp.h>

#include "../socket/net.h"
#include "../socket/sock.h"
#include "../udp/endpoint.h"
#include "proc.h"

/* In the order of enum quic_mib_field. */
static const char *const mib_names[QUIC_MIB_COUNT] = {
	"QuicConnCurrentEstabs", "QuicConnPassiveEstabs", "QuicConnActiveEstabs",
	"QuicPktRcvFastpaths", "QuicPktDecFastpaths", "QuicPktEncFastpaths",
	"QuicPktRcvBacklogs", "QuicPktDecBacklogs", "QuicPktEncBacklogs",
	"QuicPktInvHdrDrop", "QuicPktInvNumDrop", "QuicPktInvFrmDrop",
	"QuicPktRcvDrop", "QuicPktDecDrop", "QuicPktEncDrop",
	"QuicFrmRcvBufDrop", "QuicFrmRetrans", "QuicFrmOutCloses", "QuicFrmInCloses",
};

static void put_addr(struct seq_file *m, const struct quic_addr *addr)
{
	if (addr->family == 4)
		seq_printf(m, "%pI4:%u\t", addr->ip, addr->port);
	else
		seq_printf(m, "%pI6c:%u\t", addr->ip, addr->port);
}

static void put_owner(struct seq_file *m, struct sock *sk)
{
	seq_printf(m, "%u\t%llu\n",
		   from_kuid_munged(seq_user_ns(m), sock_net_uid(sock_net(sk), sk)),
		   (u64)sock_i_ino(sk));
}

/* A socket may let go of it, but it is freed after a grace period, which waits for holders of locks. */
static const struct quic_addr *endpoint_addr(const struct quic_sock *qs)
{
	static const struct quic_addr none = { .family = 4 };
	const struct quic_endpoint *ep = READ_ONCE(qs->endpoint);

	return ep ? &ep->addr : &none;
}

static void *list_start(struct list_head *list, struct seq_file *m, loff_t *pos)
	__acquires(&quic_net(seq_file_net(m))->socks_lock)
{
	spin_lock_bh(&quic_net(seq_file_net(m))->socks_lock);
	return seq_list_start_head(list, *pos);
}

static void list_stop(struct seq_file *m, void *v)
	__releases(&quic_net(seq_file_net(m))->socks_lock)
{
	spin_unlock_bh(&quic_net(seq_file_net(m))->socks_lock);
}

static void *eps_start(struct seq_file *m, loff_t *pos)
	__acquires(&quic_net(seq_file_net(m))->socks_lock)
{
	return list_start(&quic_net(seq_file_net(m))->listeners, m, pos);
}

static void *eps_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_list_next(v, &quic_net(seq_file_net(m))->listeners, pos);
}

static int eps_show(struct seq_file *m, void *v)
{
	struct quic_sock *qs;

	if (v == &quic_net(seq_file_net(m))->listeners) {
		seq_puts(m, "SOCK\tSTATE\tLOCAL_ADDRESS\tUDP_ADDRESS\tUID\tINODE\n");
		return 0;
	}
	qs = list_entry(v, struct quic_sock, entry);
	seq_printf(m, "%pK\t%d\t", qs, qs->inet.sk.sk_state);
	put_addr(m, &qs->local);
	put_addr(m, endpoint_addr(qs));
	put_owner(m, &qs->inet.sk);
	return 0;
}

static const struct seq_operations eps_ops = {
	.start = eps_start,
	.next = eps_next,
	.stop = list_stop,
	.show = eps_show,
};

static void *conns_start(struct seq_file *m, loff_t *pos)
	__acquires(&quic_net(seq_file_net(m))->socks_lock)
{
	return list_start(&quic_net(seq_file_net(m))->conns, m, pos);
}

static void *conns_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_list_next(v, &quic_net(seq_file_net(m))->conns, pos);
}

/* Without the socket lock: figures of the moment. The connection is freed after it has left the list. */
static int conns_show(struct seq_file *m, void *v)
{
	const struct quic_conn *conn;
	struct quic_sock *qs;
	struct sock *sk;

	if (v == &quic_net(seq_file_net(m))->conns) {
		seq_puts(m, "SOCK\tSTATE\tLOCAL_ADDRESS\tREMOTE_ADDRESS\tUDP_ADDRESS\tWINDOW\tMSS\t"
			    "IN_FLIGHT\tTX_QUEUE\tRX_QUEUE\tSNDBUF\tRCVBUF\tUID\tINODE\n");
		return 0;
	}
	qs = list_entry(v, struct quic_sock, entry);
	sk = &qs->inet.sk;
	conn = qs->conn;
	seq_printf(m, "%pK\t%d\t", qs, sk->sk_state);
	put_addr(m, &qs->local);
	put_addr(m, &qs->remote);
	put_addr(m, endpoint_addr(qs));
	seq_printf(m, "%llu\t%u\t%llu\t%llu\t%d\t%d\t%d\t", conn->recovery.cong.window,
		   conn->path[conn->active_path].mtu, conn->recovery.cong.in_flight,
		   conn->streams.tx_bytes, sk_rmem_alloc_get(sk), READ_ONCE(sk->sk_sndbuf),
		   READ_ONCE(sk->sk_rcvbuf));
	put_owner(m, sk);
	return 0;
}

static const struct seq_operations conns_ops = {
	.start = conns_start,
	.next = conns_next,
	.stop = list_stop,
	.show = conns_show,
};

static int snmp_show(struct seq_file *m, void *v)
{
	struct quic_mib __percpu *mib = quic_net(seq_file_single_net(m))->mib;
	unsigned long sum;
	unsigned int i;
	int cpu;

	for (i = 0; i < QUIC_MIB_COUNT; i++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += per_cpu_ptr(mib, cpu)->mibs[i];
		seq_printf(m, "%-32s\t%ld\n", mib_names[i], sum);
	}
	return 0;
}

int quic_proc_init(struct net *net)
{
	struct proc_dir_entry *dir = proc_net_mkdir(net, "quic", net->proc_net);

	if (!dir)
		return -ENOMEM;
	if (proc_create_net("eps", 0444, dir, &eps_ops, sizeof(struct seq_net_private)) &&
	    proc_create_net("conns", 0444, dir, &conns_ops, sizeof(struct seq_net_private)) &&
	    proc_create_net_single("snmp", 0444, dir, snmp_show, NULL))
		return 0;
	quic_proc_exit(net);
	return -ENOMEM;
}

void quic_proc_exit(struct net *net)
{
	remove_proc_subtree("quic", net->proc_net);
}
