// SPDX-License-Identifier: GPL-2.0-only
/* P22: floods of small frames and of streams: memory is bounded, data in order is admitted. */
#include "streams_pair.h"

TEST("P22 room is asked for and refusal keeps the packet unacknowledged")
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

TEST("P22 a flood of single bytes that nobody reads")
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

TEST("small pieces join the last item of their stream only")
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

TEST("a piece that cannot join for want of memory comes again")
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

TEST("P22 a flood of gaps leaves room for data in order")
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

TEST("P22 a flood of finished streams that nobody reads")
{
	u64 id, refused = 0;

	begin();
	s.mem_rx.limit = 9000 * sizeof(struct quic_segment);
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
