// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys that packets asked for: the next key update's, and Initial keys after a Retry. Softirq cannot
 * make them (P06), and the program may not call for a long time, so a work item does.
 */
#include "../udp/endpoint.h"
#include "migrate.h"

/* There was no memory for them. */
#define AGAIN_AFTER	(HZ / 10)

static void queue(struct sock *sk, unsigned long delay)
{
	if (queue_delayed_work(quic_wq, &quic_sk(sk)->key_work, delay))
		sock_hold(sk);
}

static void make(struct work_struct *work)
{
	struct quic_sock *qs = container_of(work, struct quic_sock, key_work.work);
	struct sock *sk = &qs->inet.sk;

	lock_sock(sk);
	if (qs->conn) {
		quic_conn_prepare_keys(qs->conn, quic_now());
		/* The preferred address needs an endpoint, which softirq cannot make either. */
		if (qs->conn->preferred_wanted)
			quic_sock_use_preferred(sk);
		if (qs->conn->keys_wanted)
			queue(sk, AGAIN_AFTER);
		quic_sock_update(sk);
	}
	release_sock(sk);
	sock_put(sk);
}

void quic_keys_init(struct sock *sk)
{
	INIT_DELAYED_WORK(&quic_sk(sk)->key_work, make);
}

void quic_keys_want(struct sock *sk)
{
	queue(sk, 0);
}

void quic_keys_cancel(struct sock *sk)
{
	/* Not waited for: it may be what calls this, and it finds no connection any more. */
	if (cancel_delayed_work(&quic_sk(sk)->key_work))
		__sock_put(sk);
}
