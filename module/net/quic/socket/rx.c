// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received trains of one socket: queued by ../udp/receive.c, worked off under the socket lock. All that
 * waits is worked off before anything is sent and anybody is woken.
 */
#include "../udp/skb.h"
#include "memory.h"
#include "migrate.h"
#include "net.h"
#include "sock.h"

bool quic_sock_enqueue(struct sock *sk, struct sk_buff *skb)
{
	struct quic_sock *qs = quic_sk(sk);
	/* Each waits once and is then charged to the receive buffer: this bounds what is not (P22). */
	u64 limit = READ_ONCE(sk->sk_rcvbuf);
	bool room;

	spin_lock_bh(&qs->rxq.lock);
	room = qs->rxq_bytes < limit;
	if (room) {
		__skb_queue_tail(&qs->rxq, skb);
		qs->rxq_bytes += skb->truesize;
	}
	spin_unlock_bh(&qs->rxq.lock);
	if (!room) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVDROP);
		kfree_skb(skb);
	}
	return room;
}

static struct sk_buff *dequeue(struct quic_sock *qs)
{
	struct sk_buff *skb;

	spin_lock_bh(&qs->rxq.lock);
	skb = __skb_dequeue(&qs->rxq);
	if (skb)
		qs->rxq_bytes -= skb->truesize;
	spin_unlock_bh(&qs->rxq.lock);
	return skb;
}

void quic_sock_datagram(struct sock *sk, struct sk_buff *skb, u8 *data, unsigned int len, u64 now)
{
	struct quic_datagram dgram = {
		.data = data,
		.len = len,
		.ref = quic_skb_ref(skb),
	};

	quic_skb_addresses(skb, &dgram.local, &dgram.remote, &dgram.ecn);
	quic_conn_receive(quic_sk(sk)->conn, &dgram, now);
}

static void receive_train(struct sock *sk, struct sk_buff *skb, u64 now)
{
	struct quic_datagram dgram = { .ref = quic_skb_ref(skb) };
	struct quic_skb_walk walk;
	unsigned int len;

	quic_skb_addresses(skb, &dgram.local, &dgram.remote, &dgram.ecn);
	/*
	 * Its ID leads here from any endpoint, but what was sent to others is not for this socket.
	 * The rest is charged until the last segment in it was read.
	 */
	if (!quic_sock_receives_at(quic_sk(sk), &dgram.local) || !quic_rmem_charge_skb(sk, skb)) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVDROP);
		kfree_skb(skb);
		return;
	}
	quic_sk(sk)->rx_train = skb->truesize;
	quic_skb_walk_init(&walk, skb);
	while ((dgram.data = quic_skb_walk_next(&walk, &len))) {
		dgram.len = len;
		quic_conn_receive(quic_sk(sk)->conn, &dgram, now);
	}
	quic_sk(sk)->rx_train = 0;
	consume_skb(skb);
}

/* [lock] Return: was there anything? */
static bool work_off(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	struct sk_buff *skb;
	bool any = false;

	while ((skb = dequeue(qs))) {
		any = true;
		if (qs->conn)
			receive_train(sk, skb, quic_now());
		else
			kfree_skb(skb);
	}
	if (any && qs->conn)
		quic_sock_update(sk);
	return any;
}

void quic_sock_receive(struct sock *sk)
{
	bh_lock_sock(sk);
	if (sock_owned_by_user(sk)) {
		set_bit(QUIC_PENDING_RX, &quic_sk(sk)->pending);
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVBACKLOGS);
	} else {
		work_off(sk);
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVFASTPATHS);
	}
	bh_unlock_sock(sk);
}

/*
 * In release_sock(), before the ownership ends. As with the generic backlog the spinlock is dropped
 * meanwhile: packets that arrive now are queued, and seen by the next round.
 */
void quic_release_cb(struct sock *sk)
	__releases(&sk->sk_lock.slock) __acquires(&sk->sk_lock.slock)
{
	struct quic_sock *qs = quic_sk(sk);

	while (READ_ONCE(qs->pending)) {
		bool timer = test_and_clear_bit(QUIC_PENDING_TIMER, &qs->pending);
		bool too_big = test_and_clear_bit(QUIC_PENDING_TOO_BIG, &qs->pending);

		clear_bit(QUIC_PENDING_RX, &qs->pending);
		spin_unlock_bh(&sk->sk_lock.slock);
		work_off(sk);
		if (too_big)
			quic_icmp_work_off(sk);
		if (timer)
			quic_timer_expired(sk);
		cond_resched();
		spin_lock_bh(&sk->sk_lock.slock);
	}
}
