/* SPDX-License-Identifier: GPL-2.0-only */
/* Which QUIC version a connection speaks (RFC 9000, 6; RFC 9368; RFC 9369, 4). */
#ifndef QUIC_ENGINE_NEGOTIATE_H
#define QUIC_ENGINE_NEGOTIATE_H

#include "keys.h"

/**
 * struct quic_negotiation - how the connection's version came about
 * @original: of the client's first flight, and of all 0-RTT packets (RFC 9369, 4.1)
 * @unknown: client: stands for a version that is not spoken, until Version Negotiation names others
 * @restarted: client: it acted on a Version Negotiation packet
 * @offered: client: the server's first packets seem to be of this version; its Initial keys are, or
 *	will be, @rx and @tx; NULL: none has come
 * @rx: server: Initial keys of @original, once another version was chosen
 */
struct quic_negotiation {
	const struct quic_version *original;
	struct quic_version unknown;
	bool restarted;
	const struct quic_version *offered;
	struct quic_keys rx, tx;
};

#endif
