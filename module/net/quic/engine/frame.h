/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames: numbers, fields, parsing and writing (RFC 9000, 12.4 and 19; RFC 9221, 4). */
#ifndef QUIC_ENGINE_FRAME_H
#define QUIC_ENGINE_FRAME_H

#include "cid.h"
#include "packet.h"
#include "wire.h"

enum quic_frame_type {
	QUIC_FRAME_PADDING			= 0x00,
	QUIC_FRAME_PING				= 0x01,
	QUIC_FRAME_ACK				= 0x02,
	QUIC_FRAME_ACK_ECN			= 0x03,
	QUIC_FRAME_RESET_STREAM			= 0x04,
	QUIC_FRAME_STOP_SENDING			= 0x05,
	QUIC_FRAME_CRYPTO			= 0x06,
	QUIC_FRAME_NEW_TOKEN			= 0x07,
	QUIC_FRAME_STREAM			= 0x08,	/* to 0x0f */
	QUIC_FRAME_MAX_DATA			= 0x10,
	QUIC_FRAME_MAX_STREAM_DATA		= 0x11,
	QUIC_FRAME_MAX_STREAMS_BIDI		= 0x12,
	QUIC_FRAME_MAX_STREAMS_UNI		= 0x13,
	QUIC_FRAME_DATA_BLOCKED			= 0x14,
	QUIC_FRAME_STREAM_DATA_BLOCKED		= 0x15,
	QUIC_FRAME_STREAMS_BLOCKED_BIDI		= 0x16,
	QUIC_FRAME_STREAMS_BLOCKED_UNI		= 0x17,
	QUIC_FRAME_NEW_CONNECTION_ID		= 0x18,
	QUIC_FRAME_RETIRE_CONNECTION_ID		= 0x19,
	QUIC_FRAME_PATH_CHALLENGE		= 0x1a,
	QUIC_FRAME_PATH_RESPONSE		= 0x1b,
	QUIC_FRAME_CONNECTION_CLOSE		= 0x1c,
	QUIC_FRAME_CONNECTION_CLOSE_APP		= 0x1d,
	QUIC_FRAME_HANDSHAKE_DONE		= 0x1e,
	QUIC_FRAME_DATAGRAM			= 0x30,	/* and 0x31 */
	QUIC_FRAME_DATAGRAM_LEN			= 0x31,
};

#define QUIC_FRAME_STREAM_FIN	0x01
#define QUIC_FRAME_STREAM_LEN	0x02
#define QUIC_FRAME_STREAM_OFF	0x04
#define QUIC_FRAME_DATA_LEN_MAX	QUIC_VARINT_MAX

/* An ACK frame, its ranges still encoded: walk them with quic_ack_next(). */
struct quic_ack_frame {
	u64 largest;
	u64 delay;		/* as encoded: shift by the peer's ack_delay_exponent, then us */
	u64 range_count;	/* after the first */
	u64 first_range;
	struct quic_reader ranges;
	bool has_ecn;
	u64 ect0, ect1, ce;
};

/**
 * struct quic_frame - one parsed frame
 * @type: as on the wire, STREAM and DATAGRAM with their flag bits
 *
 * Views (data, reason, token) point into the packet.
 */
struct quic_frame {
	u64 type;
	union {
		struct quic_ack_frame ack;
		struct { u64 id, code, final_size; } reset;	/* RESET_STREAM */
		struct { u64 id, code; } stop;			/* STOP_SENDING */
		struct { u64 offset; const u8 *data; u64 len; } crypto;
		struct { const u8 *token; u64 len; } new_token;
		struct { u64 id, offset; const u8 *data; u64 len; bool fin; } stream;
		struct { u64 id, max; } max;	/* MAX_*, *_BLOCKED; id where there is one */
		struct { u64 seq, prior_to; struct quic_cid cid; const u8 *token; } new_cid;
		struct { u64 seq; } retire_cid;
		struct { const u8 *data; } path;		/* 8 bytes */
		struct { u64 code, frame_type; const u8 *reason; u64 reason_len; } close;
		struct { const u8 *data; u64 len; } datagram;
	};
};

/**
 * quic_frame_parse() - the next frame of a packet
 * @r: advanced behind the frame; a run of PADDING counts as one frame
 * @type: packet type, for "frame not permitted here" (RFC 9000, 12.4, table 3)
 *
 * Checks all that can be checked without a connection: lengths, types that exist and in shortest
 * encoding (RFC 9000, 12.4), fields with bounds of their own (stream limits over 2^60, connection
 * ID lengths, Retire Prior To over Sequence Number, offset + length, empty NEW_TOKEN).
 *
 * Return: 0 or a transport error code (FRAME_ENCODING, PROTOCOL_VIOLATION, ...).
 */
int quic_frame_parse(struct quic_frame *frame, struct quic_reader *r, enum quic_packet_type type);

/* Does the frame want an acknowledgement (RFC 9002, 2)? */
static inline bool quic_frame_ack_eliciting(u64 type)
{
	return type != QUIC_FRAME_PADDING && type != QUIC_FRAME_ACK && type != QUIC_FRAME_ACK_ECN &&
	       type != QUIC_FRAME_CONNECTION_CLOSE && type != QUIC_FRAME_CONNECTION_CLOSE_APP;
}

/* RFC 9000, 9.1 */
static inline bool quic_frame_probing(u64 type)
{
	return type == QUIC_FRAME_PADDING || type == QUIC_FRAME_NEW_CONNECTION_ID ||
	       type == QUIC_FRAME_PATH_CHALLENGE || type == QUIC_FRAME_PATH_RESPONSE;
}

/**
 * quic_ack_next() - iterate over acknowledged ranges, highest first
 * @index: 0 for the first range, counted up by the caller; at most ack->range_count
 * @smallest: of the range before (ignored for index 0); then of this one
 *
 * Return: 0, or FRAME_ENCODING when a computed packet number would be negative. quic_frame_parse()
 * has walked all ranges once, so for a parsed frame it does not fail.
 */
int quic_ack_next(struct quic_ack_frame *ack, u64 index, u64 *smallest, u64 *largest);

/*
 * Writers: write the whole frame or nothing, return false if there is no room.
 * Those with payload come in two steps: the header with a given length, then the caller copies the
 * bytes behind it.
 */
bool quic_frame_write_type(struct quic_writer *w, u64 type);	/* PING, HANDSHAKE_DONE */
/*
 * MAX_DATA, MAX_STREAMS, DATA_BLOCKED, STREAMS_BLOCKED, RETIRE_CONNECTION_ID; and the header of
 * DATAGRAM_LEN with its length as @value.
 */
bool quic_frame_write_value(struct quic_writer *w, u64 type, u64 value);
/* MAX_STREAM_DATA, STREAM_DATA_BLOCKED, STOP_SENDING */
bool quic_frame_write_pair(struct quic_writer *w, u64 type, u64 id, u64 value);
bool quic_frame_write_reset(struct quic_writer *w, u64 id, u64 code, u64 final_size);
bool quic_frame_write_new_cid(struct quic_writer *w, u64 seq, u64 prior_to,
			      const struct quic_cid *cid, const u8 token[QUIC_RESET_TOKEN_LEN]);
bool quic_frame_write_path(struct quic_writer *w, u64 type, const u8 data[8]);
/* With its length, so that more may follow it. */
bool quic_frame_write_datagram(struct quic_writer *w, const u8 *data, size_t len);
bool quic_frame_write_new_token(struct quic_writer *w, const u8 *token, size_t len);
/* @frame_type is only written for 0x1c; @reason is cut to what fits. */
bool quic_frame_write_close(struct quic_writer *w, u64 type, u64 code, u64 frame_type,
			    const u8 *reason, size_t reason_len);
/**
 * quic_frame_write_stream_header() - STREAM header with explicit length
 * @len: wanted payload bytes; reduced to what fits behind the header
 *
 * Return: false if not even one byte (or, for len 0, the header) fits.
 */
bool quic_frame_write_stream_header(struct quic_writer *w, u64 id, u64 offset, size_t *len,
				    bool fin);
bool quic_frame_write_crypto_header(struct quic_writer *w, u64 offset, size_t *len);

#endif
