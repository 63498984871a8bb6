/* SPDX-License-Identifier: GPL-2.0-only */
/* The application protocols that a ClientHello offers (RFC 8446, 4.1.2; RFC 7301). */
#ifndef QUIC_ENGINE_CLIENT_HELLO_H
#define QUIC_ENGINE_CLIENT_HELLO_H

#include "os.h"

#define QUIC_CLIENT_HELLO_MAX		16384
#define QUIC_CLIENT_HELLO_ALPN_MAX	128	/* S2.24 */

/**
 * quic_client_hello_alpn() - from the first bytes of the client's CRYPTO stream
 * @data, @len: without a gap; what is behind the ClientHello is ignored (S2.25)
 * @alpn: room for QUIC_CLIENT_HELLO_ALPN_MAX bytes: the names as in the extension, each behind its
 *	length
 *
 * Return: length of @alpn, 0: it offers none; -EAGAIN: it goes on behind @len; -EMSGSIZE: it is too
 * long; -EBADMSG: it is malformed (S2.24).
 */
int quic_client_hello_alpn(const u8 *data, size_t len, u8 *alpn);

#endif
