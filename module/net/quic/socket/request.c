// SPDX-License-Identifier: GPL-2.0-only
/* Requests: connections that clients asked for and that nobody has accepted yet. */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "../engine/packet.h"
#include "../udp/endpoint.h"
#include "../udp/skb.h"
#include "../udp/transmit.h"
#include "listener.h"
#include "net.h"
#include "request.h"
#include "sock.h"

/* RFC 9000, 7.2 */
#define INITIAL_DCID_MIN	8

/* Stateless answers of one endpoint in a second. */
#define REPLIES_MAX	2000

/* How long an incomplete ClientHello may take. */
#define UNSORTED_TIME	(10 * HZ)

static struct hlist_head *bucket(struct quic_endpoint *ep, const struct quic_cid *dcid)
{
	return &ep->requests[jhash(dcid->id, dcid->len, 0) & ((1 << QUIC_REQUEST_HASH_BITS) - 1)];
}

static struct quic_request *find(struct quic_endpoint *ep, const struct quic_cid *dcid,
				 const struct quic_addr *remote)
{
	struct quic_request *req;

	hlist_for_each_entry(req, bucket(ep, dcid), hash)
		if (quic_cid_equal(&req->dcid, dcid) && quic_addr_equal(&req->remote, remote))
			return req;
	return NULL;
}

static void add_datagram(struct quic_request *req, struct sk_buff *skb, u8 *data, unsigned int len)
{
	struct quic_request_datagram *dgram;

	/* A repetition of what is here does not take the place of something new. */
	if (req->count == QUIC_REQUEST_DATAGRAMS_MAX)
		return;
	dgram = &req->datagrams[req->count++];
	dgram->skb = skb_get(skb);
	dgram->data = data;
	dgram->len = len;
}

static struct quic_request *request_new(const struct quic_packet *pkt, const struct quic_addr *local,
					const struct quic_addr *remote)
{
	struct quic_request *req = kzalloc(sizeof(*req), GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);

	if (!req)
		return NULL;
	INIT_LIST_HEAD(&req->node);
	req->local = *local;
	req->remote = *remote;
	req->dcid = pkt->dcid;
	return req;
}

void quic_request_free(struct quic_request *req)
{
	unsigned int i;

	for (i = 0; i < req->count; i++)
		consume_skb(req->datagrams[i].skb);
	kfree(req);
}

/* To the queue of @sk. Return: false if it is full. */
static bool enqueue(struct sock *sk, struct quic_request *req)
{
	struct quic_listen *listen = &quic_sk(sk)->listen;

	if (listen->count > listen->backlog)
		return false;
	listen->count++;
	req->listener = sk;
	list_add_tail(&req->node, &listen->requests);
	return true;
}

static void begin_sorting(struct quic_endpoint *ep, struct quic_request *req)
{
	ep->unsorted_count++;
	req->expires = jiffies + UNSORTED_TIME;
	list_add_tail(&req->node, &ep->unsorted);
	hlist_add_head(&req->hash, bucket(ep, &req->dcid));
}

static bool reply_allowed(struct quic_endpoint *ep)
{
	if (time_after(jiffies, ep->replies_since + HZ)) {
		ep->replies_since = jiffies;
		ep->replies = 0;
	}
	return ep->replies++ < REPLIES_MAX;
}

/*
 * RFC 9000, 5.2.2, 6.1 and 21.5.5: only for datagrams that could begin a connection in some version,
 * and hardly more than they brought.
 */
static void negotiate_version(struct quic_endpoint *ep, struct sk_buff *skb,
			      const struct quic_packet *pkt, unsigned int len)
{
	u8 buf[600];
	size_t n;

	if (len < QUIC_INITIAL_MIN || !reply_allowed(ep))
		return;
	n = quic_packet_version_negotiation(pkt, buf, sizeof(buf));
	if (n)
		quic_reply_send(ep->net, skb, ep->ifindex, buf, n);
}

static bool begins_connection(const struct quic_packet *pkt, unsigned int len)
{
	/* RFC 9000, 14.1 */
	return pkt->type == QUIC_PACKET_INITIAL && len >= QUIC_INITIAL_MIN &&
	       pkt->dcid.len >= INITIAL_DCID_MIN;
}

void quic_request_receive(struct quic_endpoint *ep, struct sk_buff *skb, u8 *data, unsigned int len)
{
	struct quic_addr local, remote;
	struct quic_request *req;
	struct quic_packet pkt;
	int err;
	u8 ecn;

	if (hlist_empty(&ep->listeners) || !len || !(data[0] & 0x80))
		return;
	err = quic_packet_parse(&pkt, data, len, QUIC_CID_LEN);
	quic_skb_addresses(skb, &local, &remote, &ecn);

	spin_lock_bh(&ep->lock);
	if (err == -EPROTONOSUPPORT && (quic_listener_by_alpn(ep, &local) ||
					quic_listener_choose(ep, &local, &remote, NULL, 0)))
		negotiate_version(ep, skb, &pkt, len);
	if (err)
		goto out;

	req = find(ep, &pkt.dcid, &remote);
	if (req) {
		add_datagram(req, skb, data, len);
	} else if (begins_connection(&pkt, len)) {
		if (ep->unsorted_count < QUIC_REQUESTS_UNSORTED_MAX)
			req = request_new(&pkt, &local, &remote);
		if (!req) {
			QUIC_INC_STATS(ep->net, QUIC_MIB_PKT_RCVDROP);
			goto out;
		}
		add_datagram(req, skb, data, len);
		begin_sorting(ep, req);
	}
	if (req && !req->listener)
		quic_endpoint_queue_sort(ep, 0);
out:
	spin_unlock_bh(&ep->lock);
}

struct quic_request *quic_request_take(struct sock *sk)
{
	struct quic_endpoint *ep = quic_sk(sk)->endpoint;
	struct quic_request *req, *found = NULL;

	spin_lock_bh(&ep->lock);
	list_for_each_entry(req, &quic_sk(sk)->listen.requests, node) {
		if (req->accepting)
			continue;
		req->accepting = true;
		found = req;
		break;
	}
	spin_unlock_bh(&ep->lock);
	return found;
}

void quic_request_unlink(struct sock *sk, struct quic_request *req)
{
	struct quic_endpoint *ep = quic_sk(sk)->endpoint;

	spin_lock_bh(&ep->lock);
	hlist_del(&req->hash);
	list_del(&req->node);
	quic_sk(sk)->listen.count--;
	spin_unlock_bh(&ep->lock);
}

void quic_requests_clear(struct sock *sk)
{
	struct quic_endpoint *ep = quic_sk(sk)->endpoint;
	struct quic_listen *listen = &quic_sk(sk)->listen;
	struct quic_request *req, *tmp;

	spin_lock_bh(&ep->lock);
	list_for_each_entry_safe(req, tmp, &listen->requests, node) {
		hlist_del(&req->hash);
		list_del(&req->node);
		quic_request_free(req);
	}
	listen->count = 0;
	spin_unlock_bh(&ep->lock);
}

static void drop_unsorted(struct quic_endpoint *ep, struct quic_request *req)
{
	hlist_del(&req->hash);
	list_del(&req->node);
	ep->unsorted_count--;
	quic_request_free(req);
}

/*
 * Look at one request that has something new. Only the work item removes unsorted requests, so it
 * stays while the lock is dropped; datagrams may be added meanwhile. Return: false if there is none.
 */
static bool sort_one(struct quic_endpoint *ep)
{
	struct quic_request *req;
	struct sock *sk = NULL;
	u8 alpn[QUIC_ALPN_MAX];
	bool found = false, dispatch;
	int len, count;

	spin_lock_bh(&ep->lock);
	list_for_each_entry(req, &ep->unsorted, node) {
		found = req->inspected < req->count;
		if (found)
			break;
	}
	if (!found) {
		spin_unlock_bh(&ep->lock);
		return false;
	}
	count = req->count;
	dispatch = quic_listener_by_alpn(ep, &req->local);
	spin_unlock_bh(&ep->lock);

	len = quic_client_hello_read(req->datagrams, count, &req->dcid, dispatch ? alpn : NULL);

	rcu_read_lock();
	spin_lock_bh(&ep->lock);
	req->inspected = count;
	if (len == -EAGAIN)
		goto out;
	if (len >= 0)
		sk = quic_listener_choose(ep, &req->local, &req->remote, alpn, len);
	if (!sk) {
		drop_unsorted(ep, req);
		goto out;
	}
	list_del(&req->node);
	ep->unsorted_count--;
	if (enqueue(sk, req)) {
		sk->sk_data_ready(sk);
	} else {
		hlist_del(&req->hash);
		quic_request_free(req);
	}
out:
	spin_unlock_bh(&ep->lock);
	rcu_read_unlock();
	return true;
}

void quic_requests_sort(struct work_struct *work)
{
	struct quic_endpoint *ep = container_of(work, struct quic_endpoint, sort.work);
	struct quic_request *req, *tmp;

	while (sort_one(ep))
		cond_resched();
	spin_lock_bh(&ep->lock);
	list_for_each_entry_safe(req, tmp, &ep->unsorted, node)
		if (time_after(jiffies, req->expires) || hlist_empty(&ep->listeners))
			drop_unsorted(ep, req);
	if (ep->unsorted_count)
		quic_endpoint_queue_sort(ep, UNSORTED_TIME);
	spin_unlock_bh(&ep->lock);
}

void quic_requests_clear_unsorted(struct quic_endpoint *ep)
{
	struct quic_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, &ep->unsorted, node)
		drop_unsorted(ep, req);
}
