// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP endpoints.
 *
 * The UDP socket only receives, and keeps the port; datagrams are sent on behalf of the QUIC socket
 * (transmit.c). It is an ordinary UDP socket with its own data_ready, and no encapsulation socket:
 * the stack segments GSO packets before it gives them to encap_rcv (udp_unexpected_gso()), while a
 * socket with UDP_GRO gets trains whole, which is the point.
 *
 * The last put may happen in softirq, so the socket is closed by a work item of the namespace. Until
 * then the endpoint stays in the table, and a bind takes it over.
 */
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/udp.h>

#include "../compat.h"
#include "../socket/net.h"
#include "../socket/request.h"
#include "endpoint.h"
#include "icmp.h"
#include "receive.h"

/* What waits here waits for microseconds; a burst of trains must fit (a train is up to 64 KiB). */
#define ENDPOINT_RCVBUF	(8 << 20)

struct workqueue_struct *quic_wq;

static bool covers(const struct quic_endpoint *ep, const struct quic_addr *addr, bool v6only,
		   int ifindex)
{
	if (ep->addr.port != addr->port || ep->ifindex != ifindex)
		return false;
	if (!quic_addr_any(&ep->addr))
		return quic_addr_equal(&ep->addr, addr);
	if (addr->family == 4)
		return ep->addr.family == 4 || !ep->v6only;
	/* A dual-stack wildcard needs a dual-stack socket. */
	return ep->addr.family == 6 && (!quic_addr_any(addr) || v6only || !ep->v6only);
}

static int bind_socket(struct socket *sock, struct quic_addr *addr)
{
	struct sockaddr_in6 sin6 = {};
	struct sockaddr_in sin = {};
	int err;

	if (addr->family == 4) {
		sin.sin_family = AF_INET;
		sin.sin_port = htons(addr->port);
		memcpy(&sin.sin_addr, addr->ip, sizeof(sin.sin_addr));
		err = kernel_bind(sock, (quic_sockaddr *)&sin, sizeof(sin));
	} else {
		sin6.sin6_family = AF_INET6;
		sin6.sin6_port = htons(addr->port);
		sin6.sin6_scope_id = addr->scope;
		memcpy(&sin6.sin6_addr, addr->ip, sizeof(sin6.sin6_addr));
		err = kernel_bind(sock, (quic_sockaddr *)&sin6, sizeof(sin6));
	}
	if (!err)
		addr->port = inet_sk(sock->sk)->inet_num;
	return err;
}

static int open_socket(struct quic_endpoint *ep)
{
	int family = ep->addr.family == 4 ? AF_INET : AF_INET6, one = 1, err;
	struct socket *sock;
	struct sock *sk;

	err = sock_create_kern(ep->net, family, SOCK_DGRAM, IPPROTO_UDP, &sock);
	if (err)
		return err;
	sk = sock->sk;
	if (ep->ifindex)
		err = sock_bindtoindex(sk, ep->ifindex, true);
	if (!err)
		err = sock->ops->setsockopt(sock, SOL_UDP, UDP_GRO, KERNEL_SOCKPTR(&one),
					    sizeof(one));
	if (err)
		goto release;
	lock_sock(sk);
	if (family == AF_INET6)
		sk->sk_ipv6only = ep->v6only;
	sk->sk_rcvbuf = ENDPOINT_RCVBUF;
	sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	rcu_assign_sk_user_data(sk, ep);
	WRITE_ONCE(sk->sk_data_ready, quic_endpoint_data_ready);
	/* Its ICMP is judged by connections; any type will do, for there is no encap_rcv. */
	WRITE_ONCE(udp_sk(sk)->encap_err_lookup, quic_icmp_error);
	WRITE_ONCE(udp_sk(sk)->encap_type, U8_MAX);
	release_sock(sk);

	err = bind_socket(sock, &ep->addr);
	if (err)
		goto release;
	ep->sock = sock;
	return 0;
release:
	rcu_assign_sk_user_data(sk, NULL);
	sock_release(sock);
	return err;
}

/* The work item of a namespace: close the sockets that nobody uses. */
void quic_endpoints_reap(struct work_struct *work)
{
	struct quic_net *qn = container_of(work, struct quic_net, reap);
	struct quic_endpoint *ep;
	struct hlist_node *tmp;
	HLIST_HEAD(dead);
	unsigned int i;

	mutex_lock(&qn->endpoints_lock);
	for (i = 0; i < ARRAY_SIZE(qn->endpoints); i++) {
		hlist_for_each_entry_safe(ep, tmp, &qn->endpoints[i], node) {
			if (atomic_read(&ep->users))
				continue;
			hlist_del(&ep->node);
			hlist_add_head(&ep->node, &dead);
			rcu_assign_sk_user_data(ep->sock->sk, NULL);
			sock_release(ep->sock);
		}
	}
	mutex_unlock(&qn->endpoints_lock);
	if (hlist_empty(&dead))
		return;
	/* Readers who still see it find no listener, so they queue no work after this. */
	synchronize_rcu();
	hlist_for_each_entry_safe(ep, tmp, &dead, node) {
		cancel_delayed_work_sync(&ep->sort);
		quic_requests_clear_unsorted(ep);
		kfree(ep);
	}
}

static struct quic_endpoint *endpoint_new(struct net *net, const struct quic_addr *addr,
					  bool v6only, int ifindex)
{
	struct quic_endpoint *ep = kzalloc(sizeof(*ep), GFP_KERNEL_ACCOUNT);

	if (!ep)
		return NULL;
	ep->net = net;
	ep->addr = *addr;
	ep->v6only = v6only;
	ep->ifindex = ifindex;
	atomic_set(&ep->users, 1);
	spin_lock_init(&ep->rx_lock);
	spin_lock_init(&ep->lock);
	INIT_HLIST_HEAD(&ep->listeners);
	INIT_LIST_HEAD(&ep->unsorted);
	INIT_DELAYED_WORK(&ep->sort, quic_requests_sort);
	return ep;
}

int quic_endpoint_get(struct net *net, struct quic_addr *addr, bool v6only, int ifindex,
		      struct quic_endpoint **endpoint)
{
	struct quic_net *qn = quic_net(net);
	struct quic_endpoint *ep;
	int err = 0;

	mutex_lock(&qn->endpoints_lock);
	if (addr->port) {
		hlist_for_each_entry(ep, &qn->endpoints[hash_32(addr->port,
								QUIC_ENDPOINT_HASH_BITS)], node) {
			if (!covers(ep, addr, v6only, ifindex))
				continue;
			atomic_inc(&ep->users);
			*endpoint = ep;
			goto out;
		}
	}
	ep = endpoint_new(net, addr, v6only, ifindex);
	err = ep ? open_socket(ep) : -ENOMEM;
	if (err) {
		kfree(ep);
		goto out;
	}
	addr->port = ep->addr.port;
	hlist_add_head(&ep->node, &qn->endpoints[hash_32(addr->port, QUIC_ENDPOINT_HASH_BITS)]);
	*endpoint = ep;
out:
	mutex_unlock(&qn->endpoints_lock);
	return err;
}

void quic_endpoint_hold(struct quic_endpoint *ep)
{
	atomic_inc(&ep->users);
}

void quic_endpoint_put(struct quic_endpoint *ep)
{
	struct quic_net *qn = quic_net(ep->net);

	if (atomic_dec_and_test(&ep->users))
		queue_work(quic_wq, &qn->reap);
}

void quic_endpoint_queue_sort(struct quic_endpoint *ep, unsigned long delay)
{
	/* Later never takes the place of now. */
	if (delay)
		queue_delayed_work(quic_wq, &ep->sort, delay);
	else
		mod_delayed_work(quic_wq, &ep->sort, 0);
}

int quic_endpoint_init(void)
{
	quic_wq = alloc_workqueue("quic", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return quic_wq ? 0 : -ENOMEM;
}

void quic_endpoint_flush(void)
{
	flush_workqueue(quic_wq);
}

void quic_endpoint_exit(void)
{
	destroy_workqueue(quic_wq);
}
