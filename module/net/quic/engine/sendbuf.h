/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes to send of one stream or of one CRYPTO level, kept until they are acknowledged.
 *
 * The application's bytes are copied once, into chunks, and stay there; packets are filled from
 * them again after a loss. Which bytes are acknowledged and which are lost is kept as ranges.
 */
#ifndef QUIC_ENGINE_SENDBUF_H
#define QUIC_ENGINE_SENDBUF_H

#include "os.h"

#define QUIC_SENDBUF_LOST_MAX	8

struct quic_range {
	u64 start, end;		/* end is exclusive */
};

struct quic_chunk;

/**
 * struct quic_sendbuf - an outgoing byte stream
 * @chunks: payload in order
 * @hint: chunks where copying went on last, of lost [0] and of new bytes [1], or NULL
 * @start: everything before was acknowledged and freed
 * @next: everything before was sent at least once
 * @end: bytes accepted from the application so far
 * @acked: ranges acknowledged above @start (tree of allocated nodes)
 * @lost: ranges to send again, sorted, disjoint; when it is full the two closest are joined, which
 *	costs some bytes sent twice but never an allocation
 */
struct quic_sendbuf {
	struct list_head chunks;
	struct quic_chunk *hint[2];
	u64 start, next, end;
	struct rb_root acked;
	u8 lost_count;
	struct quic_range lost[QUIC_SENDBUF_LOST_MAX];
};

void quic_sendbuf_init(struct quic_sendbuf *sb);
/* Forget all bytes; @end stays. */
void quic_sendbuf_clear(struct quic_sendbuf *sb, struct quic_mem *mem);

/**
 * quic_sendbuf_reserve() - memory for more bytes at the end
 * @want: bytes that the application still has
 * @room: set to what @return points to, 1 to @want
 *
 * The caller fills in up to @room bytes and calls quic_sendbuf_commit().
 *
 * Return: NULL without memory.
 */
u8 *quic_sendbuf_reserve(struct quic_sendbuf *sb, struct quic_mem *mem, size_t want, bool may_sleep,
			 size_t *room);
void quic_sendbuf_commit(struct quic_sendbuf *sb, size_t len);

/* The next range to send: lost bytes first, then new ones. False if there is none. */
bool quic_sendbuf_next(const struct quic_sendbuf *sb, u64 *offset, u64 *len);
/* Copy @len held bytes from @offset. */
void quic_sendbuf_copy(struct quic_sendbuf *sb, u64 offset, u8 *to, size_t len);
void quic_sendbuf_sent(struct quic_sendbuf *sb, u64 offset, size_t len);
/* Frees what is not needed any more. Without memory for the record the bytes count as lost. */
void quic_sendbuf_acked(struct quic_sendbuf *sb, struct quic_mem *mem, u64 offset, size_t len);
/* Parts that were acknowledged meanwhile are skipped. */
void quic_sendbuf_lost(struct quic_sendbuf *sb, u64 offset, size_t len);
/* Everything sent and not acknowledged counts as lost: PTO probes, 0-RTT rejection. */
void quic_sendbuf_lost_all(struct quic_sendbuf *sb);
/* How many bytes wait to be sent again. */
u64 quic_sendbuf_lost_bytes(const struct quic_sendbuf *sb);
/* All @end bytes acknowledged? */
static inline bool quic_sendbuf_done(const struct quic_sendbuf *sb)
{
	return sb->start == sb->end;
}

#endif
