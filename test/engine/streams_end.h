/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One end of a connection reduced to its streams: an application, a log of what it was told, and
 * packets that carry frames to the other end. For the tests of streams only.
 */
#ifndef TEST_ENGINE_STREAMS_END_H
#define TEST_ENGINE_STREAMS_END_H

#include "check.h"
#include "streams.h"

#define END_EVENTS_MAX	256
#define END_MSS		1200

struct end_event {
	u8 type;
	union quic_event event;
};

struct end {
	struct quic_streams st;
	struct quic_mem mem, mem_tx, mem_rx;
	struct end_event events[END_EVENTS_MAX];
	unsigned int event_count;
	unsigned int readable, writable;
	bool refuse, refuse_gaps;	/* what ops->room() answers */
};

struct end_packet {
	u8 data[END_MSS];
	size_t len;
	struct quic_sent sent;
};

static inline struct end *end_of(struct quic_streams *st)
{
	return container_of(st, struct end, st);
}

static inline void end_on_event(struct quic_streams *st, u8 type, const union quic_event *event)
{
	struct end *end = end_of(st);

	CHECK(end->event_count < END_EVENTS_MAX);
	end->events[end->event_count].type = type;
	end->events[end->event_count++].event = *event;
}

static inline void end_on_readable(struct quic_streams *st, struct quic_stream *stream)
{
	end_of(st)->readable++;
}

static inline void end_on_writable(struct quic_streams *st, struct quic_stream *stream)
{
	end_of(st)->writable++;
}

static inline bool end_room(struct quic_streams *st, bool in_order)
{
	return !end_of(st)->refuse && (in_order || !end_of(st)->refuse_gaps);
}

static const struct quic_streams_ops end_ops = {
	.event = end_on_event,
	.readable = end_on_readable,
	.writable = end_on_writable,
	.room = end_room,
};

/* The defaults of section 1.7 of the API. */
static inline struct quic_params end_params(void)
{
	struct quic_params params;

	memset(&params, 0, sizeof(params));
	params.max_data = 2097120;
	params.max_stream_data_bidi_local = 1048560;
	params.max_stream_data_bidi_remote = 1048560;
	params.max_stream_data_uni = 1048560;
	params.max_streams_bidi = 100;
	params.max_streams_uni = 100;
	return params;
}

static inline void end_init(struct end *end, bool is_server, const struct quic_params *local,
			    const struct quic_params *remote)
{
	memset(end, 0, sizeof(*end));
	end->mem.limit = U64_MAX;
	end->mem_tx.limit = U64_MAX;
	end->mem_rx.limit = U64_MAX;
	quic_streams_init(&end->st, &end_ops, &end->mem, &end->mem_tx, &end->mem_rx, is_server);
	quic_streams_set_local(&end->st, local);
	quic_streams_set_remote(&end->st, remote);
	end->writable = 0;
}

static inline void end_clear(struct end *end)
{
	quic_streams_clear(&end->st);
	CHECK_EQ(end->mem.used, 0);
	CHECK_EQ(end->mem_tx.used, 0);
	CHECK_EQ(end->mem_rx.used, 0);
	CHECK_EQ(end->st.tx_bytes, 0);
	CHECK_EQ(end->st.tx_unsent, 0);
	CHECK_EQ(end->st.tx_lost, 0);
	CHECK_EQ(end->st.inq_bytes, 0);
}

/* A client and a server with the same parameters. */
static inline void end_pair(struct end *client, struct end *server,
			    const struct quic_params *params)
{
	end_init(client, false, params, params);
	end_init(server, true, params, params);
}

/* What every stream carries at an offset. */
static inline u8 end_byte(u64 id, u64 offset)
{
	return offset * 31 + (offset >> 8) + id * 7;
}

/* Give up to @len bytes, as far as credit and memory go. Return: how many. */
static inline size_t end_write(struct end *end, struct quic_stream *stream, size_t len, bool fin,
			       bool more)
{
	size_t done = 0, room, i;
	u64 credit;
	u8 *to;

	while (done < len) {
		credit = quic_streams_credit(&end->st, stream);
		if (!credit)
			break;
		to = quic_streams_reserve(&end->st, stream, min_t(u64, len - done, credit), false,
					  &room);
		if (!to)
			break;
		for (i = 0; i < room; i++)
			to[i] = end_byte(stream->id, stream->send.buf.end + i);
		quic_streams_commit(&end->st, stream, room);
		done += room;
	}
	quic_streams_push(&end->st, stream, fin && done == len, more);
	return done;
}

/* Open (or find) a stream that must be usable. */
static inline struct quic_stream *end_open(struct end *end, s64 id, u32 flags)
{
	struct quic_stream *stream = NULL;

	CHECK_EQ(quic_streams_get_send(&end->st, id, flags, false, &stream), 0);
	return stream;
}

/* Send a message on a stream given by ID, opening it if need be. */
static inline void end_send(struct end *end, u64 id, size_t len, bool fin)
{
	struct quic_stream *stream = quic_streams_find(&end->st, id);

	if (!stream)
		stream = end_open(end, id, MSG_QUIC_STREAM_NEW);
	CHECK_EQ(end_write(end, stream, len, fin, false), len);
}

static inline bool end_fill_room(struct end *end, struct end_packet *packet, size_t room,
				 bool in_flight)
{
	struct quic_writer w = { packet->data, packet->data + room };
	bool written;

	memset(&packet->sent, 0, sizeof(packet->sent));
	written = quic_streams_fill(&end->st, &w, &packet->sent, in_flight);
	packet->len = w.pos - packet->data;
	CHECK_EQ(written, packet->sent.frame_count > 0);
	CHECK_EQ(written, packet->len > 0);
	return written;
}

static inline bool end_fill(struct end *end, struct end_packet *packet, bool in_flight)
{
	return end_fill_room(end, packet, END_MSS, in_flight);
}

static inline void end_acked(struct end *end, const struct end_packet *packet)
{
	u8 i;

	for (i = 0; i < packet->sent.frame_count; i++)
		quic_streams_acked(&end->st, &packet->sent.frames[i]);
}

static inline void end_lost(struct end *end, const struct end_packet *packet)
{
	u8 i;

	for (i = 0; i < packet->sent.frame_count; i++)
		quic_streams_lost(&end->st, &packet->sent.frames[i]);
}

static inline int end_on_frame(struct end *end, const struct quic_frame *frame,
			       struct quic_ref *ref, size_t packet_len)
{
	struct quic_streams *st = &end->st;

	if (frame->type >= QUIC_FRAME_STREAM && frame->type <= QUIC_FRAME_STREAM + 7)
		return quic_streams_on_stream(st, frame, ref, packet_len);
	switch (frame->type) {
	case QUIC_FRAME_RESET_STREAM:
		return quic_streams_on_reset(st, frame->reset.id, frame->reset.code,
					     frame->reset.final_size);
	case QUIC_FRAME_STOP_SENDING:
		return quic_streams_on_stop_sending(st, frame->stop.id, frame->stop.code);
	case QUIC_FRAME_MAX_DATA:
		return quic_streams_on_max_data(st, frame->max.max);
	case QUIC_FRAME_MAX_STREAM_DATA:
		return quic_streams_on_max_stream_data(st, frame->max.id, frame->max.max);
	case QUIC_FRAME_MAX_STREAMS_BIDI:
	case QUIC_FRAME_MAX_STREAMS_UNI:
		return quic_streams_on_max_streams(st, frame->type == QUIC_FRAME_MAX_STREAMS_UNI,
						   frame->max.max);
	case QUIC_FRAME_DATA_BLOCKED:
		return quic_streams_on_data_blocked(st, frame->max.max);
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		return quic_streams_on_stream_data_blocked(st, frame->max.id, frame->max.max);
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return 0;
	}
	CHECK(false);
	return 0;
}

/* All frames of a packet, up to the first error. */
static inline int end_receive(struct end *end, const struct end_packet *packet)
{
	struct quic_ref *ref = host_ref_new(packet->len);
	struct quic_frame frame;
	struct quic_reader r;
	int err = 0;

	memcpy(ref->data, packet->data, packet->len);
	r.pos = ref->data;
	r.end = ref->data + packet->len;
	while (!err && quic_reader_left(&r)) {
		CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_1RTT), 0);
		err = end_on_frame(end, &frame, ref, packet->len);
	}
	quic_ref_put(ref);
	return err;
}

/* A STREAM frame made by hand, as a packet of @packet_len bytes would bring it. */
static inline int end_stream_frame(struct end *end, u64 id, u64 offset, size_t len, bool fin,
				   size_t packet_len)
{
	struct quic_ref *ref = host_ref_new(len);
	struct quic_frame frame;
	size_t i;
	int err;

	memset(&frame, 0, sizeof(frame));
	for (i = 0; i < len; i++)
		ref->data[i] = end_byte(id, offset + i);
	frame.type = QUIC_FRAME_STREAM | 7;
	frame.stream.id = id;
	frame.stream.offset = offset;
	frame.stream.data = ref->data;
	frame.stream.len = len;
	frame.stream.fin = fin;
	err = quic_streams_on_stream(&end->st, &frame, ref, packet_len);
	quic_ref_put(ref);
	return err;
}

/* Carry everything both ways without loss until nothing is pending. */
static inline void end_exchange(struct end *a, struct end *b)
{
	struct end_packet packet;
	bool progress = true;

	while (progress) {
		progress = false;
		while (end_fill(a, &packet, false)) {
			CHECK_EQ(end_receive(b, &packet), 0);
			end_acked(a, &packet);
			progress = true;
		}
		while (end_fill(b, &packet, false)) {
			CHECK_EQ(end_receive(a, &packet), 0);
			end_acked(b, &packet);
			progress = true;
		}
	}
}

/* Read up to @room bytes as recvmsg does (S4.2, S4.9); checks the bytes. Return: how many. */
static inline size_t end_read(struct end *end, size_t room, u64 *id, u64 *offset, bool *fin)
{
	struct quic_segment *seg = quic_streams_head(&end->st), *next;
	size_t done = 0, part, i;
	bool used_up;

	*fin = false;
	if (!seg)
		return 0;
	CHECK_EQ(seg->kind, QUIC_SEGMENT_STREAM);
	*id = seg->stream->id;
	*offset = seg->offset + seg->taken;
	for (;;) {
		part = min_t(size_t, room - done, seg->len - seg->taken);
		for (i = 0; i < part; i++)
			CHECK_EQ(seg->data[seg->taken + i], end_byte(*id, *offset + done + i));
		done += part;
		used_up = seg->taken + part == seg->len;
		*fin = used_up && seg->fin;
		next = quic_streams_next(&end->st, seg);
		quic_streams_consume(&end->st, seg, part);
		if (!used_up || *fin || !next || done == room)
			return done;
		seg = next;
	}
}

/* Read all there is; return: bytes. */
static inline u64 end_drain(struct end *end)
{
	u64 id, offset, sum = 0;
	bool fin;

	while (quic_streams_head(&end->st))
		sum += end_read(end, 65536, &id, &offset, &fin);
	return sum;
}

/* The next update event not yet looked at must be this one. */
static inline void end_expect_update(struct end *end, unsigned int *seen, u64 id, u8 state,
				     u32 code, u64 final_size)
{
	const struct end_event *event = &end->events[*seen];

	CHECK(*seen < end->event_count);
	CHECK_EQ(event->type, QUIC_EVENT_STREAM_UPDATE);
	CHECK_EQ(event->event.update.id, id);
	CHECK_EQ(event->event.update.state, state);
	CHECK_EQ(event->event.update.errcode, code);
	CHECK_EQ(event->event.update.finalsz, final_size);
	++*seen;
}

#endif
