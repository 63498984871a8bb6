// SPDX-License-Identifier: GPL-2.0-only
/* The CRYPTO stream of one encryption level (RFC 9000, 7.5 and 19.6). */
#include "crypto_stream.h"

void quic_crypto_stream_init(struct quic_crypto_stream *cs)
{
	memset(cs, 0, sizeof(*cs));
	quic_sendbuf_init(&cs->send);
	quic_recvbuf_init(&cs->recv);
}

void quic_crypto_stream_clear(struct quic_crypto_stream *cs, struct quic_mem *mem_tx,
			      struct quic_mem *mem_rx)
{
	quic_sendbuf_clear(&cs->send, mem_tx);
	quic_recvbuf_clear(&cs->recv, mem_rx);
}

int quic_crypto_stream_on_frame(struct quic_crypto_stream *cs, struct quic_mem *mem_rx, u8 level,
				const struct quic_frame *frame, struct quic_ref *ref,
				size_t packet_len, struct list_head *ready)
{
	struct quic_segment *seg;
	struct list_head arrived;
	int err;

	/* RFC 9000, 7.5: too far ahead, or in more pieces than are worth their records (P22). */
	if (frame->crypto.offset + frame->crypto.len > cs->consumed + QUIC_CRYPTO_BUFFER_MAX ||
	    (frame->crypto.offset > cs->recv.next && cs->recv.pieces >= QUIC_CRYPTO_PIECES_MAX))
		return QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED;
	INIT_LIST_HEAD(&arrived);
	err = quic_recvbuf_insert(&cs->recv, mem_rx, ref, frame->crypto.data, frame->crypto.offset,
				  frame->crypto.len, packet_len, &arrived);
	if (err)
		return err;
	list_for_each_entry(seg, &arrived, order) {
		seg->kind = QUIC_SEGMENT_CRYPTO;
		seg->level = level;
	}
	list_splice_tail(&arrived, ready);
	return 0;
}

/* New bytes wait while the flight is incomplete, lost ones never. */
static bool crypto_next(const struct quic_crypto_stream *cs, u64 *offset, u64 *len)
{
	return quic_sendbuf_next(&cs->send, offset, len) && (cs->send.lost_count || !cs->more);
}

bool quic_crypto_stream_pending(const struct quic_crypto_stream *cs)
{
	u64 offset, len;

	return crypto_next(cs, &offset, &len);
}

bool quic_crypto_stream_fill(struct quic_crypto_stream *cs, struct quic_writer *w,
			     struct quic_sent *sent)
{
	struct quic_sent_frame *frame;
	bool written = false;
	u64 offset, left;
	size_t len;

	while (crypto_next(cs, &offset, &left) && sent->frame_count < QUIC_SENT_FRAMES_MAX) {
		len = min_t(u64, left, quic_writer_room(w));
		if (!quic_frame_write_crypto_header(w, offset, &len))
			break;
		quic_sendbuf_copy(&cs->send, offset, w->pos, len);
		w->pos += len;
		quic_sendbuf_sent(&cs->send, offset, len);
		frame = &sent->frames[sent->frame_count++];
		memset(frame, 0, sizeof(*frame));
		frame->type = QUIC_FRAME_CRYPTO;
		frame->value = offset;
		frame->len = len;
		written = true;
	}
	return written;
}
