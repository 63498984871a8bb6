// SPDX-License-Identifier: GPL-2.0-only
/* The life of a QUIC socket (see sock.h). */
#include <linux/slab.h>

#include "../udp/peers.h"
#include "event.h"
#include "memory.h"
#include "migrate.h"
#include "mtu.h"
#include "net.h"
#include "sock.h"
#include "stream_sock.h"

/* SO_SNDBUF follows the congestion window between this and quic_wmem's maximum (S2.45, F30). */
#define SNDBUF_MIN	(256 << 10)

/* Unlike others these nest: binding takes the lock of a UDP socket. */
static struct lock_class_key slock_keys[2], lock_keys[2];

static void write_space(struct sock *sk)
{
	struct socket_wq *wq;

	rcu_read_lock();
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
	sk_wake_async(sk, SOCK_WAKE_SPACE, POLL_OUT);
	rcu_read_unlock();
}

void quic_sock_init_state(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	if (sk->sk_family == AF_INET6)
		sock_lock_init_class_and_name(sk, "slock-AF_INET6-QUIC", &slock_keys[1],
					      "sk_lock-AF_INET6-QUIC", &lock_keys[1]);
	else
		sock_lock_init_class_and_name(sk, "slock-AF_INET-QUIC", &slock_keys[0],
					      "sk_lock-AF_INET-QUIC", &lock_keys[0]);
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	sock_set_flag(sk, SOCK_RCU_FREE);
	skb_queue_head_init(&qs->rxq);
	qs->rxq_bytes = 0;
	quic_timer_init(sk);
	quic_keys_init(sk);
	INIT_LIST_HEAD(&qs->events);
	INIT_LIST_HEAD(&qs->early_events);
	INIT_LIST_HEAD(&qs->entry);
	INIT_HLIST_NODE(&qs->peer);
	INIT_LIST_HEAD(&qs->listen.requests);
	quic_stream_socks_init(&qs->peeled);
}

int quic_sock_init(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	quic_sock_init_state(sk);
	sk->sk_state = QUIC_SS_CLOSED;
	sk->sk_write_space = write_space;
	quic_config_init(qs);
	quic_mtu_init(sk);
	WRITE_ONCE(sk->sk_rcvbuf, 4 * qs->params.max_data);
	WRITE_ONCE(sk->sk_sndbuf, SNDBUF_MIN);
	return 0;
}

void quic_sock_start(struct sock *sk, struct quic_conn *conn)
{
	struct quic_net *qn = quic_net(sock_net(sk));
	struct quic_sock *qs = quic_sk(sk);

	sock_hold(sk);
	qs->conn = conn;
	sk->sk_hash = get_random_u32();
	inet_sk_set_state(sk, QUIC_SS_HANDSHAKING);
	spin_lock_bh(&qn->socks_lock);
	list_add_tail(&qs->entry, &qn->conns);
	spin_unlock_bh(&qn->socks_lock);
	quic_mtu_begin(sk);
	quic_peers_set(sk, &qs->local, &qs->remote);
}

void quic_unhash(struct sock *sk)
{
	struct quic_net *qn = quic_net(sock_net(sk));

	spin_lock_bh(&qn->socks_lock);
	list_del_init(&quic_sk(sk)->entry);
	quic_peers_remove(sk);
	spin_unlock_bh(&qn->socks_lock);
}

static void count(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	const struct quic_conn_stats *now = &qs->conn->stats;
	struct quic_conn_stats *then = &qs->counted;
	const struct quic_conn_drops *drops = &qs->conn->drops, *old = &qs->counted_drops;
	u64 deferred = drops->deferred - old->deferred;
	struct net *net = sock_net(sk);

	/* S10.4; packets are always sealed where they are built, so nothing is encrypted later. */
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_DECFASTPATHS,
		       now->packets_received - then->packets_received - deferred);
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_DECBACKLOGS, deferred);
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_INVHDRDROP, drops->header - old->header);
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_INVNUMDROP, drops->number - old->number);
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_INVFRMDROP, drops->frames - old->frames);
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_DECDROP, drops->opening - old->opening);
	QUIC_ADD_STATS(net, QUIC_MIB_PKT_ENCFASTPATHS, now->packets_sent - then->packets_sent);
	QUIC_ADD_STATS(net, QUIC_MIB_FRM_RETRANS,
		       now->packets_retransmitted - then->packets_retransmitted);
	*then = *now;
	qs->counted_drops = *drops;
}

static void adjust_sndbuf(struct sock *sk)
{
	u64 window = 4 * quic_sk(sk)->conn->recovery.cong.window;
	u64 most = READ_ONCE(quic_sysctl_wmem[2]);

	if (!(sk->sk_userlocks & SOCK_SNDBUF_LOCK))
		WRITE_ONCE(sk->sk_sndbuf, min_t(u64, max_t(u64, window, SNDBUF_MIN), most));
}

static void wake(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	u8 whom = qs->wake;

	qs->wake = 0;
	quic_stream_socks_wake(sk, whom);
	if (sock_flag(sk, SOCK_DEAD))
		return;
	if (whom & QUIC_WAKE_ALL)
		sk->sk_state_change(sk);
	if (whom & (QUIC_WAKE_ALL | QUIC_WAKE_READ))
		sk->sk_data_ready(sk);
	if (whom & (QUIC_WAKE_ALL | QUIC_WAKE_WRITE))
		sk->sk_write_space(sk);
}

void quic_sock_update(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	qs->conn->streams.pressed = quic_memory_pressed(sk);
	quic_sock_transmit(sk);
	adjust_sndbuf(sk);
	count(sk);
	wake(sk);
	if (qs->conn->state == QUIC_CONN_CLOSED && sock_flag(sk, SOCK_DEAD) && list_empty(&qs->peeled.socks)) {
		quic_sock_kill(sk);
		return;
	}
	if (qs->conn->keys_wanted || qs->conn->preferred_wanted)
		quic_keys_want(sk);
	quic_timer_arm(sk);
}

void quic_sock_kill(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_conn *conn = qs->conn;

	quic_timer_cancel(sk);
	quic_keys_cancel(sk);
	quic_unhash(sk);
	quic_event_purge(sk);
	skb_queue_purge(&qs->rxq);
	if (conn) {
		qs->conn = NULL;
		quic_conn_destroy(conn);
		quic_host_conn_free(conn);
	}
	quic_sock_put_endpoints(qs);
	kfree_sensitive(qs->ticket);
	qs->ticket = NULL;
	quic_sock_drop_token(sk);
	memzero_explicit(qs->secret, sizeof(qs->secret));
	sk_dst_reset(sk);
	if (conn)
		sock_put(sk);
}
