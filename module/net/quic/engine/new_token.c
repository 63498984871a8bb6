// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens for later connections (RFC 9000, 8.1.3 and 19.7; S5.28): the server's frame, the client's
 * use of what it got.
 */
#include "conn_internal.h"

/* Type and length. */
#define HEADER_LEN	2

/* ---- client ---- */

int quic_conn_set_token(struct quic_conn *conn, const u8 *token, size_t len)
{
	/* All Initial packets have the same one, until a Retry brings another (RFC 9000, 8.1.2). */
	if (conn->state != QUIC_CONN_HANDSHAKING || conn->recovery.space[QUIC_SPACE_INITIAL].next_pn)
		return 0;
	return quic_new_token_use(conn, token, len);
}

int quic_new_token_use(struct quic_conn *conn, const u8 *token, size_t len)
{
	u8 *copy;

	copy = quic_alloc_data(&conn->mem, len, false);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, token, len);
	quic_free(&conn->mem, conn->token, conn->token_len);
	conn->token = copy;
	conn->token_len = len;
	return 0;
}

/* RFC 9369, 5: it belongs to another version. */
void quic_new_token_forget(struct quic_conn *conn)
{
	quic_free(&conn->mem, conn->token, conn->token_len);
	conn->token = NULL;
	conn->token_len = 0;
}

/*
 * RFC 9000, 8.1.3: a token may come again when the server takes an acknowledged packet for lost; a client
 * that used it twice could be recognised by it.
 */
static bool was_seen(struct quic_conn *conn, const u8 *token, size_t len)
{
	struct quic_new_token *nt = &conn->new_token;
	u8 digest[QUIC_HASH_LEN_MAX];
	unsigned int i;
	u64 fingerprint;

	if (quic_hmac(QUIC_HASH_SHA256, conn->config.reset_secret,
		      sizeof(conn->config.reset_secret), token, len, digest))
		return false;
	memcpy(&fingerprint, digest, sizeof(fingerprint));
	for (i = 0; i < min_t(unsigned int, nt->seen_count, QUIC_TOKENS_SEEN); i++)
		if (nt->seen[i] == fingerprint)
			return true;
	nt->seen[nt->seen_count++ % QUIC_TOKENS_SEEN] = fingerprint;
	return false;
}

int quic_new_token_on_frame(struct quic_conn *conn, const struct quic_frame *frame)
{
	const union quic_event none = {};
	const u8 *token = frame->new_token.token;
	size_t len = frame->new_token.len;

	/* RFC 9000, 19.7 */
	if (conn->is_server)
		return QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION;
	if (was_seen(conn, token, len))
		return 0;
	conn->ops->token(conn, token, len);
	conn->ops->event(conn, QUIC_EVENT_NEW_TOKEN, &none, token, len);
	return 0;
}

/* ---- server ---- */

int quic_conn_send_token(struct quic_conn *conn)
{
	struct quic_new_token *nt = &conn->new_token;

	if (!conn->is_server || conn->state != QUIC_CONN_ESTABLISHED)
		return -EINVAL;
	/* S6.50 */
	if (nt->pending || nt->in_flight)
		return -EAGAIN;
	nt->pending = true;
	return 0;
}

/* Each time a fresh one, for the address that the client has now. */
void quic_new_token_fill(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent,
			 u64 now)
{
	struct quic_new_token *nt = &conn->new_token;
	u8 token[QUIC_TOKEN_MAX];
	int len;

	if (!nt->pending || !quic_sent_has_room(sent) ||
	    quic_writer_room(w) < QUIC_TOKEN_MAX + HEADER_LEN)
		return;
	nt->pending = false;
	len = conn->ops->make_token(conn, &conn->path[conn->active_path].remote, now, token);
	/* Without memory the client does without: it is a courtesy. */
	if (len < 0 || !quic_frame_write_new_token(w, token, len))
		return;
	quic_sent_note(sent, QUIC_FRAME_NEW_TOKEN, 0);
	nt->in_flight++;
}

void quic_new_token_settled(struct quic_conn *conn, bool lost)
{
	conn->new_token.in_flight--;
	conn->new_token.pending |= lost;
}
