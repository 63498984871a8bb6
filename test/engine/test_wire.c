// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"
#include "wire.h"

static const struct {
	const char *bytes;
	u64 value;
	bool shortest;
} samples[] = {
	/* RFC 9000, A.1 */
	{ "c2197c5eff14e88c", 151288809941952652ULL, true },
	{ "9d7f3e7d", 494878333, true },
	{ "7bbd", 15293, true },
	{ "25", 37, true },
	{ "4025", 37, false },
	/* where the length changes */
	{ "00", 0, true },
	{ "3f", 63, true },
	{ "4040", 64, true },
	{ "7fff", 16383, true },
	{ "80004000", 16384, true },
	{ "bfffffff", 1073741823, true },
	{ "c000000040000000", 1073741824, true },
	{ "ffffffffffffffff", QUIC_VARINT_MAX, true },
	{ "c000000000000000", 0, false },
};

TEST("varints are read")
{
	struct quic_reader r;
	unsigned int i;
	u8 bytes[8];
	size_t len;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		len = check_hex(samples[i].bytes, bytes, sizeof(bytes));
		r = (struct quic_reader){ bytes, bytes + len };
		CHECK(quic_read_varint(&r, &value));
		CHECK_EQ(value, samples[i].value);
		CHECK_EQ(quic_reader_left(&r), 0);
	}
}

TEST("varints are written in the shortest form")
{
	u8 bytes[8], out[8];
	struct quic_writer w;
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		if (!samples[i].shortest)
			continue;
		len = check_hex(samples[i].bytes, bytes, sizeof(bytes));
		w = (struct quic_writer){ out, out + sizeof(out) };
		CHECK_EQ(quic_varint_len(samples[i].value), len);
		CHECK(quic_write_varint(&w, samples[i].value));
		CHECK_EQ(w.pos - out, len);
		CHECK_MEM(out, bytes, len);
	}
}

TEST("varints take the length that is asked for")
{
	static const char *const hex[] = { "25", "4025", "80000025", "c000000000000025" };
	struct quic_writer w;
	u8 bytes[8], out[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hex); i++) {
		check_hex(hex[i], bytes, sizeof(bytes));
		w = (struct quic_writer){ out, out + sizeof(out) };
		CHECK(quic_write_varint_len(&w, 37, 1 << i));
		CHECK_EQ(w.pos - out, 1 << i);
		CHECK_MEM(out, bytes, 1 << i);
	}
}

TEST("P12 a truncated varint moves nothing")
{
	struct quic_reader r;
	size_t len, cut;
	unsigned int i;
	u8 bytes[8], *part;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		len = check_hex(samples[i].bytes, bytes, sizeof(bytes));
		for (cut = 0; cut < len; cut++) {
			/* on the heap, so that a read behind it is caught */
			part = malloc(cut ? cut : 1);
			memcpy(part, bytes, cut);
			r = (struct quic_reader){ part, part + cut };
			CHECK(!quic_read_varint(&r, &value));
			CHECK(r.pos == part);
			free(part);
		}
	}
}

TEST("readers stop at the end")
{
	u8 bytes[4] = { 1, 2, 3, 4 };
	struct quic_reader r = { bytes, bytes + 4 };
	const u8 *view;
	u32 v32;
	u16 v16;
	u8 v8;

	CHECK(quic_read_u8(&r, &v8) && v8 == 1);
	CHECK(!quic_read_u32(&r, &v32));
	CHECK(quic_read_u16(&r, &v16) && v16 == 0x0203);
	CHECK(!quic_read_u16(&r, &v16));
	CHECK(!quic_read_bytes(&r, &view, 2));
	CHECK(!quic_read_bytes(&r, &view, U64_MAX));
	CHECK(quic_read_bytes(&r, &view, 1) && view == bytes + 3);
	CHECK(quic_read_bytes(&r, &view, 0));
	CHECK(!quic_read_u8(&r, &v8));
	r = (struct quic_reader){ bytes, bytes + 4 };
	CHECK(quic_read_u32(&r, &v32) && v32 == 0x01020304);
}

TEST("writers stop at the end")
{
	u8 out[8] = { 0 };
	struct quic_writer w = { out, out + 7 };

	CHECK(quic_write_u32(&w, 0x01020304));
	CHECK(!quic_write_u32(&w, 0));
	CHECK(quic_write_u16(&w, 0x0506));
	CHECK(!quic_write_u16(&w, 0));
	CHECK(!quic_write_varint(&w, 64));
	CHECK(!quic_write_bytes(&w, "ab", 2));
	CHECK(quic_write_u8(&w, 7));
	CHECK(!quic_write_u8(&w, 8));
	CHECK(quic_write_bytes(&w, NULL, 0));
	CHECK_MEM(out, "\1\2\3\4\5\6\7\0", 8);
}
