// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The life of a context.
 */
#include <errno.h>
#include <stdlib.h>

#include "context.h"
#include "outbox.h"

/* Called by GnuTLS at the end of the session. */
static void quic_context_destroy(gnutls_ext_priv_data_t data)
{
	struct quic_context *ctx = data;

	if (!ctx)
		return;
	quic_outbox_purge(&ctx->outbox);
	free(ctx->buffer);
	/* A handshake that failed early has left it there. */
	gnutls_memset(&ctx->early_secret, 0, sizeof(ctx->early_secret));
	free(ctx);
}

struct quic_context *quic_context_find(gnutls_session_t session)
{
	gnutls_ext_priv_data_t data = NULL;

	if (gnutls_ext_get_data(session, QUIC_TLS_EXTENSION, &data))
		return NULL;
	return data;
}

int quic_context_get(gnutls_session_t session, struct quic_context **pctx)
{
	struct quic_context *ctx = quic_context_find(session);
	int ret;

	if (ctx) {
		*pctx = ctx;
		return 0;
	}
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;
	ctx->session = session;
	ctx->alert = -1;

	ret = quic_extension_register(session, ctx, quic_context_destroy);
	if (ret) {
		free(ctx);
		return ret;
	}
	*pctx = ctx;
	return 0;
}

int quic_session_get_tls_error(gnutls_session_t session)
{
	struct quic_context *ctx = session ? quic_context_find(session) : NULL;

	return ctx ? ctx->tls_error : 0;
}
