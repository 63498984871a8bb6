/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded cursors over bytes from or for the wire, and variable-length integers (RFC 9000, 16).
 *
 * Every parser reads through struct quic_reader: a read past the end fails and moves nothing, so
 * that no length from a peer is trusted anywhere else.
 */
#ifndef QUIC_ENGINE_WIRE_H
#define QUIC_ENGINE_WIRE_H

#include "os.h"

#define QUIC_VARINT_MAX		((1ULL << 62) - 1)

struct quic_reader {
	const u8 *pos;
	const u8 *end;
};

struct quic_writer {
	u8 *pos;
	u8 *end;
};

static inline size_t quic_reader_left(const struct quic_reader *r)
{
	return r->end - r->pos;
}

static inline size_t quic_writer_room(const struct quic_writer *w)
{
	return w->end - w->pos;
}

/* Bytes that quic_write_varint() takes for @value (<= QUIC_VARINT_MAX): 1, 2, 4 or 8. */
static inline u8 quic_varint_len(u64 value)
{
	return value < (1 << 6) ? 1 : value < (1 << 14) ? 2 : value < (1 << 30) ? 4 : 8;
}

bool quic_read_u8(struct quic_reader *r, u8 *value);
bool quic_read_u16(struct quic_reader *r, u16 *value);
bool quic_read_u32(struct quic_reader *r, u32 *value);
bool quic_read_varint(struct quic_reader *r, u64 *value);
bool quic_read_bytes(struct quic_reader *r, const u8 **bytes, u64 len);	/* a view */

/* Writers: false, and nothing written, when there is no room. */
bool quic_write_u8(struct quic_writer *w, u8 value);
bool quic_write_u16(struct quic_writer *w, u16 value);
bool quic_write_u32(struct quic_writer *w, u32 value);
bool quic_write_varint(struct quic_writer *w, u64 value);
/* In exactly @len bytes, 1, 2, 4 or 8: for lengths that are filled in later. */
bool quic_write_varint_len(struct quic_writer *w, u64 value, u8 len);
bool quic_write_bytes(struct quic_writer *w, const void *bytes, size_t len);

#endif
