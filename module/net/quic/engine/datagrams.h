/* SPDX-License-Identifier: GPL-2.0-only */
/* DATAGRAM frames that wait to be sent (RFC 9221; 3.3 of the API). */
#ifndef QUIC_ENGINE_DATAGRAMS_H
#define QUIC_ENGINE_DATAGRAMS_H

#include "os.h"

/* Type and Length in front of the payload; the Length always fits in two bytes or four. */
#define QUIC_DATAGRAM_HEADER_MAX	5

/**
 * struct quic_datagrams - the queue
 * @queue: in order; what has left is gone, for it is never sent again (RFC 9221, 5.2)
 * @count: datagrams in it, @bytes: of payload
 * @more_at: as in struct quic_stream_send
 * @turn: streams had the last packet that both wanted, so the next one begins with datagrams
 */
struct quic_datagrams {
	struct list_head queue;
	u64 count, bytes, more_at;
	bool turn;
};

#endif
