// SPDX-License-Identifier: GPL-2.0-only
/* What is written is read back; what does not fit is not written at all. */
#include "check.h"
#include "frame.h"

static const u8 token[QUIC_RESET_TOKEN_LEN] = "0123456789abcdef";
static const struct quic_cid cid = { 8, "abcdefgh" };

static bool write_frame(struct quic_writer *w, unsigned int which)
{
	switch (which) {
	case 0:
		return quic_frame_write_type(w, QUIC_FRAME_HANDSHAKE_DONE);
	case 1:
		return quic_frame_write_value(w, QUIC_FRAME_MAX_DATA, QUIC_VARINT_MAX);
	case 2:
		return quic_frame_write_pair(w, QUIC_FRAME_STOP_SENDING, 400, 1ULL << 40);
	case 3:
		return quic_frame_write_reset(w, 4, 70, 70000);
	case 4:
		return quic_frame_write_new_cid(w, 100, 7, &cid, token);
	case 5:
		return quic_frame_write_path(w, QUIC_FRAME_PATH_RESPONSE, token);
	case 6:
		return quic_frame_write_new_token(w, token, 5);
	default:
		return quic_frame_write_value(w, QUIC_FRAME_RETIRE_CONNECTION_ID, 64);
	}
}

TEST("frames are read back")
{
	u8 buf[256];
	struct quic_writer w = { buf, buf + sizeof(buf) };
	struct quic_reader r = { buf, buf };
	struct quic_frame f[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(f); i++) {
		CHECK(write_frame(&w, i));
		r.end = w.pos;
		CHECK_EQ(quic_frame_parse(&f[i], &r, QUIC_PACKET_1RTT), 0);
		CHECK_EQ(quic_reader_left(&r), 0);
	}
	CHECK_EQ(f[0].type, QUIC_FRAME_HANDSHAKE_DONE);
	CHECK(f[1].type == QUIC_FRAME_MAX_DATA && f[1].max.max == QUIC_VARINT_MAX);
	CHECK(f[2].stop.id == 400 && f[2].stop.code == 1ULL << 40);
	CHECK(f[3].reset.id == 4 && f[3].reset.code == 70 && f[3].reset.final_size == 70000);
	CHECK(f[4].new_cid.seq == 100 && f[4].new_cid.prior_to == 7);
	CHECK(quic_cid_equal(&f[4].new_cid.cid, &cid));
	CHECK_MEM(f[4].new_cid.token, token, sizeof(token));
	CHECK_EQ(f[5].type, QUIC_FRAME_PATH_RESPONSE);
	CHECK_MEM(f[5].path.data, token, 8);
	CHECK_EQ(f[6].new_token.len, 5);
	CHECK_MEM(f[6].new_token.token, token, 5);
	CHECK_EQ(f[7].retire_cid.seq, 64);
}

TEST("P10 frames that do not fit write nothing")
{
	struct quic_writer w;
	unsigned int i;
	size_t room;
	u8 *buf;

	for (i = 0; i < 8; i++) {
		bool fits = false;

		for (room = 0; !fits; room++) {
			buf = malloc(room ? room : 1);
			w = (struct quic_writer){ buf, buf + room };
			fits = write_frame(&w, i);
			CHECK(w.pos == buf + (fits ? room : 0));
			free(buf);
		}
		CHECK(room > 1 && room < 40);
	}
}

TEST("stream data is cut to the room")
{
	struct quic_reader r;
	struct quic_frame f;
	struct quic_writer w;
	size_t room, len, wanted;
	u8 *buf;

	for (wanted = 0; wanted <= 130; wanted += 13) {
		for (room = 0; room < 150; room++) {
			buf = malloc(room ? room : 1);
			w = (struct quic_writer){ buf, buf + room };
			len = wanted;
			if (!quic_frame_write_stream_header(&w, 4, 1000, &len, true)) {
				/* type, ID, offset, length, a byte if there is one to send */
				CHECK(w.pos == buf && room < 1 + 1 + 2 + 1 + (wanted > 0));
				free(buf);
				continue;
			}
			CHECK(len <= quic_writer_room(&w) && len <= wanted && (len || !wanted));
			/* a byte may be lost where the length field would have grown */
			CHECK(len == wanted || quic_writer_room(&w) - len <= 1);
			memset(w.pos, 'x', len);
			r = (struct quic_reader){ buf, w.pos + len };
			CHECK_EQ(quic_frame_parse(&f, &r, QUIC_PACKET_1RTT), 0);
			CHECK_EQ(quic_reader_left(&r), 0);
			CHECK(f.stream.id == 4 && f.stream.offset == 1000 && f.stream.len == len);
			CHECK_EQ(f.stream.fin, len == wanted);
			free(buf);
		}
	}
}

TEST("crypto data is cut to the room")
{
	u8 buf[20];
	struct quic_writer w = { buf, buf + sizeof(buf) };
	size_t len = 100;

	CHECK(quic_frame_write_crypto_header(&w, 64, &len));
	CHECK_EQ(len, 16);
	CHECK_MEM(buf, "\x06\x40\x40\x10", 4);
	w = (struct quic_writer){ buf, buf + 4 };
	len = 100;
	CHECK(!quic_frame_write_crypto_header(&w, 64, &len));
	CHECK(w.pos == buf);
	w.end = buf + 5;
	CHECK(quic_frame_write_crypto_header(&w, 64, &len));
	CHECK_EQ(len, 1);
}

TEST("a stream at its start needs no offset")
{
	u8 buf[8];
	struct quic_writer w = { buf, buf + sizeof(buf) };
	size_t len = 3;

	CHECK(quic_frame_write_stream_header(&w, 0, 0, &len, false));
	CHECK_EQ(w.pos - buf, 3);
	CHECK_MEM(buf, "\x0a\0\3", 3);
}

/* RFC 9221, 4 */
TEST("a datagram header is type and length")
{
	u8 buf[8];
	struct quic_writer w = { buf, buf + sizeof(buf) };

	CHECK(quic_frame_write_value(&w, QUIC_FRAME_DATAGRAM_LEN, 100));
	CHECK_MEM(buf, "\x31\x40\x64", 3);
}

TEST("reasons are cut to the room")
{
	static const u8 reason[] =
		"a reason of more than 63 bytes, to be cut here, here, and then there";
	struct quic_reader r;
	struct quic_writer w;
	struct quic_frame f;
	size_t room;
	u8 *buf;

	for (room = 0; room < 90; room++) {
		buf = malloc(room ? room : 1);
		w = (struct quic_writer){ buf, buf + room };
		if (!quic_frame_write_close(&w, QUIC_FRAME_CONNECTION_CLOSE, 300, 6, reason,
					    sizeof(reason) - 1)) {
			CHECK(w.pos == buf && room < 1 + 2 + 1 + 1);
			free(buf);
			continue;
		}
		r = (struct quic_reader){ buf, w.pos };
		CHECK_EQ(quic_frame_parse(&f, &r, QUIC_PACKET_INITIAL), 0);
		CHECK(f.close.code == 300 && f.close.frame_type == 6);
		CHECK_MEM(f.close.reason, reason, f.close.reason_len);
		CHECK(quic_writer_room(&w) <= 1 || f.close.reason_len == sizeof(reason) - 1);
		free(buf);
	}
	CHECK_EQ(f.close.reason_len, sizeof(reason) - 1);
}

TEST("an application close has no frame type")
{
	u8 buf[8];
	struct quic_writer w = { buf, buf + sizeof(buf) };

	CHECK(quic_frame_write_close(&w, QUIC_FRAME_CONNECTION_CLOSE_APP, 5, 6, NULL, 0));
	CHECK_EQ(w.pos - buf, 3);
	CHECK_MEM(buf, "\x1d\5\0", 3);
}
