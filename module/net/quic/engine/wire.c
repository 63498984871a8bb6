// SPDX-License-Identifier: GPL-2.0-only
/* Bounded cursors and variable-length integers. */
#include "wire.h"

bool quic_read_bytes(struct quic_reader *r, const u8 **bytes, u64 len)
{
	if (len > quic_reader_left(r))
		return false;
	*bytes = r->pos;
	r->pos += len;
	return true;
}

bool quic_read_u8(struct quic_reader *r, u8 *value)
{
	if (r->pos == r->end)
		return false;
	*value = *r->pos++;
	return true;
}

bool quic_read_u16(struct quic_reader *r, u16 *value)
{
	const u8 *b;

	if (!quic_read_bytes(r, &b, 2))
		return false;
	*value = b[0] << 8 | b[1];
	return true;
}

bool quic_read_u32(struct quic_reader *r, u32 *value)
{
	const u8 *b;

	if (!quic_read_bytes(r, &b, 4))
		return false;
	*value = (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
	return true;
}

/* RFC 9000, 16 and A.1. Any length is valid for any value, except for a frame's type. */
bool quic_read_varint(struct quic_reader *r, u64 *value)
{
	size_t len, i;
	u64 v;

	if (r->pos == r->end)
		return false;
	len = 1 << (*r->pos >> 6);
	if (len > quic_reader_left(r))
		return false;
	v = *r->pos & 0x3f;
	for (i = 1; i < len; i++)
		v = v << 8 | r->pos[i];
	r->pos += len;
	*value = v;
	return true;
}

bool quic_write_bytes(struct quic_writer *w, const void *bytes, size_t len)
{
	if (len > quic_writer_room(w))
		return false;
	if (len)
		memcpy(w->pos, bytes, len);
	w->pos += len;
	return true;
}

bool quic_write_u8(struct quic_writer *w, u8 value)
{
	return quic_write_bytes(w, &value, 1);
}

bool quic_write_u16(struct quic_writer *w, u16 value)
{
	u8 b[2] = { value >> 8, value };

	return quic_write_bytes(w, b, sizeof(b));
}

bool quic_write_u32(struct quic_writer *w, u32 value)
{
	u8 b[4] = { value >> 24, value >> 16, value >> 8, value };

	return quic_write_bytes(w, b, sizeof(b));
}

bool quic_write_varint_len(struct quic_writer *w, u64 value, u8 len)
{
	u8 i;

	if (len > quic_writer_room(w))
		return false;
	for (i = len; i-- > 0; value >>= 8)
		w->pos[i] = value;
	/* The two highest bits of the first byte: log2 of the length. */
	w->pos[0] |= (len == 1 ? 0 : len == 2 ? 1 : len == 4 ? 2 : 3) << 6;
	w->pos += len;
	return true;
}

bool quic_write_varint(struct quic_writer *w, u64 value)
{
	return quic_write_varint_len(w, value, quic_varint_len(value));
}
