// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that the engine wants to send now, train by train.
 *
 * Pacing. Where the queueing discipline of the device is fq, it waits: each train is given its
 * departure time and handed over a little before it. fq says so itself, in the socket of the first
 * packet that it sees (SK_PACING_FQ), whatever the transport; another route starts anew (route.c).
 * Elsewhere the connection's timer waits. SO_MAX_PACING_RATE bounds both, at any time (S2.45).
 */
#include "../udp/transmit.h"
#include "mtu.h"
#include "net.h"
#include "sock.h"

/* How early fq gets a train: it has the next one by then although the timer may be late. */
#define PACING_AHEAD	(2 * NSEC_PER_MSEC)

static void update_pacing(struct sock *sk)
{
	unsigned long rate = READ_ONCE(sk->sk_max_pacing_rate);
	bool fq = smp_load_acquire(&sk->sk_pacing_status) == SK_PACING_FQ;

	quic_conn_set_pacing(quic_sk(sk)->conn, rate == ~0UL ? U64_MAX : rate,
			     fq ? PACING_AHEAD : 0);
}

void quic_sock_transmit(struct sock *sk)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	u64 now = quic_now();
	int packets;
	size_t size;

	update_pacing(sk);
	if (!quic_conn_transmit_size(conn, now))
		return;
	quic_mtu_check(sk);
	while ((size = quic_conn_transmit_size(conn, now))) {
		struct quic_train train = { .max_segments = QUIC_TRAIN_SEGMENTS_MAX };
		struct sk_buff *skb = quic_train_alloc(size, min_t(size_t, size, quic_sk(sk)->mtu));

		if (!skb) {
			quic_conn_transmit_later(conn, now);
			break;
		}
		train.buf = skb->data;
		train.cap = min_t(size_t, skb_tailroom(skb), QUIC_TRAIN_BYTES_MAX);
		packets = quic_conn_transmit(conn, now, &train);
		if (packets <= 0) {
			if (packets < 0)
				QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_ENCDROP);
			kfree_skb(skb);
			break;
		}
		skb_put(skb, train.len);
		quic_train_send(sk, skb, &train);
	}
}
