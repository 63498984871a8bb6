// SPDX-License-Identifier: GPL-2.0-only
/* Streams as the application sees them: selection, states, end (API, 3.4, 6.3 to 6.5 and 8). */
#include "streams_pair.h"

#define NEW	MSG_QUIC_STREAM_NEW
#define UNI	MSG_QUIC_STREAM_UNI

static int get(struct end *end, s64 id, u32 flags, struct quic_stream **stream)
{
	return quic_streams_get_send(&end->st, id, flags, true, stream);
}

static int open_only(struct end *end, s64 id, u32 flags)
{
	struct quic_stream *stream;

	return quic_streams_get_send(&end->st, id, flags | NEW, false, &stream);
}

/* ---- selection ---- */

TEST("T054 no stream is active at first")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, -1, 0, &stream), -EINVAL);
	finish();
}

TEST("T055 new opens stream 0 and then it is active")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, -1, NEW, &stream), 0);
	CHECK_EQ(stream->id, 0);
	end_write(&c, stream, 1, false, false);
	CHECK_EQ(get(&c, -1, NEW, &stream), -EINVAL);
	CHECK_EQ(get(&c, -1, 0, &stream), 0);
	CHECK_EQ(stream->id, 0);
	finish();
}

TEST("T056 fin goes to the active stream and ends that")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, -1, NEW, &stream), 0);
	end_write(&c, stream, 1, false, false);
	CHECK_EQ(get(&c, -1, 0, &stream), 0);
	end_write(&c, stream, 1, true, false);
	CHECK_EQ(get(&c, -1, NEW, &stream), 0);
	CHECK_EQ(stream->id, 4);
	finish();
}

/* RFC 9000, 2.1 */
TEST("T057 uni selects the type on both sides")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, -1, NEW | UNI, &stream), 0);
	CHECK_EQ(stream->id, 2);
	CHECK_EQ(get(&s, -1, NEW | UNI, &stream), 0);
	CHECK_EQ(stream->id, 3);
	CHECK_EQ(open_only(&s, -1, 0), 0);
	CHECK(quic_streams_find(&s.st, 1));
	finish();
}

TEST("T058 a stream opened implicitly needs no new")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, 4, NEW, &stream), 0);
	CHECK_EQ(get(&c, 0, 0, &stream), 0);
	CHECK_EQ(stream->id, 0);
	CHECK_EQ(c.st.active, 4);
	finish();
}

TEST("T059 T060 streams that cannot be used")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, 0, 0, &stream), -EINVAL);
	CHECK_EQ(get(&c, 1, 0, &stream), -EINVAL);
	CHECK_EQ(get(&c, 1, NEW, &stream), -EINVAL);
	CHECK_EQ(get(&c, 3, NEW, &stream), -EINVAL);
	CHECK_EQ(get(&c, -2, NEW, &stream), -EINVAL);
	CHECK_EQ(get(&c, S64_MAX, NEW, &stream), -EINVAL);
	CHECK_EQ(get(&c, 1LL << 62, NEW, &stream), -EINVAL);
	CHECK_EQ(c.st.opened, 0);
	finish();
}

TEST("T061 a finished uni stream is gone")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 2, 10, true);
	CHECK_EQ(get(&c, 2, 0, &stream), -EINVAL);
	end_exchange(&c, &s);
	CHECK_EQ(get(&c, 2, 0, &stream), -ENOSTR);
	CHECK_EQ(get(&c, 2, NEW, &stream), -ENOSTR);
	finish();
}

/* RFC 9000, 3.3 */
TEST("T062 after fin nothing can be sent")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 0, 10, true);
	CHECK_EQ(get(&c, 0, 0, &stream), -EINVAL);
	end_exchange(&c, &s);
	CHECK_EQ(get(&c, 0, 0, &stream), -EINVAL);
	finish();
}

TEST("T063 new on a used stream fails")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 0, 10, false);
	CHECK_EQ(get(&c, 0, NEW, &stream), -EINVAL);
	CHECK_EQ(get(&c, 0, 0, &stream), 0);
	finish();
}

TEST("T064 an opened stream is used with or without new")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(open_only(&c, -1, 0), 0);
	CHECK_EQ(c.st.active, 0);
	CHECK_EQ(get(&c, 0, 0, &stream), 0);
	CHECK_EQ(get(&c, 0, NEW, &stream), 0);
	finish();
}

TEST("T065 new uni does not leave the active stream")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 0, 1, false);
	CHECK_EQ(get(&c, -1, NEW | UNI, &stream), -EINVAL);
	finish();
}

TEST("T067 the stream that the peer opened is active")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 4, 1, false);
	end_send(&c, 2, 1, false);
	end_exchange(&c, &s);
	CHECK_EQ(s.st.active, 4);
	CHECK_EQ(get(&s, -1, NEW, &stream), 0);
	CHECK_EQ(stream->id, 4);
	finish();
}

TEST("T172 stream open of an implicit stream")
{
	begin();
	CHECK_EQ(open_only(&c, 8, 0), 0);
	CHECK_EQ(open_only(&c, 4, 0), 0);
	CHECK_EQ(open_only(&c, 4, 0), 0);
	end_send(&c, 4, 1, false);
	CHECK_EQ(open_only(&c, 4, 0), -EINVAL);
	finish();
}

TEST("T173 uni has no meaning with an explicit id")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, 4, NEW | UNI, &stream), 0);
	CHECK_EQ(stream->id, 4);
	CHECK_EQ(c.st.type[0][1].next, 0);
	finish();
}

TEST("nothing is sent before the peer has spoken")
{
	struct quic_params params = end_params();
	struct quic_stream *stream;

	begin();
	end_clear(&c);
	quic_streams_init(&c.st, &end_ops, &c.mem, &c.mem_tx, &c.mem_rx, false);
	quic_streams_set_local(&c.st, &params);
	CHECK_EQ(get(&c, -1, NEW, &stream), -EINVAL);
	quic_streams_set_remote(&c.st, &params);
	CHECK_EQ(get(&c, -1, NEW, &stream), 0);
	finish();
}

/* F17: IDs used before stay used, P13: and so do bytes. */
TEST("remembered parameters may be replaced")
{
	struct quic_params params = end_params();
	struct quic_stream *stream;

	begin();
	end_send(&c, 2, 5000, false);
	end_send(&c, 6, 10, true);
	params.max_data = 1000;
	params.max_stream_data_uni = 1000;
	params.max_streams_uni = 1;
	quic_streams_set_remote(&c.st, &params);
	stream = quic_streams_find(&c.st, 2);
	CHECK_EQ(quic_streams_credit(&c.st, stream), 0);
	CHECK_EQ(get(&c, 10, NEW, &stream), -EAGAIN);
	CHECK_EQ(quic_streams_on_max_streams(&c.st, true, 3), 0);
	CHECK_EQ(get(&c, 10, NEW, &stream), 0);
	CHECK_EQ(quic_streams_on_max_data(&c.st, 6010), 0);
	stream = quic_streams_find(&c.st, 2);
	CHECK_EQ(quic_streams_on_max_stream_data(&c.st, 2, 6000), 0);
	CHECK_EQ(quic_streams_credit(&c.st, stream), 1000);
	finish();
}

/* ---- states and their events (S7.4, S7.5) ---- */

/* RFC 9000, 3.1 and 3.2 */
TEST("T153 request and answer in one frame each")
{
	unsigned int seen = 0;
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 0, 10, true);
	end_exchange(&c, &s);
	end_expect_update(&s, &seen, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	end_expect_update(&s, &seen, 0, QUIC_STREAM_RECV_STATE_RECVD, 0, 10);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 10);
	CHECK(fin);
	end_send(&s, 0, 20, true);
	end_exchange(&s, &c);
	seen = 0;
	end_expect_update(&c, &seen, 0, QUIC_STREAM_SEND_STATE_RECVD, 0, 0);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_RECV_STATE_RECVD, 0, 20);
	CHECK_EQ(c.readable, 1);
	CHECK_EQ(end_read(&c, 100, &id, &offset, &fin), 20);
	CHECK(fin);
	CHECK_EQ(c.st.table.rb_node == NULL, 1);
	CHECK_EQ(s.st.table.rb_node == NULL, 1);
	finish();
}

/* RFC 9000, 11.2 */
TEST("T154 T168 reset after data on a uni stream")
{
	unsigned int seen = 0;
	struct quic_stream *stream;

	begin();
	end_send(&c, 2, 30, false);
	end_exchange(&c, &s);
	end_send(&c, 2, 12, false);
	CHECK_EQ(quic_streams_reset(&c.st, 2, 77), 0);
	CHECK_EQ(c.st.active, -1);
	CHECK_EQ(c.st.tx_bytes, 0);
	CHECK_EQ(get(&c, 2, 0, &stream), -EINVAL);
	CHECK_EQ(quic_streams_reset(&c.st, 2, 77), -EINVAL);
	end_exchange(&c, &s);
	end_expect_update(&c, &seen, 2, QUIC_STREAM_SEND_STATE_RESET_RECVD, 77, 42);
	seen = 1;	/* after RECV */
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_RESET_RECVD, 77, 42);
	CHECK(!quic_streams_head(&s.st));
	CHECK_EQ(quic_streams_reset(&c.st, 2, 77), -ENOSTR);
	CHECK_EQ(quic_streams_reset(&c.st, 6, 77), -EINVAL);
	CHECK_EQ(quic_streams_reset(&s.st, 2, 77), -EINVAL);
	CHECK_EQ(quic_streams_reset(&c.st, U64_MAX, 77), -EINVAL);
	finish();
}

TEST("T168 an unused stream can be reset")
{
	unsigned int seen = 0;

	begin();
	CHECK_EQ(open_only(&c, 0, 0), 0);
	CHECK_EQ(quic_streams_reset(&c.st, 0, 5), 0);
	end_exchange(&c, &s);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_SEND_STATE_RESET_RECVD, 5, 0);
	CHECK_EQ(seen, c.event_count);
	seen = 0;
	end_expect_update(&s, &seen, 0, QUIC_STREAM_RECV_STATE_RESET_RECVD, 5, 0);
	finish();
}

TEST("T169 a reset bidi stream stays while its other side is open")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 0, 30, false);
	CHECK_EQ(quic_streams_reset(&c.st, 0, 5), 0);
	end_exchange(&c, &s);
	CHECK_EQ(get(&c, 0, 0, &stream), -EINVAL);
	CHECK_EQ(get(&c, 0, NEW, &stream), -EINVAL);
	end_send(&s, 0, 10, true);
	end_exchange(&s, &c);
	CHECK_EQ(get(&c, 0, 0, &stream), -ENOSTR);
	CHECK_EQ(get(&s, 0, 0, &stream), -EINVAL);
	finish();
}

/* RFC 9000, 3.5 */
TEST("T155 T170 stop sending is answered with reset")
{
	unsigned int seen = 0;
	struct quic_stream *stream;

	begin();
	end_send(&c, 2, 30, false);
	end_exchange(&c, &s);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 2, 9), 0);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 2, 9), -EAGAIN);
	end_exchange(&c, &s);
	end_expect_update(&c, &seen, 2, QUIC_STREAM_SEND_STATE_RESET_SENT, 9, 30);
	end_expect_update(&c, &seen, 2, QUIC_STREAM_SEND_STATE_RESET_RECVD, 9, 30);
	CHECK_EQ(get(&c, 2, 0, &stream), -ENOSTR);
	CHECK(c.writable > 0);
	CHECK_EQ(c.st.active, -1);
	finish();
}

TEST("T171 stop sending where nothing can be stopped")
{
	begin();
	end_send(&c, 2, 30, true);
	end_send(&c, 0, 30, true);
	CHECK_EQ(quic_streams_stop_sending(&c.st, 2, 0), -EINVAL);
	CHECK_EQ(quic_streams_stop_sending(&c.st, 6, 0), -EINVAL);
	CHECK_EQ(quic_streams_stop_sending(&c.st, 4, 0), -EINVAL);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 0, 0), -EINVAL);
	end_exchange(&c, &s);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 0, 0), -EINVAL);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 2, 0), -ENOSTR);
	CHECK_EQ(quic_streams_stop_sending(&c.st, 2, 0), -EINVAL);
	finish();
}

TEST("T156 a bare fin")
{
	unsigned int seen = 0;
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 2, 0, true);
	end_exchange(&c, &s);
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_RECVD, 0, 0);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 0);
	CHECK(fin);
	CHECK_EQ(id, 2);
	CHECK(!quic_streams_head(&s.st));
	finish();
}

TEST("T157 S7.4 a fin ahead of its data")
{
	unsigned int seen = 0;
	u64 id, offset;
	bool fin;

	begin();
	CHECK_EQ(end_stream_frame(&s, 2, 50, 50, true, 100), 0);
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_SIZE_KNOWN, 0, 100);
	CHECK(!quic_streams_head(&s.st));
	CHECK_EQ(end_stream_frame(&s, 2, 0, 50, false, 100), 0);
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_RECVD, 0, 100);
	CHECK_EQ(end_read(&s, 200, &id, &offset, &fin), 100);
	CHECK(fin);
	CHECK_EQ(seen, s.event_count);
	finish();
}

TEST("T095 T096 a late fin is an item of its own")
{
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 0, 100, false);
	end_exchange(&c, &s);
	end_send(&c, 0, 0, true);
	end_exchange(&c, &s);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 100);
	CHECK(!fin);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 0);
	CHECK(fin);

	end_send(&c, 4, 100, false);
	end_exchange(&c, &s);
	end_send(&c, 4, 0, true);
	end_exchange(&c, &s);
	CHECK_EQ(end_read(&s, 200, &id, &offset, &fin), 100);
	CHECK(fin);
	finish();
}

TEST("T090 T091 items of one stream are merged and of two are not")
{
	static const u8 order[] = { 8, 8, 12, 8 };
	u64 id, offset;
	unsigned int i;
	bool fin;

	begin();
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		end_send(&c, order[i], 4, false);
		end_exchange(&c, &s);
	}
	CHECK_EQ(s.st.inq_bytes, 16);
	CHECK_EQ(end_read(&s, 3, &id, &offset, &fin), 3);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 5);
	CHECK_EQ(id, 8);
	CHECK_EQ(offset, 3);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 4);
	CHECK_EQ(id, 12);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 4);
	CHECK_EQ(id, 8);
	CHECK_EQ(offset, 8);
	CHECK_EQ(s.st.inq_bytes, 0);
	finish();
}

TEST("T103 a reset discards what was not read")
{
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 4, 100, false);
	end_send(&c, 8, 7, false);
	end_exchange(&c, &s);
	CHECK_EQ(end_read(&s, 10, &id, &offset, &fin), 10);
	CHECK_EQ(quic_streams_reset(&c.st, 4, 1), 0);
	end_exchange(&c, &s);
	CHECK_EQ(s.st.inq_bytes, 7);
	CHECK_EQ(s.st.rx_used, 107);
	CHECK_EQ(s.st.rx_consumed, 100);
	CHECK_EQ(end_read(&s, 1000, &id, &offset, &fin), 7);
	CHECK_EQ(id, 8);
	finish();
}

TEST("a reset after the whole stream is ignored")
{
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 0, 100, true);
	end_exchange(&c, &s);
	CHECK_EQ(quic_streams_on_reset(&s.st, 0, 1, 100), 0);
	CHECK_EQ(s.st.inq_bytes, 100);
	CHECK_EQ(end_read(&s, 1000, &id, &offset, &fin), 100);
	CHECK(fin);
	finish();
}

/* S4.19, F31 */
TEST("S4.19 after stop sending data is discarded and the stream completes")
{
	unsigned int seen;
	u64 id, offset;
	bool fin;

	begin();
	CHECK_EQ(end_stream_frame(&s, 2, 0, 100, false, 100), 0);
	CHECK_EQ(end_stream_frame(&s, 2, 200, 100, false, 100), 0);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 2, 9), 0);
	CHECK_EQ(s.st.rx_used, 300);
	CHECK_EQ(s.st.rx_consumed, 200);
	seen = s.event_count;
	CHECK_EQ(end_stream_frame(&s, 2, 100, 100, false, 100), 0);
	CHECK_EQ(s.st.inq_bytes, 100);
	CHECK_EQ(end_stream_frame(&s, 2, 300, 50, true, 100), 0);
	end_expect_update(&s, &seen, 2, QUIC_STREAM_RECV_STATE_RECVD, 0, 350);
	CHECK_EQ(s.st.type[1][1].gone, 1);
	CHECK_EQ(end_read(&s, 1000, &id, &offset, &fin), 100);
	CHECK(!fin);
	CHECK_EQ(s.st.rx_used, 350);
	CHECK_EQ(s.st.rx_consumed, 350);
	CHECK(RB_EMPTY_ROOT(&s.st.table));
	finish();
}

TEST("stop sending with the size known completes with the next frame")
{
	begin();
	CHECK_EQ(end_stream_frame(&s, 2, 100, 100, true, 100), 0);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 2, 9), 0);
	CHECK_EQ(s.st.type[1][1].gone, 0);
	CHECK_EQ(end_stream_frame(&s, 2, 0, 10, false, 100), 0);
	CHECK_EQ(s.st.type[1][1].gone, 1);
	CHECK_EQ(s.st.rx_consumed, 200);
	CHECK(RB_EMPTY_ROOT(&s.st.table));
	finish();
}

/* ---- the end of the memory ---- */

TEST("P01 a held stream outlives its end")
{
	struct quic_stream *stream;

	begin();
	CHECK_EQ(get(&c, 2, NEW, &stream), 0);
	quic_streams_hold(stream);
	CHECK_EQ(quic_streams_sendable(stream), 0);
	CHECK_EQ(quic_streams_reset(&c.st, 2, 1), 0);
	CHECK_EQ(quic_streams_sendable(stream), -EINVAL);
	end_exchange(&c, &s);
	CHECK_EQ(stream->gone, true);
	CHECK(!quic_streams_find(&c.st, 2));
	CHECK_EQ(quic_streams_sendable(stream), -EINVAL);
	quic_streams_unhold(&c.st, stream);
	CHECK(RB_EMPTY_ROOT(&c.st.table));
	CHECK_EQ(c.mem.used, 0);
	finish();
}

TEST("P02 a stream is freed after its frames and its data")
{
	struct end_packet first, second;
	struct quic_stream *stream;

	begin();
	end_send(&c, 2, 10, true);
	CHECK(end_fill(&c, &first, false));
	quic_streams_lost(&c.st, &first.sent.frames[0]);
	CHECK(end_fill(&c, &second, false));
	first.sent.frames[0] = second.sent.frames[0];
	/* spurious: both copies are acknowledged */
	stream = quic_streams_find(&c.st, 2);
	stream->in_flight++;
	quic_streams_acked(&c.st, &first.sent.frames[0]);
	CHECK(!quic_streams_find(&c.st, 2));
	CHECK(!RB_EMPTY_ROOT(&c.st.table));
	quic_streams_acked(&c.st, &second.sent.frames[0]);
	CHECK(RB_EMPTY_ROOT(&c.st.table));

	CHECK_EQ(end_receive(&s, &first), 0);
	CHECK(!quic_streams_find(&s.st, 2));
	CHECK(!RB_EMPTY_ROOT(&s.st.table));
	CHECK_EQ(end_drain(&s), 10);
	CHECK(RB_EMPTY_ROOT(&s.st.table));
	CHECK_EQ(end_receive(&s, &first), 0);
	CHECK(RB_EMPTY_ROOT(&s.st.table));
	finish();
}

/* Resets, stops and FINs of both ends in every order; packets arrive at random moments. */
TEST("S8.2 S8.3 every order of fin reset and stop ends both streams")
{
	struct end_packet packet;
	unsigned int seed, step;
	struct quic_stream *stream;
	u8 what;

	for (seed = 1; seed <= 2000; seed++) {
		begin();
		host_seed(seed);
		end_send(&c, 0, 10, false);
		end_exchange(&c, &s);
		for (step = 0; step < 12; step++) {
			struct end *end = step & 1 ? &c : &s;

			quic_random(&what, 1);
			stream = quic_streams_find(&end->st, 0);
			switch (what % 6) {
			case 0:
				if (stream && !quic_streams_sendable(stream))
					end_write(end, stream, 5, true, false);
				break;
			case 1:
				quic_streams_reset(&end->st, 0, 1);
				break;
			case 2:
				quic_streams_stop_sending(&end->st, 0, 2);
				break;
			case 3:
				if (end_fill(end, &packet, false))
					end_lost(end, &packet);
				break;
			case 4:
				if (!end_fill(end, &packet, false))
					break;
				CHECK_EQ(end_receive(end == &c ? &s : &c, &packet), 0);
				if (what & 128)
					end_acked(end, &packet);
				else
					end_lost(end, &packet);
				break;
			default:
				end_drain(end);
			}
		}
		quic_streams_reset(&c.st, 0, 3);
		quic_streams_reset(&s.st, 0, 4);
		end_exchange(&c, &s);
		end_drain(&c);
		end_drain(&s);
		end_exchange(&c, &s);
		CHECK(RB_EMPTY_ROOT(&c.st.table));
		CHECK(RB_EMPTY_ROOT(&s.st.table));
		CHECK_EQ(c.st.rx_consumed, s.st.tx_used);
		CHECK_EQ(s.st.rx_consumed, c.st.tx_used);
		finish();
	}
}

static void request(bool *failed)
{
	struct quic_stream *stream;
	struct end_packet packet;
	unsigned int tries = 0;
	int err;

	begin();
	while (quic_streams_get_send(&c.st, 8, NEW, false, &stream))
		CHECK(++tries < 3);
	while (!stream->send.fin) {
		end_write(&c, stream, 3000 - stream->send.buf.end, true, false);
		CHECK(++tries < 5);
	}
	while (end_fill(&c, &packet, false)) {
		err = end_receive(&s, &packet);
		CHECK(err == 0 || err == -ENOMEM);
		if (err)
			end_lost(&c, &packet);
		else
			end_acked(&c, &packet);
	}
	*failed = host_alloc_failed();
	CHECK_EQ(end_drain(&s), 3000);
	CHECK_EQ(quic_streams_reset(&s.st, 8, 0), 0);
	end_exchange(&c, &s);
	CHECK(!quic_streams_find(&c.st, 8));
	CHECK(!quic_streams_find(&s.st, 8));
	finish();
}

TEST("every allocation may fail once")
{
	unsigned int count = 0;
	bool failed = true;

	while (failed) {
		host_fail_alloc_after(count++);
		request(&failed);
	}
	CHECK(count > 8);
}
