/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses as the engine sees them: compared, put into transport parameters, never resolved. */
#ifndef QUIC_ENGINE_ADDR_H
#define QUIC_ENGINE_ADDR_H

#include "os.h"

/**
 * struct quic_addr - an IP address and a UDP port
 * @family: 0 (none), 4 or 6
 * @port: in host order
 * @ip: network order, the first 4 or all 16 bytes; the rest is zero
 * @scope: scope ID of a link-local IPv6 address, else 0
 */
struct quic_addr {
	u8 family;
	u16 port;
	u8 ip[16];
	u32 scope;
};

static inline bool quic_addr_equal(const struct quic_addr *a, const struct quic_addr *b)
{
	return a->family == b->family && a->port == b->port && a->scope == b->scope &&
	       !memcmp(a->ip, b->ip, sizeof(a->ip));
}

#endif
