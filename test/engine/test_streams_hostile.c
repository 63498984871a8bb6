// SPDX-License-Identifier: GPL-2.0-only
/* Peers that send what no honest one would: every frame sequence has its precise result. */
#include "streams_end.h"

#define SIZE	48

static u32 pick(u32 below)
{
	u32 value;

	quic_random(&value, sizeof(value));
	return value % below;
}

/* What a receiver must know of one stream. */
struct model {
	bool have[SIZE + 8];
	u64 highest, final;	/* final: U64_MAX while unknown */
	u64 window, connection;
	bool started, complete, reset;
};

static u64 prefix(const struct model *m)
{
	u64 i = 0;

	while (i < sizeof(m->have) && m->have[i])
		i++;
	return i;
}

static int expected(const struct model *m, u64 end, bool fin)
{
	if (m->final != U64_MAX && (end > m->final || (fin && end != m->final)))
		return QUIC_TRANSPORT_ERROR_FINAL_SIZE;
	if (fin && end < m->highest)
		return QUIC_TRANSPORT_ERROR_FINAL_SIZE;
	if (end > m->window || end > m->connection)
		return QUIC_TRANSPORT_ERROR_FLOW_CONTROL;
	return 0;
}

static unsigned int count_updates(const struct end *end, u8 state)
{
	unsigned int i, count = 0;

	for (i = 0; i < end->event_count; i++)
		count += end->events[i].type == QUIC_EVENT_STREAM_UPDATE &&
			 end->events[i].event.update.state == state;
	return count;
}

/* One bidirectional stream, so that it stays after its receiving part has ended. */
static void run_receiver(u64 seed)
{
	struct quic_params params = end_params();
	u64 offset, len, read = 0, id, at;
	unsigned int step, fins = 0, i;
	struct model m = { .final = U64_MAX };
	static struct end s;
	bool fin;
	int want;

	host_seed(seed);
	m.window = 20 + pick(SIZE - 20);
	m.connection = 20 + pick(SIZE - 20);
	params.max_stream_data_bidi_remote = m.window;
	params.max_data = m.connection;
	end_init(&s, true, &params, &params);

	for (step = 0; step < 60; step++) {
		offset = pick(SIZE);
		len = pick(min_t(u32, SIZE - offset + 1, 12));
		fin = !pick(8);
		if (!pick(40)) {
			want = expected(&m, offset, true);
			CHECK_EQ(quic_streams_on_reset(&s.st, 0, 7, offset), want);
			if (!want && !m.complete && !m.reset) {
				m.reset = true;
				m.final = offset;
				m.highest = offset;
				CHECK(!quic_streams_head(&s.st));
				CHECK_EQ(s.st.rx_consumed, offset);
			}
		} else {
			want = expected(&m, offset + len, fin);
			CHECK_EQ(end_stream_frame(&s, 0, offset, len, fin, pick(2) ? 1 : 1200), want);
			if (want || m.reset || m.complete)
				continue;
			m.started = true;
			for (i = offset; i < offset + len; i++)
				m.have[i] = true;
			m.highest = max(m.highest, offset + len);
			if (fin)
				m.final = offset + len;
			m.complete = m.final != U64_MAX && prefix(&m) == m.final;
		}
		CHECK_EQ(s.st.rx_used, m.highest);
		CHECK_EQ(count_updates(&s, QUIC_STREAM_RECV_STATE_RECV), m.started);
		CHECK_EQ(count_updates(&s, QUIC_STREAM_RECV_STATE_RECVD), m.complete);
		CHECK_EQ(count_updates(&s, QUIC_STREAM_RECV_STATE_RESET_RECVD), m.reset);
		while (quic_streams_head(&s.st) && pick(3)) {
			len = end_read(&s, 1 + pick(20), &id, &at, &fin);
			CHECK_EQ(at, read);
			read += len;
			CHECK(read <= prefix(&m));
			fins += fin;
			m.window = quic_streams_find(&s.st, 0)->recv.max_data;
			m.connection = s.st.rx_max;
		}
	}
	while (quic_streams_head(&s.st)) {
		len = end_read(&s, 100, &id, &at, &fin);
		read += len;
		fins += fin;
	}
	if (!m.reset) {
		CHECK_EQ(read, prefix(&m));
		CHECK_EQ(fins, m.complete);
	} else {
		CHECK_EQ(s.st.rx_consumed, m.highest);
		CHECK_EQ(fins, 0);
	}
	end_clear(&s);
}

TEST("P11 every offset length fin and reset against a model")
{
	u64 seed;

	for (seed = 1; seed <= 4000; seed++)
		run_receiver(seed);
}

/* Any frame with any numbers, while an application works: no crash, no leak, bounded memory. */
static void random_frame(struct end *end, struct quic_frame *frame)
{
	static const u64 numbers[] = { 0, 1, 2, 99, 1200, 65536, 1ULL << 32, QUIC_STREAMS_MAX,
				       QUIC_VARINT_MAX - 1, QUIC_VARINT_MAX };
	static const u8 types[] = { QUIC_FRAME_RESET_STREAM, QUIC_FRAME_STOP_SENDING,
				    QUIC_FRAME_MAX_DATA, QUIC_FRAME_MAX_STREAM_DATA,
				    QUIC_FRAME_MAX_STREAMS_BIDI, QUIC_FRAME_MAX_STREAMS_UNI,
				    QUIC_FRAME_DATA_BLOCKED, QUIC_FRAME_STREAM_DATA_BLOCKED,
				    QUIC_FRAME_STREAM, QUIC_FRAME_STREAM, QUIC_FRAME_STREAM };
	static u8 bytes[2000];
	u64 id = pick(10) ? pick(120) : numbers[pick(ARRAY_SIZE(numbers))];
	u64 a = pick(3) ? pick(5000) : numbers[pick(ARRAY_SIZE(numbers))];

	memset(frame, 0, sizeof(*frame));
	frame->type = types[pick(ARRAY_SIZE(types))];
	switch (frame->type) {
	case QUIC_FRAME_RESET_STREAM:
		frame->reset.id = id;
		frame->reset.code = a;
		frame->reset.final_size = pick(5000);
		break;
	case QUIC_FRAME_STOP_SENDING:
		frame->stop.id = id;
		frame->stop.code = a;
		break;
	case QUIC_FRAME_STREAM:
		frame->stream.id = id;
		frame->stream.offset = a;
		frame->stream.len = min_t(u64, pick(sizeof(bytes)), QUIC_VARINT_MAX - a);
		frame->stream.data = bytes;
		frame->stream.fin = !pick(4);
		break;
	default:
		frame->max.id = id;
		frame->max.max = a;
	}
}

static void run_chaos(u64 seed, bool is_server)
{
	struct quic_params params = end_params();
	static struct end end;
	struct end_packet packet;
	struct quic_stream *stream;
	struct quic_segment *seg;
	struct quic_frame frame;
	unsigned int step;
	u64 id;
	int err;

	host_seed(seed);
	params.max_streams_bidi = 1 + pick(30);
	params.max_streams_uni = 1 + pick(30);
	end_init(&end, is_server, &params, &params);
	end.mem.limit = 1 << 18;
	end.mem_rx.limit = 1 << 16;
	end.mem_tx.limit = 1 << 16;
	for (step = 0; step < 400; step++) {
		if (!pick(10))
			host_fail_alloc_after(pick(3));
		random_frame(&end, &frame);
		err = end_on_frame(&end, &frame, NULL, 1200);
		CHECK(err == 0 || err == -ENOMEM ||
		      (err >= QUIC_TRANSPORT_ERROR_FLOW_CONTROL &&
		       err <= QUIC_TRANSPORT_ERROR_FRAME_ENCODING));
		end.event_count = 0;
		id = pick(120);
		switch (pick(8)) {
		case 0:
			if (!quic_streams_get_send(&end.st, id, MSG_QUIC_STREAM_NEW, true, &stream))
				end_write(&end, stream, pick(3000), pick(2), pick(2));
			break;
		case 1:
			quic_streams_reset(&end.st, id, 1);
			break;
		case 2:
			quic_streams_stop_sending(&end.st, id, 1);
			break;
		case 3:
			seg = quic_streams_head(&end.st);
			if (seg)
				quic_streams_consume(&end.st, seg, seg->len - seg->taken);
			break;
		case 4:
			if (!end_fill(&end, &packet, pick(2)))
				break;
			if (pick(2))
				end_acked(&end, &packet);
			else
				end_lost(&end, &packet);
			break;
		default:
			break;
		}
		end.event_count = 0;
		CHECK(end.mem_rx.used <= end.mem_rx.limit);
		CHECK(end.st.rx_used <= end.st.rx_max);
		CHECK(end.st.rx_consumed <= end.st.rx_used);
	}
	host_alloc_failed();
	end_clear(&end);
}

TEST("any frames at all")
{
	u64 seed;

	for (seed = 1; seed <= 1500; seed++) {
		run_chaos(seed, false);
		run_chaos(seed, true);
	}
}
