// SPDX-License-Identifier: GPL-2.0-only
/* Frames to send (RFC 9000, 19; RFC 9221, 4). All fields are written whole or not at all. */
#include "frame.h"

/* @w goes back to where it was when a part did not fit. */
static bool finish(struct quic_writer *w, u8 *start, bool ok)
{
	if (!ok)
		w->pos = start;
	return ok;
}

bool quic_frame_write_type(struct quic_writer *w, u64 type)
{
	return quic_write_varint(w, type);
}

bool quic_frame_write_value(struct quic_writer *w, u64 type, u64 value)
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, type) && quic_write_varint(w, value));
}

bool quic_frame_write_pair(struct quic_writer *w, u64 type, u64 id, u64 value)
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, type) && quic_write_varint(w, id) &&
				quic_write_varint(w, value));
}

bool quic_frame_write_reset(struct quic_writer *w, u64 id, u64 code, u64 final_size)
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, QUIC_FRAME_RESET_STREAM) &&
				quic_write_varint(w, id) && quic_write_varint(w, code) &&
				quic_write_varint(w, final_size));
}

bool quic_frame_write_new_cid(struct quic_writer *w, u64 seq, u64 prior_to,
			      const struct quic_cid *cid, const u8 token[QUIC_RESET_TOKEN_LEN])
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, QUIC_FRAME_NEW_CONNECTION_ID) &&
				quic_write_varint(w, seq) && quic_write_varint(w, prior_to) &&
				quic_write_u8(w, cid->len) &&
				quic_write_bytes(w, cid->id, cid->len) &&
				quic_write_bytes(w, token, QUIC_RESET_TOKEN_LEN));
}

bool quic_frame_write_path(struct quic_writer *w, u64 type, const u8 data[8])
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, type) && quic_write_bytes(w, data, 8));
}

bool quic_frame_write_datagram(struct quic_writer *w, const u8 *data, size_t len)
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, QUIC_FRAME_DATAGRAM_LEN) &&
				quic_write_varint(w, len) && quic_write_bytes(w, data, len));
}

bool quic_frame_write_new_token(struct quic_writer *w, const u8 *token, size_t len)
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, QUIC_FRAME_NEW_TOKEN) &&
				quic_write_varint(w, len) && quic_write_bytes(w, token, len));
}

bool quic_frame_write_close(struct quic_writer *w, u64 type, u64 code, u64 frame_type,
			    const u8 *reason, size_t reason_len)
{
	u8 *start = w->pos;
	size_t room, len_len;
	bool ok;

	ok = quic_write_varint(w, type) && quic_write_varint(w, code) &&
	     (type != QUIC_FRAME_CONNECTION_CLOSE || quic_write_varint(w, frame_type));
	/* The reason is what can be shortened (RFC 9000, 19.19). */
	room = quic_writer_room(w);
	if (!ok || !room)
		return finish(w, start, false);
	len_len = quic_varint_len(min(reason_len, room));
	if (reason_len > room - min(room, len_len))
		reason_len = room - min(room, len_len);
	return finish(w, start, quic_write_varint(w, reason_len) &&
				quic_write_bytes(w, reason, reason_len));
}

/* A Length field, and @len cut to what then fits. */
static bool write_payload_len(struct quic_writer *w, size_t *len)
{
	size_t room = quic_writer_room(w), len_len = quic_varint_len(min(*len, room));

	if (room < len_len || (*len && room == len_len))
		return false;
	*len = min(*len, room - len_len);
	return quic_write_varint(w, *len);
}

bool quic_frame_write_stream_header(struct quic_writer *w, u64 id, u64 offset, size_t *len,
				    bool fin)
{
	u8 *fin_at = w->pos, *start = w->pos;
	size_t wanted = *len;
	u8 type = QUIC_FRAME_STREAM | QUIC_FRAME_STREAM_LEN;

	if (offset)
		type |= QUIC_FRAME_STREAM_OFF;
	if (!quic_write_u8(w, type) || !quic_write_varint(w, id) ||
	    (offset && !quic_write_varint(w, offset)) || !write_payload_len(w, len))
		return finish(w, start, false);
	/* FIN belongs to the last byte. */
	if (fin && *len == wanted)
		*fin_at |= QUIC_FRAME_STREAM_FIN;
	return true;
}

bool quic_frame_write_crypto_header(struct quic_writer *w, u64 offset, size_t *len)
{
	u8 *start = w->pos;

	return finish(w, start, quic_write_varint(w, QUIC_FRAME_CRYPTO) &&
				quic_write_varint(w, offset) && write_payload_len(w, len));
}
