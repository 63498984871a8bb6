/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests: connections that clients asked for and that nobody has accepted yet. Their datagrams are
 * kept as they came. Keys take process context (P06): a work item opens a copy of each request's first
 * packets, so that nothing but a real beginning of a connection reaches a listener, and finds the
 * listener for it.
 *
 * Locking: everything is under the lock of the endpoint, taken with bottom halves off.
 */
#ifndef QUIC_SOCKET_REQUEST_H
#define QUIC_SOCKET_REQUEST_H

#include <linux/list.h>
#include <linux/workqueue.h>

#include "../engine/addr.h"
#include "../engine/cid.h"
#include "admission.h"

struct quic_endpoint;
struct sk_buff;
struct sock;

/*
 * A ClientHello may need several datagrams (RFC 9001, 4.3), and 0-RTT may follow: a first flight (RFC 9002,
 * 7.2).
 */
#define QUIC_REQUEST_DATAGRAMS_MAX	16
#define QUIC_REQUESTS_UNSORTED_MAX	256
/* Of memory for them; 0-RTT over the loopback device comes in large datagrams. */
#define QUIC_REQUEST_BYTES_MAX		(128 << 10)

/* A datagram in a copy of its own: what came in a train must not keep the train (P22). */
struct quic_request_datagram {
	struct sk_buff *skb;
	u8 *data;
	unsigned int len;
};

/**
 * struct quic_request - one connection asked for
 * @hash: in quic_endpoint.requests
 * @node: in quic_endpoint.unsorted, or in quic_listen.requests of @listener
 * @listener: whose queue it is in; NULL: unsorted
 * @dcid: Destination Connection ID of the client's first packet
 * @accepting: accept() is at work on it; it stays here until packets find the new socket (P26)
 * @bytes: of memory for @datagrams; @pages: charged for it
 * @inspected: datagrams that were looked at without finding a whole ClientHello
 * @expires: jiffies; a listener that is too slow finds what its clients repeat
 */
struct quic_request {
	struct hlist_node hash;
	struct list_head node;
	struct sock *listener;
	struct quic_addr local, remote;
	struct quic_cid dcid;
	struct quic_admission admission;
	bool accepting;
	u8 count, inspected;
	unsigned int bytes, pages;
	unsigned long expires;
	struct quic_request_datagram datagrams[QUIC_REQUEST_DATAGRAMS_MAX];
};

/* A datagram that belongs to no connection. Softirq; the datagram lies in @skb. */
void quic_request_receive(struct quic_endpoint *ep, struct sk_buff *skb, u8 *data,
			  unsigned int len);

/* The oldest request of a listener that nobody accepts yet, now marked; or NULL. */
struct quic_request *quic_request_take(struct sock *sk);
/* It is accepted, or is not going to be: nothing is added to it any more. The caller frees it. */
void quic_request_unlink(struct sock *sk, struct quic_request *req);
void quic_request_free(struct quic_request *req);
/* All of a listener. */
void quic_requests_clear(struct sock *sk);

/* Work of an endpoint: find the listeners of unsorted requests. */
void quic_requests_sort(struct work_struct *work);
void quic_requests_clear_unsorted(struct quic_endpoint *ep);

#endif
