// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a connection receives: at the UDP endpoint of its address, and while it migrates, or has a
 * preferred address, at others too (6.8 of the API).
 */
#include "../udp/endpoint.h"
#include "../udp/peers.h"
#include "../udp/route.h"
#include "addr.h"
#include "bind.h"
#include "migrate.h"
#include "option.h"

static bool covers(const struct quic_endpoint *ep, const struct quic_addr *addr)
{
	if (!ep || ep->addr.port != addr->port)
		return false;
	if (quic_addr_any(&ep->addr))
		return ep->addr.family == addr->family || (addr->family == 4 && !ep->v6only);
	return ep->addr.family == addr->family &&
	       !memcmp(ep->addr.ip, addr->ip, sizeof(addr->ip));
}

bool quic_sock_receives_at(const struct quic_sock *qs, const struct quic_addr *addr)
{
	unsigned int i;

	if (covers(qs->endpoint, addr))
		return true;
	for (i = 0; i < ARRAY_SIZE(qs->more); i++)
		if (covers(qs->more[i], addr))
			return true;
	return false;
}

/* Does a path of the connection, or its preferred address, need the endpoint? */
static bool needed(const struct quic_conn *conn, const struct quic_endpoint *ep)
{
	const struct quic_params *params = &conn->config.params;
	unsigned int i;

	for (i = 0; i < QUIC_PATHS_MAX; i++)
		if (conn->path[i].used && covers(ep, &conn->path[i].local))
			return true;
	return conn->is_server && params->has_preferred &&
	       (covers(ep, &params->preferred_v4) || covers(ep, &params->preferred_v6));
}

void quic_sock_paths_changed(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	const struct quic_path *path = &qs->conn->path[qs->conn->proven_path];
	struct quic_endpoint *first = qs->endpoint;
	unsigned int i;

	quic_peers_set(sk, &path->local, &path->remote);
	quic_addr_publish(sk, &qs->local, &qs->remote);
	for (i = 0; i < ARRAY_SIZE(qs->more); i++) {
		if (!covers(qs->endpoint, &path->local) && covers(qs->more[i], &path->local)) {
			/* /proc shows it. */
			WRITE_ONCE(qs->endpoint, qs->more[i]);
			qs->more[i] = first;
		}
		if (qs->more[i] && !needed(qs->conn, qs->more[i])) {
			quic_endpoint_put(qs->more[i]);
			qs->more[i] = NULL;
		}
	}
}

void quic_sock_put_endpoints(struct quic_sock *qs)
{
	unsigned int i;

	if (qs->endpoint)
		quic_endpoint_put(qs->endpoint);
	qs->endpoint = NULL;
	for (i = 0; i < ARRAY_SIZE(qs->more); i++) {
		if (qs->more[i])
			quic_endpoint_put(qs->more[i]);
		qs->more[i] = NULL;
	}
}

/* There is always room: no more paths and preferred addresses exist. */
void quic_sock_add_endpoint(struct quic_sock *qs, struct quic_endpoint *endpoint)
{
	struct quic_endpoint **slot = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(qs->more); i++) {
		if (qs->more[i] == endpoint)
			break;
		if (!qs->more[i])
			slot = &qs->more[i];
	}
	if (i == ARRAY_SIZE(qs->more) && endpoint != qs->endpoint && !WARN_ON_ONCE(!slot))
		*slot = endpoint;
	else
		quic_endpoint_put(endpoint);	/* one use is enough */
}

/* S6.21: a server tells its client of another address. */
static int set_preferred(struct sock *sk, struct quic_addr *addr)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_endpoint *endpoint;
	int err;

	if (!qs->is_server || qs->conn->remote.disable_active_migration)
		return -EINVAL;
	err = quic_bind_endpoint(sk, addr, &endpoint);
	if (err)
		return err;
	err = quic_conn_set_preferred(qs->conn, addr);
	if (err) {
		quic_endpoint_put(endpoint);
		return err;
	}
	quic_sock_add_endpoint(qs, endpoint);
	/* It may replace an earlier one. */
	quic_sock_paths_changed(sk);
	return 0;
}

static int check_route(struct sock *sk, const struct quic_addr *local)
{
	struct quic_addr from = *local;
	struct dst_entry *dst;

	dst = quic_route_lookup(sk, &from, &quic_sk(sk)->remote);
	if (IS_ERR(dst))
		return -EINVAL;
	dst_release(dst);
	return 0;
}

/* S6.22 */
static int migrate(struct sock *sk, struct quic_addr *local)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_endpoint *endpoint;
	int err;

	err = quic_conn_may_migrate(qs->conn, local);
	if (err)
		return err;
	err = quic_bind_endpoint(sk, local, &endpoint);
	if (err)
		return err;
	err = check_route(sk, local);
	if (!err)
		err = quic_conn_migrate(qs->conn, local, quic_now());
	if (err) {
		quic_endpoint_put(endpoint);
		return err;
	}
	quic_sock_add_endpoint(qs, endpoint);
	return 0;
}

int quic_opt_set_migration(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_addr addr;
	int err;

	/* S6.20: in this order. */
	err = quic_addr_from_user(sk, val, len, false, &addr);
	if (err)
		return err;
	if (!addr.port)
		return -EINVAL;
	if (!quic_sock_is_open(sk))
		return -EPIPE;
	if (quic_addr_equal(&addr, &qs->local))
		return -EINVAL;
	return sk->sk_state == QUIC_SS_HANDSHAKING ? set_preferred(sk, &addr) : migrate(sk, &addr);
}
