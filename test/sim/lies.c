// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"
#include "lies.h"

struct random *lies_random;
unsigned int lies_chance;

static u64 pick(u64 below)
{
	return random_below(lies_random, below);
}

/* Numbers at which something may break. */
static u64 extreme(void)
{
	static const u64 numbers[] = {
		0, 1, 2, 63, 64, 1200, 16383, 16384, 65535, 65536, 1 << 20, (1 << 30) - 1, 1 << 30,
		U32_MAX, 1ULL << 32, (1ULL << 60) - 1, 1ULL << 60, (1ULL << 60) + 1,
		QUIC_VARINT_MAX - 1200, QUIC_VARINT_MAX - 1, QUIC_VARINT_MAX,
	};

	return pick(3) ? pick(200) : numbers[pick(ARRAY_SIZE(numbers))];
}

static void write_random(struct quic_writer *w, u64 count)
{
	while (count--)
		quic_write_u8(w, random_u64(lies_random));
}

static void write_stream(struct quic_writer *w)
{
	u64 type = QUIC_FRAME_STREAM + pick(8), len = pick(40);

	quic_write_varint(w, type);
	quic_write_varint(w, pick(2) ? pick(40) : extreme());
	if (type & QUIC_FRAME_STREAM_OFF)
		quic_write_varint(w, extreme());
	if (type & QUIC_FRAME_STREAM_LEN)
		quic_write_varint(w, pick(16) ? len : extreme());
	write_random(w, len);
}

static void write_ack(struct quic_writer *w)
{
	u64 count = pick(6);

	quic_write_varint(w, QUIC_FRAME_ACK + pick(2));
	quic_write_varint(w, pick(2) ? pick(60) : extreme());
	quic_write_varint(w, extreme());
	quic_write_varint(w, pick(16) ? count : extreme());
	quic_write_varint(w, pick(8) ? pick(8) : extreme());
	for (; count; count--) {
		quic_write_varint(w, pick(8) ? pick(4) : extreme());
		quic_write_varint(w, pick(8) ? pick(4) : extreme());
	}
	write_random(w, pick(3));
}

static void write_new_cid(struct quic_writer *w)
{
	struct quic_cid cid = { .len = pick(8) ? 8 : pick(21) };
	u8 token[QUIC_RESET_TOKEN_LEN];
	u64 seq = pick(3) ? pick(20) : extreme(), i;

	for (i = 0; i < cid.len; i++)
		cid.id[i] = pick(8) ? random_u64(lies_random) : 0;
	memset(token, seq, sizeof(token));
	quic_frame_write_new_cid(w, seq, pick(2) ? pick(seq + 1) : extreme(), &cid, token);
}

static void write_numbers(struct quic_writer *w)
{
	u64 type = QUIC_FRAME_RESET_STREAM + pick(QUIC_FRAME_HANDSHAKE_DONE), fields = 1 + pick(3);

	quic_write_varint(w, type);
	while (fields--)
		quic_write_varint(w, pick(2) ? pick(40) : extreme());
}

static void write_frame(struct quic_writer *w)
{
	switch (pick(8)) {
	case 0:
	case 1:
		write_stream(w);
		break;
	case 2:
		write_ack(w);
		break;
	case 3:
		write_new_cid(w);
		break;
	case 4:
		quic_write_varint(w, QUIC_FRAME_CRYPTO);
		quic_write_varint(w, extreme());
		quic_write_varint(w, pick(30));
		write_random(w, pick(30));
		break;
	case 5:
		quic_write_varint(w, pick(0x40));
		write_random(w, pick(20));
		break;
	default:
		write_numbers(w);
	}
}

void lies_tell(u8 *payload, size_t len)
{
	struct quic_writer w = { payload, payload + len };
	unsigned int count;

	if (!lies_random || !random_chance(lies_random, lies_chance))
		return;
	if (!pick(3)) {
		/* A frame that was right is now almost right. */
		payload[pick(min_t(size_t, len, 12))] = pick(pick(2) ? 256 : 32);
		return;
	}
	for (count = 1 + pick(4); count; count--)
		write_frame(&w);
	/* Sometimes what was there shines through, mostly it is padding. */
	if (pick(4))
		memset(w.pos, 0, quic_writer_room(&w));
}
