/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reassembly of one received byte stream (RFC 9000, 2.2).
 *
 * Received bytes are kept as segments: offset, length, and a reference to the packet they came in.
 * Nothing is copied, with one exception: a segment that is far smaller than its packet is copied
 * into memory of its own size, so that one byte cannot pin a train of packets (P22).
 *
 * A segment is in the tree while bytes before it are missing, then in a queue of the reader.
 */
#ifndef QUIC_ENGINE_RECVBUF_H
#define QUIC_ENGINE_RECVBUF_H

#include "os.h"

struct quic_stream;

enum quic_segment_kind {
	QUIC_SEGMENT_STREAM,
	QUIC_SEGMENT_CRYPTO,
	QUIC_SEGMENT_DATAGRAM,
};

/**
 * struct quic_segment - received bytes
 * @node: in quic_recvbuf.tree while out of order
 * @order: in the reader's queue of the connection once deliverable (data or handshake queue)
 * @siblings: deliverable segments of the same stream, in quic_stream.readable
 * @stream: of stream data, else NULL
 * @ref: keeps @data alive; NULL if @data is memory of its own
 * @size: bytes of its own memory, 0 with @ref
 * @level: of CRYPTO data: enum quic_crypto_level
 * @fin: the last byte of the stream (or nothing, for a bare FIN with @len 0) is here
 * @taken: bytes that the reader has consumed already
 */
struct quic_segment {
	struct rb_node node;
	struct list_head order;
	struct list_head siblings;
	struct quic_stream *stream;
	struct quic_ref *ref;
	const u8 *data;
	u64 offset;
	u32 len;
	u32 size;
	u32 taken;
	u8 kind;
	u8 level;
	bool fin;
};

/**
 * struct quic_recvbuf - an incoming byte stream
 * @tree: segments above @next, disjoint, by offset; @pieces: how many
 * @next: all bytes before were delivered to the reader's queue
 * @highest: one above the highest byte seen
 */
struct quic_recvbuf {
	struct rb_root tree;
	u32 pieces;
	u64 next;
	u64 highest;
};

void quic_recvbuf_init(struct quic_recvbuf *rb);
/* Drop all that is out of order. */
void quic_recvbuf_clear(struct quic_recvbuf *rb, struct quic_mem *mem);

/**
 * quic_recvbuf_insert() - bytes arrived
 * @mem: charged for the records and for copies
 * @ref: the datagram that @data lies in; a reference is taken for each segment that keeps it
 * @packet_len: length of the datagram, to decide about copying
 * @ready: deliverable segments are appended to it (through ->order), in order; the caller sets
 *	stream, kind, level
 *
 * Bytes that were there before are ignored; a conflicting copy of them cannot be told apart
 * (RFC 9000, 2.2). On -ENOMEM nothing was inserted.
 */
int quic_recvbuf_insert(struct quic_recvbuf *rb, struct quic_mem *mem, struct quic_ref *ref,
			const u8 *data, u64 offset, size_t len, size_t packet_len,
			struct list_head *ready);

/* A segment of its own (bare FIN, datagram): @len may be 0. NULL without memory. */
struct quic_segment *quic_segment_new(struct quic_mem *mem, struct quic_ref *ref, const u8 *data,
				      u64 offset, size_t len, size_t packet_len);
/* The same in memory of its own, with room for @size bytes in all. */
struct quic_segment *quic_segment_copy(struct quic_mem *mem, const u8 *data, u64 offset, size_t len,
				       size_t size);
/* Is it better to copy @len bytes than to keep their datagram? */
bool quic_segment_is_small(size_t len, size_t packet_len);
/* Bytes that follow its last one, if there is room in its own memory. */
bool quic_segment_append(struct quic_segment *seg, const u8 *data, size_t len);
void quic_segment_free(struct quic_mem *mem, struct quic_segment *seg);

#endif
