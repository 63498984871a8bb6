/* SPDX-License-Identifier: GPL-2.0-only */
/* The CRYPTO stream of one encryption level: TLS messages, opaque (RFC 9000, 7.5; RFC 9001, 4). */
#ifndef QUIC_ENGINE_CRYPTO_STREAM_H
#define QUIC_ENGINE_CRYPTO_STREAM_H

#include "frame.h"
#include "recvbuf.h"
#include "sendbuf.h"
#include "sent.h"

/* Bytes beyond what was read: a large certificate chain fits; RFC 9000, 7.5 wants 4096 at least. */
#define QUIC_CRYPTO_BUFFER_MAX	65536
/* Pieces after a gap: these 4096 bytes, should each come in a frame of its own. */
#define QUIC_CRYPTO_PIECES_MAX	4096

/**
 * struct quic_crypto_stream - both directions of one level
 * @consumed: bytes that TLS has read
 * @more: the last message was given with MSG_MORE: wait for the rest of the flight. Who has to wait
 *	for room in the send buffer clears it first
 */
struct quic_crypto_stream {
	struct quic_sendbuf send;
	struct quic_recvbuf recv;
	u64 consumed;
	bool more;
};

void quic_crypto_stream_init(struct quic_crypto_stream *cs);
void quic_crypto_stream_clear(struct quic_crypto_stream *cs, struct quic_mem *mem_tx,
			      struct quic_mem *mem_rx);
/*
 * Deliverable segments are appended to @ready with kind and @level set.
 * Return: 0, -ENOMEM, or CRYPTO_BUF_EXCEEDED.
 */
int quic_crypto_stream_on_frame(struct quic_crypto_stream *cs, struct quic_mem *mem_rx, u8 level,
				const struct quic_frame *frame, struct quic_ref *ref,
				size_t packet_len, struct list_head *ready);
bool quic_crypto_stream_pending(const struct quic_crypto_stream *cs);
/* As quic_streams_fill(). */
bool quic_crypto_stream_fill(struct quic_crypto_stream *cs, struct quic_writer *w,
			     struct quic_sent *sent);

#endif
