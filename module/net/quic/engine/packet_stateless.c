// SPDX-License-Identifier: GPL-2.0-only
/* Packets that answer without a connection: Version Negotiation and stateless reset. */
#include "packet.h"

/* Below this a stateless reset does not look like a packet (RFC 9000, 10.3). */
#define RESET_LEN_MIN	(5 + QUIC_RESET_TOKEN_LEN)
/* Long enough to pass for a short packet with a connection ID of any length. */
#define RESET_LEN_MAX	(1 + QUIC_CID_LEN_MAX + 4 + 1 + QUIC_TAG_LEN)

/* RFC 9000, 17.2.1. The IDs come from the bytes: an unknown version's may be up to 255 long. */
size_t quic_packet_version_negotiation(const struct quic_packet *pkt, u8 *buf, size_t room)
{
	struct quic_reader r = { pkt->data + 5, pkt->data + pkt->len };
	struct quic_writer w = { buf, buf + room };
	const struct quic_version *versions;
	const u8 *dcid, *scid;
	u8 dcid_len, scid_len, first;
	unsigned int i, count;

	if (pkt->len < 5 || !quic_read_u8(&r, &dcid_len) || !quic_read_bytes(&r, &dcid, dcid_len) ||
	    !quic_read_u8(&r, &scid_len) || !quic_read_bytes(&r, &scid, scid_len))
		return 0;
	quic_random(&first, 1);
	if (!quic_write_u8(&w, first | 0xc0) || !quic_write_u32(&w, 0) ||
	    !quic_write_u8(&w, scid_len) || !quic_write_bytes(&w, scid, scid_len) ||
	    !quic_write_u8(&w, dcid_len) || !quic_write_bytes(&w, dcid, dcid_len))
		return 0;
	versions = quic_version_list(&count);
	for (i = 0; i < count; i++)
		if (!quic_write_u32(&w, versions[i].number))
			return 0;
	return w.pos - buf;
}

size_t quic_packet_stateless_reset(const u8 token[QUIC_RESET_TOKEN_LEN], size_t received, u8 *buf,
				   size_t room)
{
	size_t len;

	/* RFC 9000, 10.3.3: smaller than what it answers, so that two ends cannot loop. */
	if (received <= RESET_LEN_MIN)
		return 0;
	len = min_t(size_t, received - 1, RESET_LEN_MAX);
	if (len > room)
		return 0;
	quic_random(buf, len - QUIC_RESET_TOKEN_LEN);
	buf[0] = (buf[0] & 0x3f) | 0x40;
	memcpy(buf + len - QUIC_RESET_TOKEN_LEN, token, QUIC_RESET_TOKEN_LEN);
	return len;
}
