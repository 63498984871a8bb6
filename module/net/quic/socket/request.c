// SPDX-License-Identifier: GPL-2.0-only
/* Requests: connections that clients asked for and that nobody has accepted yet. */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "../engine/packet.h"
#include "../udp/endpoint.h"
#include "../udp/skb.h"
#include "listener.h"
#include "memory.h"
#include "net.h"
#include "request.h"
#include "sock.h"
#include "stateless.h"

/* RFC 9000, 7.2 */
#define INITIAL_DCID_MIN	8

/* How long an incomplete ClientHello may take, and how long a request waits for accept(). */
#define UNSORTED_TIME	(10 * HZ)
#define QUEUED_TIME	(30 * HZ)

/* Refusals that wait for the work item. */
#define REFUSED_MAX	16

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

/* RFC 9000, 21.2: is there room for a copy that takes so much memory? Then it is charged. */
static bool charge(struct quic_request *req, unsigned int bytes)
{
	unsigned int pages;

	if (bytes > QUIC_REQUEST_BYTES_MAX - req->bytes)
		return false;
	pages = quic_memory_reserve(bytes);
	if (!pages)
		return false;
	req->bytes += bytes;
	req->pages += pages;
	return true;
}

static bool add_datagram(struct quic_request *req, struct sk_buff *skb, u8 *data, unsigned int len)
{
	struct quic_request_datagram *dgram;
	struct sk_buff *copy;

	/* A repetition of what is here does not take the place of something new. */
	if (req->count == QUIC_REQUEST_DATAGRAMS_MAX)
		return false;
	copy = quic_skb_extract(skb, data, len);
	if (!copy || !charge(req, copy->truesize)) {
		kfree_skb(copy);
		return false;
	}
	dgram = &req->datagrams[req->count++];
	dgram->skb = copy;
	dgram->data = copy->data;
	dgram->len = len;
	return true;
}

static struct quic_request *request_new(const struct quic_packet *pkt, const struct quic_addr *local,
					const struct quic_addr *remote,
					const struct quic_admission *admission)
{
	struct quic_request *req = kzalloc(sizeof(*req), GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);

	if (!req)
		return NULL;
	INIT_LIST_HEAD(&req->node);
	req->local = *local;
	req->remote = *remote;
	req->dcid = pkt->dcid;
	req->admission = *admission;
	return req;
}

void quic_request_free(struct quic_request *req)
{
	unsigned int i;

	for (i = 0; i < req->count; i++)
		consume_skb(req->datagrams[i].skb);
	quic_memory_unreserve(req->pages);
	kfree(req);
}

static void begin_sorting(struct quic_endpoint *ep, struct quic_request *req)
{
	ep->unsorted_count++;
	ep->unproved_count += !req->admission.validated;
	ep->refused_count += !!req->admission.refuse;
	req->expires = jiffies + UNSORTED_TIME;
	list_add_tail(&req->node, &ep->unsorted);
	hlist_add_head(&req->hash, bucket(ep, &req->dcid));
}

/* To the queue of @sk. Return: false if it is full (S2.20). */
static bool enqueue(struct quic_endpoint *ep, struct sock *sk, struct quic_request *req)
{
	struct quic_listen *listen = &quic_sk(sk)->listen;

	if (listen->count > listen->backlog)
		return false;
	ep->unsorted_count--;
	listen->count++;
	req->listener = sk;
	req->expires = jiffies + QUEUED_TIME;
	list_move_tail(&req->node, &listen->requests);
	return true;
}

/* It is in no list any more; the caller frees it. */
static void forget(struct quic_endpoint *ep, struct quic_request *req)
{
	hlist_del(&req->hash);
	list_del(&req->node);
	ep->unproved_count -= !req->admission.validated;
	ep->refused_count -= !!req->admission.refuse;
	if (req->listener)
		quic_sk(req->listener)->listen.count--;
	else
		ep->unsorted_count--;
}

static void drop(struct quic_endpoint *ep, struct quic_request *req)
{
	forget(ep, req);
	quic_request_free(req);
}

static bool begins_connection(const struct quic_packet *pkt, unsigned int len)
{
	/* RFC 9000, 14.1 */
	return pkt->type == QUIC_PACKET_INITIAL && len >= QUIC_INITIAL_MIN &&
	       pkt->dcid.len >= INITIAL_DCID_MIN;
}

/* The first packet of a client. Return: its request; NULL: dropped, or answered by a Retry. */
static struct quic_request *begin(struct quic_endpoint *ep, struct sk_buff *skb,
				  const struct quic_packet *pkt, const struct quic_addr *local,
				  const struct quic_addr *remote)
{
	struct quic_admission admission;
	struct quic_request *req = NULL;

	if (!quic_listener_exists(ep, local))
		return NULL;
	if (!quic_admit(ep, pkt, local, remote, &admission)) {
		quic_stateless_retry(ep, skb, pkt);
		return NULL;
	}
	if (ep->unsorted_count < QUIC_REQUESTS_UNSORTED_MAX &&
	    (!admission.refuse || ep->refused_count < REFUSED_MAX))
		req = request_new(pkt, local, remote, &admission);
	if (req)
		begin_sorting(ep, req);
	return req;
}

/* [endpoint's lock] Return: does it wait for a connection now? Else it may have been answered. */
static bool receive(struct quic_endpoint *ep, struct sk_buff *skb, u8 *data, unsigned int len)
{
	struct quic_addr local, remote;
	struct quic_request *req;
	struct quic_packet pkt;
	bool taken;
	int err;
	u8 ecn;

	if (!(data[0] & 0x80)) {
		quic_stateless_reset(ep, skb, data, len);
		return false;
	}
	err = quic_packet_parse(&pkt, data, len, QUIC_CID_LEN);
	quic_skb_addresses(skb, &local, &remote, &ecn);
	if (err == -EPROTONOSUPPORT && quic_listener_exists(ep, &local))
		quic_stateless_version(ep, skb, &pkt, len);
	if (err)
		return false;
	req = find(ep, &pkt.dcid, &remote);
	if (!req && begins_connection(&pkt, len))
		req = begin(ep, skb, &pkt, &local, &remote);
	if (!req)
		return false;
	taken = add_datagram(req, skb, data, len);
	if (!req->count)
		drop(ep, req);
	else if (!req->listener)
		quic_endpoint_queue_sort(ep, 0);
	return taken;
}

void quic_request_receive(struct quic_endpoint *ep, struct sk_buff *skb, u8 *data, unsigned int len)
{
	bool taken;

	if (hlist_empty(&ep->listeners) || !len) {
		QUIC_INC_STATS(ep->net, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	spin_lock_bh(&ep->lock);
	taken = receive(ep, skb, data, len);
	spin_unlock_bh(&ep->lock);
	if (!taken)
		QUIC_INC_STATS(ep->net, QUIC_MIB_PKT_RCVDROP);
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
	forget(ep, req);
	spin_unlock_bh(&ep->lock);
}

void quic_requests_clear(struct sock *sk)
{
	struct quic_endpoint *ep = quic_sk(sk)->endpoint;
	struct quic_request *req, *tmp;

	spin_lock_bh(&ep->lock);
	list_for_each_entry_safe(req, tmp, &quic_sk(sk)->listen.requests, node)
		drop(ep, req);
	spin_unlock_bh(&ep->lock);
}

/*
 * Look at one request that has something new. Only the work item removes unsorted requests, so it
 * stays while the lock is dropped; datagrams may be added meanwhile. Return: false if there is none.
 */
static bool sort_one(struct quic_endpoint *ep)
{
	bool found = false, dispatch;
	struct quic_request *req;
	struct sock *sk = NULL;
	u8 alpn[QUIC_ALPN_MAX];
	int len, count, refuse;

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
	refuse = req->admission.refuse;
	dispatch = !refuse && quic_listener_by_alpn(ep, &req->local);
	spin_unlock_bh(&ep->lock);

	len = quic_client_hello_read(req->datagrams, count, &req->dcid, dispatch ? alpn : NULL);

	rcu_read_lock();
	spin_lock_bh(&ep->lock);
	req->inspected = count;
	if (len == -EAGAIN) {
		req = NULL;
		goto out;
	}
	if (len >= 0 && !refuse)
		sk = quic_listener_choose(ep, &req->local, &req->remote, alpn, len);
	if (sk && enqueue(ep, sk, req)) {
		sk->sk_data_ready(sk);
		req = NULL;
		goto out;
	}
	if (sk)
		refuse = QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED;
	forget(ep, req);
out:
	spin_unlock_bh(&ep->lock);
	rcu_read_unlock();
	if (!req)
		return true;
	if (len >= 0 && refuse)
		quic_stateless_refuse(ep, req, refuse);
	quic_request_free(req);
	return true;
}

/* Slowloris: what waited too long makes room. Return: is there anything left that waits? */
static bool expire(struct quic_endpoint *ep, struct list_head *requests)
{
	struct quic_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, requests, node)
		if (!req->accepting && time_after(jiffies, req->expires))
			drop(ep, req);
	return !list_empty(requests);
}

void quic_requests_sort(struct work_struct *work)
{
	struct quic_endpoint *ep = container_of(work, struct quic_endpoint, sort.work);
	struct quic_sock *qs;
	bool left;

	while (sort_one(ep))
		cond_resched();
	spin_lock_bh(&ep->lock);
	if (hlist_empty(&ep->listeners))
		quic_requests_clear_unsorted(ep);
	left = expire(ep, &ep->unsorted);
	hlist_for_each_entry(qs, &ep->listeners, listen.node)
		left |= expire(ep, &qs->listen.requests);
	if (left)
		quic_endpoint_queue_sort(ep, UNSORTED_TIME);
	spin_unlock_bh(&ep->lock);
}

void quic_requests_clear_unsorted(struct quic_endpoint *ep)
{
	struct quic_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, &ep->unsorted, node)
		drop(ep, req);
}
