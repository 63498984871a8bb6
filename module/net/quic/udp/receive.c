// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the UDP socket to the QUIC socket that a datagram belongs to.
 *
 * Two steps. Under the endpoint's rx_lock a train is taken from the UDP socket, its connection is
 * looked up, and it is put into that connection's queue: so packets stay in order whichever CPU
 * delivers them. After that, without rx_lock, the connection works off its queue under its own lock:
 * different connections of one port run on different CPUs.
 */
#include <net/udp.h>

#include "../engine/packet.h"
#include "../socket/net.h"
#include "../socket/request.h"
#include "../socket/sock.h"
#include "cid_table.h"
#include "endpoint.h"
#include "peers.h"
#include "receive.h"
#include "skb.h"

/* Connections between the same two addresses that are asked whether a reset is theirs. */
#define RESET_OFFERS_MAX	8

static struct sock *find(struct net *net, const u8 *data, unsigned int len)
{
	struct quic_cid dcid;

	if (!quic_packet_dcid(data, len, QUIC_CID_LEN, &dcid))
		return NULL;
	return quic_cid_table_find(net, &dcid);
}

static bool same_dcid(const u8 *a, unsigned int a_len, const u8 *b, unsigned int b_len)
{
	struct quic_cid x, y;

	return quic_packet_dcid(a, a_len, QUIC_CID_LEN, &x) &&
	       quic_packet_dcid(b, b_len, QUIC_CID_LEN, &y) && quic_cid_equal(&x, &y);
}

/* Do all datagrams of a train belong to @sk, the owner of the first one? */
static bool uniform(struct net *net, struct sk_buff *skb, struct sock *sk)
{
	unsigned int first_len, len;
	struct quic_skb_walk walk;
	struct sock *other;
	u8 *first, *data;

	quic_skb_walk_init(&walk, skb);
	first = quic_skb_walk_next(&walk, &first_len);
	while ((data = quic_skb_walk_next(&walk, &len))) {
		if (same_dcid(first, first_len, data, len))
			continue;
		other = find(net, data, len);
		if (other)
			sock_put(other);
		if (other != sk)
			return false;
	}
	return true;
}

static void deliver(struct sock *sk, struct sk_buff *skb, const u8 *data, unsigned int len)
{
	struct sk_buff *copy = quic_skb_extract(skb, data, len);

	if (copy && quic_sock_enqueue(sk, copy))
		quic_sock_receive(sk);
	sock_put(sk);
}

/*
 * RFC 9000, 10.3.1: what looks like a packet for an ID that nobody has may be a stateless reset for a
 * connection with that peer: whose, its last bytes say.
 */
static void offer_reset(struct net *net, struct sk_buff *skb, const u8 *data, unsigned int len)
{
	struct sock *socks[RESET_OFFERS_MAX];
	struct quic_addr local, remote;
	unsigned int count, i;
	u8 ecn;

	quic_skb_addresses(skb, &local, &remote, &ecn);
	count = quic_peers_find_all(net, &local, &remote, socks, ARRAY_SIZE(socks));
	for (i = 0; i < count; i++)
		deliver(socks[i], skb, data, len);
}

/* Give one datagram of a mixed train to its connection, or to a listener. */
static void route_one(struct quic_endpoint *ep, struct sk_buff *skb, u8 *data, unsigned int len)
{
	struct sock *sk = find(ep->net, data, len);

	if (sk) {
		deliver(sk, skb, data, len);
		return;
	}
	if (len && !(data[0] & 0x80))
		offer_reset(ep->net, skb, data, len);
	quic_request_receive(ep, skb, data, len);
}

/*
 * Take one train from the UDP socket and queue it. Return: false when there is none; *sk has
 * something to work off, or is NULL.
 */
static bool route(struct quic_endpoint *ep, struct sock *usk, struct sock **sk)
{
	struct quic_skb_walk walk;
	struct sk_buff *skb;
	unsigned int len;
	int err = 0;
	u8 *data;

	*sk = NULL;
	skb = skb_recv_udp(usk, MSG_DONTWAIT, &err);
	if (!skb)
		/* An ICMP error was pending: look again. */
		return err && err != -EAGAIN;
	/* UDP's bookkeeping lies over the device. */
	skb->dev = NULL;
	skb = quic_skb_prepare(skb);
	if (!skb) {
		QUIC_INC_STATS(ep->net, QUIC_MIB_PKT_RCVDROP);
		return true;
	}

	quic_skb_walk_init(&walk, skb);
	data = quic_skb_walk_next(&walk, &len);
	if (!data)
		goto out;
	*sk = find(ep->net, data, len);
	if (*sk && uniform(ep->net, skb, *sk)) {
		if (!quic_sock_enqueue(*sk, skb)) {
			sock_put(*sk);
			*sk = NULL;
		}
		return true;
	}
	if (*sk)
		sock_put(*sk);
	*sk = NULL;
	do {
		route_one(ep, skb, data, len);
	} while ((data = quic_skb_walk_next(&walk, &len)));
out:
	consume_skb(skb);
	return true;
}

void quic_endpoint_data_ready(struct sock *usk)
{
	struct quic_endpoint *ep;
	struct sock *sk;
	bool more;

	rcu_read_lock();
	ep = rcu_dereference_sk_user_data(usk);
	while (ep) {
		spin_lock_bh(&ep->rx_lock);
		more = route(ep, usk, &sk);
		spin_unlock_bh(&ep->rx_lock);
		if (sk) {
			quic_sock_receive(sk);
			sock_put(sk);
		}
		if (!more)
			break;
	}
	rcu_read_unlock();
}
