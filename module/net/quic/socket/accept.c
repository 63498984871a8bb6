// SPDX-License-Identifier: GPL-2.0-only
/* accept(): the socket and the connection for a request (2.6 of the API). */
#include <linux/slab.h>

#include "../udp/endpoint.h"
#include "../udp/route.h"
#include "addr.h"
#include "bind.h"
#include "listener.h"
#include "memory.h"
#include "wait.h"

/* What a clone must not share with the listener. */
static void separate(struct sock *sk, struct sock *child)
{
	struct quic_sock *qs = quic_sk(child);
	struct inet_sock *inet = inet_sk(child);

	inet->mc_list = NULL;
	RCU_INIT_POINTER(inet->inet_opt, NULL);
	if (child->sk_family == AF_INET6) {
		struct ipv6_pinfo *np = &container_of(qs, struct quic6_sock, quic)->inet6;

		inet->pinet6 = np;
		memcpy(np, inet6_sk(sk), sizeof(*np));
		np->ipv6_mc_list = NULL;
		np->ipv6_ac_list = NULL;
		RCU_INIT_POINTER(quic_fl_list(child), NULL);
		np->pktoptions = NULL;
		RCU_INIT_POINTER(np->opt, NULL);
	}
	qs->endpoint = NULL;
	memset(qs->more, 0, sizeof(qs->more));
	qs->conn = NULL;
	qs->pending = 0;
	qs->wake = 0;
	qs->ticket = NULL;
	qs->ticket_len = 0;
	qs->token = NULL;
	qs->token_len = 0;
	memset(&qs->close, 0, sizeof(qs->close));
	memset(&qs->listen, 0, sizeof(qs->listen));
	quic_sock_init_state(child);
}

static struct sock *clone(struct sock *sk)
{
	struct sock *child = sk_clone_lock(sk, GFP_KERNEL);

	if (!child)
		return NULL;
	/* sk_clone_lock() has no annotation for sparse. */
	__acquire(&child->sk_lock.slock);
	bh_unlock_sock(child);
	inet_sk_set_state(child, QUIC_SS_CLOSED);
	quic_memory_clone(child);
	separate(sk, child);
	/* sk_clone_lock() returns two references. */
	sock_put(child);
	return child;
}

/* The route of the new connection, and with it its addresses. */
static int set_path(struct sock *sk, struct sock *child, const struct quic_request *req)
{
	struct quic_sock *qs = quic_sk(child);
	struct quic_addr local = req->local;
	struct dst_entry *dst;

	dst = quic_route_lookup(child, &local, &req->remote);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	qs->mtu = quic_route_mtu(&qs->inet.sk, dst, req->remote.family);
	dst_release(dst);
	qs->local = req->local;
	qs->remote = req->remote;
	qs->endpoint = quic_sk(sk)->endpoint;
	quic_endpoint_hold(qs->endpoint);
	quic_addr_publish(child, &qs->local, &qs->remote);
	return 0;
}

static int start_conn(struct sock *child, const struct quic_request *req)
{
	const struct quic_request_datagram *first = &req->datagrams[0];
	const struct quic_admission *adm = &req->admission;
	struct quic_sock *qs = quic_sk(child);
	struct quic_conn_config *config;
	struct quic_conn *conn;
	struct quic_packet pkt;
	int err = -ENOMEM;

	config = kzalloc(sizeof(*config), GFP_KERNEL);
	conn = quic_host_conn_new(child);
	if (!config || !conn)
		goto free;
	quic_config_fill(qs, qs->mtu, config);
	err = quic_packet_parse(&pkt, first->data, first->len, QUIC_CID_LEN);
	if (!err)
		err = quic_conn_accept(conn, &quic_host_ops, config, &req->local, &req->remote, &pkt,
				       adm->answers_retry ? &adm->original_dcid : NULL,
				       adm->answers_retry ? &pkt.dcid : NULL, adm->validated,
				       quic_now());
	if (err)
		goto free;
	quic_sock_start(child, conn);
	kfree_sensitive(config);
	return 0;
free:
	quic_host_conn_free(conn);
	kfree_sensitive(config);
	return err;
}

/*
 * Consumes @req. Return: the new socket, or an ERR_PTR(); -EBADMSG if none of its packets could be
 * opened, so that there is no client; -EEXIST if its connection is accepted: a packet that came again
 * from another address, or was on its way meanwhile, has begun the request.
 */
static struct sock *accept_request(struct sock *sk, struct quic_request *req)
{
	struct sock *child = clone(sk);
	unsigned int i;
	int err;

	if (!child) {
		quic_request_unlink(sk, req);
		quic_request_free(req);
		return ERR_PTR(-ENOMEM);
	}
	lock_sock_nested(child, SINGLE_DEPTH_NESTING);
	err = set_path(sk, child, req);
	if (!err)
		err = start_conn(child, req);
	/* From here on packets find the new socket, or the request is given up. */
	quic_request_unlink(sk, req);
	if (!err) {
		for (i = 0; i < req->count; i++)
			if (quic_rmem_charge_skb(child, req->datagrams[i].skb))
				quic_sock_datagram(child, req->datagrams[i].skb,
						   req->datagrams[i].data, req->datagrams[i].len,
						   quic_now());
		if (!quic_sk(child)->conn->stats.packets_received)
			err = -EBADMSG;
	}
	if (!err) {
		quic_sock_update(child);
	} else {
		sock_orphan(child);
		quic_sock_kill(child);
	}
	/* What nobody reads is charged to the child: it goes under its lock. */
	quic_request_free(req);
	release_sock(child);
	if (!err)
		return child;
	sock_put(child);
	return ERR_PTR(err);
}

int quic_accept(struct socket *sock, struct socket *newsock, int flags, bool kern)
{
	struct sock *sk = sock->sk, *child;
	struct quic_request *req;
	long timeo;
	int err;

	lock_sock(sk);
	timeo = sock_rcvtimeo(sk, flags & O_NONBLOCK);
	for (;;) {
		err = -EINVAL;
		if (sk->sk_state != QUIC_SS_LISTENING)
			break;
		req = quic_request_take(sk);
		if (!req) {
			err = quic_wait_request(sk, &timeo);
			if (err)
				break;
			continue;
		}
		child = accept_request(sk, req);
		err = PTR_ERR_OR_ZERO(child);
		if (err != -EBADMSG && err != -EEXIST)
			break;
	}
	if (!err) {
		sock_graft(child, newsock);
		newsock->state = SS_CONNECTED;
	}
	release_sock(sk);
	return err;
}
