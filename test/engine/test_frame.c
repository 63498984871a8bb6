// SPDX-License-Identifier: GPL-2.0-only
/* Frames: one sample of each, everywhere, in every length; and what the RFC forbids. */
#include "check.h"
#include "frame_samples.h"

#define FRAME_ENCODING		QUIC_TRANSPORT_ERROR_FRAME_ENCODING
#define PROTOCOL_VIOLATION	QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION

static const enum quic_packet_type types[] = {
	QUIC_PACKET_INITIAL, QUIC_PACKET_HANDSHAKE, QUIC_PACKET_0RTT, QUIC_PACKET_1RTT,
};

/* Parse @hex as the payload of a 1-RTT packet, from memory that ends where it does. */
static int parse(struct quic_frame *frame, const char *hex)
{
	static u8 *last;
	struct quic_reader r;
	u8 bytes[256];
	size_t len = check_hex(hex, bytes, sizeof(bytes));

	free(last);
	last = malloc(len ? len : 1);
	memcpy(last, bytes, len);
	r = (struct quic_reader){ last, last + len };
	return quic_frame_parse(frame, &r, QUIC_PACKET_1RTT);
}

/* RFC 9000, 12.5 */
TEST("frames stand where table 3 permits")
{
	struct quic_frame frame;
	struct quic_reader r;
	unsigned int i, j;
	u8 bytes[64];
	size_t len;
	int expected;

	for (i = 0; i < ARRAY_SIZE(frame_samples); i++) {
		len = check_hex(frame_samples[i].hex, bytes, sizeof(bytes));
		for (j = 0; j < ARRAY_SIZE(types); j++) {
			r = (struct quic_reader){ bytes, bytes + len };
			expected = frame_samples[i].in & BIT(types[j]) ? 0 : PROTOCOL_VIOLATION;
			CHECK_EQ(quic_frame_parse(&frame, &r, types[j]), expected);
			if (!expected) {
				CHECK_EQ(quic_reader_left(&r), 0);
				CHECK_EQ(frame.type, bytes[0]);
			}
		}
	}
}

TEST("P12 frames cut anywhere are encoding errors")
{
	struct quic_frame frame;
	struct quic_reader r;
	size_t len, cut, min;
	unsigned int i;
	u8 bytes[64], *part;
	int err;

	for (i = 0; i < ARRAY_SIZE(frame_samples); i++) {
		len = check_hex(frame_samples[i].hex, bytes, sizeof(bytes));
		/* what reaches to the end may end anywhere behind its last field */
		min = !frame_samples[i].open ? len : (bytes[0] & ~1) == 0x0c ? 4 :
		      (bytes[0] & ~1) == 0x08 ? 2 : 1;
		for (cut = 0; cut < len; cut++) {
			part = malloc(cut ? cut : 1);
			memcpy(part, bytes, cut);
			r = (struct quic_reader){ part, part + cut };
			err = quic_frame_parse(&frame, &r, QUIC_PACKET_1RTT);
			CHECK_EQ(err, cut < min ? FRAME_ENCODING : 0);
			free(part);
		}
	}
}

TEST("frames end before the next one")
{
	struct quic_frame frame;
	struct quic_reader r;
	unsigned int i;
	u8 bytes[65];
	size_t len;

	for (i = 0; i < ARRAY_SIZE(frame_samples); i++) {
		if (frame_samples[i].open)
			continue;
		len = check_hex(frame_samples[i].hex, bytes, sizeof(bytes) - 1);
		bytes[len] = QUIC_FRAME_PING;
		r = (struct quic_reader){ bytes, bytes + len + 1 };
		CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_1RTT), 0);
		CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_1RTT), 0);
		CHECK_EQ(frame.type, QUIC_FRAME_PING);
		CHECK_EQ(quic_reader_left(&r), 0);
	}
}

TEST("P12 types in long form are violations")
{
	struct quic_frame frame;

	CHECK_EQ(parse(&frame, "4001"), PROTOCOL_VIOLATION);
	CHECK_EQ(parse(&frame, "80000001"), PROTOCOL_VIOLATION);
	CHECK_EQ(parse(&frame, "c000000000000001"), PROTOCOL_VIOLATION);
	CHECK_EQ(parse(&frame, "4000"), PROTOCOL_VIOLATION);
	CHECK_EQ(parse(&frame, "403f"), PROTOCOL_VIOLATION);
	CHECK_EQ(parse(&frame, "80001234"), PROTOCOL_VIOLATION);
}

/* RFC 9000, 19.21 */
TEST("P12 unknown types are encoding errors")
{
	static const char *const unknown[] = {
		"1f", "20", "2f", "32", "3f", "40ff", "7fff", "80004000", "c000000040000000",
		"ffffffffffffffff", "40",
	};
	struct quic_frame frame;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		CHECK_EQ(parse(&frame, unknown[i]), FRAME_ENCODING);
}

/* RFC 9000, 19.4, 19.5, 19.8, 19.9 and 19.10 */
TEST("fields of streams are read")
{
	struct quic_frame f;

	CHECK_EQ(parse(&f, "0f 4104 4444 02 6869"), 0);
	CHECK(f.stream.id == 0x104 && f.stream.offset == 0x444 && f.stream.fin);
	CHECK_EQ(f.stream.len, 2);
	CHECK_MEM(f.stream.data, "hi", 2);
	CHECK_EQ(parse(&f, "08 07 6869"), 0);
	CHECK(f.stream.id == 7 && !f.stream.offset && !f.stream.fin && f.stream.len == 2);
	CHECK_EQ(parse(&f, "0904"), 0);
	CHECK(f.stream.id == 4 && f.stream.fin && !f.stream.len);
	CHECK_EQ(parse(&f, "04 04 4101 80010000"), 0);
	CHECK(f.reset.id == 4 && f.reset.code == 0x101 && f.reset.final_size == 0x10000);
	CHECK_EQ(parse(&f, "05 07 c000000100000000"), 0);
	CHECK(f.stop.id == 7 && f.stop.code == 1ULL << 32);
	CHECK_EQ(parse(&f, "11 04 80100000"), 0);
	CHECK(f.max.id == 4 && f.max.max == 1 << 20);
	CHECK_EQ(parse(&f, "10 ffffffffffffffff"), 0);
	CHECK_EQ(f.max.max, QUIC_VARINT_MAX);
	CHECK_EQ(parse(&f, "31 02 6869"), 0);
	CHECK_EQ(f.datagram.len, 2);
	CHECK_MEM(f.datagram.data, "hi", 2);
	CHECK_EQ(parse(&f, "30"), 0);
	CHECK_EQ(f.datagram.len, 0);
}

/* RFC 9000, 19.6, 19.7, 19.15 to 19.19 */
TEST("fields of the connection are read")
{
	struct quic_frame f;

	CHECK_EQ(parse(&f, "06 4100 03 616263"), 0);
	CHECK(f.crypto.offset == 0x100 && f.crypto.len == 3);
	CHECK_MEM(f.crypto.data, "abc", 3);
	CHECK_EQ(parse(&f, "07 04 746f6b65"), 0);
	CHECK_EQ(f.new_token.len, 4);
	CHECK_MEM(f.new_token.token, "toke", 4);
	CHECK_EQ(parse(&f, "18 05 03 04 01020304 000102030405060708090a0b0c0d0e0f"), 0);
	CHECK(f.new_cid.seq == 5 && f.new_cid.prior_to == 3 && f.new_cid.cid.len == 4);
	CHECK_MEM(f.new_cid.cid.id, "\1\2\3\4", 4);
	CHECK_EQ(f.new_cid.token[15], 15);
	CHECK_EQ(parse(&f, "19 4005"), 0);
	CHECK_EQ(f.retire_cid.seq, 5);
	CHECK_EQ(parse(&f, "1a 0102030405060708"), 0);
	CHECK_EQ(f.path.data[7], 8);
	CHECK_EQ(parse(&f, "1c 0a 06 03 627965"), 0);
	CHECK(f.close.code == 10 && f.close.frame_type == 6 && f.close.reason_len == 3);
	CHECK_MEM(f.close.reason, "bye", 3);
	CHECK_EQ(parse(&f, "1d 7fff 03 627965"), 0);
	CHECK(f.close.code == 0x3fff && f.close.frame_type == 0 && f.close.reason_len == 3);
}

/* RFC 9000, 19.1 */
TEST("a run of padding is one frame")
{
	struct quic_frame frame;
	struct quic_reader r;
	u8 bytes[100] = {};

	bytes[60] = QUIC_FRAME_PING;
	r = (struct quic_reader){ bytes, bytes + sizeof(bytes) };
	CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_INITIAL), 0);
	CHECK_EQ(frame.type, QUIC_FRAME_PADDING);
	CHECK(r.pos == bytes + 60);
}

TEST("acknowledged ranges are walked")
{
	u64 smallest = 0, largest = 0;
	struct quic_frame f;

	/* RFC 9000, 19.3.1: 32..29, gap 4, 5 long: 23..18, gap 6, 7 long: 10..3 */
	CHECK_EQ(parse(&f, "03 20 4101 02 03 0405 0607 01 4302 80000003"), 0);
	CHECK(f.ack.largest == 32 && f.ack.delay == 0x101 && f.ack.range_count == 2);
	CHECK(f.ack.has_ecn && f.ack.ect0 == 1 && f.ack.ect1 == 0x302 && f.ack.ce == 3);
	CHECK_EQ(quic_ack_next(&f.ack, 0, &smallest, &largest), 0);
	CHECK(smallest == 29 && largest == 32);
	CHECK_EQ(quic_ack_next(&f.ack, 1, &smallest, &largest), 0);
	CHECK(smallest == 18 && largest == 23);
	CHECK_EQ(quic_ack_next(&f.ack, 2, &smallest, &largest), 0);
	CHECK(smallest == 3 && largest == 10);
	CHECK_EQ(quic_ack_next(&f.ack, 3, &smallest, &largest), FRAME_ENCODING);
}

TEST("P12 ranges below zero are encoding errors")
{
	struct quic_frame f;

	CHECK_EQ(parse(&f, "02 05 00 00 05"), 0);		/* 5..0 */
	CHECK_EQ(parse(&f, "02 05 00 00 06"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "02 05 00 01 03 00 00"), 0);		/* 5..2, 0 */
	CHECK_EQ(parse(&f, "02 05 00 01 03 00 01"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "02 05 00 01 03 01 00"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "02 05 00 01 05 00 00"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "02 05 00 01 03 ffffffffffffffff 00"), FRAME_ENCODING);
	/* a count without bytes ends at once */
	CHECK_EQ(parse(&f, "02 ffffffffffffffff 00 ffffffffffffffff 00"), FRAME_ENCODING);
}

TEST("values have limits of their own")
{
	struct quic_frame f;

	/* RFC 9000, 19.8, 19.6: the last byte is within 2^62 - 1 */
	CHECK_EQ(parse(&f, "0e 00 fffffffffffffffd 02 6869"), 0);
	CHECK_EQ(parse(&f, "0e 00 fffffffffffffffe 02 6869"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "0c 00 ffffffffffffffff"), 0);
	CHECK_EQ(parse(&f, "0c 00 ffffffffffffffff 68"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "06 fffffffffffffffd 02 6869"), 0);
	CHECK_EQ(parse(&f, "06 fffffffffffffffe 02 6869"), FRAME_ENCODING);
	/* P21, RFC 9000, 19.11, 19.14: 2^60 streams */
	CHECK_EQ(parse(&f, "12 d000000000000000"), 0);
	CHECK_EQ(f.max.max, 1ULL << 60);
	CHECK_EQ(parse(&f, "12 d000000000000001"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "13 d000000000000001"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "16 d000000000000001"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "17 d000000000000001"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "12 00"), 0);
	/* RFC 9000, 19.7: an empty token */
	CHECK_EQ(parse(&f, "07 00"), FRAME_ENCODING);
	/* RFC 9000, 19.15: IDs of 1 to 20 bytes, Retire Prior To at most the sequence number */
	CHECK_EQ(parse(&f, "18 00 00 00 000102030405060708090a0b0c0d0e0f"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "18 00 00 15 000000000000000000000000000000000000000000"
			   "000102030405060708090a0b0c0d0e0f"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "18 05 05 01 01 000102030405060708090a0b0c0d0e0f"), 0);
	CHECK_EQ(parse(&f, "18 05 06 01 01 000102030405060708090a0b0c0d0e0f"), FRAME_ENCODING);
	/* lengths beyond the packet */
	CHECK_EQ(parse(&f, "1c 00 00 ffffffffffffffff"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "0a 00 ffffffffffffffff"), FRAME_ENCODING);
	CHECK_EQ(parse(&f, "31 ffffffffffffffff"), FRAME_ENCODING);
}

/* RFC 9000, 19 */
TEST("frames are classified")
{
	/* RFC 9000, table 3: N, and P */
	CHECK(!quic_frame_ack_eliciting(QUIC_FRAME_PADDING));
	CHECK(!quic_frame_ack_eliciting(QUIC_FRAME_ACK_ECN));
	CHECK(!quic_frame_ack_eliciting(QUIC_FRAME_CONNECTION_CLOSE_APP));
	CHECK(quic_frame_ack_eliciting(QUIC_FRAME_PING));
	CHECK(quic_frame_ack_eliciting(QUIC_FRAME_DATAGRAM));
	CHECK(quic_frame_probing(QUIC_FRAME_PATH_CHALLENGE));
	CHECK(quic_frame_probing(QUIC_FRAME_NEW_CONNECTION_ID));
	CHECK(!quic_frame_probing(QUIC_FRAME_PING));
	CHECK(!quic_frame_probing(QUIC_FRAME_RETIRE_CONNECTION_ID));
}
