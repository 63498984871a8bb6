/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between QUIC versions 1 (RFC 9000, 9001) and 2 (RFC 9369). */
#ifndef QUIC_ENGINE_VERSION_H
#define QUIC_ENGINE_VERSION_H

#include "os.h"

enum quic_packet_type {
	QUIC_PACKET_INITIAL,
	QUIC_PACKET_0RTT,
	QUIC_PACKET_HANDSHAKE,
	QUIC_PACKET_RETRY,
	QUIC_PACKET_1RTT,
	QUIC_PACKET_VERSION_NEGOTIATION,
};

struct quic_version {
	u32 number;
	u8 type_bits[4];	/* long header bits 4-5 by enum quic_packet_type; and back: */
	u8 type_of_bits[4];
	u8 initial_salt[20];
	const char *label_key, *label_iv, *label_hp, *label_ku;
	u8 retry_key[16];
	u8 retry_nonce[12];
};

/* NULL if this end does not speak it. */
const struct quic_version *quic_version_find(u32 number);

/* All spoken versions, preferred first; *count of them. */
const struct quic_version *quic_version_list(unsigned int *count);

#endif
