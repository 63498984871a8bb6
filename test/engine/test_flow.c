// SPDX-License-Identifier: GPL-2.0-only
/* Flow control of both ends (RFC 9000, 4; S3.19 to S3.22, S4.16). */
#include "streams_pair.h"

#define NEW	MSG_QUIC_STREAM_NEW

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

/* ---- the sender ---- */

TEST("T073 a write takes what the window allows")
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

TEST("T077 fin waits for all bytes of the call")
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

TEST("the connection limits all streams together")
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
TEST("each window parameter has its streams")
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

TEST("max stream data is reported when it raises the limit")
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

/* RFC 9000, 19.12 and 19.13 */
TEST("T075 S3.22 blocked frames once for each limit")
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

TEST("P13 a window of 2 62 is not cut")
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

/* RFC 9000, 4.1 */
TEST("S8.9 flow control violations")
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

/* RFC 9000, 4.5 */
TEST("P11 final size violations")
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

/* RFC 9000, 4.2 */
TEST("S4.16 credit comes with a sixteenth of the window")
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

TEST("S4.16 a blocked peer gets its credit at once")
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

TEST("S4.16 short of memory half a window is granted")
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

TEST("a lost limit that was raised since is not sent again")
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

TEST("S4.16 no stream credit once the size is known")
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

TEST("P14 tiny windows move data")
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

/* RFC 9000, 4.4 */
TEST("P14 a reset gives back what was not read")
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

TEST("P14 stopped data gives credit back")
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
