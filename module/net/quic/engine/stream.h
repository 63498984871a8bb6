/* SPDX-License-Identifier: GPL-2.0-only */
/* One stream: its two state machines and its flow control (RFC 9000, 2 to 4; API, section 8). */
#ifndef QUIC_ENGINE_STREAM_H
#define QUIC_ENGINE_STREAM_H

#include "recvbuf.h"
#include "sendbuf.h"
#include "sent.h"

/**
 * struct quic_stream_send - sending part (RFC 9000, 3.1)
 * @state: QUIC_STREAM_SEND_STATE_*
 * @buf: the bytes
 * @max_data: the peer's limit on bytes of this stream
 * @fin: the application has finished; final size is buf.end
 * @fin_sent: FIN is in flight or acknowledged; cleared by its loss
 * @fin_acked: so that "all acknowledged" is buf done and this
 * @reset_code, @reset_size: of RESET_STREAM once state is RESET_SENT
 * @reset_pending, @blocked_pending: frame must be sent (again)
 * @more_at: value of quic_streams.released when the last bytes were given with MSG_MORE, U64_MAX
 *	they were not: until it grows only full packets leave (S3.23)
 * @blocked_at: limit for which STREAM_DATA_BLOCKED was sent last, U64_MAX none (S3.22)
 * @small_end: end of the last bytes that left in a packet with room to spare; while they are not
 *	acknowledged another such packet is held (S3.24)
 * @allotted: bytes that may leave, U64_MAX: all; @withheld: not even a frame may (stream_allot.c)
 * @used: the application has sent something on it, or it was reset (S3.14)
 * @stopped: the peer has sent STOP_SENDING
 * @peeled: quic_stream.owner sends, though the connection's writer still may
 */
struct quic_stream_send {
	u8 state;
	struct quic_sendbuf buf;
	u64 max_data;
	u64 reset_code, reset_size;
	u64 blocked_at;
	u64 small_end;
	u64 more_at;
	u64 allotted;
	bool withheld;
	u8 fin:1, fin_sent:1, fin_acked:1, reset_pending:1, blocked_pending:1, used:1, stopped:1, peeled:1;
};

/**
 * struct quic_stream_recv - receiving part (RFC 9000, 3.2)
 * @state: QUIC_STREAM_RECV_STATE_*
 * @max_data: limit that was announced
 * @window: of flow control: limit = bytes consumed + window
 * @readable: deliverable segments that were not read yet, through ->siblings
 * @consumed: how many bytes the application has read or this end has discarded
 * @announced_at: value of @consumed when max_data was last raised
 * @final_size: U64_MAX while unknown
 * @stop_code: of STOP_SENDING
 * @reset_code: of RESET_STREAM, once state is RESET_RECVD
 * @stopped: this end asked to stop: data is discarded on arrival (S4.19, F31)
 * @stop_pending, @max_pending: frame must be sent (again)
 * @started: a STREAM frame was received
 * @peeled: segments are in @readable only: quic_stream.owner reads them, not the connection's reader
 */
struct quic_stream_recv {
	u8 state;
	struct quic_recvbuf buf;
	struct list_head readable;
	u64 max_data, window, consumed, announced_at;
	u64 final_size;
	u64 stop_code, reset_code;
	u8 stopped:1, stop_pending:1, max_pending:1, started:1, peeled:1;
};

/**
 * struct quic_stream - a stream
 * @node: in quic_streams.table, by ID, until it is freed
 * @data_queue: in quic_streams.data_queue while it has bytes or FIN to send
 * @control_queue: in quic_streams.control_queue while a frame other than STREAM is pending
 * @in_flight: records of sent packets that refer to this stream
 * @users: waiting system calls, and @owner
 * @owner: of the host, if the stream was peeled off (stream_peel.c)
 * @gone: both parts are terminal (S8.4): it is not found by its ID any more
 *
 * A stream is freed when it is gone, nothing refers to it (in_flight, users) and its unread data
 * has been read or dropped (P01, P02).
 */
struct quic_stream {
	u64 id;
	struct rb_node node;
	struct list_head data_queue;
	struct list_head control_queue;
	struct quic_stream_send send;
	struct quic_stream_recv recv;
	u32 in_flight;
	u32 users;
	void *owner;
	bool gone;
};

static inline bool quic_stream_is_server(u64 id)
{
	return id & QUIC_STREAM_TYPE_SERVER_MASK;
}

static inline bool quic_stream_is_uni(u64 id)
{
	return id & QUIC_STREAM_TYPE_UNI_MASK;
}

#endif
