// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ends, random applications and a random network. The model is what the applications remember:
 * how much each stream was given, and how much of it was read. After the storm the network becomes
 * perfect, and everything must have arrived, be gone and be free.
 */
#include "streams_end.h"

#define STREAMS		24	/* IDs 0 to 4 * STREAMS - 1 of each end's two types */
#define FLIGHT_MAX	64

/* One direction of one stream. */
struct model {
	u64 written, read;
	bool fin, fin_read, reset, stopped;
};

static struct end ends[2];
static struct model models[2][STREAMS * 4];	/* [writer][id] */
static struct end_packet flights[2][FLIGHT_MAX];
static unsigned int flight_count[2];

static u32 pick(u32 below)
{
	u32 value;

	quic_random(&value, sizeof(value));
	return value % below;
}

static void app_write(unsigned int who, bool calm)
{
	struct end *end = &ends[who];
	u64 id = pick(STREAMS * 4);
	struct quic_stream *stream;
	struct model *model = &models[who][id];
	size_t len = pick(3) ? pick(200) : pick(6000), done;
	bool fin = !pick(6);
	int err;

	err = quic_streams_get_send(&end->st, id, pick(2) ? MSG_QUIC_STREAM_NEW : 0, false, &stream);
	if (err) {
		CHECK(err == -EINVAL || err == -ENOSTR || err == -EAGAIN || err == -ENOMEM);
		return;
	}
	CHECK(!model->fin && !model->reset);
	CHECK_EQ(stream->send.buf.end, model->written);
	done = end_write(end, stream, len, fin, !calm && !pick(8));
	model->written += done;
	model->fin = fin && done == len;
	if (done < len && !quic_streams_credit(&end->st, stream))
		quic_streams_blocked(&end->st, stream);
}

static void app_read(unsigned int who)
{
	struct end *end = &ends[who];
	struct model *model;
	u64 id, offset;
	size_t len;
	bool fin;

	if (!quic_streams_head(&end->st))
		return;
	len = end_read(end, 1 + pick(4000), &id, &offset, &fin);
	model = &models[!who][id];
	CHECK_EQ(offset, model->read);
	model->read += len;
	CHECK(model->read <= model->written);
	if (fin) {
		CHECK(model->fin);
		CHECK_EQ(model->read, model->written);
		CHECK(!model->fin_read);
		model->fin_read = true;
	}
}

static void app_reset(unsigned int who)
{
	u64 id = pick(STREAMS * 4);

	if (!quic_streams_reset(&ends[who].st, id, id))
		models[who][id].reset = true;
}

static void app_stop(unsigned int who)
{
	u64 id = pick(STREAMS * 4);

	if (!quic_streams_stop_sending(&ends[who].st, id, id))
		models[!who][id].stopped = true;
}

/* Which streams this end reset because the peer asked for it. */
static void note_events(unsigned int who)
{
	struct end *end = &ends[who];
	const struct end_event *event;
	unsigned int i;

	for (i = 0; i < end->event_count; i++) {
		event = &end->events[i];
		if (event->type == QUIC_EVENT_STREAM_UPDATE &&
		    event->event.update.state == QUIC_STREAM_SEND_STATE_RESET_SENT)
			models[who][event->event.update.id].reset = true;
	}
	end->event_count = 0;
}

static void deliver(unsigned int from, const struct end_packet *packet, bool *arrived)
{
	int err = end_receive(&ends[!from], packet);

	CHECK(err == 0 || err == -ENOMEM);
	*arrived = !err;
	note_events(!from);
}

static void transmit(unsigned int who)
{
	bool in_flight = flight_count[who], pending, written;
	size_t room = pick(4) ? END_MSS : 30 + pick(END_MSS - 30);

	if (flight_count[who] == FLIGHT_MAX)
		return;
	pending = quic_streams_pending(&ends[who].st, in_flight, END_MSS - pick(9));
	written = end_fill_room(&ends[who], &flights[who][flight_count[who]], room, in_flight);
	/* Or else the connection would ask for ever. */
	if (pending && room == END_MSS)
		CHECK(written);
	flight_count[who] += written;
}

/* A packet arrives, perhaps twice, or not; its sender learns something, perhaps wrong. */
static void settle(unsigned int who, u32 loss)
{
	unsigned int n = flight_count[who];
	struct end_packet packet;
	bool arrived = false;

	if (!n)
		return;
	n = pick(min(n, 8U));
	packet = flights[who][n];
	memmove(&flights[who][n], &flights[who][n + 1],
		(--flight_count[who] - n) * sizeof(packet));
	if (!loss || pick(loss)) {
		deliver(who, &packet, &arrived);
		if (loss && !pick(6))
			deliver(who, &packet, &arrived);
	}
	/* Only what has arrived is acknowledged, but also that may seem lost. */
	if (arrived && (!loss || pick(8)))
		end_acked(&ends[who], &packet);
	else
		end_lost(&ends[who], &packet);
	note_events(who);
}

static void check_sums(unsigned int who)
{
	struct quic_streams *st = &ends[who].st;
	u64 bytes = 0, unsent = 0, lost = 0, inq = 0, open = 0;
	struct quic_stream *stream;
	struct quic_segment *seg;
	struct rb_node *node;

	for (node = rb_first(&st->table); node; node = rb_next(node)) {
		stream = rb_entry(node, struct quic_stream, node);
		bytes += stream->send.buf.end - stream->send.buf.start;
		unsent += stream->send.buf.end - stream->send.buf.next;
		lost += quic_sendbuf_lost_bytes(&stream->send.buf);
		open += !stream->gone;
	}
	list_for_each_entry(seg, &st->inq, order)
		inq += seg->len - seg->taken;
	CHECK_EQ(st->tx_bytes, bytes);
	CHECK_EQ(st->tx_unsent, unsent);
	CHECK_EQ(st->tx_lost, lost);
	CHECK_EQ(st->inq_bytes, inq);
	CHECK_EQ(st->type[0][0].open + st->type[0][1].open + st->type[1][0].open +
		 st->type[1][1].open, open);
	CHECK(st->rx_used <= st->rx_max);
	CHECK(st->rx_consumed <= st->rx_used);
	CHECK_EQ(ends[!who].st.tx_used >= st->rx_used, 1);
}

/* A stream on which more could be sent. */
static struct quic_stream *unfinished(struct end *end)
{
	struct quic_stream *stream;
	struct rb_node *node;

	for (node = rb_first(&end->st.table); node; node = rb_next(node)) {
		stream = rb_entry(node, struct quic_stream, node);
		if (!stream->gone && !quic_streams_sendable(stream))
			return stream;
	}
	return NULL;
}

/* Finish what the applications began, over a network without loss. */
static void calm_down(void)
{
	struct quic_stream *stream;
	unsigned int who, round;
	bool busy = true;

	for (who = 0; who < 2; who++)
		while (flight_count[who])
			settle(who, 0);
	for (round = 0; busy; round++) {
		CHECK(round < 20000);
		busy = false;
		for (who = 0; who < 2; who++) {
			while ((stream = unfinished(&ends[who]))) {
				end_write(&ends[who], stream, 0, true, false);
				models[who][stream->id].fin = true;
			}
			transmit(who);
			settle(who, 0);
			app_read(who);
		}
		for (who = 0; who < 2; who++)
			busy |= flight_count[who] || quic_streams_head(&ends[who].st) ||
				quic_streams_pending(&ends[who].st, false, END_MSS) ||
				unfinished(&ends[who]);
	}
}

static void check_models(void)
{
	const struct model *model;
	unsigned int who;
	u64 id;

	for (who = 0; who < 2; who++) {
		for (id = 0; id < STREAMS * 4; id++) {
			model = &models[who][id];
			if (model->reset || model->stopped)
				continue;
			CHECK_EQ(model->read, model->written);
			CHECK_EQ(model->fin_read, model->fin);
		}
		CHECK(RB_EMPTY_ROOT(&ends[who].st.table));
		CHECK_EQ(ends[who].mem.used, 0);
		CHECK_EQ(ends[who].mem_tx.used, 0);
		CHECK_EQ(ends[who].mem_rx.used, 0);
		CHECK_EQ(ends[who].st.rx_used, ends[!who].st.tx_used);
		CHECK_EQ(ends[who].st.rx_consumed, ends[who].st.rx_used);
	}
}

static void run(u64 seed, u32 alloc_failures)
{
	static const u64 windows[] = { 1, 100, 1199, 5000, 1 << 20 };
	struct quic_params params = end_params();
	unsigned int step, who;

	host_seed(seed);
	params.max_data = windows[pick(ARRAY_SIZE(windows))] * (1 + pick(3));
	params.max_stream_data_bidi_local = windows[pick(ARRAY_SIZE(windows))];
	params.max_stream_data_bidi_remote = windows[pick(ARRAY_SIZE(windows))];
	params.max_stream_data_uni = windows[pick(ARRAY_SIZE(windows))];
	params.max_streams_bidi = 1 + pick(STREAMS);
	params.max_streams_uni = 1 + pick(STREAMS);
	end_pair(&ends[0], &ends[1], &params);
	memset(models, 0, sizeof(models));
	memset(flight_count, 0, sizeof(flight_count));
	for (who = 0; who < 2; who++)
		ends[who].st.nodelay = pick(2);

	for (step = 0; step < 3000; step++) {
		if (alloc_failures && !pick(alloc_failures))
			host_fail_alloc_after(pick(6));
		who = pick(2);
		switch (pick(12)) {
		case 0:
		case 1:
			app_write(who, false);
			break;
		case 2:
		case 3:
			app_read(who);
			break;
		case 4:
			if (!pick(6))
				app_reset(who);
			break;
		case 5:
			if (!pick(6))
				app_stop(who);
			break;
		case 6:
			if (!pick(8))
				quic_streams_probe(&ends[who].st);
			break;
		case 7:
		case 8:
		case 9:
			transmit(who);
			break;
		default:
			settle(who, 4);
		}
		if (!(step % 64)) {
			check_sums(0);
			check_sums(1);
		}
	}
	host_alloc_failed();
	calm_down();
	check_models();
	end_clear(&ends[0]);
	end_clear(&ends[1]);
}

TEST("random applications over a random network")
{
	u64 seed;

	for (seed = 1; seed <= 300; seed++)
		run(seed, 0);
}

TEST("random applications while memory fails")
{
	u64 seed;

	for (seed = 1; seed <= 300; seed++)
		run(seed, 5);
}
