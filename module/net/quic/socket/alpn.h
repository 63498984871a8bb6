/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of application protocols: NUL-terminated, comma-separated (6.13 of the API). */
#ifndef QUIC_SOCKET_ALPN_H
#define QUIC_SOCKET_ALPN_H

#include <linux/types.h>

/* S6.51: copy @len bytes without spaces at the start of names. @list has room for @len + 1. */
void quic_alpn_normalize(char *list, const char *text, size_t len);
bool quic_alpn_has(const char *list, const u8 *name, size_t len);
/* Do two lists share a name? */
bool quic_alpn_overlap(const char *a, const char *b);

#endif
