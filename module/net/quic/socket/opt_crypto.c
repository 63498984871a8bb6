// SPDX-License-Identifier: GPL-2.0-only
/* CRYPTO_SECRET and SESSION_TICKET (5.4 and 5.6 of the API). */
#include <linux/slab.h>

#include "option.h"

#define TICKET_KEY_LEN	64	/* what GnuTLS wants (S5.20) */
#define TICKET_MIN	64
#define TICKET_MAX	4096

static void drop_ticket(struct quic_sock *qs)
{
	kfree_sensitive(qs->ticket);
	qs->ticket = NULL;
	qs->ticket_len = 0;
}

/* S5.4: room for what the new session brings. */
static int set_app_receive_secret(struct quic_sock *qs, const struct quic_crypto_secret *secret)
{
	u8 *ticket = qs->ticket, *token = qs->token;
	u16 ticket_len = qs->ticket_len, token_len = qs->token_len;
	int err;

	/* Packets with it may wait for this very key. */
	qs->ticket = NULL;
	qs->ticket_len = 0;
	qs->token = NULL;
	qs->token_len = 0;
	err = quic_conn_set_secret(qs->conn, secret->level, false, secret->type, secret->secret,
				   quic_now());
	if (err && err != -EPIPE) {
		/* Not installed. */
		qs->ticket = ticket;
		qs->ticket_len = ticket_len;
		qs->token = token;
		qs->token_len = token_len;
		return err;
	}
	kfree_sensitive(ticket);
	kfree(token);
	return err;
}

int quic_opt_set_secret(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_crypto_secret secret;
	int err;

	if (sk->sk_state != QUIC_SS_HANDSHAKING)
		return -EINVAL;
	quic_option_copy(&secret, sizeof(secret), val, len);
	if (secret.level == QUIC_CRYPTO_APP && !secret.send)
		err = set_app_receive_secret(quic_sk(sk), &secret);
	else
		err = quic_conn_set_secret(quic_sk(sk)->conn, secret.level, secret.send, secret.type,
					   secret.secret, quic_now());
	memzero_explicit(&secret, sizeof(secret));
	return err;
}

void quic_sock_store_ticket(struct sock *sk, const u8 *data, size_t len)
{
	u8 *copy = kmemdup(data, len, GFP_ATOMIC | __GFP_NOWARN);

	if (!copy)
		return;
	drop_ticket(quic_sk(sk));
	quic_sk(sk)->ticket = copy;
	quic_sk(sk)->ticket_len = len;
}

int quic_opt_set_ticket(struct sock *sk, const u8 *val, size_t len)
{
	u8 *copy;

	if (len < TICKET_MIN || len > TICKET_MAX)
		return -EINVAL;
	copy = kmemdup(val, len, GFP_KERNEL_ACCOUNT);
	if (!copy)
		return -ENOMEM;
	drop_ticket(quic_sk(sk));
	quic_sk(sk)->ticket = copy;
	quic_sk(sk)->ticket_len = len;
	return 0;
}

/*
 * S5.20: the same for all connections from one address through one listener. A ticket is of no use with
 * another version (RFC 9369, 5), nor after limits were changed: a client that remembers the old ones could
 * break lower ones with 0-RTT, which the server must not let happen (RFC 9000, 7.4.1; RFC 9221, 3).
 */
struct ticket_scope {
	char label[16];
	u64 max_data, max_stream_data_bidi_local, max_stream_data_bidi_remote, max_stream_data_uni;
	u8 ip[16];
	u32 version;
	u16 max_streams_bidi, max_streams_uni, max_datagram_frame_size;
	u8 active_connection_id_limit, part;
	u8 unused[4];
};

static int ticket_key(const struct quic_sock *qs, u8 *buf)
{
	const struct quic_transport_param *params = &qs->params;
	struct ticket_scope scope = {
		.label = "quic ticket key",
		.max_data = params->max_data,
		.max_stream_data_bidi_local = params->max_stream_data_bidi_local,
		.max_stream_data_bidi_remote = params->max_stream_data_bidi_remote,
		.max_stream_data_uni = params->max_stream_data_uni,
		.version = qs->conn->version->number,
		.max_streams_bidi = params->max_streams_bidi,
		.max_streams_uni = params->max_streams_uni,
		.max_datagram_frame_size = params->max_datagram_frame_size,
		.active_connection_id_limit = params->active_connection_id_limit,
	};
	int err = 0;

	memcpy(scope.ip, qs->remote.ip, sizeof(scope.ip));
	for (; scope.part < TICKET_KEY_LEN / 32 && !err; scope.part++)
		err = quic_hmac(QUIC_HASH_SHA256, qs->secret, sizeof(qs->secret),
				(const u8 *)&scope, sizeof(scope), buf + 32 * scope.part);
	return err ?: TICKET_KEY_LEN;
}

int quic_opt_get_ticket(struct sock *sk, u8 *buf, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);

	if (qs->is_server && !quic_sock_is_open(sk))
		return -EPIPE;
	if (qs->is_server && !qs->ticket)
		return len < TICKET_KEY_LEN ? -EINVAL : ticket_key(qs, buf);
	if (!qs->conn || !qs->ticket)
		return 0;
	if (len < qs->ticket_len)
		return -EINVAL;
	memcpy(buf, qs->ticket, qs->ticket_len);
	return qs->ticket_len;
}
