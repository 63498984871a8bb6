// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * 0-RTT: its secrets, and what a server needs to accept it (S9.9).
 */
#include "context.h"

/*
 * GnuTLS takes early data only with an anti-replay context, and only with tickets that are younger
 * than it. So there is one for the process, made when the library is loaded and never changed: a
 * server that forks for each connection, as tlshd does, shares it with its children.
 */
static gnutls_anti_replay_t quic_early_data_anti_replay;

/* RFC 9001, 9.2: whether replays matter is the application's to decide; here 0-RTT just works. */
static int quic_early_data_accept(void *ptr, time_t expires, const gnutls_datum_t *key,
				  const gnutls_datum_t *data)
{
	(void)ptr;
	(void)expires;
	(void)key;
	(void)data;
	return 0;
}

__attribute__((constructor)) static void quic_early_data_init(void)
{
	if (gnutls_anti_replay_init(&quic_early_data_anti_replay))
		return;
	gnutls_anti_replay_set_add_function(quic_early_data_anti_replay, quic_early_data_accept);
}

/*
 * 0-RTT is for the protocol of the session that it resumes (RFC 8446, 4.2.10), of which GnuTLS keeps nothing
 * in tickets. So only a server of one protocol accepts it: no other can have been meant.
 */
int quic_early_data_enable(struct quic_context *ctx)
{
	if (ctx->alpn_count > 1)
		return 0;
	if (!quic_early_data_anti_replay)
		return GNUTLS_E_MEMORY_ERROR;
	gnutls_anti_replay_enable(ctx->session, quic_early_data_anti_replay);
	/* RFC 9001, 4.6.1: tickets always say 0xffffffff, QUIC's own limits apply. */
	return gnutls_record_set_max_early_data_size(ctx->session, UINT32_MAX);
}

/*
 * A 0-RTT secret; @info is wiped. A server's waits: GnuTLS tells it before a HelloRetryRequest too, with
 * which 0-RTT is rejected (RFC 9001, 4.7), so that no such packet may be accepted.
 */
int quic_early_data_secret(struct quic_context *ctx, struct quic_crypto_secret *info)
{
	if (!ctx->server)
		return quic_secret_pass(ctx, info);
	ctx->early_secret = *info;
	ctx->has_early_secret = true;
	gnutls_memset(info->secret, 0, sizeof(info->secret));
	return 0;
}

/* There will be another ClientHello. */
void quic_early_data_rejected(struct quic_context *ctx)
{
	ctx->has_early_secret = false;
	gnutls_memset(&ctx->early_secret, 0, sizeof(ctx->early_secret));
}

/* The secrets of the handshake follow: this ClientHello was the last. */
int quic_early_data_accepted(struct quic_context *ctx)
{
	if (!ctx->has_early_secret)
		return 0;
	ctx->has_early_secret = false;
	return quic_secret_pass(ctx, &ctx->early_secret);
}
