// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Traffic secrets: from GnuTLS into the socket, that for sending first (RFC 9001, 5.1; S9.8).
 */
#include <errno.h>
#include <string.h>
#include <linux/tls.h>

#include "context.h"
#include "level.h"
#include "log.h"

static int quic_secret_cipher(gnutls_cipher_algorithm_t cipher, uint32_t *type)
{
	switch (cipher) {
	case GNUTLS_CIPHER_AES_128_GCM:
		*type = TLS_CIPHER_AES_GCM_128;
		return 0;
	case GNUTLS_CIPHER_AES_256_GCM:
		*type = TLS_CIPHER_AES_GCM_256;
		return 0;
	case GNUTLS_CIPHER_AES_128_CCM:
		*type = TLS_CIPHER_AES_CCM_128;
		return 0;
	case GNUTLS_CIPHER_CHACHA20_POLY1305:
		*type = TLS_CIPHER_CHACHA20_POLY1305;
		return 0;
	default:
		return GNUTLS_E_UNKNOWN_CIPHER_SUITE;
	}
}

/*
 * What TLS must have agreed on before data keys exist. A server knows with the ClientHello, a client
 * with EncryptedExtensions.
 */
static int quic_secret_permitted(struct quic_context *ctx, gnutls_record_encryption_level_t level)
{
	gnutls_datum_t protocol;

	if (level !=
	    (ctx->server ? GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE : GNUTLS_ENCRYPTION_LEVEL_APPLICATION))
		return 0;

	/* RFC 9001, 8.2: without the extension the connection MUST be closed. */
	if (!ctx->params_received) {
		quic_log_err("the peer sent no transport parameters");
		return GNUTLS_E_MISSING_EXTENSION;
	}
	/* RFC 9001, 8.1 and S9.11: without a common protocol the connection MUST be closed. */
	if (ctx->alpn_count && gnutls_alpn_get_selected_protocol(ctx->session, &protocol)) {
		quic_log_err("no common application protocol");
		return GNUTLS_E_NO_APPLICATION_PROTOCOL;
	}
	return 0;
}

/* @info is wiped. */
int quic_secret_pass(struct quic_context *ctx, struct quic_crypto_secret *info)
{
	int ret;

	ret = setsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_CRYPTO_SECRET, info, sizeof(*info));
	/*
	 * S5.3: the secret is installed, and packets that waited for it have ended the connection. A server's
	 * handshake is complete all the same: what its client sent before it left can be read.
	 */
	if (ret && errno == EPIPE && ctx->server && info->level == QUIC_CRYPTO_APP && !info->send)
		ret = 0;
	if (ret) {
		ctx->error = -errno;
		quic_log_err("cannot install %s secret of level %d: %m",
			     info->send ? "send" : "receive", info->level);
		ret = GNUTLS_E_INTERNAL_ERROR;
	}
	gnutls_memset(info->secret, 0, sizeof(info->secret));
	return ret;
}

static int quic_secret_set(struct quic_context *ctx, struct quic_crypto_secret *info, bool send,
			   const void *secret, size_t size)
{
	if (!secret)
		return 0;
	info->send = send;
	memcpy(info->secret, secret, size);
	return info->level == QUIC_CRYPTO_EARLY ? quic_early_data_secret(ctx, info) :
						  quic_secret_pass(ctx, info);
}

/* gnutls_handshake_secret_func */
int quic_secret_install(gnutls_session_t session, gnutls_record_encryption_level_t level,
			const void *secret_read, const void *secret_write, size_t size)
{
	struct quic_context *ctx = quic_context_find(session);
	struct quic_crypto_secret info = { 0 };
	gnutls_cipher_algorithm_t cipher;
	int ret;

	ret = quic_secret_permitted(ctx, level);
	if (ret)
		return ret;

	if (level == GNUTLS_ENCRYPTION_LEVEL_EARLY)
		cipher = gnutls_early_cipher_get(session);
	else
		cipher = gnutls_cipher_get(session);
	ret = quic_secret_cipher(cipher, &info.type);
	if (ret) {
		quic_log_err("cipher %s cannot be used with QUIC", gnutls_cipher_get_name(cipher));
		return ret;
	}
	if (size > sizeof(info.secret))
		return GNUTLS_E_INTERNAL_ERROR;
	info.level = quic_level_of_gnutls(level);

	quic_log_debug("secrets of level %d: cipher %u, %s%s", info.level, info.type,
		       secret_write ? "send " : "", secret_read ? "receive" : "");
	ret = info.level == QUIC_CRYPTO_EARLY ? 0 : quic_early_data_accepted(ctx);
	if (!ret)
		ret = quic_secret_set(ctx, &info, true, secret_write, size);
	if (!ret)
		ret = quic_secret_set(ctx, &info, false, secret_read, size);
	return ret;
}
