// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received frames: layouts and all checks that need no connection (RFC 9000, 12.4, 19 and
 * 19.1 to 19.20). A type that is not known is an error (RFC 9000, 19.21).
 */
#include "frame.h"

#define FRAME_ENCODING		QUIC_TRANSPORT_ERROR_FRAME_ENCODING
#define PROTOCOL_VIOLATION	QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION

/* RFC 9000, 4.6: a stream ID must fit into a varint. */
#define STREAMS_MAX	(1ULL << 60)

/* Which packets may carry a frame (RFC 9000, 12.4 and 12.5, table 3). */
enum {
	IN_INITIAL	= BIT(QUIC_PACKET_INITIAL),
	IN_HANDSHAKE	= BIT(QUIC_PACKET_HANDSHAKE),
	IN_0RTT		= BIT(QUIC_PACKET_0RTT),
	IN_1RTT		= BIT(QUIC_PACKET_1RTT),
	IN_DATA		= IN_0RTT | IN_1RTT,
	IN_ALL		= IN_INITIAL | IN_HANDSHAKE | IN_DATA,
};

static const u8 permitted[QUIC_FRAME_DATAGRAM_LEN + 1] = {
	[QUIC_FRAME_PADDING]			= IN_ALL,
	[QUIC_FRAME_PING]			= IN_ALL,
	[QUIC_FRAME_ACK]			= IN_ALL & ~IN_0RTT,
	[QUIC_FRAME_ACK_ECN]			= IN_ALL & ~IN_0RTT,
	[QUIC_FRAME_RESET_STREAM]		= IN_DATA,
	[QUIC_FRAME_STOP_SENDING]		= IN_DATA,
	[QUIC_FRAME_CRYPTO]			= IN_ALL & ~IN_0RTT,
	[QUIC_FRAME_NEW_TOKEN]			= IN_1RTT,
	[QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM + 7] = IN_DATA,
	[QUIC_FRAME_MAX_DATA ... QUIC_FRAME_NEW_CONNECTION_ID] = IN_DATA,
	[QUIC_FRAME_RETIRE_CONNECTION_ID]	= IN_1RTT,
	[QUIC_FRAME_PATH_CHALLENGE]		= IN_DATA,
	[QUIC_FRAME_PATH_RESPONSE]		= IN_1RTT,
	[QUIC_FRAME_CONNECTION_CLOSE]		= IN_ALL,
	[QUIC_FRAME_CONNECTION_CLOSE_APP]	= IN_DATA,
	[QUIC_FRAME_HANDSHAKE_DONE]		= IN_1RTT,
	[QUIC_FRAME_DATAGRAM ... QUIC_FRAME_DATAGRAM_LEN] = IN_DATA,
};

int quic_ack_next(struct quic_ack_frame *ack, u64 index, u64 *smallest, u64 *largest)
{
	u64 gap, len;

	if (!index) {
		*largest = ack->largest;
		len = ack->first_range;
	} else {
		if (!quic_read_varint(&ack->ranges, &gap) || !quic_read_varint(&ack->ranges, &len))
			return FRAME_ENCODING;
		/* RFC 9000, 19.3.1: largest = previous smallest - gap - 2 */
		if (*smallest < gap + 2)
			return FRAME_ENCODING;
		*largest = *smallest - gap - 2;
	}
	if (len > *largest)
		return FRAME_ENCODING;
	*smallest = *largest - len;
	return 0;
}

static int parse_ack(struct quic_frame *frame, struct quic_reader *r)
{
	struct quic_ack_frame *ack = &frame->ack;
	struct quic_reader ranges;
	u64 i, smallest, largest;
	int err;

	if (!quic_read_varint(r, &ack->largest) || !quic_read_varint(r, &ack->delay) ||
	    !quic_read_varint(r, &ack->range_count) || !quic_read_varint(r, &ack->first_range))
		return FRAME_ENCODING;
	/* Once through all ranges, to find their end; the count needs no limit, they need bytes. */
	ack->ranges = *r;
	for (i = 0; i <= ack->range_count; i++) {
		err = quic_ack_next(ack, i, &smallest, &largest);
		if (err)
			return err;
	}
	ranges = ack->ranges;
	ack->ranges.pos = r->pos;
	ack->ranges.end = ranges.pos;
	r->pos = ranges.pos;
	ack->has_ecn = frame->type == QUIC_FRAME_ACK_ECN;
	if (ack->has_ecn && (!quic_read_varint(r, &ack->ect0) || !quic_read_varint(r, &ack->ect1) ||
			     !quic_read_varint(r, &ack->ce)))
		return FRAME_ENCODING;
	return 0;
}

static int parse_stream(struct quic_frame *frame, struct quic_reader *r)
{
	u64 len;

	frame->stream.offset = 0;
	frame->stream.fin = frame->type & QUIC_FRAME_STREAM_FIN;
	if (!quic_read_varint(r, &frame->stream.id))
		return FRAME_ENCODING;
	if (frame->type & QUIC_FRAME_STREAM_OFF && !quic_read_varint(r, &frame->stream.offset))
		return FRAME_ENCODING;
	len = quic_reader_left(r);
	if (frame->type & QUIC_FRAME_STREAM_LEN && !quic_read_varint(r, &len))
		return FRAME_ENCODING;
	if (!quic_read_bytes(r, &frame->stream.data, len))
		return FRAME_ENCODING;
	frame->stream.len = len;
	/* RFC 9000, 19.8 */
	return frame->stream.offset + len > QUIC_VARINT_MAX ? FRAME_ENCODING : 0;
}

static int parse_crypto(struct quic_frame *frame, struct quic_reader *r)
{
	if (!quic_read_varint(r, &frame->crypto.offset) ||
	    !quic_read_varint(r, &frame->crypto.len) ||
	    !quic_read_bytes(r, &frame->crypto.data, frame->crypto.len))
		return FRAME_ENCODING;
	/* RFC 9000, 19.6 */
	return frame->crypto.offset + frame->crypto.len > QUIC_VARINT_MAX ? FRAME_ENCODING : 0;
}

static int parse_new_cid(struct quic_frame *frame, struct quic_reader *r)
{
	const u8 *id;
	u8 len;

	if (!quic_read_varint(r, &frame->new_cid.seq) ||
	    !quic_read_varint(r, &frame->new_cid.prior_to) || !quic_read_u8(r, &len))
		return FRAME_ENCODING;
	/* RFC 9000, 19.15 */
	if (len < 1 || len > QUIC_CID_LEN_MAX || frame->new_cid.prior_to > frame->new_cid.seq)
		return FRAME_ENCODING;
	if (!quic_read_bytes(r, &id, len) ||
	    !quic_read_bytes(r, &frame->new_cid.token, QUIC_RESET_TOKEN_LEN))
		return FRAME_ENCODING;
	frame->new_cid.cid.len = len;
	memcpy(frame->new_cid.cid.id, id, len);
	return 0;
}

static int parse_close(struct quic_frame *frame, struct quic_reader *r)
{
	frame->close.frame_type = 0;
	if (!quic_read_varint(r, &frame->close.code))
		return FRAME_ENCODING;
	if (frame->type == QUIC_FRAME_CONNECTION_CLOSE &&
	    !quic_read_varint(r, &frame->close.frame_type))
		return FRAME_ENCODING;
	if (!quic_read_varint(r, &frame->close.reason_len) ||
	    !quic_read_bytes(r, &frame->close.reason, frame->close.reason_len))
		return FRAME_ENCODING;
	return 0;
}

static int parse_datagram(struct quic_frame *frame, struct quic_reader *r)
{
	u64 len = quic_reader_left(r);

	/* RFC 9221, 4: without a length it reaches to the packet's end. */
	if (frame->type == QUIC_FRAME_DATAGRAM_LEN && !quic_read_varint(r, &len))
		return FRAME_ENCODING;
	frame->datagram.len = len;
	return quic_read_bytes(r, &frame->datagram.data, len) ? 0 : FRAME_ENCODING;
}

static int parse_body(struct quic_frame *frame, struct quic_reader *r)
{
	bool ok = true;

	switch (frame->type) {
	case QUIC_FRAME_PADDING:
		while (r->pos != r->end && !*r->pos)
			r->pos++;
		break;
	case QUIC_FRAME_PING:
	case QUIC_FRAME_HANDSHAKE_DONE:
		break;
	case QUIC_FRAME_ACK:
	case QUIC_FRAME_ACK_ECN:
		return parse_ack(frame, r);
	case QUIC_FRAME_RESET_STREAM:
		ok = quic_read_varint(r, &frame->reset.id) &&
		     quic_read_varint(r, &frame->reset.code) &&
		     quic_read_varint(r, &frame->reset.final_size);
		break;
	case QUIC_FRAME_STOP_SENDING:
		ok = quic_read_varint(r, &frame->stop.id) && quic_read_varint(r, &frame->stop.code);
		break;
	case QUIC_FRAME_CRYPTO:
		return parse_crypto(frame, r);
	case QUIC_FRAME_NEW_TOKEN:
		/* RFC 9000, 19.7: not empty */
		ok = quic_read_varint(r, &frame->new_token.len) && frame->new_token.len &&
		     quic_read_bytes(r, &frame->new_token.token, frame->new_token.len);
		break;
	case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM + 7:
		return parse_stream(frame, r);
	case QUIC_FRAME_MAX_DATA:
	case QUIC_FRAME_DATA_BLOCKED:
		ok = quic_read_varint(r, &frame->max.max);
		break;
	case QUIC_FRAME_MAX_STREAM_DATA:
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		ok = quic_read_varint(r, &frame->max.id) && quic_read_varint(r, &frame->max.max);
		break;
	case QUIC_FRAME_MAX_STREAMS_BIDI:
	case QUIC_FRAME_MAX_STREAMS_UNI:
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		/* RFC 9000, 19.11, 19.14 */
		ok = quic_read_varint(r, &frame->max.max) && frame->max.max <= STREAMS_MAX;
		break;
	case QUIC_FRAME_NEW_CONNECTION_ID:
		return parse_new_cid(frame, r);
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		ok = quic_read_varint(r, &frame->retire_cid.seq);
		break;
	case QUIC_FRAME_PATH_CHALLENGE:
	case QUIC_FRAME_PATH_RESPONSE:
		ok = quic_read_bytes(r, &frame->path.data, 8);
		break;
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		return parse_close(frame, r);
	case QUIC_FRAME_DATAGRAM:
	case QUIC_FRAME_DATAGRAM_LEN:
		return parse_datagram(frame, r);
	}
	return ok ? 0 : FRAME_ENCODING;
}

int quic_frame_parse(struct quic_frame *frame, struct quic_reader *r, enum quic_packet_type type)
{
	const u8 *start = r->pos;

	if (!quic_read_varint(r, &frame->type))
		return FRAME_ENCODING;
	/* RFC 9000, 12.4: a type in more bytes than it needs. */
	if (r->pos - start != quic_varint_len(frame->type))
		return PROTOCOL_VIOLATION;
	if (frame->type >= ARRAY_SIZE(permitted) || !permitted[frame->type])
		return FRAME_ENCODING;
	if (!(permitted[frame->type] & BIT(type)))
		return PROTOCOL_VIOLATION;
	return parse_body(frame, r);
}
