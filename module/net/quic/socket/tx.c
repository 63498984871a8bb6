// SPDX-License-Identifier: GPL-2.0-only
/* Everything that the engine wants to send now, train by train. */
#include "../udp/transmit.h"
#include "mtu.h"
#include "net.h"
#include "sock.h"

void quic_sock_transmit(struct sock *sk)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	u64 now = quic_now();
	int packets;
	size_t size;

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
		quic_train_send(sk, skb, train.segment, &train.path->local, &train.path->remote,
				train.ecn);
	}
}
