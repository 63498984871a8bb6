// SPDX-License-Identifier: GPL-2.0-only
#include "chaos.h"
#include "trace.h"

#define PAUSE	(20 * QUIC_MSEC)
#define IDS	40

static u64 some_id(struct app *app)
{
	return random_below(&app->random, 16) ? random_below(&app->random, IDS) :
	       random_u64(&app->random) >> 2;
}

static void do_write(struct app *app)
{
	struct quic_streams *st = &app->conn->streams;
	struct random *r = &app->random;
	u32 flags = random_below(r, 2) ? MSG_QUIC_STREAM_NEW : 0;
	struct quic_stream *stream;
	size_t room, len;
	s64 id;
	bool fin;
	u8 *to;
	int err;

	flags |= random_below(r, 2) ? MSG_QUIC_STREAM_UNI : 0;
	flags |= random_below(r, 4) ? 0 : MSG_QUIC_STREAM_SNDBLOCK;
	id = random_below(r, 3) ? QUIC_STREAMS_ID_ANY : (s64)some_id(app);
	err = quic_streams_get_send(st, id, flags, random_below(r, 2), &stream);
	if (err) {
		SIM_CHECK(err == -EINVAL || err == -ENOSTR || err == -EAGAIN || err == -ENOMEM);
		return;
	}
	err = quic_streams_sendable(stream);
	SIM_CHECK(!err || err == -EINVAL);
	if (err)
		return;
	len = min_t(u64, quic_streams_credit(st, stream), random_below(r, 20000));
	if (!len)
		quic_streams_blocked(st, stream);
	while (len) {
		to = quic_streams_reserve(st, stream, len, true, &room);
		if (!to)
			break;
		room = min(room, len);
		memset(to, 0x5a, room);
		quic_streams_commit(st, stream, room);
		len -= room;
	}
	fin = !random_below(r, 4);
	quic_streams_push(st, stream, fin, !fin && random_below(r, 2));
}

static bool do_read(struct app *app)
{
	struct quic_segment *seg = quic_streams_head(&app->conn->streams);
	size_t len;

	if (!seg)
		return false;
	len = seg->len - seg->taken;
	if (len && !random_below(&app->random, 3))
		len = 1 + random_below(&app->random, len);
	quic_streams_consume(&app->conn->streams, seg, len);
	return true;
}

static void do_something(struct app *app)
{
	struct quic_streams *st = &app->conn->streams;

	switch (random_below(&app->random, 6)) {
	case 0:
		quic_streams_reset(st, some_id(app), random_u64(&app->random) >> 2);
		break;
	case 1:
		quic_streams_stop_sending(st, some_id(app), random_u64(&app->random) >> 2);
		break;
	default:
		do_write(app);
	}
}

bool chaos_run(struct app *app, u64 now)
{
	bool any = false;

	if (app->tick_at <= now)
		app->tick_at = QUIC_NEVER;
	while (random_below(&app->random, 8) && do_read(app))
		any = true;
	if (app->conn->state > QUIC_CONN_ESTABLISHED)
		return any;
	while (random_below(&app->random, 2))
		do_something(app);
	if (!random_below(&app->random, 1000)) {
		trace("closes");
		quic_conn_close(app->conn, true, some_id(app), 0, "chaos", 5, now);
	}
	app->tick_at = min(app->tick_at, now + PAUSE);
	return any;
}
