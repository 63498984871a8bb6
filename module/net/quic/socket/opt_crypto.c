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

/* S5.20: the same for all connections from one address through one listener. */
static int ticket_key(const struct quic_sock *qs, u8 *buf)
{
	u8 label[] = "quic ticket key 0", input[sizeof(label) + sizeof(qs->remote.ip)];
	unsigned int i;
	int err = 0;

	memcpy(input, label, sizeof(label));
	memcpy(input + sizeof(label), qs->remote.ip, sizeof(qs->remote.ip));
	for (i = 0; i < TICKET_KEY_LEN / 32 && !err; i++) {
		input[sizeof(label) - 2] = '0' + i;
		err = quic_hmac(QUIC_HASH_SHA256, qs->secret, sizeof(qs->secret), input,
				sizeof(input), buf + 32 * i);
	}
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
