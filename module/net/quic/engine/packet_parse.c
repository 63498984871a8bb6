// SPDX-License-Identifier: GPL-2.0-only
/* Received packets: headers, header protection, payload (RFC 8999; RFC 9000, 17; RFC 9001, 5). */
#include "packet.h"

#define LONG_HEADER	0x80
#define KEY_PHASE	0x04

static bool read_cid(struct quic_reader *r, const u8 **id, u8 *len)
{
	return quic_read_u8(r, len) && quic_read_bytes(r, id, *len);
}

static void set_cid(struct quic_cid *cid, const u8 *id, u8 len)
{
	cid->len = len;
	memcpy(cid->id, id, len);
}

/* Behind the connection IDs of a long header of a version that is spoken (RFC 9000, 17.2). */
static int parse_long(struct quic_packet *pkt, const struct quic_version *version,
		      struct quic_reader *r)
{
	u64 len;

	pkt->type = version->type_of_bits[pkt->data[0] >> 4 & 3];
	if (pkt->type == QUIC_PACKET_RETRY) {
		/* RFC 9000, 17.2.5.2: a Retry with an empty token is discarded. */
		if (quic_reader_left(r) <= QUIC_TAG_LEN)
			return -EINVAL;
		pkt->token = r->pos;
		pkt->token_len = quic_reader_left(r) - QUIC_TAG_LEN;
		return 0;
	}
	if (pkt->type == QUIC_PACKET_INITIAL) {
		if (!quic_read_varint(r, &len) || !quic_read_bytes(r, &pkt->token, len))
			return -EINVAL;
		pkt->token_len = len;
	}
	if (!quic_read_varint(r, &len) || len > quic_reader_left(r))
		return -EINVAL;
	pkt->pn_offset = r->pos - pkt->data;
	pkt->len = pkt->pn_offset + len;
	return 0;
}

int quic_packet_parse(struct quic_packet *pkt, u8 *data, size_t len, u8 short_dcid_len)
{
	struct quic_reader r = { data, data + len };
	const struct quic_version *version;
	const u8 *dcid, *scid;
	u8 first, dcid_len, scid_len;

	memset(pkt, 0, sizeof(*pkt));
	pkt->data = data;
	pkt->len = len;
	if (!quic_read_u8(&r, &first))
		return -EINVAL;
	pkt->fixed_bit = first & QUIC_FIXED_BIT;
	if (!(first & LONG_HEADER)) {
		pkt->type = QUIC_PACKET_1RTT;
		if (!quic_read_bytes(&r, &dcid, short_dcid_len))
			return -EINVAL;
		set_cid(&pkt->dcid, dcid, short_dcid_len);
		pkt->pn_offset = r.pos - data;
		return 0;
	}

	if (!quic_read_u32(&r, &pkt->version) || !read_cid(&r, &dcid, &dcid_len) ||
	    !read_cid(&r, &scid, &scid_len))
		return -EINVAL;
	/* Longer IDs are only valid in other versions; what answers those reads them from @data. */
	if (dcid_len <= QUIC_CID_LEN_MAX && scid_len <= QUIC_CID_LEN_MAX) {
		set_cid(&pkt->dcid, dcid, dcid_len);
		set_cid(&pkt->scid, scid, scid_len);
	} else if (!pkt->version || quic_version_find(pkt->version)) {
		return -EINVAL;	/* RFC 9000, 17.2 */
	}
	if (!pkt->version) {
		pkt->type = QUIC_PACKET_VERSION_NEGOTIATION;
		pkt->versions = r.pos;
		pkt->versions_len = quic_reader_left(&r);
		return pkt->versions_len && pkt->versions_len % 4 == 0 ? 0 : -EINVAL;
	}
	version = quic_version_find(pkt->version);
	if (!version)
		return -EPROTONOSUPPORT;
	return parse_long(pkt, version, &r);
}

bool quic_packet_dcid(const u8 *data, size_t len, u8 short_dcid_len, struct quic_cid *dcid)
{
	struct quic_reader r = { data, data + len };
	u8 first, id_len = short_dcid_len;
	const u8 *id;
	u32 version;

	if (!quic_read_u8(&r, &first))
		return false;
	if (first & LONG_HEADER && (!quic_read_u32(&r, &version) || !quic_read_u8(&r, &id_len)))
		return false;
	if (id_len > QUIC_CID_LEN_MAX || !quic_read_bytes(&r, &id, id_len))
		return false;
	set_cid(dcid, id, id_len);
	return true;
}

int quic_packet_unmask(struct quic_packet *pkt, struct quic_hp *hp, u64 largest)
{
	u8 sample[1][QUIC_SAMPLE_LEN], mask[1][QUIC_SAMPLE_LEN] = {};
	size_t sample_len = hp ? QUIC_SAMPLE_LEN : 0;
	bool is_long = pkt->data[0] & LONG_HEADER;
	u8 *pn = pkt->data + pkt->pn_offset;
	u8 i, pn_len, first;
	u64 truncated = 0;
	int err;

	/* RFC 9001, 5.4.2: the sample begins where a packet number of four bytes would end. */
	if (pkt->len < pkt->pn_offset + QUIC_PN_LEN_MAX + sample_len)
		return -EINVAL;
	if (hp) {
		memcpy(sample[0], pn + QUIC_PN_LEN_MAX, QUIC_SAMPLE_LEN);
		err = quic_hp_masks(hp, sample, mask, 1);
		if (err)
			return err;
	}

	/* RFC 9001, 5.4.1 */
	first = pkt->data[0] ^ (mask[0][0] & (is_long ? 0x0f : 0x1f));
	pkt->data[0] = first;
	pn_len = (first & 3) + 1;
	for (i = 0; i < pn_len; i++) {
		pn[i] ^= mask[0][1 + i];
		truncated = truncated << 8 | pn[i];
	}
	pkt->reserved_bits = first & (is_long ? 0x0c : 0x18);
	pkt->key_phase = !is_long && first & KEY_PHASE;
	pkt->header_len = pkt->pn_offset + pn_len;
	pkt->pn = quic_pn_decode(largest, truncated, pn_len);
	/* RFC 9000, 12.3: there are none beyond. */
	return pkt->pn > QUIC_VARINT_MAX ? -EINVAL : 0;
}

int quic_packet_open(struct quic_packet *pkt, struct quic_aead *aead, struct quic_reader *payload)
{
	size_t len = pkt->len - pkt->header_len;
	int err;

	payload->pos = pkt->data + pkt->header_len;
	payload->end = pkt->data + pkt->len;
	if (!aead)
		return 0;
	err = quic_aead_open(aead, pkt->pn, pkt->data, pkt->header_len, len);
	if (err)
		return err;
	payload->end -= QUIC_TAG_LEN;
	return 0;
}

/* RFC 9000, A.3 */
u64 quic_pn_decode(u64 largest, u64 truncated, u8 len)
{
	u64 expected = largest + 1;	/* U64_MAX, "none yet", becomes 0 */
	u64 window = 1ULL << (8 * len), half = window / 2;
	u64 candidate = (expected & ~(window - 1)) | truncated;

	if (candidate + half <= expected && candidate < (1ULL << 62) - window)
		return candidate + window;
	if (candidate > expected + half && candidate >= window)
		return candidate - window;
	return candidate;
}
