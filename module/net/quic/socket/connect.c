// SPDX-License-Identifier: GPL-2.0-only
/* connect(): everything of a connection but packets (2.7 of the API). */
#include "../udp/endpoint.h"
#include "../udp/route.h"
#include "addr.h"
#include "bind.h"

/* The address to leave from: S2.32. */
static int local_for(const struct quic_sock *qs, const struct quic_addr *remote,
		     struct quic_addr *local)
{
	*local = qs->local;
	if (!qs->endpoint) {
		memset(local, 0, sizeof(*local));
	} else if (local->family != remote->family) {
		/* Only a dual-stack wildcard serves the other family. */
		if (remote->family == 6 || !quic_addr_any(local) || qs->inet.sk.sk_ipv6only)
			return -EINVAL;
	}
	local->family = remote->family;
	return 0;
}

static int begin(struct sock *sk, const struct quic_addr *local, const struct quic_addr *remote,
		 u32 mtu)
{
	struct quic_conn_config *config;
	struct quic_sock *qs = quic_sk(sk);
	struct quic_conn *conn;
	int err = -ENOMEM;

	config = kzalloc(sizeof(*config), GFP_KERNEL);
	conn = quic_host_conn_new(sk);
	if (!config || !conn)
		goto free;
	quic_config_fill(qs, mtu, config);
	qs->local = *local;
	qs->remote = *remote;
	qs->mtu = mtu;
	err = quic_conn_connect(conn, &quic_host_ops, config, local, remote, quic_now());
	if (err)
		goto free;
	if (qs->token_len)
		err = quic_conn_set_token(conn, qs->token, qs->token_len);
	if (err) {
		quic_conn_destroy(conn);
		goto free;
	}
	quic_sock_start(sk, conn);
	kfree_sensitive(config);
	return 0;
free:
	quic_host_conn_free(conn);
	kfree_sensitive(config);
	return err;
}

static int do_connect(struct sock *sk, const struct quic_addr *remote)
{
	struct quic_sock *qs = quic_sk(sk);
	bool bound = qs->endpoint;
	struct quic_addr local, old = qs->local;
	struct dst_entry *dst;
	int err;
	u32 mtu;

	err = local_for(qs, remote, &local);
	if (err)
		return err;
	dst = quic_route_lookup(sk, &local, remote);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	mtu = quic_route_mtu(sk, dst, remote->family);
	dst_release(dst);
	if (!bound) {
		err = quic_bind_endpoint(sk, &local, &qs->endpoint);
		if (err)
			return err;
	}
	err = begin(sk, &local, remote, mtu);
	if (err) {
		qs->local = old;
		memset(&qs->remote, 0, sizeof(qs->remote));
		if (!bound) {
			quic_endpoint_put(qs->endpoint);
			qs->endpoint = NULL;
		}
		return err;
	}
	quic_addr_publish(sk, &qs->local, &qs->remote);
	quic_sock_update(sk);
	return 0;
}

int quic_connect(struct socket *sock, quic_sockaddr *uaddr, int len, int flags)
{
	struct sock *sk = sock->sk;
	struct quic_addr remote;
	int err;

	lock_sock(sk);
	err = quic_addr_from_user(sk, uaddr, len, false, &remote);
	if (!err && (!remote.port || quic_sk(sk)->conn || sk->sk_state == QUIC_SS_LISTENING))
		err = -EINVAL;
	if (!err)
		err = do_connect(sk, &remote);
	if (!err)
		sock->state = SS_CONNECTED;
	release_sock(sk);
	return err;
}
