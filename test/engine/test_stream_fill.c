// SPDX-License-Identifier: GPL-2.0-only
/* What goes into packets and what is held back (RFC 9000, 2.3, 13.3; S3.23, S3.24). */
#include "streams_pair.h"

#define NEW	MSG_QUIC_STREAM_NEW

/* ---- holding: S3.23, S3.24 ---- */

TEST("T078 nothing in flight nothing held")
{
	struct end_packet packet;

	begin();
	end_send(&c, 0, 10, false);
	CHECK(quic_streams_pending(&c.st, false, END_MSS));
	CHECK(end_fill(&c, &packet, false));
	end_acked(&c, &packet);
	finish();
}

TEST("S3.24 a second small packet waits for the first")
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

TEST("the tail of a long write is not held")
{
	struct end_packet packet;

	begin();
	end_send(&c, 0, 2000, false);
	CHECK(end_fill(&c, &packet, false));
	CHECK(end_fill(&c, &packet, true));
	CHECK_EQ(c.st.tx_unsent, 0);
	finish();
}

TEST("S3.24 what is never held")
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
	finish();
}

TEST("S3.24 fin waits with the bytes before it")
{
	struct end_packet first, packet;

	begin();
	end_send(&c, 0, 10, false);
	CHECK(end_fill(&c, &first, false));
	end_send(&c, 0, 10, true);
	CHECK(!quic_streams_pending(&c.st, true, END_MSS));
	CHECK(!end_fill(&c, &packet, true));
	end_acked(&c, &first);
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	CHECK(end_fill(&c, &packet, true));
	CHECK(packet.sent.frames[0].fin);
	CHECK_EQ(packet.sent.frames[0].len, 10);
	finish();
}

TEST("S3.24 fin alone does not wait")
{
	struct end_packet packet;

	begin();
	end_send(&c, 0, 10, false);
	CHECK(end_fill(&c, &packet, false));
	end_send(&c, 0, 0, true);
	CHECK(quic_streams_pending(&c.st, true, END_MSS));
	CHECK(end_fill(&c, &packet, true));
	CHECK(packet.sent.frames[0].fin);
	finish();
}

TEST("S3.23 more holds a fin until close")
{
	struct end_packet packet;
	struct quic_stream *stream;

	begin();
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 10, true, true);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	CHECK(!end_fill(&c, &packet, false));
	c.st.flush = true;	/* as quic_conn_close() does */
	CHECK(end_fill(&c, &packet, false));
	CHECK(packet.sent.frames[0].fin);
	finish();
}

TEST("S3.23 a send without more releases every stream")
{
	struct end_packet packet;
	struct quic_stream *stream;

	begin();
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 10, true, true);
	CHECK(!quic_streams_pending(&c.st, false, END_MSS));
	end_send(&c, 4, 10, true);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 2);
	CHECK_EQ(c.st.tx_unsent, 0);
	finish();
}

TEST("T050 T079 more holds until a send without it")
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

TEST("streams take turns")
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

/* RFC 9000, 13 */
TEST("small messages of several streams share a packet")
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
TEST("every size of packet")
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

TEST("a probe repeats the oldest bytes")
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

TEST("a probe repeats fin or reset alone")
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

TEST("a lost fin is sent again unless a copy arrived")
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
TEST("of two copies of fin or reset one is enough")
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

TEST("a reset stream is not blocked")
{
	struct quic_params params = end_params();
	struct end_packet packet;
	struct quic_stream *stream;

	params.max_stream_data_bidi_remote = 100;
	end_pair(&c, &s, &params);
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, 200, false, false);
	quic_streams_blocked(&c.st, stream);
	CHECK_EQ(quic_streams_reset(&c.st, 0, 0), 0);
	CHECK(end_fill(&c, &packet, false));
	CHECK_EQ(packet.sent.frame_count, 1);
	CHECK_EQ(packet.sent.frames[0].type, QUIC_FRAME_RESET_STREAM);
	finish();
}
