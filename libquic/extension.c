// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * TLS extension quic_transport_parameters (RFC 9001, 8.2; S9.8): the socket writes and reads its content.
 */
#include <errno.h>

#include "context.h"
#include "log.h"

/* The socket promises that its parameters fit (and those of a peer may take up to 512 bytes). */
#define QUIC_EXTENSION_SIZE 256

static int quic_extension_send(gnutls_session_t session, gnutls_buffer_t extdata)
{
	struct quic_context *ctx = quic_context_find(session);
	uint8_t data[QUIC_EXTENSION_SIZE];
	socklen_t len = sizeof(data);
	int ret;

	if (getsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, data, &len)) {
		ctx->error = -errno;
		quic_log_err("cannot get own transport parameters: %m");
		return GNUTLS_E_INTERNAL_ERROR;
	}
	ret = gnutls_buffer_append_data(extdata, data, len);
	return ret < 0 ? ret : (int)len;
}

static int quic_extension_recv(gnutls_session_t session, const unsigned char *data, size_t len)
{
	struct quic_context *ctx = quic_context_find(session);

	if (setsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, data, len)) {
		ctx->error = -errno;
		quic_log_err("the peer's transport parameters were refused: %m");
		return GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
	}
	ctx->params_received = true;
	return 0;
}

/* On success the session owns @ctx, and will call @destroy with it. */
int quic_extension_register(gnutls_session_t session, struct quic_context *ctx,
			    gnutls_ext_deinit_data_func destroy)
{
	unsigned int flags =
		GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE;
	int ret;

	ret = gnutls_session_ext_register(session, "quic_transport_parameters", QUIC_TLS_EXTENSION,
					  GNUTLS_EXT_TLS, quic_extension_recv, quic_extension_send,
					  destroy, NULL, NULL, flags);
	if (ret)
		return ret;
	gnutls_ext_set_data(session, QUIC_TLS_EXTENSION, ctx);
	return 0;
}
