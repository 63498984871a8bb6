// SPDX-License-Identifier: GPL-2.0-only
/* The constants of QUIC versions 1 and 2. */
#include "version.h"

static const struct quic_version versions[] = {
	{
		.number = QUIC_VERSION_V1,
		/* RFC 9000, 17.2, table 5 */
		.type_bits = {
			[QUIC_PACKET_INITIAL] = 0, [QUIC_PACKET_0RTT] = 1,
			[QUIC_PACKET_HANDSHAKE] = 2, [QUIC_PACKET_RETRY] = 3,
		},
		.type_of_bits = {
			QUIC_PACKET_INITIAL, QUIC_PACKET_0RTT, QUIC_PACKET_HANDSHAKE,
			QUIC_PACKET_RETRY,
		},
		/* RFC 9001, 5.2 */
		.initial_salt = {
			0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
			0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
		},
		/* RFC 9001, 5.1, 6.1 */
		.label_key = "quic key", .label_iv = "quic iv",
		.label_hp = "quic hp", .label_ku = "quic ku",
		/* RFC 9001, 5.8 */
		.retry_key = {
			0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a,
			0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e,
		},
		.retry_nonce = {
			0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb,
		},
	},
	{
		.number = QUIC_VERSION_V2,
		/* RFC 9369, 3.2 */
		.type_bits = {
			[QUIC_PACKET_INITIAL] = 1, [QUIC_PACKET_0RTT] = 2,
			[QUIC_PACKET_HANDSHAKE] = 3, [QUIC_PACKET_RETRY] = 0,
		},
		.type_of_bits = {
			QUIC_PACKET_RETRY, QUIC_PACKET_INITIAL, QUIC_PACKET_0RTT,
			QUIC_PACKET_HANDSHAKE,
		},
		/* RFC 9369, 3.3.1 */
		.initial_salt = {
			0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
			0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
		},
		/* RFC 9369, 3.3.2 */
		.label_key = "quicv2 key", .label_iv = "quicv2 iv",
		.label_hp = "quicv2 hp", .label_ku = "quicv2 ku",
		/* RFC 9369, 3.3.3 */
		.retry_key = {
			0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2,
			0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92,
		},
		.retry_nonce = {
			0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a,
		},
	},
};

/* Reserved numbers are nobody's (RFC 9000, 6.3 and 15): whoever begins with one gets Version Negotiation. */
const struct quic_version *quic_version_find(u32 number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(versions); i++)
		if (versions[i].number == number)
			return &versions[i];
	return NULL;
}

const struct quic_version *quic_version_list(unsigned int *count)
{
	*count = ARRAY_SIZE(versions);
	return versions;
}
