// SPDX-License-Identifier: GPL-2.0-only
/* The CRYPTO stream of one level (RFC 9000, 7.5 and 19.6). */
#include "check.h"
#include "crypto_stream.h"

struct level {
	struct quic_crypto_stream cs;
	struct quic_mem tx, rx;
	struct list_head ready;
};

static void level_init(struct level *l)
{
	memset(l, 0, sizeof(*l));
	l->tx.limit = U64_MAX;
	l->rx.limit = U64_MAX;
	INIT_LIST_HEAD(&l->ready);
	quic_crypto_stream_init(&l->cs);
}

static void level_clear(struct level *l)
{
	struct quic_segment *seg, *tmp;

	list_for_each_entry_safe(seg, tmp, &l->ready, order)
		quic_segment_free(&l->rx, seg);
	quic_crypto_stream_clear(&l->cs, &l->tx, &l->rx);
	CHECK_EQ(l->tx.used, 0);
	CHECK_EQ(l->rx.used, 0);
}

static void put(struct level *l, size_t len)
{
	size_t room, done;
	u8 *to;

	for (done = 0; done < len; done += room) {
		to = quic_sendbuf_reserve(&l->cs.send, &l->tx, len - done, false, &room);
		CHECK(to);
		memset(to, 0x16, room);
		quic_sendbuf_commit(&l->cs.send, room);
	}
}

static int give(struct level *l, u64 offset, size_t len)
{
	struct quic_ref *ref = host_ref_new(len);
	struct quic_frame frame;
	int err;

	memset(&frame, 0, sizeof(frame));
	memset(ref->data, 0x16, len);
	frame.type = QUIC_FRAME_CRYPTO;
	frame.crypto.offset = offset;
	frame.crypto.data = ref->data;
	frame.crypto.len = len;
	err = quic_crypto_stream_on_frame(&l->cs, &l->rx, QUIC_CRYPTO_HANDSHAKE, &frame, ref, 1200,
					  &l->ready);
	quic_ref_put(ref);
	return err;
}

TEST("one frame is one item with its level")
{
	struct quic_segment *seg;
	struct level l;

	level_init(&l);
	CHECK_EQ(give(&l, 0, 300), 0);
	CHECK_EQ(give(&l, 300, 200), 0);
	seg = list_first_entry(&l.ready, struct quic_segment, order);
	CHECK_EQ(seg->len, 300);
	CHECK_EQ(seg->kind, QUIC_SEGMENT_CRYPTO);
	CHECK_EQ(seg->level, QUIC_CRYPTO_HANDSHAKE);
	seg = list_next_entry(seg, order);
	CHECK_EQ(seg->len, 200);
	CHECK_EQ(seg->level, QUIC_CRYPTO_HANDSHAKE);
	level_clear(&l);
}

TEST("the buffer has a limit beyond what was read")
{
	struct level l;

	level_init(&l);
	CHECK_EQ(give(&l, QUIC_CRYPTO_BUFFER_MAX - 100, 100), 0);
	CHECK_EQ(give(&l, QUIC_CRYPTO_BUFFER_MAX - 99, 100),
		 QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED);
	CHECK_EQ(give(&l, QUIC_VARINT_MAX - 100, 100), QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED);
	l.cs.consumed = 1;
	CHECK_EQ(give(&l, QUIC_CRYPTO_BUFFER_MAX - 99, 100), 0);
	level_clear(&l);
}

TEST("P22 RFC 9000, 7.5: 4096 bytes after gaps are kept, each in a frame of its own, and no more")
{
	struct level l;
	u64 i;

	level_init(&l);
	for (i = 0; i < QUIC_CRYPTO_PIECES_MAX; i++)
		CHECK_EQ(give(&l, 2 * i + 1, 1), 0);
	CHECK_EQ(l.cs.recv.pieces, QUIC_CRYPTO_PIECES_MAX);
	CHECK(l.rx.used <= QUIC_CRYPTO_PIECES_MAX * 256);
	CHECK_EQ(give(&l, 2 * i + 1, 1), QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED);
	/* What closes gaps is always taken. */
	CHECK_EQ(give(&l, 0, 1), 0);
	CHECK_EQ(l.cs.recv.pieces, QUIC_CRYPTO_PIECES_MAX - 1);
	CHECK_EQ(give(&l, 2, 2 * QUIC_CRYPTO_PIECES_MAX), 0);
	CHECK_EQ(l.cs.recv.pieces, 0);
	CHECK_EQ(l.cs.recv.next, 2 * QUIC_CRYPTO_PIECES_MAX + 2);
	level_clear(&l);
}

TEST("without memory the packet must come again")
{
	struct level l;

	level_init(&l);
	host_fail_alloc_after(0);
	CHECK_EQ(give(&l, 0, 300), -ENOMEM);
	CHECK(host_alloc_failed());
	CHECK(list_empty(&l.ready));
	CHECK_EQ(give(&l, 0, 300), 0);
	level_clear(&l);
}

TEST("P22 one byte frames with gaps stay within the account")
{
	struct level l;
	u64 i;

	level_init(&l);
	l.rx.limit = 100000;
	for (i = 2; i < QUIC_CRYPTO_BUFFER_MAX; i += 2)
		give(&l, i, 1);
	CHECK(l.rx.used < 60000);
	CHECK_EQ(give(&l, 0, 2), 0);
	CHECK(!list_empty(&l.ready));
	level_clear(&l);
}

TEST("frames fill packets and come back when lost")
{
	struct quic_writer w;
	struct quic_frame frame;
	struct quic_reader r;
	struct quic_sent sent;
	struct level l;
	u8 packet[1000];

	level_init(&l);
	put(&l, 1500);
	CHECK(quic_crypto_stream_pending(&l.cs));

	memset(&sent, 0, sizeof(sent));
	w.pos = packet;
	w.end = packet + sizeof(packet);
	CHECK(quic_crypto_stream_fill(&l.cs, &w, &sent));
	CHECK_EQ(sent.frame_count, 1);
	CHECK_EQ(sent.frames[0].type, QUIC_FRAME_CRYPTO);
	CHECK_EQ(sent.frames[0].value, 0);
	CHECK(sent.frames[0].len > 980);
	r.pos = packet;
	r.end = w.pos;
	CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_INITIAL), 0);
	CHECK_EQ(frame.crypto.offset, 0);
	CHECK_EQ(frame.crypto.len, sent.frames[0].len);
	CHECK_EQ(quic_reader_left(&r), 0);

	quic_sendbuf_lost(&l.cs.send, sent.frames[0].value, sent.frames[0].len);
	memset(&sent, 0, sizeof(sent));
	w.pos = packet;
	CHECK(quic_crypto_stream_fill(&l.cs, &w, &sent));
	CHECK_EQ(sent.frames[0].value, 0);

	memset(&sent, 0, sizeof(sent));
	w.pos = packet;
	CHECK(quic_crypto_stream_fill(&l.cs, &w, &sent));
	CHECK_EQ(sent.frames[0].value + sent.frames[0].len, 1500);
	CHECK(!quic_crypto_stream_pending(&l.cs));
	w.pos = packet;
	CHECK(!quic_crypto_stream_fill(&l.cs, &w, &sent));
	level_clear(&l);
}

TEST("a flight with more to come waits but its lost bytes do not")
{
	struct quic_writer w;
	struct quic_sent sent;
	struct level l;
	u8 packet[1000];

	level_init(&l);
	put(&l, 100);
	memset(&sent, 0, sizeof(sent));
	w.pos = packet;
	w.end = packet + sizeof(packet);
	CHECK(quic_crypto_stream_fill(&l.cs, &w, &sent));
	l.cs.more = true;
	put(&l, 100);
	CHECK(!quic_crypto_stream_pending(&l.cs));
	quic_sendbuf_lost_all(&l.cs.send);
	CHECK(quic_crypto_stream_pending(&l.cs));
	memset(&sent, 0, sizeof(sent));
	w.pos = packet;
	CHECK(quic_crypto_stream_fill(&l.cs, &w, &sent));
	CHECK_EQ(sent.frame_count, 1);
	CHECK_EQ(sent.frames[0].len, 100);
	l.cs.more = false;
	CHECK(quic_crypto_stream_pending(&l.cs));
	level_clear(&l);
}
