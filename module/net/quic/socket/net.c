// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces. */
#include "../observe/proc.h"
#include "../udp/endpoint.h"
#include "net.h"
#include "sock.h"
#include "token.h"

unsigned int quic_net_id;

static int __net_init net_init(struct net *net)
{
	struct quic_net *qn = quic_net(net);
	int err;

	qn->mib = alloc_percpu(struct quic_mib);
	if (!qn->mib)
		return -ENOMEM;
	mutex_init(&qn->endpoints_lock);
	INIT_WORK(&qn->reap, quic_endpoints_reap);
	spin_lock_init(&qn->socks_lock);
	INIT_LIST_HEAD(&qn->listeners);
	INIT_LIST_HEAD(&qn->conns);
	INIT_LIST_HEAD(&qn->closing);
	spin_lock_init(&qn->token_lock);
	get_random_bytes(qn->reset_secret, sizeof(qn->reset_secret));
	err = quic_proc_init(net);
	if (err)
		free_percpu(qn->mib);
	return err;
}

/*
 * Sockets of programs keep their namespace alive until they are freed. Those of the kernel do not, and
 * theirs may still be saying goodbye: that is cut short here.
 */
static void end_conns(struct quic_net *qn)
{
	struct quic_sock *qs;
	struct sock *sk;

	for (;;) {
		spin_lock_bh(&qn->socks_lock);
		qs = list_first_entry_or_null(&qn->closing, struct quic_sock, entry);
		if (qs)
			sock_hold(&qs->inet.sk);
		spin_unlock_bh(&qn->socks_lock);
		if (!qs)
			return;
		sk = &qs->inet.sk;
		lock_sock(sk);
		if (!list_empty(&qs->entry))
			quic_sock_kill(sk);
		release_sock(sk);
		sock_put(sk);
	}
}

static void __net_exit net_exit(struct net *net)
{
	struct quic_net *qn = quic_net(net);

	quic_proc_exit(net);
	end_conns(qn);
	quic_endpoint_flush();
	quic_token_clear(net);
	memzero_explicit(qn->reset_secret, sizeof(qn->reset_secret));
	free_percpu(qn->mib);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &quic_net_id,
	.size = sizeof(struct quic_net),
};

int quic_net_register(void)
{
	return register_pernet_subsys(&net_ops);
}

void quic_net_unregister(void)
{
	unregister_pernet_subsys(&net_ops);
}
