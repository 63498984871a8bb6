// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Session tickets: a server sends one after the handshake (RFC 9001, 4.5); a client's socket
 * collects it, and GnuTLS makes session data of it when the application asks (S9.14).
 */
#include <errno.h>

#include "context.h"
#include "log.h"

#define QUIC_TICKET_KEY_SIZE	64
#define QUIC_TICKET_SIZE	4096	  /* the socket collects no more */
#define QUIC_SESSION_DATA_SIZE	(1 << 20) /* with a chain of certificates, it may be long */
#define QUIC_TICKET_HEADER_SIZE 4	  /* RFC 8446, 4: type, 24-bit length */

/* Encrypt tickets under a key that all connections of a listener with this peer share. */
int quic_ticket_enable(gnutls_session_t session, int sockfd)
{
	uint8_t data[QUIC_TICKET_SIZE];
	socklen_t len = sizeof(data);
	gnutls_datum_t key = { .data = data };
	int ret;

	/* S9.12: EPIPE says that the client has left already. */
	if (getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, data, &len))
		return errno == EPIPE ? -ENOTCONN : -errno;
	/* A key that the application set on the socket may have another size than GnuTLS wants. */
	if (len < QUIC_TICKET_KEY_SIZE)
		return -EINVAL;
	key.size = QUIC_TICKET_KEY_SIZE;
	ret = gnutls_session_ticket_enable_server(session, &key);
	gnutls_memset(data, 0, sizeof(data));
	return ret;
}

/* S9.8: ask GnuTLS for a ticket, unless the session made one without being asked. */
int quic_ticket_send(struct quic_context *ctx)
{
	int ret;

	if (ctx->ticket_sent)
		return 0;
	ret = gnutls_session_ticket_send(ctx->session, 1, 0);
	return ret < 0 ? ret : 0;
}

/*
 * Bytes of the first message, 0 if it is not there yet. More may follow it in the socket's buffer.
 * Returns a GnuTLS error if it will never be a ticket.
 */
static int quic_ticket_message_size(const uint8_t *data, size_t len)
{
	size_t size;

	if (len < QUIC_TICKET_HEADER_SIZE)
		return 0;
	if (data[0] != GNUTLS_HANDSHAKE_NEW_SESSION_TICKET) {
		quic_log_err("the peer sent a message of type %u in place of a session ticket",
			     data[0]);
		return GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET;
	}
	size = QUIC_TICKET_HEADER_SIZE + (data[1] << 16 | data[2] << 8 | data[3]);
	if (size > QUIC_TICKET_SIZE) {
		quic_log_err(
			"the session ticket has %zu bytes, the socket collects no more than %d",
			size, QUIC_TICKET_SIZE);
		return GNUTLS_E_HANDSHAKE_TOO_LARGE;
	}
	return size <= len ? size : 0;
}

static int quic_ticket_take(struct quic_context *ctx)
{
	uint8_t data[QUIC_TICKET_SIZE];
	socklen_t len = sizeof(data);
	int size, ret;

	if (ctx->ticket_taken)
		return 0;
	if (getsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, data, &len))
		return -errno;
	size = quic_ticket_message_size(data, len);
	if (size <= 0)
		return size;
	ret = gnutls_handshake_write(ctx->session, GNUTLS_ENCRYPTION_LEVEL_APPLICATION, data, size);
	if (ret < 0) {
		quic_log_err("the session ticket was refused: %s", gnutls_strerror(ret));
		return ret;
	}
	ctx->ticket_taken = true;
	return 0;
}

int quic_session_get_data(gnutls_session_t session, void *data, size_t *size)
{
	struct quic_context *ctx;
	int ret;

	if (!session || !data || !size)
		return -EINVAL;
	ctx = quic_context_find(session);
	if (!ctx || !ctx->complete || ctx->server)
		return -EINVAL;
	ret = quic_ticket_take(ctx);
	if (ret)
		return ret;
	if (!ctx->ticket_taken) {
		*size = 0;
		return 0;
	}
	return gnutls_session_get_data(session, data, size);
}

/*
 * Give the data to a session that is not needed: one that refused some is half filled, and GnuTLS 3.7 crashes
 * in its handshake.
 */
static int quic_ticket_try_data(const void *data, size_t size)
{
	gnutls_session_t session;
	int ret;

	ret = gnutls_init(&session, GNUTLS_CLIENT);
	if (ret)
		return ret;
	ret = gnutls_session_set_data(session, data, size);
	gnutls_deinit(session);
	return ret;
}

int quic_session_set_data(gnutls_session_t session, const void *data, size_t size)
{
	int ret;

	if (!session || !data)
		return -EINVAL;
	/* GnuTLS counts in 32 bits. */
	if (size > QUIC_SESSION_DATA_SIZE) {
		quic_log_err("session data of %zu bytes is none", size);
		return -EINVAL;
	}
	ret = quic_ticket_try_data(data, size);
	if (ret) {
		quic_log_err("session data was refused: %s", gnutls_strerror(ret));
		return ret;
	}
	return gnutls_session_set_data(session, data, size);
}
