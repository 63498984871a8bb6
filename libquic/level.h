/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Encryption levels: GnuTLS counts them in another order than the socket.
 */
#ifndef _QUIC_LEVEL_H
#define _QUIC_LEVEL_H

#include <netinet/quic.h>

static inline uint8_t quic_level_of_gnutls(gnutls_record_encryption_level_t level)
{
	switch (level) {
	case GNUTLS_ENCRYPTION_LEVEL_INITIAL:
		return QUIC_CRYPTO_INITIAL;
	case GNUTLS_ENCRYPTION_LEVEL_EARLY:
		return QUIC_CRYPTO_EARLY;
	case GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE:
		return QUIC_CRYPTO_HANDSHAKE;
	default:
		return QUIC_CRYPTO_APP;
	}
}

/* @level is one that carries CRYPTO frames: not QUIC_CRYPTO_EARLY. */
static inline gnutls_record_encryption_level_t quic_level_to_gnutls(uint8_t level)
{
	switch (level) {
	case QUIC_CRYPTO_INITIAL:
		return GNUTLS_ENCRYPTION_LEVEL_INITIAL;
	case QUIC_CRYPTO_HANDSHAKE:
		return GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE;
	default:
		return GNUTLS_ENCRYPTION_LEVEL_APPLICATION;
	}
}

#endif /* _QUIC_LEVEL_H */
