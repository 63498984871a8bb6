// SPDX-License-Identifier: GPL-2.0-only
/* Flow control, holding, and what goes into packets (RFC 9000, 4; S3.19 to S3.24, S4.16). */
#include "streams_end.h"

#define NEW	MSG_QUIC_STREAM_NEW

static struct end c, s;

static void finish(void)
{
	end_clear(&c);
	end_clear(&s);
}

static struct quic_params windows(u64 stream, u64 connection)
{
	struct quic_params params = end_params();

	params.max_data = connection;
	params.max_stream_data_bidi_local = stream;
	params.max_stream_data_bidi_remote = stream;
	params.max_stream_data_uni = stream;
	return params;
}

static void begin_with(u64 stream, u64 connection)
{
	struct quic_params params = windows(stream, connection);

	end_pair(&c, &s, &params);
}

static void begin(void)
{
	begin_with(1048560, 2097120);
}

/* ---- the sender ---- */

TEST(T073_a_write_takes_what_the_window_allows)
{
	struct quic_stream *stream;

	begin_with(4096, 1 << 20);
	stream = end_open(&c, 0, NEW);
	CHECK_EQ(end_write(&c, stream, 10000, false, false), 4096);
	CHECK_EQ(quic_streams_credit(&c.st, stream), 0);
	end_exchange(&c, &s);
	CHECK_EQ(quic_streams_credit(&c.st, stream), 0);
	/* T074 */
	CHECK_EQ(end_drain(&s), 4096);
	end_exchange(&c, &s);
	CHECK_EQ(quic_streams_credit(&c.st, stream), 4096);
	finish();
}

TEST(T077_fin_waits_for_all_bytes_of_the_call)
{
	struct quic_stream *stream;

	begin_with(100, 1 << 20);
	stream = end_open(&c, 0, NEW);
	CHECK_EQ(end_write(&c, stream, 150, true, false), 100);
	CHECK(!stream->send.fin);
	end_exchange(&c, &s);
	CHECK_EQ(end_drain(&s), 100);
	end_exchange(&c, &s);
	CHECK_EQ(end_write(&c, stream, 50, true, false), 50);
	CHECK(stream->send.fin);
	finish();
}

TEST(the_connection_limits_all_streams_together)
{
	struct quic_stream *a, *b;

	begin_with(1000, 1500);
	a = end_open(&c, 0, NEW);
	b = end_open(&c, 2, NEW);
	CHECK_EQ(end_write(&c, a, 5000, false, false), 1000);
	CHECK_EQ(end_write(&c, b, 5000, false, false), 500);
	CHECK_EQ(quic_streams_on_max_data(&c.st, 1600), 0);
	CHECK_EQ(quic_streams_on_max_data(&c.st, 100), 0);
	CHECK_EQ(quic_streams_credit(&c.st, b), 100);
	CHECK_EQ(quic_streams_credit(&c.st, a), 0);
	finish();
}

/* Each parameter applies to one kind of stream in one direction (RFC 9000, 18.2). */
TEST(each_window_parameter_has_its_streams)
{
	struct quic_params client = end_params(), server = end_params();
	struct quic_stream *stream;

	client.max_stream_data_bidi_local = 1001;
	client.max_stream_data_bidi_remote = 1002;
	client.max_stream_data_uni = 1003;
	server.max_stream_data_bidi_local = 2001;
	server.max_stream_data_bidi_remote = 2002;
	server.max_stream_data_uni = 2003;
	end_init(&c, false, &client, &server);
	end_init(&s, true, &server, &client);

	stream = end_open(&c, 0, NEW);
	CHECK_EQ(stream->send.max_data, 2002);
	CHECK_EQ(stream->recv.max_data, 1001);
	stream = end_open(&c, 2, NEW);
	CHECK_EQ(stream->send.max_data, 2003);
	CHECK_EQ(end_stream_frame(&c, 1, 0, 1, false, 1), 0);
	stream = quic_streams_find(&c.st, 1);
	CHECK_EQ(stream->send.max_data, 2001);
	CHECK_EQ(stream->recv.max_data, 1002);
	CHECK_EQ(end_stream_frame(&c, 3, 0, 1, false, 1), 0);
	CHECK_EQ(quic_streams_find(&c.st, 3)->recv.max_data, 1003);
	finish();
}

TEST(max_stream_data_is_reported_when_it_raises_the_limit)
{
	begin();
	end_send(&c, 0, 1, false);
	CHECK_EQ(quic_streams_on_max_stream_data(&c.st, 0, 1048560), 0);
	CHECK_EQ(c.event_count, 0);
	CHECK_EQ(quic_streams_on_max_stream_data(&c.st, 0, 2000000), 0);
	CHECK_EQ(c.event_count, 1);
	CHECK_EQ(c.events[0].type, QUIC_EVENT_STREAM_MAX_DATA);
	CHECK_EQ(c.events[0].event.max_data.id, 0);
	CHECK_EQ(c.events[0].event.max_data.max_data, 2000000);
	CHECK_EQ(c.writable, 1);
	finish();
}

TEST(T075_blocked_frames_once_for_each_limit)
{
	struct end_packet packet;
	struct quic_stream *stream;

	begin_with(100, 150);
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 200, false, false);
	while (end_fill(&c, &packet, false))
		end_acked(&c, &packet);
	quic_streams_blocked(&c.st, stream);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 1);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_STREAM_DATA_BLOCKED);
	CHECK_EQ(packet.sent.frames[0].value, 100);
	quic_streams_blocked(&c.st, stream);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	end_lost(&c, &packet);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_STREAM_DATA_BLOCKED);
	CHECK_EQ(quic_streams_on_max_stream_data(&c.st, 0, 300), 0);
	end_lost(&c, &packet);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));

	end_write(&c, stream, 200, false, false);
	while (end_fill(&c, &packet, false))
		end_acked(&c, &packet);
	quic_streams_blocked(&c.st, stream);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 1);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_DATA_BLOCKED);
	CHECK_EQ(packet.sent.frames[0].value, 150);
	end_lost(&c, &packet);
	CHECK(quic_streams_pending(&c.st, false, END_MSS));
	CHECK_EQ(quic_streams_on_max_data(&c.st, 151), 0);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	finish();
}

TEST(P13_a_window_of_2_62_is_not_cut)
{
	struct quic_stream *stream;

	begin_with(QUIC_VARINT_MAX, QUIC_VARINT_MAX);
	stream = end_open(&c, 0, NEW);
	CHECK_EQ(quic_streams_credit(&c.st, stream), QUIC_VARINT_MAX);
	CHECK_EQ(end_write(&c, stream, 100000, true, false), 100000);
	CHECK_EQ(quic_streams_credit(&c.st, stream), QUIC_VARINT_MAX - 100000);
	end_exchange(&c, &s);
	CHECK_EQ(end_drain(&s), 100000);
	end_exchange(&c, &s);
	/* nothing can be granted beyond what a varint holds */
	CHECK_EQ(s.st.rx_max, QUIC_VARINT_MAX);
	CHECK_EQ(end_stream_frame(&s, 2, QUIC_VARINT_MAX - 1, 1, false, 1),
		 QUIC_TRANSPORT_ERROR_FLOW_CONTROL);
	CHECK_EQ(quic_streams_on_reset(&s.st, 6, 0, QUIC_VARINT_MAX - 100000), 0);
	finish();
}

/* ---- the receiver ---- */

TEST(flow_control_violations)
{
	begin_with(1000, 1500);
	CHECK_EQ(end_stream_frame(&s, 0, 999, 1, false, 1), 0);
	CHECK_EQ(end_stream_frame(&s, 0, 1000, 1, false, 1), QUIC_TRANSPORT_ERROR_FLOW_CONTROL);
	CHECK_EQ(end_stream_frame(&s, 4, 499, 1, false, 1), 0);
	CHECK_EQ(end_stream_frame(&s, 4, 500, 1, false, 1), QUIC_TRANSPORT_ERROR_FLOW_CONTROL);
	CHECK_EQ(end_stream_frame(&s, 4, 0, 500, false, 500), 0);
	CHECK_EQ(s.st.rx_used, 1500);
	CHECK_EQ(quic_streams_on_reset(&s.st, 4, 0, 501), QUIC_TRANSPORT_ERROR_FLOW_CONTROL);
	CHECK_EQ(quic_streams_on_reset(&s.st, 4, 0, 500), 0);
	finish();
}

TEST(P11_final_size_violations)
{
	const int wrong = QUIC_TRANSPORT_ERROR_FINAL_SIZE;

	begin();
	CHECK_EQ(end_stream_frame(&s, 0, 50, 50, false, 50), 0);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 99, true, 99), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 60, 10, true, 10), wrong);
	CHECK_EQ(quic_streams_on_reset(&s.st, 0, 0, 99), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 100, 0, true, 1), 0);
	CHECK_EQ(end_stream_frame(&s, 0, 100, 1, false, 1), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 101, 0, true, 1), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 101, 0, false, 1), wrong);
	CHECK_EQ(quic_streams_on_reset(&s.st, 0, 0, 101), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 50, false, 50), 0);
	/* completely received: the same rules */
	CHECK_EQ(end_stream_frame(&s, 0, 0, 101, true, 50), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 90, true, 50), wrong);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 100, true, 50), 0);
	CHECK_EQ(quic_streams_on_reset(&s.st, 0, 0, 99), wrong);
	/* reset */
	CHECK_EQ(quic_streams_on_reset(&s.st, 4, 0, 10), 0);
	CHECK_EQ(quic_streams_on_reset(&s.st, 4, 0, 11), wrong);
	CHECK_EQ(quic_streams_on_reset(&s.st, 4, 0, 10), 0);
	CHECK_EQ(end_stream_frame(&s, 4, 0, 11, false, 50), wrong);
	CHECK_EQ(end_stream_frame(&s, 4, 0, 10, false, 50), 0);
	finish();
}

TEST(credit_comes_with_a_sixteenth_of_the_window)
{
	struct end_packet packet;
	u64 id, offset;
	bool fin;

	begin_with(1600, 16000);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1600, false, 1600), 0);
	CHECK_EQ(end_read(&s, 99, &id, &offset, &fin), 99);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	CHECK_EQ(end_read(&s, 1, &id, &offset, &fin), 1);
	CHECK(end_fill(&s, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 1);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_MAX_STREAM_DATA);
	CHECK_EQ(packet.sent.frames[0].value, 1700);
	CHECK_EQ(end_read(&s, 900, &id, &offset, &fin), 900);
	CHECK(end_fill(&s, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 2);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_MAX_DATA);
	CHECK_EQ(packet.sent.frames[0].value, 17000);
	CHECK_EQ(packet.sent.frames[1].value, 2600);
	end_lost(&s, &packet);
	CHECK(end_fill(&s, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 2);
	finish();
}

TEST(a_blocked_peer_gets_its_credit_at_once)
{
	struct end_packet packet;
	u64 id, offset;
	bool fin;

	begin_with(1600, 16000);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1600, false, 1600), 0);
	CHECK_EQ(quic_streams_on_data_blocked(&s.st, 16000), 0);
	CHECK_EQ(quic_streams_on_stream_data_blocked(&s.st, 0, 1600), 0);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	CHECK_EQ(end_read(&s, 1, &id, &offset, &fin), 1);
	CHECK_EQ(quic_streams_on_stream_data_blocked(&s.st, 0, 1600), 0);
	CHECK_EQ(quic_streams_on_data_blocked(&s.st, 16000), 0);
	CHECK(end_fill(&s, &packet, false));
	CHECK_EQ(packet.sent.frames[0].value, 16001);
	CHECK_EQ(packet.sent.frames[1].value, 1601);
	finish();
}

TEST(short_of_memory_half_a_window_is_granted)
{
	u64 id, offset;
	bool fin;

	begin_with(1600, 1 << 20);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1600, false, 1600), 0);
	s.st.pressed = true;
	CHECK_EQ(end_read(&s, 800, &id, &offset, &fin), 800);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	CHECK_EQ(end_read(&s, 800, &id, &offset, &fin), 800);
	CHECK(quic_streams_pending(&s.st, false, END_MSS));
	CHECK_EQ(quic_streams_find(&s.st, 0)->recv.max_data, 2400);
	CHECK_EQ(end_stream_frame(&s, 0, 1600, 800, false, 800), 0);
	s.st.pressed = false;
	end_drain(&s);
	CHECK_EQ(quic_streams_find(&s.st, 0)->recv.max_data, 4000);
	finish();

	/* a window of one byte is never halved to nothing */
	begin_with(1, 1);
	s.st.pressed = true;
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1, false, 1), 0);
	end_drain(&s);
	CHECK_EQ(s.st.rx_max, 2);
	CHECK_EQ(quic_streams_find(&s.st, 0)->recv.max_data, 2);
	finish();
}

TEST(a_lost_limit_that_was_raised_since_is_not_sent_again)
{
	struct end_packet first, second;
	u64 id, offset;
	bool fin;

	begin_with(1600, 1 << 20);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1600, false, 1600), 0);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 100);
	CHECK(end_fill(&s, &first, false));
	CHECK_EQ(first.sent.frames[0].value, 1700);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 100);
	CHECK(end_fill(&s, &second, false));
	CHECK_EQ(second.sent.frames[0].value, 1800);
	end_lost(&s, &first);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	end_lost(&s, &second);
	CHECK(end_fill(&s, &second, false));
	CHECK_EQ(second.sent.frames[0].value, 1800);
	finish();
}

TEST(no_stream_credit_once_the_size_is_known)
{
	u64 id, offset;
	bool fin;

	begin_with(1600, 1 << 20);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 800, false, 800), 0);
	CHECK_EQ(end_read(&s, 500, &id, &offset, &fin), 500);
	CHECK(quic_streams_pending(&s.st, false, END_MSS));
	CHECK_EQ(end_stream_frame(&s, 0, 1500, 100, true, 100), 0);
	end_exchange(&s, &c);
	CHECK_EQ(c.event_count, 0);
	end_drain(&s);
	CHECK_EQ(quic_streams_on_stream_data_blocked(&s.st, 0, 1600), 0);
	CHECK(!quic_streams_pending(&s.st, false, END_MSS));
	finish();
}

TEST(P14_tiny_windows_move_data)
{
	static const u64 sizes[] = { 1, 15, 16, 17, 100, END_MSS - 1 };
	struct quic_stream *stream;
	unsigned int i, rounds;
	u64 sent, wanted, read;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin_with(sizes[i], sizes[i] + i % 2);
		stream = end_open(&c, 0, NEW);
		wanted = 20 * sizes[i];
		for (sent = 0, read = 0, rounds = 0; read < wanted; rounds++) {
			CHECK(rounds < 100);
			sent += end_write(&c, stream, wanted - sent, true, false);
			end_exchange(&c, &s);
			read += end_drain(&s);
			end_exchange(&c, &s);
		}
		CHECK_EQ(s.st.rx_consumed, wanted);
		finish();
	}
}

TEST(P14_a_reset_gives_back_what_was_not_read)
{
	struct quic_stream *stream;
	u64 id;

	begin_with(1000, 1000);
	for (id = 0; id < 80; id += 4) {
		stream = end_open(&c, id, NEW);
		CHECK_EQ(end_write(&c, stream, 1000, false, false), 1000);
		if (id % 8)
			end_exchange(&c, &s);
		CHECK_EQ(quic_streams_reset(&c.st, id, 0), 0);
		end_exchange(&c, &s);
	}
	CHECK_EQ(s.st.rx_used, 20000);
	CHECK_EQ(s.st.rx_consumed, 20000);
	finish();
}

TEST(P14_stopped_data_gives_credit_back)
{
	struct quic_stream *stream;

	begin_with(1000, 1000);
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 10, false, false);
	end_exchange(&c, &s);
	end_drain(&s);
	end_exchange(&c, &s);
	CHECK_EQ(end_write(&c, stream, 990, false, false), 990);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 0, 0), 0);
	end_exchange(&c, &s);
	end_exchange(&c, &s);
	stream = end_open(&c, 4, NEW);
	CHECK_EQ(quic_streams_credit(&c.st, stream), 1000);
	finish();
}

/* ---- holding: S3.23, S3.24 ---- */

TEST(T078_nothing_in_flight_nothing_held)
{
	struct end_packet packet;

	begin();
	end_send(&c, 0, 10, false);
	CHECK(quic_streams_pending(&c.st, false, END_MSS));
	CHECK(end_fill(&c, &packet, false));
	end_acked(&c, &packet);
	finish();
}

TEST(a_second_small_packet_waits_for_the_first)
{
	struct end_packet first, packet;

	begin();
	end_send(&c, 0, 10, false);
	CHECK(end_fill(&c, &first, false));
	end_send(&c, 0, 10, false);
	CHECK(!quic_streams_pending(&c.st, true, END_MSS));
	CHECK(!end_fill(&c, &packet, true));
	/* until a full packet is there */
	end_send(&c, 0, 1500, false);
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	CHECK(end_fill(&c, &packet, true));
	CHECK(packet.len > END_MSS - 10);
	end_acked(&c, &packet);
	CHECK(!end_fill(&c, &packet, true));
	/* or the first has arrived */
	end_acked(&c, &first);
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(packet.sent.frames[0].value + packet.sent.frames[0].len, 1520);
	end_acked(&c, &packet);
	finish();
}

TEST(the_tail_of_a_long_write_is_not_held)
{
	struct end_packet packet;

	begin();
	end_send(&c, 0, 2000, false);
	CHECK(end_fill(&c, &packet, false));
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(c.st.tx_unsent, 0);
	finish();
}

TEST(what_is_never_held)
{
	struct end_packet packet;

	begin();
	end_send(&c, 0, 10, false);
	CHECK(end_fill(&c, &packet, false));
	end_send(&c, 0, 10, false);
	CHECK(!quic_streams_pending(&c.st, true, END_MSS));
	/* bytes to repeat go, but take nothing held along */
	end_lost(&c, &packet);
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(packet.sent.frame_count, 1);
	CHECK_EQ(packet.sent.frames[0].value, 0);
	c.st.nodelay = true;
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	c.st.nodelay = false;
	c.st.flush = true;
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	c.st.flush = false;
	end_send(&c, 0, 1, true);
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	CHECK(end_fill(&c, &packet, true));
	CHECK(packet.sent.frames[0].fin);
	CHECK_EQ(packet.sent.frames[0].len, 11);
	finish();
}

TEST(T050_T079_more_holds_until_a_send_without_it)
{
	struct end_packet packet;
	struct quic_stream *stream;

	begin();
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 10, false, true);
	CHECK_EQ(c.st.tx_unsent, 10);
	CHECK_EQ(c.st.tx_bytes, 10);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	CHECK(!end_fill(&c, &packet, false));
	end_write(&c, stream, 10, false, false);
	CHECK(quic_streams_pending(&c.st, false, END_MSS));
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frames[0].len, 20);
	CHECK_EQ(c.st.tx_unsent, 0);
	CHECK_EQ(c.st.tx_bytes, 20);
	end_acked(&c, &packet);
	CHECK_EQ(c.st.tx_bytes, 0);

	end_write(&c, stream, 2000, false, true);
	CHECK(quic_streams_pending(&c.st, false, END_MSS));
	CHECK(end_fill(&c, &packet, false));
	end_acked(&c, &packet);
	CHECK(!end_fill(&c, &packet, false));
	CHECK(c.st.tx_unsent > 700);
	c.st.flush = true;
	CHECK(end_fill(&c, &packet, false));
	end_acked(&c, &packet);
	CHECK_EQ(c.st.tx_unsent, 0);
	finish();
}

/* ---- packets ---- */

TEST(streams_take_turns)
{
	struct end_packet packet;
	unsigned int round, count[3] = { 0 };
	u8 i;

	begin();
	end_send(&c, 0, 30000, false);
	end_send(&c, 4, 30000, false);
	end_send(&c, 8, 30000, false);
	for (round = 0; round < 30; round++) {
		CHECK(end_fill(&c, &packet, true));
		for (i = 0; i < packet.sent.frame_count; i++)
			count[packet.sent.frames[i].stream->id / 4]++;
		end_acked(&c, &packet);
	}
	CHECK_EQ(count[0], 10);
	CHECK_EQ(count[1], 10);
	CHECK_EQ(count[2], 10);
	finish();
}

TEST(small_messages_of_several_streams_share_a_packet)
{
	struct end_packet packet;
	u64 id;

	begin();
	for (id = 0; id < 40; id += 4)
		end_send(&c, id, 20, true);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, QUIC_SENT_FRAMES_MAX);
	CHECK_EQ(end_receive(&s, &packet), 0);
	end_acked(&c, &packet);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 10 - QUIC_SENT_FRAMES_MAX);
	CHECK_EQ(end_receive(&s, &packet), 0);
	end_acked(&c, &packet);
	CHECK_EQ(end_drain(&s), 200);
	finish();
}

/* Whatever room a packet has left: no frame is cut wrongly, nothing is written beyond the end. */
TEST(every_size_of_packet)
{
	static struct end_packet packet;
	size_t room;

	for (room = 0; room <= 200; room++) {
		begin();
		end_send(&c, 0, 3, true);
		end_send(&c, 400 - 4, 70, true);
		end_send(&c, 2, 20000, true);
		CHECK_EQ(quic_streams_reset(&c.st, 8, 1ULL << 61), 0);
		memset(packet.data, 0xee, sizeof(packet.data));
		if (end_fill_room(&c, &packet, room, false)) {
			CHECK_EQ(end_receive(&s, &packet), 0);
			end_acked(&c, &packet);
		}
		CHECK_EQ(packet.data[room], 0xee);
		CHECK(packet.len <= room);
		end_exchange(&c, &s);
		CHECK_EQ(end_drain(&s), 20073);
		finish();
	}
}

TEST(a_probe_repeats_the_oldest_bytes)
{
	struct end_packet packet;

	begin();
	CHECK(!quic_streams_probe(&c.st));
	end_send(&c, 0, 5000, true);
	while (end_fill(&c, &packet, true))
		;
	CHECK(!quic_streams_pending(&c.st, true, END_MSS));
	CHECK_EQ(quic_streams_backlog(&c.st), 0);
	CHECK(quic_streams_probe(&c.st));
	CHECK_EQ(quic_streams_backlog(&c.st), 1200);
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(packet.sent.frames[0].value, 0);
	CHECK(packet.sent.frames[0].len > 1100);
	finish();
}

TEST(a_probe_repeats_fin_or_reset_alone)
{
	struct end_packet first, packet;

	begin();
	end_send(&c, 0, 500, false);
	CHECK(end_fill(&c, &first, false));
	end_send(&c, 0, 0, true);
	CHECK(end_fill(&c, &packet, true));
	end_acked(&c, &first);
	CHECK(quic_streams_probe(&c.st));
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(packet.sent.frames[0].len, 0);
	CHECK(packet.sent.frames[0].fin);
	CHECK_EQ(quic_streams_reset(&c.st, 0, 7), 0);
	CHECK(end_fill(&c, &packet, true));
	CHECK(quic_streams_probe(&c.st));
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_RESET_STREAM);
	finish();
}

TEST(a_lost_fin_is_sent_again_unless_a_copy_arrived)
{
	struct end_packet first, second, packet;

	begin();
	end_send(&c, 2, 10, true);
	CHECK(end_fill(&c, &first, false));
	end_lost(&c, &first);
	CHECK(end_fill(&c, &second, false));
	CHECK(second.sent.frames[0].fin);
	CHECK_EQ(second.sent.frame_count, 1);
	end_acked(&c, &second);
	CHECK(RB_EMPTY_ROOT(&c.st.table));

	end_send(&c, 6, 10, false);
	CHECK(end_fill(&c, &first, false));
	end_send(&c, 6, 0, true);
	CHECK(end_fill(&c, &second, false));
	end_lost(&c, &second);
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(packet.sent.frames[0].len, 0);
	CHECK_EQ(packet.sent.frames[0].value, 10);
	CHECK(packet.sent.frames[0].fin);
	end_acked(&c, &packet);
	CHECK(!quic_streams_pending(&c.st, true, END_MSS));
	end_acked(&c, &first);
	CHECK(RB_EMPTY_ROOT(&c.st.table));
	finish();
}

/* Two copies in flight: the loss of one after the arrival of the other says nothing. */
TEST(of_two_copies_of_fin_or_reset_one_is_enough)
{
	struct end_packet first, second, third;
	unsigned int seen = 0;

	begin();
	end_send(&c, 0, 100, true);
	CHECK(end_fill(&c, &first, false));
	CHECK(quic_streams_probe(&c.st));
	CHECK(end_fill_room(&c, &second, 60, true));
	CHECK(!second.sent.frames[0].fin);
	CHECK(end_fill(&c, &third, true));
	CHECK(third.sent.frames[0].fin);
	end_lost(&c, &first);
	end_acked(&c, &third);
	CHECK(end_fill(&c, &first, true));
	CHECK_EQ(first.sent.frame_count, 1);
	CHECK(!first.sent.frames[0].fin);
	CHECK(!quic_streams_pending(&c.st, true, END_MSS));
	end_acked(&c, &first);
	end_acked(&c, &second);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_SEND_STATE_RECVD, 0, 0);

	CHECK(end_open(&c, 4, NEW));
	CHECK_EQ(quic_streams_reset(&c.st, 4, 6), 0);
	CHECK(end_fill(&c, &first, false));
	CHECK(quic_streams_probe(&c.st));
	CHECK(end_fill(&c, &second, false));
	end_acked(&c, &second);
	end_expect_update(&c, &seen, 4, QUIC_STREAM_SEND_STATE_RESET_RECVD, 6, 0);
	end_acked(&c, &first);
	CHECK_EQ(c.event_count, seen);
	finish();
}

TEST(a_reset_stream_is_not_blocked)
{
	struct end_packet packet;
	struct quic_stream *stream;

	begin_with(100, 1000);
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 200, false, false);
	quic_streams_blocked(&c.st, stream);
	CHECK_EQ(quic_streams_reset(&c.st, 0, 0), 0);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 1);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_RESET_STREAM);
	finish();
}

/* ---- floods: P22 ---- */

TEST(P22_room_is_asked_for_and_refusal_keeps_the_packet_unacknowledged)
{
	begin();
	s.refuse_gaps = true;
	CHECK_EQ(end_stream_frame(&s, 0, 10, 10, false, 10), -ENOBUFS);
	CHECK_EQ(s.event_count, 0);
	CHECK_EQ(s.st.rx_used, 0);
	CHECK_EQ(end_stream_frame(&s, 0, 0, 10, false, 10), 0);
	s.refuse = true;
	CHECK_EQ(end_stream_frame(&s, 0, 10, 10, true, 10), -ENOBUFS);
	/* what needs no room is not refused */
	CHECK_EQ(end_stream_frame(&s, 0, 0, 10, true, 10), 0);
	CHECK_EQ(s.st.inq_bytes, 10);
	finish();
}

TEST(P22_a_flood_of_single_bytes_that_nobody_reads)
{
	u64 i, refused = 0;

	begin();
	for (i = 0; i < 200000; i++)
		CHECK_EQ(end_stream_frame(&s, 0, i, 1, i == 199999, END_MSS), 0);
	CHECK(s.mem_rx.used < 230000);
	CHECK_EQ(s.readable, 200000);
	CHECK_EQ(s.st.inq_bytes, 200000);
	CHECK_EQ(end_drain(&s), 200000);
	finish();

	/* of two streams in turn: they stay apart, and what does not fit comes again */
	begin();
	s.mem_rx.limit = 1 << 20;
	for (i = 0; i < 200000; i++)
		refused += end_stream_frame(&s, i % 2 * 4, i / 2, 1, false, END_MSS) == -ENOMEM;
	CHECK(refused > 100000);
	CHECK(s.mem_rx.used <= s.mem_rx.limit);
	end_drain(&s);
	CHECK_EQ(end_stream_frame(&s, 0, quic_streams_find(&s.st, 0)->recv.buf.highest, 1, false,
				  END_MSS), 0);
	finish();
}

TEST(small_pieces_join_the_last_item_of_their_stream_only)
{
	u64 id, offset;
	bool fin;

	begin();
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1200, false, END_MSS), 0);
	CHECK_EQ(end_stream_frame(&s, 0, 1200, 10, false, END_MSS), 0);	/* not to a packet */
	CHECK_EQ(end_stream_frame(&s, 0, 1205, 10, false, END_MSS), 0);	/* overlaps by 5 */
	CHECK_EQ(end_read(&s, 1203, &id, &offset, &fin), 1203);
	CHECK_EQ(end_stream_frame(&s, 0, 1230, 10, false, END_MSS), 0);	/* behind a gap */
	CHECK_EQ(end_stream_frame(&s, 0, 1215, 15, false, END_MSS), 0);
	CHECK_EQ(end_stream_frame(&s, 4, 0, 10, false, END_MSS), 0);
	CHECK_EQ(end_stream_frame(&s, 0, 1240, 10, true, END_MSS), 0);
	CHECK_EQ(end_read(&s, 5000, &id, &offset, &fin), 37);
	CHECK_EQ(offset, 1203);
	CHECK(!fin);
	CHECK_EQ(end_read(&s, 5000, &id, &offset, &fin), 10);
	CHECK_EQ(id, 4);
	CHECK_EQ(end_read(&s, 5000, &id, &offset, &fin), 10);
	CHECK_EQ(offset, 1240);
	CHECK(fin);
	CHECK_EQ(s.mem_rx.used, 0);
	finish();
}

TEST(a_piece_that_cannot_join_for_want_of_memory_comes_again)
{
	begin();
	CHECK_EQ(end_stream_frame(&s, 0, 0, 10, false, END_MSS), 0);
	host_fail_alloc_after(0);
	CHECK_EQ(end_stream_frame(&s, 0, 10, 11, true, END_MSS), -ENOMEM);
	CHECK(host_alloc_failed());
	CHECK_EQ(s.st.inq_bytes, 10);
	CHECK_EQ(s.st.rx_used, 10);
	CHECK_EQ(end_stream_frame(&s, 0, 10, 11, true, END_MSS), 0);
	CHECK_EQ(end_drain(&s), 21);
	finish();
}

TEST(P22_a_flood_of_gaps_leaves_room_for_data_in_order)
{
	u64 i, id;

	begin();
	s.mem_rx.limit = 1 << 20;
	for (id = 0; id < 40; id += 4)
		for (i = 2; i < 20000; i += 2)
			end_stream_frame(&s, id, i, 1, false, END_MSS);
	CHECK(s.mem_rx.used < s.mem_rx.limit * 6 / 10);
	for (id = 0; id < 40; id += 4)
		CHECK_EQ(end_stream_frame(&s, id, 0, 1000, false, END_MSS), 0);
	finish();
}

TEST(P22_a_flood_of_finished_streams_that_nobody_reads)
{
	u64 id, refused = 0;

	begin();
	s.mem_rx.limit = 1 << 20;
	s.mem.limit = 1 << 24;
	for (id = 2; id < 80000; id += 4) {
		int err = end_stream_frame(&s, id, 0, 1, true, END_MSS);

		CHECK(err == 0 || err == -ENOMEM || err == QUIC_TRANSPORT_ERROR_STREAM_LIMIT);
		refused += !!err;
		s.event_count = 0;
	}
	CHECK(refused > 10000);
	CHECK(s.mem_rx.used <= s.mem_rx.limit);
	CHECK(s.mem.used < 6 * s.mem_rx.limit);
	CHECK(end_drain(&s) > 500);
	CHECK(s.mem.used <= 101 * sizeof(struct quic_stream));
	finish();
}
