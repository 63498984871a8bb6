// SPDX-License-Identifier: GPL-2.0-only
/*
 * The payload of a packet: its first byte chooses the packet type, the rest is parsed as frames.
 * Every frame must make progress and keep within the payload, and what is written from a parsed
 * frame must be parsed as the same frame.
 */
#include "frame.h"
#include "fuzz.h"

static void check_ack(struct quic_ack_frame ack)
{
	u64 i, smallest = 0, largest = 0, below = U64_MAX;

	for (i = 0; i <= ack.range_count; i++) {
		REQUIRE(!quic_ack_next(&ack, i, &smallest, &largest));
		REQUIRE(smallest <= largest && largest <= QUIC_VARINT_MAX);
		/* RFC 9000, 19.3.1: at least one number lies between two ranges. */
		REQUIRE(below == U64_MAX || largest + 1 < below);
		below = smallest;
	}
	REQUIRE(!quic_reader_left(&ack.ranges));
}

static void check_views(const struct quic_frame *f, const u8 *data, size_t size)
{
	switch (f->type) {
	case QUIC_FRAME_ACK:
	case QUIC_FRAME_ACK_ECN:
		check_ack(f->ack);
		break;
	case QUIC_FRAME_CRYPTO:
		REQUIRE(within(data, size, f->crypto.data, f->crypto.len));
		REQUIRE(f->crypto.offset + f->crypto.len <= QUIC_VARINT_MAX);
		break;
	case QUIC_FRAME_NEW_TOKEN:
		REQUIRE(f->new_token.len);
		REQUIRE(within(data, size, f->new_token.token, f->new_token.len));
		break;
	case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM + 7:
		REQUIRE(within(data, size, f->stream.data, f->stream.len));
		REQUIRE(f->stream.offset + f->stream.len <= QUIC_VARINT_MAX);
		break;
	case QUIC_FRAME_NEW_CONNECTION_ID:
		REQUIRE(f->new_cid.cid.len >= 1 && f->new_cid.cid.len <= QUIC_CID_LEN_MAX);
		REQUIRE(f->new_cid.prior_to <= f->new_cid.seq);
		REQUIRE(within(data, size, f->new_cid.token, QUIC_RESET_TOKEN_LEN));
		break;
	case QUIC_FRAME_PATH_CHALLENGE:
	case QUIC_FRAME_PATH_RESPONSE:
		REQUIRE(within(data, size, f->path.data, 8));
		break;
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		REQUIRE(within(data, size, f->close.reason, f->close.reason_len));
		break;
	case QUIC_FRAME_DATAGRAM:
	case QUIC_FRAME_DATAGRAM_LEN:
		REQUIRE(within(data, size, f->datagram.data, f->datagram.len));
		break;
	}
}

static void write_payload(struct quic_writer *w, const u8 *data, u64 len, size_t header_len)
{
	REQUIRE(header_len == len && quic_write_bytes(w, data, len));
}

/* False for frames that have no writer, or another form when written. */
static bool rewrite(const struct quic_frame *f, struct quic_writer *w)
{
	size_t len;

	switch (f->type) {
	case QUIC_FRAME_PING:
	case QUIC_FRAME_HANDSHAKE_DONE:
		return quic_frame_write_type(w, f->type);
	case QUIC_FRAME_RESET_STREAM:
		return quic_frame_write_reset(w, f->reset.id, f->reset.code, f->reset.final_size);
	case QUIC_FRAME_STOP_SENDING:
		return quic_frame_write_pair(w, f->type, f->stop.id, f->stop.code);
	case QUIC_FRAME_MAX_STREAM_DATA:
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		return quic_frame_write_pair(w, f->type, f->max.id, f->max.max);
	case QUIC_FRAME_MAX_DATA:
	case QUIC_FRAME_DATA_BLOCKED:
	case QUIC_FRAME_MAX_STREAMS_BIDI ... QUIC_FRAME_MAX_STREAMS_UNI:
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI ... QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return quic_frame_write_value(w, f->type, f->max.max);
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		return quic_frame_write_value(w, f->type, f->retire_cid.seq);
	case QUIC_FRAME_CRYPTO:
		len = f->crypto.len;
		REQUIRE(quic_frame_write_crypto_header(w, f->crypto.offset, &len));
		write_payload(w, f->crypto.data, f->crypto.len, len);
		return true;
	case QUIC_FRAME_NEW_TOKEN:
		return quic_frame_write_new_token(w, f->new_token.token, f->new_token.len);
	case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM + 7:
		len = f->stream.len;
		REQUIRE(quic_frame_write_stream_header(w, f->stream.id, f->stream.offset, &len,
						       f->stream.fin));
		write_payload(w, f->stream.data, f->stream.len, len);
		return true;
	case QUIC_FRAME_NEW_CONNECTION_ID:
		return quic_frame_write_new_cid(w, f->new_cid.seq, f->new_cid.prior_to,
						&f->new_cid.cid, f->new_cid.token);
	case QUIC_FRAME_PATH_CHALLENGE:
	case QUIC_FRAME_PATH_RESPONSE:
		return quic_frame_write_path(w, f->type, f->path.data);
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		return quic_frame_write_close(w, f->type, f->close.code, f->close.frame_type,
					      f->close.reason, f->close.reason_len);
	default:
		return false;
	}
}

/* Written twice, it is the same both times: what the first writing kept is all there was. */
static void check_rewritten(const struct quic_frame *f, size_t size)
{
	size_t room = size + 32;
	u8 *first = malloc(room), *second = malloc(room);
	struct quic_writer w = { first, first + room }, again = { second, second + room };
	struct quic_reader r = { first, first };
	struct quic_frame copy;

	if (rewrite(f, &w)) {
		r.end = w.pos;
		REQUIRE(!quic_frame_parse(&copy, &r, QUIC_PACKET_1RTT) && !quic_reader_left(&r));
		REQUIRE(rewrite(&copy, &again));
		REQUIRE(again.pos - second == w.pos - first);
		REQUIRE(!memcmp(first, second, w.pos - first));
	}
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const enum quic_packet_type types[] = {
		QUIC_PACKET_1RTT, QUIC_PACKET_INITIAL, QUIC_PACKET_HANDSHAKE, QUIC_PACKET_0RTT,
	};
	struct quic_reader r = { data, data + size };
	struct quic_frame frame;
	const u8 *start;
	u8 choice;
	int err;

	if (!quic_read_u8(&r, &choice))
		return 0;
	while (quic_reader_left(&r)) {
		start = r.pos;
		err = quic_frame_parse(&frame, &r, types[choice % ARRAY_SIZE(types)]);
		REQUIRE(r.pos >= start && r.pos <= r.end);
		if (err) {
			REQUIRE(err == QUIC_TRANSPORT_ERROR_FRAME_ENCODING ||
				err == QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
			break;
		}
		REQUIRE(r.pos > start);
		check_views(&frame, data, size);
		check_rewritten(&frame, size);
	}
	return 0;
}
