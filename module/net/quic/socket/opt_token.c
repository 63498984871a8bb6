// SPDX-License-Identifier: GPL-2.0-only
/* TOKEN (5.7 and 6.12 of the API): a client's for its next connection, a server's order of one. */
#include <linux/slab.h>

#include "option.h"

#define TOKEN_MAX	120	/* S6.49 */

void quic_sock_drop_token(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	kfree(qs->token);
	qs->token = NULL;
	qs->token_len = 0;
}

/* S5.28, S5.29: from the peer. */
void quic_sock_store_token(struct sock *sk, const u8 *data, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);
	u8 *copy = kmemdup(data, len, GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);

	if (!copy)
		return;
	quic_sock_drop_token(sk);
	qs->token = copy;
	qs->token_len = len;
}

static int set_client(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);
	int err = 0;
	u8 *copy;

	if (!len || len > TOKEN_MAX)
		return -EINVAL;
	copy = kmemdup(val, len, GFP_KERNEL_ACCOUNT);
	if (!copy)
		return -ENOMEM;
	if (qs->conn)
		err = quic_conn_set_token(qs->conn, val, len);
	if (err) {
		kfree(copy);
		return err;
	}
	quic_sock_drop_token(sk);
	qs->token = copy;
	qs->token_len = len;
	return 0;
}

int quic_opt_set_token(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);

	if (!qs->is_server)
		return set_client(sk, val, len);
	return qs->conn ? quic_conn_send_token(qs->conn) : -EINVAL;
}

/* S5.32: also how programs ask for the role. */
int quic_opt_get_token(struct sock *sk, u8 *buf, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);

	if (qs->is_server || len < qs->token_len)
		return -EINVAL;
	if (qs->token_len)
		memcpy(buf, qs->token, qs->token_len);
	return qs->token_len;
}
