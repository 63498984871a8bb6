// SPDX-License-Identifier: GPL-2.0-only
/* CONNECTION_ID (6.6 of the API). */
#include "option.h"

int quic_opt_set_cid(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_connection_id_info info;

	if (sk->sk_state != QUIC_SS_ESTABLISHED)
		return -EINVAL;
	quic_option_copy(&info, sizeof(info), val, len);
	return quic_conn_set_cids(quic_sk(sk)->conn, info.dest, info.active, info.prior_to,
				  quic_now());
}

int quic_opt_get_cid(struct sock *sk, u8 *buf, size_t len)
{
	struct quic_connection_id_info info = { .dest = !!buf[0] };
	const struct quic_conn *conn = quic_sk(sk)->conn;
	const struct quic_cid_set *set;

	if (sk->sk_state != QUIC_SS_ESTABLISHED)
		return -EINVAL;
	set = info.dest ? &conn->remote_cids : &conn->local_cids;
	info.active = set->active;
	info.prior_to = quic_cid_lowest(set);
	return quic_option_put(buf, len, &info, sizeof(info));
}
