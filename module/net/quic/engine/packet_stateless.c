// SPDX-License-Identifier: GPL-2.0-only
/* Packets that answer without a connection: Version Negotiation, Retry, refusal, stateless reset. */
#include "frame.h"
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

size_t quic_packet_retry(const struct quic_packet *pkt, const struct quic_cid *scid,
			 const u8 *token, size_t token_len, u8 *buf, size_t room)
{
	const struct quic_version *version = quic_version_find(pkt->version);
	struct quic_writer w = { buf, buf + room };
	u8 tag[QUIC_TAG_LEN], unused;

	if (!version)
		return 0;
	/* RFC 9000, 17.2.5: the last four bits are arbitrary. */
	quic_random(&unused, 1);
	if (!quic_write_u8(&w, 0xc0 | version->type_bits[QUIC_PACKET_RETRY] << 4 |
			       (unused & 0x0f)) ||
	    !quic_write_u32(&w, version->number) || !quic_write_u8(&w, pkt->scid.len) ||
	    !quic_write_bytes(&w, pkt->scid.id, pkt->scid.len) || !quic_write_u8(&w, scid->len) ||
	    !quic_write_bytes(&w, scid->id, scid->len) || !quic_write_bytes(&w, token, token_len) ||
	    quic_retry_tag(version, &pkt->dcid, buf, w.pos - buf, tag) ||
	    !quic_write_bytes(&w, tag, sizeof(tag)))
		return 0;
	return w.pos - buf;
}

size_t quic_packet_refusal(const struct quic_packet *pkt, const struct quic_keys *keys, u64 code,
			   u8 *buf, size_t room)
{
	const struct quic_version *version = quic_version_find(pkt->version);
	struct quic_cid scid = { .len = QUIC_CID_LEN };
	struct quic_packet_out out;
	int len;

	/* Nobody will be addressed by it. */
	quic_random(scid.id, scid.len);
	if (!version || !quic_packet_begin(&out, QUIC_PACKET_INITIAL, version, &pkt->scid, &scid,
					   NULL, 0, false, 0, U64_MAX, buf, room) ||
	    !quic_frame_write_close(&out.body, QUIC_FRAME_CONNECTION_CLOSE, code, 0, NULL, 0))
		return 0;
	len = quic_packet_seal(&out, keys->aead[keys->phase], 0);
	return len < 0 || quic_packet_mask(&out, 1, keys->hp) ? 0 : len;
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
