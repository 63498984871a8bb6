// SPDX-License-Identifier: GPL-2.0-only
/* Packets to send: headers, padding, sealing, header protection (RFC 9000, 17; RFC 9001, 5). */
#include "packet.h"

#define LONG_HEADER	0x80
#define KEY_PHASE	0x04

/* The Length field is written in two bytes, before the length is known. */
#define LENGTH_MAX	((1UL << 14) - 1)

/* Samples and masks of a train lie on the stack: this many at a time. */
#define MASK_BATCH	24

/* RFC 9000, 17.1 and A.2: more than twice the range of packets not yet acknowledged. */
u8 quic_pn_encoded_len(u64 pn, u64 largest_acked)
{
	u64 range = pn - largest_acked;	/* U64_MAX, "none yet", makes it pn + 1 */

	return range < 1 << 7 ? 1 : range < 1 << 15 ? 2 : range < 1 << 23 ? 3 : 4;
}

/* RFC 9000, 17.2: up to the Length field. */
static bool write_long(struct quic_packet_out *out, const struct quic_version *version,
		       const struct quic_cid *dcid, const struct quic_cid *scid, const u8 *token,
		       size_t token_len, struct quic_writer *w)
{
	if (!quic_write_u8(w, LONG_HEADER | QUIC_FIXED_BIT | version->type_bits[out->type] << 4 |
			      (out->pn_len - 1)) ||
	    !quic_write_u32(w, version->number) || !quic_write_u8(w, dcid->len) ||
	    !quic_write_bytes(w, dcid->id, dcid->len) || !quic_write_u8(w, scid->len) ||
	    !quic_write_bytes(w, scid->id, scid->len))
		return false;
	if (out->type == QUIC_PACKET_INITIAL &&
	    (!quic_write_varint(w, token_len) || !quic_write_bytes(w, token, token_len)))
		return false;
	out->length_at = w->pos;
	return quic_write_varint_len(w, 0, 2);
}

bool quic_packet_begin(struct quic_packet_out *out, enum quic_packet_type type,
		       const struct quic_version *version, const struct quic_cid *dcid,
		       const struct quic_cid *scid, const u8 *token, size_t token_len,
		       bool key_phase, u64 pn, u64 largest_acked, u8 *buf, size_t room)
{
	struct quic_writer w = { buf, buf + room };
	u8 i;

	out->type = type;
	out->start = buf;
	out->length_at = NULL;
	out->pn = pn;
	out->pn_len = quic_pn_encoded_len(pn, largest_acked);
	out->tag_len = QUIC_TAG_LEN;
	if (type == QUIC_PACKET_1RTT) {
		/* RFC 9000, 17.3.1 and 17.4: the spin bit is disabled and stays 0. */
		if (!quic_write_u8(&w, QUIC_FIXED_BIT | (key_phase ? KEY_PHASE : 0) |
				       (out->pn_len - 1)) ||
		    !quic_write_bytes(&w, dcid->id, dcid->len))
			return false;
	} else if (!write_long(out, version, dcid, scid, token, token_len, &w)) {
		return false;
	}
	out->pn_at = w.pos;
	if (quic_writer_room(&w) < (size_t)out->pn_len + 4 + QUIC_TAG_LEN)
		return false;
	for (i = out->pn_len; i-- > 0; pn >>= 8)
		w.pos[i] = pn;
	w.pos += out->pn_len;
	out->body = w;
	if (out->length_at && quic_writer_room(&w) > LENGTH_MAX - out->pn_len)
		out->body.end = out->pn_at + LENGTH_MAX;
	out->body.end -= QUIC_TAG_LEN;
	return true;
}

void quic_packet_in_clear(struct quic_packet_out *out)
{
	out->body.end += out->tag_len;
	out->tag_len = 0;
}

void quic_packet_pad(struct quic_packet_out *out, size_t min_len)
{
	/* RFC 9001, 5.4.2: the sample is taken four bytes behind the packet number's start. */
	u8 *min_end = out->pn_at + QUIC_PN_LEN_MAX;

	if (min_len > out->tag_len && out->start + (min_len - out->tag_len) > min_end)
		min_end = out->start + (min_len - out->tag_len);
	if (min_end > out->body.end)
		min_end = out->body.end;
	if (out->body.pos < min_end) {
		memset(out->body.pos, 0, min_end - out->body.pos);
		out->body.pos = min_end;
	}
}

int quic_packet_seal(struct quic_packet_out *out, struct quic_aead *aead, size_t min_len)
{
	u8 *payload = out->pn_at + out->pn_len;
	size_t len;
	int err;

	quic_packet_pad(out, min_len);
	len = out->body.pos - payload;
	if (out->length_at) {
		struct quic_writer w = { out->length_at, out->length_at + 2 };

		quic_write_varint_len(&w, out->pn_len + len + out->tag_len, 2);
	}
	if (out->tag_len) {
		err = quic_aead_seal(aead, out->pn, out->start, payload - out->start, len);
		if (err)
			return err;
	}
	return out->body.pos + out->tag_len - out->start;
}

static void apply_mask(const struct quic_packet_out *out, const u8 *mask)
{
	u8 i;

	/* RFC 9001, 5.4.1 */
	out->start[0] ^= mask[0] & (out->type == QUIC_PACKET_1RTT ? 0x1f : 0x0f);
	for (i = 0; i < out->pn_len; i++)
		out->pn_at[i] ^= mask[1 + i];
}

int quic_packet_mask(const struct quic_packet_out *outs, unsigned int count, struct quic_hp *hp)
{
	u8 samples[MASK_BATCH][QUIC_SAMPLE_LEN], masks[MASK_BATCH][QUIC_SAMPLE_LEN];
	unsigned int i, n;
	int err;

	for (; count && hp; outs += n, count -= n) {
		n = min_t(unsigned int, count, MASK_BATCH);
		for (i = 0; i < n; i++)
			memcpy(samples[i], outs[i].pn_at + QUIC_PN_LEN_MAX, QUIC_SAMPLE_LEN);
		err = quic_hp_masks(hp, samples, masks, n);
		if (err)
			return err;
		for (i = 0; i < n; i++)
			apply_mask(&outs[i], masks[i]);
	}
	return 0;
}
