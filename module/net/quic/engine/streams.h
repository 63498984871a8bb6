/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All streams of a connection: identity, limits, connection flow control, what is to be sent next,
 * what is to be read next (RFC 9000, 2 to 4; sections 3, 4, 6.3 to 6.5, 7.4 and 8 of the API).
 *
 * Knows nothing of packets beyond frames, so that it is tested alone.
 */
#ifndef QUIC_ENGINE_STREAMS_H
#define QUIC_ENGINE_STREAMS_H

#include "params.h"
#include "stream.h"

#define QUIC_STREAMS_MAX	(1ULL << 60)	/* RFC 9000, 4.6 */

struct quic_streams;

/**
 * struct quic_streams_ops - what happened
 * @event: an event of section 7 (STREAM_UPDATE, STREAM_MAX_DATA, STREAM_MAX_STREAM)
 * @readable: a segment was appended to the data queue, or a stream with an owner was reset
 * @writable: a limit was raised or a stream ended: waiting writers look again; @stream NULL: any
 * @room: may another segment be kept (see quic_conn_ops.rx_room)?
 */
struct quic_streams_ops {
	void (*event)(struct quic_streams *st, u8 type, const union quic_event *event);
	void (*readable)(struct quic_streams *st, struct quic_stream *stream);
	void (*writable)(struct quic_streams *st, struct quic_stream *stream);
	bool (*room)(struct quic_streams *st, bool in_order);
};

/**
 * struct quic_stream_type - limits of one type (bidi, uni) of streams of one initiator
 * @next: number (id >> 2) of the next unopened stream
 * @max: streams of this type that may be opened: local: the peer's MAX_STREAMS; remote: announced
 * @initial: @max at the beginning
 * @open, @gone: streams existing / completely finished
 * @max_pending: remote: MAX_STREAMS must be sent (again)
 * @blocked_pending, @blocked_at: local: STREAMS_BLOCKED (S3.16)
 */
struct quic_stream_type {
	u64 next, max, initial, open, gone;
	u64 blocked_at;
	bool max_pending, blocked_pending;
};

/**
 * struct quic_streams - the table
 * @mem: charged for streams, so that many of them leave the room for data alone; @mem_tx: charged
 *	for bytes to send; @mem_rx: for received segments
 * @table: all streams by ID, also those gone but still referred to
 * @type: [initiator: 0 local, 1 remote][0 bidi, 1 uni]
 * @inq: deliverable segments of streams and datagrams in order of delivery (quic_segment.order),
 *	but for those of streams that were peeled off
 * @inq_bytes: payload bytes in it
 * @data_queue: streams with something to send, round robin; @control_queue: with other frames
 * @active: ID of the active stream, -1 none (S3.11)
 * @tx_max, @tx_used: connection flow control as sender: limit, bytes accepted from the application
 * @rx_max, @rx_used, @rx_consumed, @rx_window: as receiver: limit announced, sum of highest
 *	offsets, bytes consumed, window; @rx_announced_at: @rx_consumed when @rx_max was last raised
 * @pressed: the host is short of memory: half of each window is granted (S4.16)
 * @nodelay: S3.24; @flush: held bytes leave now (S3.23): set while a sender waits for space and at
 *	close; @released: sends without MSG_MORE so far: each lets go what was held before it
 * @reduced: the limits lie below what was accepted: quic_stream_send.allotted counts
 * @tx_bytes: bytes in send buffers (unsent and unacknowledged, SIOCOUTQ); of them @tx_unsent were
 *	never sent (SIOCOUTQNSD) and @tx_lost are to be sent again
 * @opened, @accepted: streams that this end, that the peer has opened so far
 */
struct quic_streams {
	const struct quic_streams_ops *ops;
	struct quic_mem *mem, *mem_tx, *mem_rx;
	struct rb_root table;
	struct quic_stream_type type[2][2];
	struct list_head inq;
	u64 inq_bytes;
	struct list_head data_queue, control_queue;
	s64 active;
	u64 tx_max, tx_used;
	u64 tx_blocked_at;
	u64 rx_max, rx_used, rx_consumed, rx_window, rx_announced_at;
	u64 tx_bytes, tx_unsent, tx_lost;
	u64 opened, accepted;
	u64 released;
	u64 window_bidi_local, window_bidi_remote, window_uni;		/* ours, for new streams */
	u64 peer_bidi_local, peer_bidi_remote, peer_uni;		/* the peer's initial_max_stream_data_* */
	bool is_server;
	bool rx_max_pending, tx_blocked_pending;
	bool reduced;
	bool inq_held;		/* @inq must not be read yet (S4.20) */
	bool pressed;
	bool nodelay, flush;
	bool can_send;		/* the peer's parameters are known (S3.17) */
	bool unattended;	/* only owners of streams are left (quic_streams_abandon()) */
};

void quic_streams_init(struct quic_streams *st, const struct quic_streams_ops *ops,
		       struct quic_mem *mem, struct quic_mem *mem_tx, struct quic_mem *mem_rx,
		       bool is_server);
/* Frees every stream and segment, whatever refers to it; waiting callers must be gone. */
void quic_streams_clear(struct quic_streams *st);
/* Own limits; before the parameters are sent. */
void quic_streams_set_local(struct quic_streams *st, const struct quic_params *params);
/*
 * The peer's limits, also when they replace remembered ones after 0-RTT: IDs and bytes that were
 * used stay used (F17, P13).
 */
void quic_streams_set_remote(struct quic_streams *st, const struct quic_params *params);

/* ---- the application ---- */

#define QUIC_STREAMS_ID_ANY	(-1LL)

/**
 * quic_streams_get_send() - resolve a stream for sending: S3.10 to S3.16 (S6.5 for STREAM_OPEN)
 * @id: stream ID, or QUIC_STREAMS_ID_ANY
 * @flags: stream flags (MSG_QUIC_STREAM_*)
 * @use_active: for QUIC_STREAMS_ID_ANY: prefer the active stream (sendmsg yes, STREAM_OPEN no)
 * @stream: the result
 *
 * Return: 0, -EINVAL, -ENOSTR, -ENOMEM, or -EAGAIN: stream limit reached (the caller waits or not;
 * with MSG_QUIC_STREAM_SNDBLOCK a STREAMS_BLOCKED frame was made pending).
 */
int quic_streams_get_send(struct quic_streams *st, s64 id, u32 flags, bool use_active,
			  struct quic_stream **stream);
struct quic_stream *quic_streams_find(struct quic_streams *st, u64 id);

/* Keep @stream while the lock is dropped (P01): it is not freed, though it may end. */
void quic_streams_hold(struct quic_stream *stream);
void quic_streams_unhold(struct quic_streams *st, struct quic_stream *stream);

/* May bytes (or FIN) be added? 0 or -EINVAL (finished, reset). */
int quic_streams_sendable(const struct quic_stream *stream);
/* Bytes that flow control permits to add now (stream and connection). */
u64 quic_streams_credit(const struct quic_streams *st, const struct quic_stream *stream);
/* Sender waits for credit: with SNDBLOCK the BLOCKED frame that applies is made pending (S3.22). */
void quic_streams_blocked(struct quic_streams *st, struct quic_stream *stream);
/* Two steps as quic_sendbuf_reserve(); @want within quic_streams_credit(). NULL without memory. */
u8 *quic_streams_reserve(struct quic_streams *st, struct quic_stream *stream, size_t want,
			 bool may_sleep, size_t *room);
void quic_streams_commit(struct quic_streams *st, struct quic_stream *stream, size_t len);
/* End of a send call: queue the stream; @fin: FIN after the bytes; @more: S3.23. */
void quic_streams_push(struct quic_streams *st, struct quic_stream *stream, bool fin, bool more);
int quic_streams_reset(struct quic_streams *st, u64 id, u64 code);		/* S6.9, S6.10 */
int quic_streams_stop_sending(struct quic_streams *st, u64 id, u64 code);	/* S6.11, S6.12 */

/* First item to read, NULL if none. */
struct quic_segment *quic_streams_head(struct quic_streams *st);
/* The segment with which a merging read may go on (S4.2): same stream, adjacent; else NULL. */
struct quic_segment *quic_streams_next(struct quic_streams *st, struct quic_segment *seg);
/**
 * quic_streams_consume() - the reader took @len bytes of @seg
 *
 * Frees the segment when it is used up, and with it perhaps its stream; grants flow control credit
 * (S4.16): the frames become pending, so the caller transmits afterwards.
 */
void quic_streams_consume(struct quic_streams *st, struct quic_segment *seg, size_t len);

/* ---- streams that are peeled off: docs/peeloff.md ---- */

/**
 * enum quic_stream_parts - what an owner gets of a stream
 * @QUIC_STREAM_PART_SEND: it may send
 * @QUIC_STREAM_PART_RECV: what was received, and will be, is the owner's, not in the queue of the connection any more
 */
enum quic_stream_parts {
	QUIC_STREAM_PART_SEND = 1,
	QUIC_STREAM_PART_RECV = 2,
	QUIC_STREAM_PART_BOTH = QUIC_STREAM_PART_SEND | QUIC_STREAM_PART_RECV,
};

/**
 * enum quic_stream_farewell - what the peer is told when the owner of a stream leaves
 * @QUIC_STREAM_FINISH: FIN, @QUIC_STREAM_RESET: RESET_STREAM, @QUIC_STREAM_SILENT: nothing
 */
enum quic_stream_farewell {
	QUIC_STREAM_FINISH,
	QUIC_STREAM_RESET,
	QUIC_STREAM_SILENT,
};

/**
 * quic_streams_peel() - a stream gets an owner
 * @parts: what of it; the connection keeps the other part
 * @stream: the result, held: also one that is gone, if there is something to read
 *
 * Return: 0; -EINVAL: no such stream or part; -ENOSTR: it is over; -EBUSY: it has an owner.
 */
int quic_streams_peel(struct quic_streams *st, u64 id, enum quic_stream_parts parts, void *owner,
		      struct quic_stream **stream);
/*
 * The owner leaves. If it was the reader: STOP_SENDING with code 0, what is unread is given up, and its sending part,
 * if it has that as well, ends as @how says, all as far as the states permit it. A sending part alone was lent: the
 * connection has it back. @stream may be freed.
 */
void quic_streams_leave(struct quic_streams *st, struct quic_stream *stream, enum quic_stream_farewell how);
/*
 * The connection's own reader and writer leave: RESET_STREAM and STOP_SENDING with code 0 for every stream without an
 * owner, and for what the peer opens from now on.
 */
void quic_streams_abandon(struct quic_streams *st);
/* As quic_streams_head(): the first bytes of a stream that has an owner. */
struct quic_segment *quic_stream_head(struct quic_stream *stream);
/* Bytes to read of it, bytes that are unacknowledged and, of them, those never sent. */
u64 quic_stream_unread(const struct quic_stream *stream);
u64 quic_stream_unacked(const struct quic_stream *stream);
u64 quic_stream_unsent(const struct quic_stream *stream);
/* Can the owner send nothing more? Also if it has no sending part. */
bool quic_stream_send_over(const struct quic_stream *stream);
/* Does it get no more than what is unread? Also if it has no receiving part. */
bool quic_stream_recv_over(const struct quic_stream *stream);
/* Is there nothing more to come of the owner's parts, and nothing unacknowledged? */
bool quic_stream_is_done(const struct quic_stream *stream);
/* Does this stream's own limit leave no room? Then connection flow control does not matter. */
bool quic_stream_is_blocked(const struct quic_stream *stream);

/* ---- the peer: 0, negative errno (drop the packet), or a transport error code ---- */

int quic_streams_on_stream(struct quic_streams *st, const struct quic_frame *frame,
			   struct quic_ref *ref, size_t packet_len);
int quic_streams_on_reset(struct quic_streams *st, u64 id, u64 code, u64 final_size);
int quic_streams_on_stop_sending(struct quic_streams *st, u64 id, u64 code);
int quic_streams_on_max_data(struct quic_streams *st, u64 max);
int quic_streams_on_max_stream_data(struct quic_streams *st, u64 id, u64 max);
int quic_streams_on_max_streams(struct quic_streams *st, bool uni, u64 max);
int quic_streams_on_data_blocked(struct quic_streams *st, u64 max);
int quic_streams_on_stream_data_blocked(struct quic_streams *st, u64 id, u64 max);

/* ---- packets ---- */

/**
 * quic_streams_pending() - is there anything to send now?
 * @in_flight: ack-eliciting packets are in flight (for the Nagle-like rule S3.24)
 * @mss: payload of a full packet, up to 8 bytes less than quic_streams_fill() may then get: what is
 *	pending is written for sure
 */
bool quic_streams_pending(const struct quic_streams *st, bool in_flight, size_t mss);
/* Upper bound of payload bytes that wait (lost and new, credit applied at acceptance). */
u64 quic_streams_backlog(const struct quic_streams *st);
/**
 * quic_streams_fill() - write frames into a packet until it is full or nothing is left
 *
 * Control frames first, then STREAM frames round robin. Appends to sent->frames (up to
 * QUIC_SENT_FRAMES_MAX) and counts references.
 *
 * Return: true if anything was written.
 */
bool quic_streams_fill(struct quic_streams *st, struct quic_writer *w, struct quic_sent *sent,
		       bool in_flight);
/* Fate of a frame of a sent packet. Both give up the record's reference. */
void quic_streams_acked(struct quic_streams *st, const struct quic_sent_frame *frame);
void quic_streams_lost(struct quic_streams *st, const struct quic_sent_frame *frame);
/* Nothing new to send for a PTO probe: the oldest bytes in flight count as lost. True if any do. */
bool quic_streams_probe(struct quic_streams *st);

#endif
