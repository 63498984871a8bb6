// SPDX-License-Identifier: GPL-2.0-only
#include "app.h"
#include "chaos.h"
#include "datagrams.h"
#include "trace.h"

#define TICK		(10 * QUIC_MSEC)
#define SNDBUF		(512 * 1024)
#define RESET_CODE	0x1234567890ULL

void app_init(struct app *app, struct quic_conn *conn, const struct workload *load, bool server,
	      u64 seed)
{
	memset(app, 0, sizeof(*app));
	app->conn = conn;
	app->load = load;
	app->server = server;
	app->pattern = random_mix(seed);
	app->random.state = seed + server;
	app->tick_at = QUIC_NEVER;
	app->read_left = load->read;
	datagrams_init(app);
}

void app_clear(struct app *app)
{
	int i;

	for (i = 0; i < 4; i++)
		free(app->flows[i]);
	free(app->active);
	free(app->datagrams_seen);
}

/* ---- the bytes ---- */

static u64 word_at(const struct app *app, u64 id, bool from_server, u64 index)
{
	return random_mix(app->pattern ^ (id * 2 + from_server) << 32 ^ index);
}

static u8 byte_at(const struct app *app, u64 id, bool from_server, u64 offset)
{
	return word_at(app, id, from_server, offset / 8) >> (8 * (offset % 8));
}

static void make_bytes(const struct app *app, u64 id, u64 offset, u8 *to, size_t len)
{
	u64 word;

	while (len) {
		if (offset % 8 || len < 8) {
			*to++ = byte_at(app, id, app->server, offset++);
			len--;
			continue;
		}
		word = word_at(app, id, app->server, offset / 8);
		memcpy(to, &word, 8);
		to += 8;
		offset += 8;
		len -= 8;
	}
}

static void compare_bytes(const struct app *app, u64 id, u64 offset, const u8 *from, size_t len)
{
	u64 word;

	while (len) {
		if (offset % 8 || len < 8) {
			if (*from++ != byte_at(app, id, !app->server, offset))
				sim_fail("stream %llu: wrong byte at %llu", (unsigned long long)id,
					 (unsigned long long)offset);
			offset++;
			len--;
			continue;
		}
		word = word_at(app, id, !app->server, offset / 8);
		if (memcmp(from, &word, 8))
			sim_fail("stream %llu: wrong bytes at %llu", (unsigned long long)id,
				 (unsigned long long)offset);
		from += 8;
		offset += 8;
		len -= 8;
	}
}

/* ---- flows ---- */

static bool is_own(const struct app *app, u64 id)
{
	return (id & 1) == app->server;
}

static void list_flow(struct app *app, struct flow *flow)
{
	if (flow->listed || !flow->sends || flow->finished || flow->was_reset || flow->waiting)
		return;
	if (app->active_count == app->active_room) {
		app->active_room = app->active_room ? 2 * app->active_room : 16;
		app->active = realloc(app->active, app->active_room * sizeof(*app->active));
		if (!app->active)
			abort();
	}
	app->active[app->active_count++] = flow;
	flow->listed = true;
}

/* All flows of an end exist from the beginning, so that they never move. */
static void make_room(struct app *app, u64 id)
{
	const struct workload *load = app->load;
	int type = id & 3;

	if (app->flows[type])
		return;
	app->room[type] = load->streams[type & 1][type >> 1];
	app->flows[type] = calloc(app->room[type] + 1, sizeof(struct flow));
	if (!app->flows[type])
		abort();
}

static u64 flow_size(struct app *app, u64 id)
{
	const struct workload *load = app->load;
	u64 size = load->size;

	if (!is_own(app, id))
		size = load->reply;
	else if (id >> 2 < SIZES_MAX && load->sizes[id >> 2])
		size = load->sizes[id >> 2];
	return load->random_size ? random_below(&app->random, size + 1) : size;
}

static bool is_foreign(const struct app *app, u64 id)
{
	return app->load->foreign && id >> 2 >= app->load->streams[id & 1][id >> 1 & 1];
}

static struct flow *flow_of(struct app *app, u64 id)
{
	const struct workload *load = app->load;
	struct flow *flow;

	make_room(app, id);
	if (id >> 2 >= app->room[id & 3])
		sim_fail("stream %llu was never opened", (unsigned long long)id);
	flow = &app->flows[id & 3][id >> 2];
	if (flow->known)
		return flow;

	flow->known = true;
	flow->id = id;
	flow->own = is_own(app, id);
	flow->sends = flow->own || !(id & 2);
	flow->receives = !flow->own || !(id & 2);
	flow->size = flow_size(app, id);
	flow->reset_at = U64_MAX;
	flow->stop_at = U64_MAX;
	if (random_chance(&app->random, load->reset))
		flow->reset_at = random_below(&app->random, flow->size + 1);
	if (random_chance(&app->random, load->stop))
		flow->stop_at = random_below(&app->random,
					     (flow->own ? load->reply : load->size) + 1);
	flow->waiting = !flow->own && !load->at_once;
	if (flow->own)
		app->unfinished++;
	list_flow(app, flow);
	return flow;
}

/* Count a flow once both of its parts are over. */
static void check_finished(struct app *app, struct flow *flow)
{
	const struct workload *load = app->load;
	u32 own, all;

	if (flow->waiting && (flow->read_fin || flow->read_reset)) {
		flow->waiting = false;
		list_flow(app, flow);
	}
	if (flow->counted || (flow->sends && !flow->acked) ||
	    (flow->receives && !flow->read_fin && !flow->read_reset))
		return;
	flow->counted = true;
	if (flow->own)
		app->unfinished--;
	app->finished[!flow->own]++;
	own = load->streams[app->server][0] + load->streams[app->server][1];
	all = load->streams[!app->server][0] + load->streams[!app->server][1];
	app->done = app->finished[0] == own && app->finished[1] == all;
}

void app_on_update(struct app *app, const struct quic_stream_update *update)
{
	struct flow *flow;

	trace("event: stream %lld state %u size %llu", (long long)update->id, update->state,
	      (unsigned long long)update->finalsz);
	if (app->load->chaos || is_foreign(app, update->id))
		return;
	flow = flow_of(app, update->id);
	switch (update->state) {
	case QUIC_STREAM_SEND_STATE_RECVD:
		SIM_CHECK(flow->finished && !flow->was_reset && flow->written == flow->size);
		flow->acked = true;
		break;
	case QUIC_STREAM_SEND_STATE_RESET_SENT:
		flow->was_reset = true;
		break;
	case QUIC_STREAM_SEND_STATE_RESET_RECVD:
		SIM_CHECK(flow->was_reset);
		flow->acked = true;
		break;
	case QUIC_STREAM_RECV_STATE_RESET_RECVD:
		SIM_CHECK(flow->receives && !flow->read_fin && !flow->read_reset);
		SIM_CHECK(flow->read <= update->finalsz);
		flow->read_reset = true;
		break;
	case QUIC_STREAM_RECV_STATE_RECVD:
		/* After STOP_SENDING what arrives is discarded (S4.19): this is all one hears. */
		if (flow->stopped)
			flow->read_reset = true;
		break;
	}
	check_finished(app, flow);
}

/* ---- writing ---- */

/* Come back at @at, or before. */
static void want_tick(struct app *app, u64 at)
{
	app->tick_at = min(app->tick_at, at);
}

static bool open_one(struct app *app, int uni, u64 now)
{
	struct quic_streams *st = &app->conn->streams;
	u32 flags = MSG_QUIC_STREAM_NEW | (uni ? MSG_QUIC_STREAM_UNI : 0);
	struct quic_stream *stream;
	struct flow *flow;
	int err;

	if (app->opened[uni] == app->load->streams[app->server][uni])
		return false;
	if (app->load->parallel && app->unfinished >= app->load->parallel)
		return false;
	if (!random_below(&app->random, 4))
		flags |= MSG_QUIC_STREAM_SNDBLOCK;
	if (app->open_at > now) {
		want_tick(app, app->open_at);
		return false;
	}
	err = quic_streams_get_send(st, QUIC_STREAMS_ID_ANY, flags, false, &stream);
	if (err == -ENOMEM)
		app->retry = true;
	if (err == -EAGAIN || err == -ENOMEM)
		return false;
	if (err)
		sim_fail("opening a stream: error %d", err);
	flow = flow_of(app, stream->id);
	SIM_CHECK(flow->own && flow->id >> 2 == app->opened[uni]);
	app->opened[uni]++;
	if (app->load->pause)
		app->open_at = now + app->load->pause;
	trace("opens stream %llu for %llu bytes", (unsigned long long)flow->id,
	      (unsigned long long)flow->size);
	return true;
}

static bool open_streams(struct app *app, u64 now)
{
	bool any = false;
	int uni;

	/* Some are open at a time, so that a thousand streams do not all wait for their turn. */
	for (uni = 0; uni < 2; uni++)
		while (app->active_count < 200 && open_one(app, uni, now))
			any = true;
	return any;
}

static void reset_flow(struct app *app, struct flow *flow)
{
	int err = quic_streams_reset(&app->conn->streams, flow->id, RESET_CODE);

	trace("resets stream %llu: %d", (unsigned long long)flow->id, err);
	SIM_CHECK(!err);
	flow->was_reset = true;
}

/* Bytes of one write into the send buffer. Return: how many, or -1 if it would wait. */
static s64 fill(struct app *app, struct quic_stream *stream, struct flow *flow, u64 want)
{
	struct quic_streams *st = &app->conn->streams;
	u64 credit = quic_streams_credit(st, stream), done = 0;
	size_t room;
	u8 *to;

	if (want && !credit) {
		if (!random_below(&app->random, 4))
			quic_streams_blocked(st, stream);
		st->flush = true;	/* S3.23: the sender has to wait */
		return -1;
	}
	want = min(want, credit);
	while (done < want) {
		to = quic_streams_reserve(st, stream, want - done, true, &room);
		if (!to) {
			app->retry = true;
			return done ? (s64)done : -1;
		}
		room = min_t(u64, room, want - done);
		make_bytes(app, flow->id, flow->written, to, room);
		quic_streams_commit(st, stream, room);
		flow->written += room;
		done += room;
	}
	return done;
}

static bool write_some(struct app *app, struct flow *flow)
{
	struct quic_streams *st = &app->conn->streams;
	const struct workload *load = app->load;
	u64 end = min(flow->size, flow->reset_at), want = end - flow->written;
	struct quic_stream *stream;
	bool fin, more;
	s64 len;

	if (flow->written == flow->reset_at) {
		reset_flow(app, flow);
		return true;
	}
	if (st->tx_bytes >= (load->sndbuf ? load->sndbuf : SNDBUF)) {
		st->flush = true;
		return false;
	}
	stream = quic_streams_find(st, flow->id);
	/* STOP_SENDING has ended it, and the end has been acknowledged. */
	if (!stream || quic_streams_sendable(stream)) {
		SIM_CHECK(flow->was_reset);
		return true;
	}
	if (load->write)
		want = min_t(u64, want, 1 + random_below(&app->random, load->write));
	len = fill(app, stream, flow, want);
	if (len < 0)
		return false;
	app->bytes_written += len;
	fin = flow->written == flow->size && flow->reset_at == U64_MAX;
	if (fin && len && load->late_fin && random_below(&app->random, 2))
		fin = false;
	more = !fin && flow->written < end && load->more && random_below(&app->random, 2);
	quic_streams_push(st, stream, fin, more);
	flow->finished = fin;
	trace("writes %lld bytes to stream %llu%s%s", (long long)len, (unsigned long long)flow->id,
	      fin ? ", FIN" : "", more ? ", more" : "");
	return true;
}

static bool write_streams(struct app *app)
{
	struct flow *flow;
	bool any = false;
	u32 i = 0;

	while (i < app->active_count) {
		flow = app->active[i];
		if (!flow->finished && !flow->was_reset && write_some(app, flow))
			any = true;
		if (!flow->finished && !flow->was_reset) {
			i++;
			continue;
		}
		flow->listed = false;
		app->active[i] = app->active[--app->active_count];
	}
	return any;
}

/* ---- reading ---- */

static void stop_flow(struct app *app, struct flow *flow)
{
	int err;

	flow->stopped = true;
	flow->stop_at = U64_MAX;
	err = quic_streams_stop_sending(&app->conn->streams, flow->id, RESET_CODE);
	trace("stops stream %llu: %d", (unsigned long long)flow->id, err);
	/* Too late, if everything has arrived. */
	SIM_CHECK(!err || err == -EINVAL || err == -ENOSTR);
}

static bool read_one(struct app *app, u64 now)
{
	struct quic_streams *st = &app->conn->streams;
	struct quic_segment *seg = quic_streams_head(st);
	struct flow *flow;
	bool fin = false;
	u64 len;

	if (!seg)
		return false;
	/* S4.20: nothing is read before that secret, whatever came in 0-RTT packets. */
	SIM_CHECK(app->conn->rx[QUIC_CRYPTO_APP].cipher);
	if (app->load->foreign && (!seg->stream || is_foreign(app, seg->stream->id))) {
		quic_streams_consume(st, seg, seg->len - seg->taken);
		return true;
	}
	if (seg->kind == QUIC_SEGMENT_DATAGRAM) {
		datagrams_read(app, seg);
		return true;
	}
	SIM_CHECK(seg->kind == QUIC_SEGMENT_STREAM && seg->stream);
	flow = flow_of(app, seg->stream->id);
	len = seg->len - seg->taken;
	if (app->load->read) {
		if (!app->read_left && len) {
			want_tick(app, app->read_at);
			return false;
		}
		len = min(len, app->read_left);
		app->read_left -= len;
	}
	if (!random_below(&app->random, 16) && len)
		len = 1 + random_below(&app->random, len);
	SIM_CHECK(seg->offset + seg->taken == flow->read);
	SIM_CHECK(!flow->read_fin && (!flow->read_reset || flow->stopped));
	compare_bytes(app, flow->id, flow->read, seg->data + seg->taken, len);
	flow->read += len;
	app->bytes_read += len;
	if (!app->first_at)
		app->first_at = now;
	app->last_at = now;
	fin = seg->fin && seg->taken + len == seg->len;
	trace("reads %llu bytes of stream %llu%s", (unsigned long long)len,
	      (unsigned long long)flow->id, fin ? ", FIN" : "");
	quic_streams_consume(st, seg, len);
	if (fin)
		flow->read_fin = true;
	else if (flow->read >= flow->stop_at)
		stop_flow(app, flow);
	check_finished(app, flow);
	return true;
}

/* S3.16, S3.17 */
static bool may_send(const struct app *app)
{
	return app->conn->state == QUIC_CONN_ESTABLISHED ||
	       (!app->server && app->conn->state == QUIC_CONN_HANDSHAKING &&
		app->conn->streams.can_send) ||
	       (app->load->early && app->conn->state == QUIC_CONN_HANDSHAKING &&
		app->conn->tx[QUIC_CRYPTO_APP].cipher && app->conn->has_remote);
}

bool app_run(struct app *app, u64 now)
{
	bool any = false;

	if (app->load->chaos)
		return chaos_run(app, now);
	if (app->tick_at <= now)
		app->tick_at = QUIC_NEVER;
	if (app->read_at <= now) {
		app->read_at = now + TICK;
		app->read_left = app->load->read;
	}
	while (!app->load->deaf && read_one(app, now))
		any = true;
	if (!may_send(app))
		return any;
	any |= open_streams(app, now);
	app->conn->streams.flush = false;
	any |= datagrams_write(app);
	any |= write_streams(app);
	if (app->retry)
		want_tick(app, now + TICK);
	app->retry = false;
	return any;
}

void app_print(const struct app *app)
{
	const struct flow *flow;
	int type;
	u32 i;

	printf("# %s: %u of its own and %u of the peer's streams finished\n",
	       app->server ? "server" : "client", app->finished[0], app->finished[1]);
	for (type = 0; type < 4; type++) {
		for (i = 0; i < app->room[type]; i++) {
			flow = &app->flows[type][i];
			if (!flow->known || flow->counted)
				continue;
			printf("#   stream %llu: %llu of %llu written,%s%s%s read %llu%s%s%s\n",
			       (unsigned long long)flow->id, (unsigned long long)flow->written,
			       (unsigned long long)flow->size, flow->finished ? " FIN," : "",
			       flow->was_reset ? " reset," : "",
			       flow->acked ? " acknowledged," : "",
			       (unsigned long long)flow->read, flow->read_fin ? ", FIN" : "",
			       flow->read_reset ? ", reset" : "", flow->stopped ? ", stopped" : "");
		}
	}
}

void app_compare(const struct app *a, const struct app *b)
{
	const struct flow *x, *y;
	int type;
	u32 i;

	for (type = 0; type < 4; type++) {
		for (i = 0; i < a->room[type]; i++) {
			x = &a->flows[type][i];
			y = &b->flows[type][i];
			if (!x->known || !x->sends || !b->flows[type])
				continue;
			if (y->read_fin && (x->was_reset || y->read != x->size))
				sim_fail("stream %llu: %llu bytes written, %llu read",
					 (unsigned long long)x->id, (unsigned long long)x->size,
					 (unsigned long long)y->read);
			if (y->read_reset && !y->stopped && !x->was_reset)
				sim_fail("stream %llu was reset by nobody",
					 (unsigned long long)x->id);
		}
	}
}
