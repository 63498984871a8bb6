// SPDX-License-Identifier: GPL-2.0-only
/* Limits on the number of streams (RFC 9000, 4.6; S3.16, S8.5 to S8.9). */
#include "streams_pair.h"

#define NEW	MSG_QUIC_STREAM_NEW

static int open_id(struct end *end, s64 id, u32 flags)
{
	struct quic_stream *stream;

	return quic_streams_get_send(&end->st, id, flags | NEW, false, &stream);
}

static void begin_with(u64 max)
{
	struct quic_params params = end_params();

	params.max_streams_bidi = max;
	params.max_streams_uni = max;
	end_pair(&c, &s, &params);
}

/* A request and an answer, after which the stream is gone on both ends. */
static void round_trip(u64 id)
{
	end_send(&c, id, 5, true);
	end_exchange(&c, &s);
	if (!quic_stream_is_uni(id))
		end_send(&s, id, 5, true);
	end_exchange(&s, &c);
	CHECK(!quic_streams_find(&c.st, id));
}

static u64 last_max_stream(const struct end *end)
{
	unsigned int i = end->event_count;

	while (i--)
		if (end->events[i].type == QUIC_EVENT_STREAM_MAX_STREAM)
			return end->events[i].event.max_stream;
	return U64_MAX;
}

TEST("T158 T166 each bidi stream gone permits one more")
{
	u64 k;

	begin_with(100);
	CHECK_EQ(open_id(&c, 400, 0), -EAGAIN);
	for (k = 1; k <= 3; k++) {
		round_trip((k - 1) * 4);
		CHECK_EQ(last_max_stream(&c), (100 + k - 1) * 4);
	}
	CHECK_EQ(open_id(&c, 412, 0), -EAGAIN);
	round_trip(12);
	CHECK_EQ(open_id(&c, 412, 0), 0);
	CHECK_EQ(s.st.type[1][0].max, 104);
	finish();
}

TEST("T167 each uni stream gone permits one more")
{
	u64 k;

	begin_with(100);
	for (k = 1; k <= 3; k++) {
		round_trip(2 + (k - 1) * 4);
		CHECK_EQ(last_max_stream(&c), 2 + (100 + k - 1) * 4);
	}
	CHECK_EQ(open_id(&c, 414, 0), -EAGAIN);
	round_trip(14);
	CHECK_EQ(open_id(&c, 414, 0), 0);
	finish();
}

TEST("T159 a reset without data counts as gone")
{
	begin_with(100);
	CHECK_EQ(open_id(&c, 2, 0), 0);
	CHECK_EQ(quic_streams_reset(&c.st, 2, 1), 0);
	end_exchange(&c, &s);
	CHECK_EQ(last_max_stream(&c), 2 + 100 * 4);
	finish();
}

TEST("T174 S8.8 the highest permitted id at once")
{
	struct quic_stream *stream;
	u64 k;

	begin_with(100);
	for (k = 0; k < 6; k++)
		round_trip(k * 4);
	CHECK_EQ(open_id(&c, 424, 0), -EAGAIN);
	CHECK_EQ(open_id(&c, 416, 0), 0);
	CHECK_EQ(quic_streams_get_send(&c.st, 412, 0, true, &stream), 0);
	CHECK_EQ(quic_streams_get_send(&c.st, 24, 0, true, &stream), 0);
	CHECK_EQ(quic_streams_get_send(&c.st, 20, 0, true, &stream), -ENOSTR);
	CHECK_EQ(quic_streams_get_send(&c.st, -1, NEW, false, &stream), 0);
	CHECK_EQ(stream->id, 420);
	finish();
}

TEST("S8.5 max streams leaves with the answer to the packet that completed the stream")
{
	struct end_packet packet;

	begin_with(100);
	end_send(&c, 2, 5, true);
	CHECK(end_fill(&c, &packet, false));
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	CHECK_EQ(end_receive(&s, &packet), 0);
	CHECK(quic_streams_pending(&s.st, false, END_MSS));
	CHECK(end_fill(&s, &packet, false));
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_MAX_STREAMS_UNI);
	CHECK_EQ(packet.sent.frames[0].value, 101);
	finish();
}

TEST("a lost limit is sent again with its newest value")
{
	struct end_packet packet, next;

	begin_with(100);
	end_send(&c, 2, 5, true);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(end_receive(&s, &packet), 0);
	CHECK(end_fill(&s, &packet, false));
	end_lost(&s, &packet);
	CHECK(end_fill(&s, &packet, false));
	CHECK_EQ(packet.sent.frames[0].value, 101);
	end_send(&c, 6, 5, true);
	CHECK(end_fill(&c, &next, false));
	CHECK_EQ(end_receive(&s, &next), 0);
	CHECK(end_fill(&s, &next, false));
	CHECK_EQ(next.sent.frames[0].value, 102);
	end_lost(&s, &packet);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	end_lost(&s, &next);
	CHECK(end_fill(&s, &next, false));
	CHECK_EQ(next.sent.frames[0].value, 102);
	finish();
}

TEST("streams blocked once for each limit")
{
	struct end_packet packet;

	begin_with(0);
	CHECK_EQ(open_id(&c, 0, 0), -EAGAIN);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	CHECK_EQ(open_id(&c, 0, MSG_QUIC_STREAM_SNDBLOCK), -EAGAIN);
	CHECK_EQ(open_id(&c, 2, MSG_QUIC_STREAM_SNDBLOCK), -EAGAIN);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 2);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_STREAMS_BLOCKED_BIDI);
	CHECK_EQ(packet.sent.frames[0].value, 0);
	CHECK_EQ(packet.sent.frames[1].type, QUIC_FRAME_STREAMS_BLOCKED_UNI);
	CHECK_EQ(open_id(&c, 0, MSG_QUIC_STREAM_SNDBLOCK), -EAGAIN);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	end_lost(&c, &packet);
	CHECK(quic_streams_pending(&c.st, false, END_MSS));
	CHECK_EQ(quic_streams_on_max_streams(&c.st, false, 1), 0);
	CHECK_EQ(quic_streams_on_max_streams(&c.st, true, 1), 0);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	CHECK_EQ(c.writable, 2);
	finish();
}

TEST("P21 limits of 0 and 1")
{
	begin_with(0);
	CHECK_EQ(open_id(&c, 0, 0), -EAGAIN);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1, false, 1), QUIC_TRANSPORT_ERROR_STREAM_LIMIT);
	CHECK_EQ(quic_streams_on_max_streams(&c.st, false, 0), 0);
	CHECK_EQ(c.event_count, 0);
	CHECK_EQ(quic_streams_on_max_streams(&c.st, false, 1), 0);
	CHECK_EQ(last_max_stream(&c), 0);
	CHECK_EQ(open_id(&c, 0, 0), 0);
	CHECK_EQ(open_id(&c, 4, 0), -EAGAIN);
	finish();

	begin_with(1);
	CHECK_EQ(end_stream_frame(&s, 4, 0, 1, false, 1), QUIC_TRANSPORT_ERROR_STREAM_LIMIT);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1, false, 1), 0);
	finish();
}

TEST("P21 limits of 2 60")
{
	begin_with(1);
	CHECK_EQ(quic_streams_on_max_streams(&s.st, true, (1ULL << 60) + 1),
		 QUIC_TRANSPORT_ERROR_FRAME_ENCODING);
	CHECK_EQ(quic_streams_on_max_streams(&s.st, true, 1ULL << 60), 0);
	CHECK_EQ(last_max_stream(&s), QUIC_VARINT_MAX);
	CHECK_EQ(s.st.type[0][1].max, 1ULL << 60);
	finish();

	/* what this end grants does not pass it either */
	begin_with(QUIC_STREAMS_MAX);
	round_trip(2);
	CHECK_EQ(s.st.type[1][1].gone, 1);
	CHECK_EQ(s.st.type[1][1].max, QUIC_STREAMS_MAX);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	finish();
}

TEST("P21 4 times n opens every lower stream or none")
{
	struct quic_stream *stream;
	unsigned int count;
	u64 id;

	begin_with(100);
	for (count = 0; count < 100; count += 33) {
		host_fail_alloc_after(count);
		CHECK_EQ(open_id(&c, 396, 0), -ENOMEM);
		CHECK(host_alloc_failed());
		CHECK_EQ(c.st.type[0][0].next, 0);
		CHECK_EQ(c.st.type[0][0].open, 0);
		CHECK_EQ(c.mem.used, 0);
		CHECK_EQ(c.st.active, -1);
		host_fail_alloc_after(count);
		CHECK_EQ(end_stream_frame(&s, 396, 0, 1, false, 1), -ENOMEM);
		CHECK(host_alloc_failed());
		CHECK_EQ(s.mem.used, 0);
		CHECK_EQ(s.st.type[1][0].next, 0);
	}
	CHECK_EQ(open_id(&c, 396, 0), 0);
	CHECK_EQ(c.st.type[0][0].open, 100);
	CHECK_EQ(c.st.opened, 100);
	for (id = 0; id < 400; id += 4)
		CHECK_EQ(quic_streams_get_send(&c.st, id, 0, false, &stream), 0);
	CHECK_EQ(end_stream_frame(&s, 396, 0, 1, false, 1), 0);
	CHECK_EQ(s.st.accepted, 100);
	/* F43 */
	CHECK_EQ(s.event_count, 1);
	CHECK_EQ(quic_streams_get_send(&s.st, 0, 0, false, &stream), 0);
	finish();
}

TEST("more streams than memory are refused")
{
	begin_with(QUIC_STREAMS_MAX);
	c.mem.limit = 100000;
	CHECK_EQ(open_id(&c, QUIC_VARINT_MAX - 3, 0), -ENOMEM);
	CHECK_EQ(c.mem.used, 0);
	s.mem.limit = 100000;
	CHECK_EQ(end_stream_frame(&s, QUIC_VARINT_MAX - 3, 0, 1, false, 1), -ENOMEM);
	CHECK_EQ(s.mem.used, 0);
	CHECK_EQ(open_id(&c, 40, 0), 0);
	finish();
}

/* A refusal must not cost what the opening would have cost: the peer can repeat it at will. */
TEST("P21 too many streams for the memory are refused before the first")
{
	begin_with(4096);
	s.mem.limit = 4096 * sizeof(struct quic_stream) - 1;
	host_fail_alloc_after(0);
	CHECK_EQ(end_stream_frame(&s, 4095 * 4, 0, 1, false, 1), -ENOMEM);
	CHECK(!host_alloc_failed());
	s.mem.limit++;
	CHECK_EQ(end_stream_frame(&s, 4095 * 4, 0, 1, false, 1), 0);
	CHECK_EQ(s.st.accepted, 4096);
	finish();
}

/* S8.9: one frame of each type on each wrong stream. */
TEST("S8.9 frames for streams that cannot have them")
{
	const int state = QUIC_TRANSPORT_ERROR_STREAM_STATE;
	const int limit = QUIC_TRANSPORT_ERROR_STREAM_LIMIT;
	struct quic_streams *st = &s.st;

	begin_with(10);
	/* this end (the server) sends on 3, the client on 2; 1 was never opened */
	CHECK_EQ(open_id(&s, 3, 0), 0);
	CHECK_EQ(end_stream_frame(&s, 3, 0, 1, false, 1), state);
	CHECK_EQ(end_stream_frame(&s, 1, 0, 1, false, 1), state);
	CHECK_EQ(end_stream_frame(&s, 40, 0, 1, false, 1), limit);
	CHECK_EQ(end_stream_frame(&s, 42, 0, 1, false, 1), limit);
	CHECK_EQ(quic_streams_on_reset(st, 3, 0, 0), state);
	CHECK_EQ(quic_streams_on_reset(st, 1, 0, 0), state);
	CHECK_EQ(quic_streams_on_reset(st, 42, 0, 0), limit);
	CHECK_EQ(quic_streams_on_stream_data_blocked(st, 3, 0), state);
	CHECK_EQ(quic_streams_on_stream_data_blocked(st, 1, 0), state);
	CHECK_EQ(quic_streams_on_stream_data_blocked(st, 40, 0), limit);
	CHECK_EQ(quic_streams_on_stop_sending(st, 2, 0), state);
	CHECK_EQ(quic_streams_on_stop_sending(st, 7, 0), state);
	CHECK_EQ(quic_streams_on_stop_sending(st, 1, 0), state);
	CHECK_EQ(quic_streams_on_stop_sending(st, 40, 0), limit);
	CHECK_EQ(quic_streams_on_max_stream_data(st, 2, 0), state);
	CHECK_EQ(quic_streams_on_max_stream_data(st, 7, 0), state);
	CHECK_EQ(quic_streams_on_max_stream_data(st, 1, 0), state);
	CHECK_EQ(quic_streams_on_max_stream_data(st, 40, 0), limit);
	CHECK_EQ(s.st.accepted, 0);
	CHECK_EQ(s.event_count, 0);
	finish();
}

TEST("frames that open a stream")
{
	begin_with(10);
	CHECK_EQ(quic_streams_on_stream_data_blocked(&s.st, 2, 0), 0);
	CHECK_EQ(s.st.type[1][1].next, 1);
	CHECK_EQ(s.st.active, -1);
	CHECK_EQ(quic_streams_on_max_stream_data(&s.st, 0, 2000000), 0);
	CHECK_EQ(s.st.type[1][0].next, 1);
	CHECK_EQ(s.st.active, 0);
	CHECK_EQ(quic_streams_on_stop_sending(&s.st, 4, 3), 0);
	CHECK_EQ(s.st.type[1][0].next, 2);
	CHECK_EQ(s.st.active, -1);
	CHECK_EQ(quic_streams_on_reset(&s.st, 6, 3, 0), 0);
	CHECK_EQ(s.st.type[1][1].next, 2);
	CHECK_EQ(s.st.type[1][1].gone, 1);
	finish();
}

TEST("late frames of a stream that is gone have no effect")
{
	unsigned int events;

	begin_with(10);
	round_trip(0);
	end_drain(&c);
	end_drain(&s);
	CHECK(RB_EMPTY_ROOT(&s.st.table));
	events = s.event_count;
	CHECK_EQ(end_stream_frame(&s, 0, 0, 5, true, 5), 0);
	CHECK_EQ(quic_streams_on_reset(&s.st, 0, 0, 5), 0);
	CHECK_EQ(quic_streams_on_stop_sending(&s.st, 0, 0), 0);
	CHECK_EQ(quic_streams_on_max_stream_data(&s.st, 0, 1ULL << 40), 0);
	CHECK_EQ(quic_streams_on_stream_data_blocked(&s.st, 0, 0), 0);
	CHECK_EQ(s.event_count, events);
	CHECK(RB_EMPTY_ROOT(&s.st.table));
	finish();
}
