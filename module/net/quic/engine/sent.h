/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of sent packets that are not yet acknowledged or lost (RFC 9002, A.1).
 *
 * Frames are never stored: a record says which part of which state each frame carried, so that a
 * loss makes that state pending again and the newest value is sent (RFC 9000, 13.3).
 *
 * Records of one space are kept by packet number in blocks of fixed size, found through a ring of
 * pointers: adding, finding and removing are O(1), one allocation serves many packets.
 */
#ifndef QUIC_ENGINE_SENT_H
#define QUIC_ENGINE_SENT_H

#include "frame.h"

#define QUIC_SENT_FRAMES_MAX	6

struct quic_stream;

/**
 * struct quic_sent_frame - what one frame of a sent packet carried
 * @type: enum quic_frame_type; STREAM without flag bits
 * @fin: STREAM: FIN was set
 * @len: STREAM, CRYPTO: payload bytes
 * @value: STREAM, CRYPTO: offset; ACK: largest acknowledged; NEW_CONNECTION_ID,
 *	RETIRE_CONNECTION_ID: sequence number; MAX_*: the limit sent
 * @stream: of stream-related frames; the record counts as one reference in stream->in_flight
 */
struct quic_sent_frame {
	u8 type;
	bool fin;
	u32 len;
	u64 value;
	struct quic_stream *stream;
};

/**
 * struct quic_sent - one sent packet
 * @sent_at: when
 * @size: bytes of the packet as counted by congestion control
 * @used: the record is live (a skipped or settled packet number has an unused record)
 * @acked: it was settled by an acknowledgement, not by loss (RFC 9002, 7.6.2 asks later)
 * @path: number of the path it went out on (quic_path.flow)
 * @level: encryption level (enum quic_crypto_level) it was sent in: 0-RTT and 1-RTT share a space
 * @delivered_*: snapshot for delivery rate, reserved for congestion controllers that need it
 */
struct quic_sent {
	u64 sent_at;
	u16 size;
	u8 frame_count;
	u8 path;
	u8 level;
	u8 used:1, acked:1, ack_eliciting:1, in_flight:1, ecn_marked:1, pmtu_probe:1, app_limited:1;
	struct quic_sent_frame frames[QUIC_SENT_FRAMES_MAX];
};

/* With the 160 bytes of a record on 64-bit machines a block is a little less than a page. */
#define QUIC_SENT_BLOCK	24

struct quic_sent_block {
	struct quic_sent rec[QUIC_SENT_BLOCK];
};

/**
 * struct quic_sent_queue - the records of a space
 * @ring: pointers to blocks, @ring_size (a power of two) of them
 * @head: index of the first block in @ring, @count: blocks from there on, reserved ones included
 * @base: packet number of the first record of the first block
 * @first: lowest packet number that may have a live record
 * @next: one above the highest that has one
 */
struct quic_sent_queue {
	struct quic_sent_block **ring;
	u32 ring_size, head, count;
	u64 base, first, next;
};

void quic_sent_init(struct quic_sent_queue *q);
/* Free all blocks; frames' stream references must have been given up before. */
void quic_sent_clear(struct quic_sent_queue *q, struct quic_mem *mem);
/**
 * quic_sent_reserve() - make sure that @count more records can be added without allocating
 * @count: packet numbers from q->next on, skipped ones included
 *
 * Called before a train is built, so that a packet is never sent without a record. Return: 0 or
 * -ENOMEM.
 */
int quic_sent_reserve(struct quic_sent_queue *q, struct quic_mem *mem, unsigned int count);
/* The record for packet number @pn >= q->next, which was reserved. Zeroed but for @used. */
struct quic_sent *quic_sent_add(struct quic_sent_queue *q, u64 pn);
/* NULL if there is no live record. */
struct quic_sent *quic_sent_find(const struct quic_sent_queue *q, u64 pn);
/* The same, dead or alive, for q->first <= @pn < q->next. */
struct quic_sent *quic_sent_at(const struct quic_sent_queue *q, u64 pn);
/* The lowest live record with number >= *pn; sets *pn. NULL at the end. */
struct quic_sent *quic_sent_next(const struct quic_sent_queue *q, u64 *pn);
/*
 * Records that are not live any more (@used was cleared) at the front are dropped, their blocks
 * freed.
 */
void quic_sent_trim(struct quic_sent_queue *q, struct quic_mem *mem);

#endif
