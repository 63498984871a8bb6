// SPDX-License-Identifier: GPL-2.0-only
/* Streams that are peeled off: they have a reader and a writer of their own (docs/peeloff.md). */
#include "streams_pair.h"

#define NEW	MSG_QUIC_STREAM_NEW
#define UNI	MSG_QUIC_STREAM_UNI

static int owner;

/* The server has got @len bytes on stream 0. */
static void begin_received(size_t len)
{
	begin();
	end_send(&c, 0, len, false);
	end_exchange(&c, &s);
}

static struct quic_stream *peel_parts(struct end *end, u64 id, enum quic_stream_parts parts)
{
	struct quic_stream *stream = NULL;

	CHECK_EQ(quic_streams_peel(&end->st, id, parts, &owner, &stream), 0);
	CHECK(stream && stream->id == id && stream->owner == &owner);
	return stream;
}

static struct quic_stream *peel(struct end *end, u64 id)
{
	return peel_parts(end, id, QUIC_STREAM_PART_BOTH);
}

static int peel_error(struct end *end, u64 id, enum quic_stream_parts parts)
{
	struct quic_stream *stream;

	return quic_streams_peel(&end->st, id, parts, &owner, &stream);
}

/* Read all that the owner of a stream can; its bytes are those that end_write() makes. Return: how many. */
static size_t drain(struct end *end, struct quic_stream *stream, bool *fin)
{
	struct quic_segment *seg;
	size_t done = 0, i;

	*fin = false;
	while ((seg = quic_stream_head(stream))) {
		for (i = seg->taken; i < seg->len; i++)
			CHECK_EQ(seg->data[i], end_byte(stream->id, seg->offset + i));
		done += seg->len - seg->taken;
		*fin = seg->fin;
		quic_streams_consume(&end->st, seg, seg->len - seg->taken);
	}
	return done;
}

TEST("PO.9 what was received before is the owner's, in order, and nobody else's")
{
	struct quic_stream *stream;
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 0, 3000, false);
	end_send(&c, 4, 10, false);
	end_send(&c, 0, 3000, false);
	end_exchange(&c, &s);
	CHECK_EQ(end_read(&s, 700, &id, &offset, &fin), 700);
	CHECK_EQ(id, 0);

	stream = peel(&s, 0);
	CHECK_EQ(quic_stream_unread(stream), 5300);
	CHECK_EQ(s.st.inq_bytes, 10);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 10);
	CHECK_EQ(id, 4);
	CHECK(!quic_streams_head(&s.st));

	end_send(&c, 0, 500, true);
	end_exchange(&c, &s);
	CHECK(!quic_streams_head(&s.st));
	CHECK_EQ(s.st.inq_bytes, 0);
	CHECK_EQ(drain(&s, stream, &fin), 5800);
	CHECK(fin);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.9 single bytes of a stream with an owner share memory, too")
{
	struct quic_stream *stream;
	unsigned int i;
	bool fin;

	begin();
	CHECK_EQ(end_stream_frame(&s, 0, 0, 1, false, END_MSS), 0);
	stream = peel(&s, 0);
	for (i = 1; i < 4000; i++)
		CHECK_EQ(end_stream_frame(&s, 0, i, 1, false, END_MSS), 0);
	CHECK(s.mem_rx.used < 20000);
	CHECK_EQ(drain(&s, stream, &fin), 4000);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.4 streams that cannot be peeled off")
{
	struct quic_stream *stream;
	u64 id, offset;
	bool fin;

	begin();
	CHECK_EQ(peel_error(&c, 0, QUIC_STREAM_PART_BOTH), -EINVAL);
	CHECK_EQ(peel_error(&c, 1, QUIC_STREAM_PART_BOTH), -EINVAL);
	CHECK_EQ(peel_error(&c, U64_MAX, QUIC_STREAM_PART_BOTH), -EINVAL);
	end_send(&c, 2, 5, true);
	end_exchange(&c, &s);
	CHECK_EQ(peel_error(&c, 2, QUIC_STREAM_PART_BOTH), -ENOSTR);
	CHECK_EQ(peel_error(&s, 2, QUIC_STREAM_PART_SEND), -EINVAL);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 5);
	CHECK_EQ(peel_error(&s, 2, QUIC_STREAM_PART_BOTH), -ENOSTR);

	end_send(&c, 0, 5, false);
	stream = peel(&c, 0);
	CHECK_EQ(peel_error(&c, 0, QUIC_STREAM_PART_BOTH), -EBUSY);
	CHECK_EQ(peel_error(&c, 0, QUIC_STREAM_PART_SEND), -EBUSY);
	quic_streams_leave(&c.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.4 a stream that is over but for its unread data")
{
	struct quic_stream *stream;
	bool fin;

	begin();
	end_send(&c, 2, 5, true);
	end_exchange(&c, &s);
	CHECK(!quic_streams_find(&s.st, 2));
	stream = peel(&s, 2);
	CHECK_EQ(drain(&s, stream, &fin), 5);
	CHECK(fin);
	CHECK_EQ(peel_error(&s, 2, QUIC_STREAM_PART_BOTH), -EBUSY);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	CHECK(!s.st.table.rb_node);
	finish();
}

TEST("PO.5 the sending part alone: the connection goes on receiving")
{
	struct quic_stream *stream;
	u64 id, offset;
	bool fin;

	begin_received(5);
	stream = peel_parts(&s, 0, QUIC_STREAM_PART_SEND);
	CHECK(quic_stream_recv_over(stream));
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 5);
	end_send(&s, 0, 7, false);
	end_send(&c, 0, 6, false);
	end_exchange(&c, &s);
	CHECK_EQ(end_read(&s, 100, &id, &offset, &fin), 6);
	/* And then it has the sending part back. */
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	CHECK(!stream->recv.stopped);
	end_send(&s, 0, 8, false);
	finish();
}

TEST("PO.5 the receiving part alone: the connection goes on sending, and leaving sends no FIN")
{
	struct quic_stream *stream;
	u64 id, offset;
	bool fin;

	begin();
	end_send(&c, 2, 5, false);
	CHECK_EQ(peel_error(&c, 2, QUIC_STREAM_PART_RECV), -EINVAL);
	end_send(&c, 0, 5, false);
	end_exchange(&c, &s);
	end_send(&s, 0, 7, false);
	stream = peel_parts(&s, 0, QUIC_STREAM_PART_RECV);
	CHECK_EQ(s.st.active, 0);
	CHECK(quic_stream_send_over(stream));
	CHECK(!quic_stream_recv_over(stream));
	end_send(&c, 0, 6, true);
	end_exchange(&c, &s);
	CHECK_EQ(drain(&s, stream, &fin), 11);
	CHECK(fin);
	CHECK(quic_stream_is_done(stream));
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	end_send(&s, 0, 8, true);
	end_exchange(&s, &c);
	CHECK_EQ(end_read(&c, 100, &id, &offset, &fin), 15);
	CHECK(fin);
	finish();
}

TEST("PO.5 of a stream whose reader left the sending part can be lent")
{
	struct quic_stream *stream;

	begin_received(5);
	stream = peel_parts(&s, 0, QUIC_STREAM_PART_RECV);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	CHECK(stream->recv.stopped);
	stream = peel_parts(&s, 0, QUIC_STREAM_PART_SEND);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	CHECK_EQ(quic_streams_sendable(stream), 0);
	finish();
}

TEST("PO.7 the active stream is none any more")
{
	struct quic_stream *stream;

	begin();
	end_send(&c, 0, 5, false);
	CHECK_EQ(c.st.active, 0);
	stream = peel(&c, 0);
	CHECK_EQ(c.st.active, -1);
	quic_streams_leave(&c.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.12 reading grants the credit of this stream and of the connection")
{
	u64 window = end_params().max_stream_data_bidi_remote;
	struct quic_stream *stream, *other;
	bool fin;

	begin();
	other = end_open(&c, 0, NEW);
	CHECK_EQ(end_write(&c, other, 2 * window, false, false), window);
	end_exchange(&c, &s);
	stream = peel(&s, 0);
	end_exchange(&s, &c);
	CHECK_EQ(quic_streams_credit(&c.st, other), 0);
	CHECK(quic_stream_is_blocked(other));
	/* Another one is not concerned. */
	end_send(&c, 4, 1000, false);

	CHECK_EQ(drain(&s, stream, &fin), window);
	end_exchange(&s, &c);
	CHECK(quic_streams_credit(&c.st, other) >= window - window / 16);
	CHECK(c.st.tx_max >= end_params().max_data + window - end_params().max_data / 16);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.14 a reset is told to the owner, and takes what is unread")
{
	struct quic_stream *stream;
	unsigned int readable;

	begin_received(30);
	stream = peel(&s, 0);
	readable = s.readable;
	CHECK_EQ(quic_streams_reset(&c.st, 0, 77), 0);
	end_exchange(&c, &s);
	CHECK_EQ(s.readable, readable + 1);
	CHECK(!quic_stream_head(stream));
	CHECK_EQ(quic_stream_unread(stream), 0);
	CHECK(quic_stream_recv_over(stream));
	CHECK_EQ(stream->recv.reset_code, 77);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.17 what came before STOP_SENDING outlives the reset that answers it")
{
	struct quic_stream *stream;
	bool fin;

	begin_received(30);
	stream = peel(&s, 0);
	CHECK_EQ(quic_streams_stop_sending(&s.st, 0, 0), 0);
	end_send(&c, 0, 20, false);
	end_exchange(&c, &s);
	CHECK_EQ(stream->recv.state, QUIC_STREAM_RECV_STATE_RESET_RECVD);
	CHECK_EQ(quic_stream_unread(stream), 30);
	CHECK_EQ(s.st.rx_consumed, 20);
	CHECK_EQ(drain(&s, stream, &fin), 30);
	CHECK_EQ(s.st.rx_consumed, s.st.rx_used);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.18 leaving sends FIN and STOP_SENDING, and returns credit for what is unread")
{
	u64 window = end_params().max_stream_data_bidi_remote;
	struct quic_stream *stream;
	unsigned int seen = 0;

	begin();
	stream = end_open(&c, 0, NEW);
	end_write(&c, stream, window, false, false);
	end_exchange(&c, &s);
	stream = peel(&s, 0);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	CHECK_EQ(s.mem_rx.used, 0);
	CHECK_EQ(s.st.rx_consumed, window);
	end_exchange(&s, &c);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_SEND_STATE_RESET_SENT, 0, window);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	end_expect_update(&c, &seen, 0, QUIC_STREAM_RECV_STATE_RECVD, 0, 0);
	finish();
}

TEST("PO.18 what was written before leaves, and then FIN")
{
	struct quic_stream *stream;
	u64 id, offset;
	bool fin;

	begin();
	end_open(&c, 2, NEW | UNI);
	stream = peel(&c, 2);
	end_write(&c, stream, 5000, false, false);
	quic_streams_leave(&c.st, stream, QUIC_STREAM_FINISH);
	end_exchange(&c, &s);
	CHECK_EQ(end_read(&s, 10000, &id, &offset, &fin), 5000);
	CHECK(fin);
	CHECK(!c.st.table.rb_node);
	finish();
}

/* Were both parts of @id given up by the other side? */
static bool was_given_up(const struct end *end, u64 id)
{
	bool stopped = false, reset = false;
	unsigned int i;

	for (i = 0; i < end->event_count; i++) {
		const struct quic_stream_update *update = &end->events[i].event.update;

		if (end->events[i].type != QUIC_EVENT_STREAM_UPDATE || update->id != (s64)id)
			continue;
		stopped |= update->state == QUIC_STREAM_SEND_STATE_RESET_SENT && !update->errcode;
		reset |= update->state == QUIC_STREAM_RECV_STATE_RESET_RECVD && !update->errcode;
	}
	return stopped && reset;
}

TEST("PO.18 an owner that was killed resets what it has not finished")
{
	struct quic_stream *stream;

	begin_received(10);
	stream = peel(&s, 0);
	end_write(&s, stream, 20, false, false);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_RESET);
	end_exchange(&s, &c);
	CHECK(was_given_up(&c, 0));
	finish();
}

TEST("PO.20 a sending part that was nobody's is given up, and its reader goes on")
{
	struct quic_stream *stream;
	bool fin;

	begin_received(10);
	stream = peel_parts(&s, 0, QUIC_STREAM_PART_RECV);
	quic_streams_abandon(&s.st);
	CHECK_EQ(quic_streams_sendable(stream), -EINVAL);
	end_send(&c, 0, 11, true);
	end_exchange(&c, &s);
	CHECK_EQ(drain(&s, stream, &fin), 21);
	CHECK(fin);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	finish();
}

TEST("PO.20 a sending part that was lent is given up when it comes back to nobody")
{
	struct quic_stream *stream;

	begin_received(10);
	stream = peel_parts(&s, 0, QUIC_STREAM_PART_SEND);
	quic_streams_abandon(&s.st);
	CHECK(!quic_streams_head(&s.st));
	CHECK_EQ(quic_streams_sendable(stream), 0);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_FINISH);
	end_exchange(&s, &c);
	CHECK(was_given_up(&c, 0));
	finish();
}

TEST("PO.21 after the connection's end nothing is said")
{
	struct quic_stream *stream;

	begin_received(10);
	stream = peel(&s, 0);
	quic_streams_leave(&s.st, stream, QUIC_STREAM_SILENT);
	CHECK_EQ(stream->send.state, QUIC_STREAM_SEND_STATE_READY);
	CHECK_EQ(s.mem_rx.used, 0);
	finish();
}

TEST("PO.20 without the connection's reader other streams end, and those to come")
{
	struct quic_stream *kept;
	bool fin;

	begin();
	end_send(&c, 0, 10, false);
	end_send(&c, 4, 20, false);
	end_send(&c, 2, 30, false);
	end_exchange(&c, &s);
	kept = peel(&s, 0);
	quic_streams_abandon(&s.st);
	CHECK(!quic_streams_head(&s.st));
	end_exchange(&s, &c);
	CHECK(was_given_up(&c, 4));
	end_send(&c, 8, 40, false);
	end_exchange(&c, &s);
	CHECK(!quic_streams_head(&s.st));
	CHECK(was_given_up(&c, 8));

	CHECK(!was_given_up(&c, 0));
	end_send(&c, 0, 11, true);
	end_exchange(&c, &s);
	CHECK_EQ(drain(&s, kept, &fin), 21);
	CHECK(fin);
	quic_streams_leave(&s.st, kept, QUIC_STREAM_FINISH);
	end_exchange(&s, &c);
	CHECK(!s.st.table.rb_node);
	finish();
}
