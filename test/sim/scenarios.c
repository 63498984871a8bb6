// SPDX-License-Identifier: GPL-2.0-only
/* What is simulated. One entry: name, network, workload, expectations. */
#include "conn_internal.h"
#include "links.h"
#include "trace.h"
#include "world.h"

static void set_windows(struct quic_params *params, u64 window)
{
	params->max_data = window;
	params->max_stream_data_bidi_local = window;
	params->max_stream_data_bidi_remote = window;
	params->max_stream_data_uni = window;
}

static void both_windows(struct world *world, u64 window)
{
	set_windows(&world->client.config.params, window);
	set_windows(&world->server.config.params, window);
}

/* ---- expectations ---- */

static u64 elapsed(const struct world *world)
{
	return world->finished_at - world->client.established_at;
}

/* At least @percent of the link's rate, counted over @bytes in one direction. */
static void expect_goodput(const struct world *world, u64 bytes, unsigned int percent)
{
	u64 rate = world->scenario->net[TO_SERVER].rate;
	u64 got = bytes * QUIC_SEC / elapsed(world);

	if (got * 100 < rate * percent)
		sim_fail("%llu bytes/s of %llu", (unsigned long long)got, (unsigned long long)rate);
}

static void check_bulk(struct world *world)
{
	expect_goodput(world, world->client.app.bytes_written, 75);
	/* Loss comes from the queue alone; slow start may overshoot once. */
	SIM_CHECK(world->client.stats.packets_lost * 12 < world->client.stats.packets_sent);
	SIM_CHECK(world->client.stats.smoothed_rtt < 80000);
}

static void check_lossy_bulk(struct world *world)
{
	expect_goodput(world, world->client.app.bytes_written, 8);
}

/* One acknowledgement per train, not per packet: design 3, RFC 9000, 13.2.2. */
static void check_trains(struct world *world)
{
	expect_goodput(world, world->client.app.bytes_written, 50);
	SIM_CHECK(world->server.datagrams * 6 < world->client.datagrams);
}

/* P32: an acknowledgement rides with the answer, and nothing waits for a timer. */
static void check_requests(struct world *world)
{
	const struct world *w = world;
	u64 count = w->load.streams[0][0];
	u64 trip = 2 * w->scenario->net[TO_SERVER].delay;

	if (w->client.datagrams > count + 10 || w->server.datagrams > count + 12)
		sim_fail("%llu requests took %llu and %llu datagrams", (unsigned long long)count,
			 (unsigned long long)w->client.datagrams,
			 (unsigned long long)w->server.datagrams);
	if (elapsed(w) > (count + 2) * (trip + trip / 20))
		sim_fail("%llu requests took %llu us", (unsigned long long)count,
			 (unsigned long long)elapsed(w) / 1000);
	SIM_CHECK(!w->client.stats.packets_lost && !w->client.stats.pto_count);
	SIM_CHECK(!w->server.stats.packets_lost && !w->server.stats.pto_count);
	/* RFC 9002, 7.8: a window that was never used does not grow. */
	SIM_CHECK(w->client.stats.cwnd < 16000 && w->server.stats.cwnd < 16000);
}

/* S5.2, S6.17: sequence numbers 0 to 6 are known, however many packets were lost. */
static void check_connection_ids(struct world *world)
{
	const struct peer *peers[] = { &world->client, &world->server };
	const struct quic_cid_set *set;
	u64 known;
	int i, j;

	for (i = 0; i < 2; i++) {
		set = &peers[i]->conn.remote_cids;
		known = 0;
		for (j = 0; j < QUIC_CID_LIMIT_MAX; j++)
			if (set->entries[j].used)
				known |= 1 << set->entries[j].seq;
		SIM_CHECK(known == 0x7f);
	}
}

static void check_handshake_time(struct world *world)
{
	/* One round trip until the client can send, one and a half until the server can. */
	SIM_CHECK(world->client.established_at - QUIC_SEC < 35 * MS);
	SIM_CHECK(world->server.established_at - QUIC_SEC < 50 * MS);
	SIM_CHECK(!world->client.stats.packets_lost && !world->client.stats.pto_count);
	SIM_CHECK(!world->server.stats.packets_lost && !world->server.stats.pto_count);
}

/* A connection that has nothing to say is silent but for its keepalive. */
static void check_silence(struct world *world)
{
	SIM_CHECK(world->client.datagrams + world->server.datagrams < 2 * 200 / 5 + 60);
	SIM_CHECK(!world->client.stats.packets_lost && !world->client.stats.pto_count);
}

/* Nothing but the idle timeout ended it, on both sides, without an error code. */
static void check_idle(struct world *world)
{
	SIM_CHECK(world->client.closed && world->server.closed);
	SIM_CHECK(world->client.got_close && !world->client.error.errcode);
	SIM_CHECK(world->server.got_close && !world->server.error.errcode);
	SIM_CHECK(world->now > 30 * QUIC_SEC && world->now < 120 * QUIC_SEC);
}

/* ---- adjustments ---- */

static void tune_handshake(struct world *world)
{
	struct random *r = &world->random;

	/* P35: a ClientHello of several packets. */
	world->client.tls.hello_len = random_below(r, 2) ? 280 : 1500 + random_below(r, 5000);
	world->server.tls.cert_len = random_below(r, random_below(r, 4) ? 12000 : 50000);
	world->server.tls.ticket_len = random_below(r, 2) ? 200 : 0;
	world->client.tls.think = random_below(r, 3) ? 0 : random_below(r, 400 * MS);
	world->server.tls.think = random_below(r, 3) ? 0 : random_below(r, 400 * MS);
	world->load.early = random_below(r, 2);
}

/*
 * With much lost, in bursts that are counted in datagrams, the exponential back-off of probes may come
 * to minutes.
 */
static void tune_patient(struct world *world)
{
	tune_handshake(world);
	world->client.config.params.max_idle_timeout = 300000;
	world->server.config.params.max_idle_timeout = 300000;
}

static void tune_large_certificate(struct world *world)
{
	world->server.tls.cert_len = 9 * 1200;
}

/* The client says one thing and is never heard again. */
static void tune_silent(struct world *world)
{
	tune_large_certificate(world);
	world->net.link[TO_SERVER].config.drop_from = 2 + random_below(&world->random, 4);
	world->net.link[TO_SERVER].config.drop_to = U64_MAX;
	if (random_below(&world->random, 2))
		world->net.link[TO_CLIENT].config.loss = 3000;
}

static void check_silent(struct world *world)
{
	const struct peer *server = &world->server;

	/* The client may have had time to prove its address before it fell silent. */
	if (!server->conn.path[0].validated && server->bytes > 3 * server->received)
		sim_fail("%llu bytes for %llu", (unsigned long long)server->bytes,
			 (unsigned long long)server->received);
}

/* RFC 9000, 14.2: more than the path carries, and nobody says so. */
static void tune_large_mtu(struct world *world)
{
	world->client.config.mtu = 1452;
	world->server.config.mtu = 1452;
}

static void tune_window_1(struct world *world)
{
	both_windows(world, 1);
}

static void tune_window_100(struct world *world)
{
	both_windows(world, 100);
}

static void tune_window_mss(struct world *world)
{
	both_windows(world, 1251);
}

/* P13: windows beyond 32 bits must not be cut, nor overflow. */
static void tune_window_huge(struct world *world)
{
	both_windows(world, (1ULL << 62) - 1);
	world->client.config.params.max_streams_bidi = 1ULL << 60;
	world->server.config.params.max_streams_bidi = 1ULL << 60;
}

static void tune_few_streams(struct world *world)
{
	struct quic_params *c = &world->client.config.params, *s = &world->server.config.params;

	c->max_streams_bidi = s->max_streams_bidi = 1 + random_below(&world->random, 3);
	c->max_streams_uni = s->max_streams_uni = 1 + random_below(&world->random, 3);
}

static void tune_nodelay(struct world *world)
{
	world->client.config.nodelay = true;
	world->server.config.nodelay = true;
}

static void tune_small_buffer(struct world *world)
{
	both_windows(world, 1 << 20);
	world->client.rcvbuf = 256 << 10;
	world->server.rcvbuf = 256 << 10;
	world->load.sndbuf = 20000;
}

static void tune_close(struct world *world)
{
	tune_handshake(world);
	world->tick_at = world->now + random_below(&world->random, 400 * MS);
}

static void tick_close(struct world *world)
{
	struct peer *peer = random_below(&world->random, 2) ? &world->client : &world->server;

	if (peer->live && !peer->closed)
		peer_close(peer, 5);
}

/* One end vanishes without a word: the other finds out by itself. */
static void tune_vanish(struct world *world)
{
	world->net.link[TO_SERVER].config.up = QUIC_SEC + random_below(&world->random, QUIC_SEC);
	world->net.link[TO_SERVER].config.down = 10000 * QUIC_SEC;
	world->net.link[TO_CLIENT].config.up = world->net.link[TO_SERVER].config.up;
	world->net.link[TO_CLIENT].config.down = 10000 * QUIC_SEC;
}

static void tune_one_idle(struct world *world)
{
	/* No traffic at all after the handshake. */
	world->load.streams[0][0] = 1;
	world->load.read = 0;
	world->net.link[TO_SERVER].config.drop_from = 30;
	world->net.link[TO_SERVER].config.drop_to = U64_MAX;
	world->net.link[TO_CLIENT].config.drop_from = 30;
	world->net.link[TO_CLIENT].config.drop_to = U64_MAX;
}

static void tune_tiny_buffer(struct world *world)
{
	world->client.rcvbuf = 8 << 10;
	world->server.rcvbuf = 8 << 10;
}

static void tune_keepalive(struct world *world)
{
	world->client.config.keepalive = 5 * QUIC_SEC;
}

static void tune_clock(struct world *world)
{
	world->clock = (1 + random_below(&world->random, 10)) * MS;
}

/* P17: updates from both ends, also at the same time, while packets of the old phase are late. */
static void tick_key_update(struct world *world)
{
	struct peer *peers[] = { &world->client, &world->server };
	int i;

	for (i = 0; i < 2; i++) {
		if (!peers[i]->live || peers[i]->conn.state != QUIC_CONN_ESTABLISHED ||
		    !random_below(&world->random, 3))
			continue;
		trace_who = peers[i]->name;
		if (quic_key_phase_update(&peers[i]->conn)) {
			trace("begins a key update");
			peers[i]->updates++;
		}
	}
	world->tick_at = world->now + random_below(&world->random, 100 * MS);
}

/* Each update is news for the other end, unless both had the same idea. */
static void check_key_updates(struct world *world)
{
	const struct peer *c = &world->client, *s = &world->server;

	SIM_CHECK(c->updates + s->updates > 2);
	SIM_CHECK(c->updates_seen <= s->updates && s->updates_seen <= c->updates);
}

/* The path's MTU changes now and then, and both ends are told, or not. */
static void tick_mtu(struct world *world)
{
	u32 mtu = 1200 + random_below(&world->random, 2) * random_below(&world->random, 7800);
	struct peer *peers[] = { &world->client, &world->server };
	int i;

	for (i = 0; i < 2; i++) {
		world->net.link[i].config.mtu = mtu;
		if (peers[i]->live && random_below(&world->random, 4))
			quic_conn_set_mtu(&peers[i]->conn, mtu);
	}
	world->tick_at = world->now + random_below(&world->random, 200 * MS);
}

static void tune_early_tick(struct world *world)
{
	world->tick_at = world->now + 100 * MS;
}

/* One end lies, mostly after a handshake that was honest. */
static void tune_lies(struct world *world)
{
	struct peer *liar = random_below(&world->random, 2) ? &world->client : &world->server;

	tune_handshake(world);
	liar->lies = random_below(&world->random, 4) ? 300 : 2000;
	world->client.tls.liar = true;
	world->server.tls.liar = true;
	world->client.rcvbuf = world->server.rcvbuf = 100000;
	if (!random_below(&world->random, 3))
		tune_few_streams(world);
	if (!random_below(&world->random, 3))
		both_windows(world, 20000);
}

/* SO_MAX_PACING_RATE */
static void tune_paced(struct world *world)
{
	world->client.max_rate = 200 * KB;
}

static void check_paced(struct world *world)
{
	u64 bytes = world->client.app.bytes_written;

	/* A tenth for headers, and the burst of the beginning. */
	SIM_CHECK(elapsed(world) > (bytes - 40 * KB) * QUIC_SEC / (200 * KB));
	SIM_CHECK(elapsed(world) < bytes * 12 / 10 * QUIC_SEC / (200 * KB));
	SIM_CHECK(!world->client.stats.packets_lost);
	/* RFC 9002, 7.8: what is not used does not grow. */
	SIM_CHECK(world->client.stats.cwnd < 40 * KB);
}

/* Transport parameters anywhere within their bounds. */
static void random_params(struct random *r, struct quic_conn_config *config)
{
	struct quic_params *params = &config->params;

	params->ack_delay_exponent = random_below(r, 21);
	params->max_ack_delay = random_below(r, 3) ? 25 : random_below(r, 500);
	params->active_connection_id_limit = 2 + random_below(r, 7);
	params->max_udp_payload_size = random_below(r, 2) ? 65527 : 1200 + random_below(r, 400);
	params->grease_quic_bit = random_below(r, 2);
	params->disable_active_migration = random_below(r, 2);
	config->disable_compatible_version = random_below(r, 2);
	config->send_reset_token = random_below(r, 2);
	config->initial_rtt = random_below(r, 2) ? 0 : (1 + random_below(r, 1000)) * MS;
	config->keepalive = random_below(r, 4) ? 0 : (2 + random_below(r, 10)) * QUIC_SEC;
	config->mtu = random_below(r, 2) ? 1252 : 1200 + random_below(r, 8000);
	config->pmtud_interval = random_below(r, 2) * 5 * QUIC_SEC;
}

/* Anything at all. */
static void tune_anything(struct world *world)
{
	struct random *r = &world->random;
	struct net_config *c;
	int i, j;

	tune_patient(world);
	random_params(r, &world->client.config);
	random_params(r, &world->server.config);
	for (i = 0; i < DIRECTIONS; i++) {
		c = &world->net.link[i].config;
		c->delay = random_below(r, 200) * MS / (1 + random_below(r, 10));
		c->jitter = random_below(r, 3) ? 0 : random_below(r, 20 * MS);
		c->rate = (1 + random_below(r, 100)) * MBIT / (1 + random_below(r, 10));
		c->queue = 5 + random_below(r, 100);
		c->loss = random_below(r, 3) ? random_below(r, 300) : random_below(r, 1500);
		c->burst = 1 + random_below(r, 3);
		c->reorder = random_below(r, 2) * random_below(r, 2000);
		c->overtaken = random_below(r, 100 * MS);
		c->batch = random_below(r, 3) ? 0 : random_below(r, 5 * MS);
		c->duplicate = random_below(r, 2) * random_below(r, 1000);
		c->corrupt = random_below(r, 2) * random_below(r, 500);
		c->forge = random_below(r, 3) ? 0 : random_below(r, 1000);
	}
	for (i = 0; i < 2; i++)
		for (j = 0; j < 2; j++)
			world->load.streams[i][j] = random_below(r, 12);
	world->load.streams[0][0]++;
	world->load.size = random_below(r, random_below(r, 2) ? 2000 : 100000);
	world->load.reply = random_below(r, random_below(r, 2) ? 2000 : 100000);
	world->load.random_size = random_below(r, 2);
	world->load.at_once = random_below(r, 2);
	world->load.more = random_below(r, 2);
	world->load.late_fin = random_below(r, 2);
	world->load.parallel = random_below(r, 6);
	world->load.write = random_below(r, 2) ? 0 : 1 + random_below(r, 4000);
	world->load.reset = random_below(r, 3) ? 0 : random_below(r, 5000);
	world->load.stop = random_below(r, 3) ? 0 : random_below(r, 5000);
	world->load.read = random_below(r, 4) ? 0 : 500 + random_below(r, 50000);
	world->client.config.nodelay = random_below(r, 2);
	world->server.config.nodelay = random_below(r, 2);
	world->clock = random_below(r, 3) ? 0 : random_below(r, 5 * MS);
	world->load.pause = random_below(r, 3) ? 0 : random_below(r, 300 * MS);
	if (!random_below(r, 4))
		world->client.rcvbuf = world->server.rcvbuf = 5000 + random_below(r, 100000);
	if (!random_below(r, 3))
		both_windows(world, 1000 + random_below(r, 100000));
	if (!random_below(r, 3))
		tune_few_streams(world);
}

static const struct scenario scenarios[] = {
	{ .name = "handshake", .seeds = 100, .net = LINKS(.delay = 15 * MS),
	  .load = { STREAMS(1, 0, 0, 0), .size = 100, .reply = 100 }, .limit = 60,
	  .check = check_handshake_time },
	{ .name = "handshake-sizes", .seeds = 200, .net = LINKS(DEFAULT),
	  .load = { STREAMS(1, 0, 0, 0), .size = 100, .reply = 100 }, .limit = 60,
	  .tune = tune_handshake },
	{ .name = "handshake-loss-30", .seeds = 400, .net = LINKS(DEFAULT, .loss = 3000),
	  .load = { STREAMS(1, 0, 0, 0), .size = 1000, .reply = 1000 }, .limit = 600,
	  .tune = tune_patient },
	{ .name = "handshake-corruption-30", .seeds = 300, .net = LINKS(DEFAULT, .corrupt = 3000),
	  .load = { STREAMS(1, 0, 0, 0), .size = 1000, .reply = 1000 }, .limit = 600,
	  .tune = tune_patient },
	{ .name = "handshake-reorder", .seeds = 200,
	  .net = LINKS(DEFAULT, .reorder = 5000, .overtaken = 100 * MS, .duplicate = 3000),
	  .load = { STREAMS(1, 1, 1, 1), .size = 1000, .reply = 1000 }, .limit = 100,
	  .tune = tune_handshake },
	{ .name = "amplification", .seeds = 200,
	  .net = { { DEFAULT, .drop_from = 2, .drop_to = 7 }, { DEFAULT } },
	  .load = { STREAMS(1, 0, 0, 0), .size = 1000, .reply = 1000 }, .limit = 600,
	  .tune = tune_large_certificate },
	{ .name = "RFC 9000 21.3 amplification for a client that goes silent", .seeds = 200, .net = LINKS(DEFAULT),
	  .load = { STREAMS(1, 0, 0, 0), .size = 1000, .reply = 1000 }, .limit = 600,
	  .expect = SURVIVE, .tune = tune_silent, .check = check_silent },
	{ .name = "bulk", .seeds = 6, .net = LINKS(DEFAULT),
	  .load = { STREAMS(0, 3, 0, 0), .sizes = { 2 * MB, 3 * MB, 5 * MB } }, .limit = 60,
	  .check = check_bulk },
	{ .name = "bulk-one-stream", .seeds = 10, .net = LINKS(DEFAULT),
	  .load = { STREAMS(0, 1, 0, 0), .size = 4 * MB, .write = 64 * KB }, .limit = 60,
	  .check = check_bulk },
	{ .name = "both-ways", .seeds = 30, .net = LINKS(DEFAULT),
	  .load = { STREAMS(2, 1, 2, 1), .size = 200 * KB, .reply = 200 * KB, .at_once = true },
	  .limit = 60 },
	{ .name = "loss-2", .seeds = 60, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(0, 2, 0, 0), .size = 300 * KB }, .limit = 120,
	  .check = check_lossy_bulk },
	{ .name = "loss-10", .seeds = 60, .net = LINKS(DEFAULT, LOSSY(10)),
	  .load = { STREAMS(1, 1, 1, 1), .size = 50 * KB, .reply = 50 * KB, .late_fin = true },
	  .limit = 600, .tune = tune_patient },
	{ .name = "corruption-2", .seeds = 60, .net = LINKS(DEFAULT, .corrupt = 200),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 120 },
	{ .name = "reorder", .seeds = 60,
	  .net = LINKS(DEFAULT, .reorder = 2000, .overtaken = 40 * MS, .duplicate = 500),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 120 },
	{ .name = "many-streams", .seeds = 20, .net = LINKS(DEFAULT),
	  .load = { STREAMS(400, 0, 0, 0), .size = 32, .reply = 32 }, .limit = 60 },
	{ .name = "many-streams-1999", .seeds = 2, .net = LINKS(DEFAULT),
	  .load = { STREAMS(1999, 0, 0, 0), .size = 32, .reply = 32 }, .limit = 60 },
	{ .name = "many-streams-loss", .seeds = 20, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(150, 150, 150, 150), .size = 32, .reply = 32, .late_fin = true },
	  .limit = 120 },
	{ .name = "long-rtt", .seeds = 20,
	  .net = LINKS(.delay = 375 * MS, .rate = 10 * MBIT, .queue = 100),
	  .load = { STREAMS(1, 1, 1, 0), .size = 500 * KB, .reply = 500 * KB }, .limit = 120 },
	{ .name = "paced", .seeds = 10, .net = LINKS(.delay = 10 * MS),
	  .load = { STREAMS(0, 1, 0, 0), .size = 500 * KB }, .limit = 60, .tune = tune_paced,
	  .check = check_paced },
	{ .name = "fast-link", .seeds = 8,
	  .net = LINKS(.delay = MS, .rate = 1000 * MBIT, .queue = 200),
	  .load = { STREAMS(0, 1, 0, 1), .size = 4 * MB }, .limit = 60 },
	{ .name = "trains", .seeds = 10,
	  .net = LINKS(.delay = 5 * MS, .rate = 100 * MBIT, .queue = 100, .batch = MS),
	  .load = { STREAMS(0, 1, 0, 0), .size = 4 * MB }, .limit = 60, .check = check_trains },
	{ .name = "blackhole", .seeds = 20,
	  .net = LINKS(DEFAULT, .up = 5 * QUIC_SEC, .down = 2 * QUIC_SEC),
	  .load = { STREAMS(0, 1, 0, 1), .size = 8 * MB }, .limit = 120 },
	{ .name = "blackhole-short", .seeds = 60,
	  .net = LINKS(DEFAULT, .dead = 1000),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 600,
	  .tune = tune_patient },
	{ .name = "mtu-black-hole", .seeds = 20, .net = LINKS(DEFAULT, .mtu = 1300),
	  .load = { STREAMS(1, 1, 1, 1), .size = 200 * KB, .reply = 200 * KB }, .limit = 60,
	  .tune = tune_large_mtu },
	{ .name = "requests", .seeds = 30, .net = LINKS(.delay = 10 * MS),
	  .load = { STREAMS(100, 0, 0, 0), .size = 1000, .reply = 1000, .parallel = 1 },
	  .limit = 60,
	  .check = check_requests },
	{ .name = "requests-small", .seeds = 30, .net = LINKS(.delay = 10 * MS),
	  .load = { STREAMS(250, 0, 0, 0), .size = 1, .reply = 1, .parallel = 1 }, .limit = 60,
	  .check = check_requests },
	{ .name = "requests-loss", .seeds = 30, .net = LINKS(DEFAULT, LOSSY(5)),
	  .load = { STREAMS(30, 0, 0, 0), .size = 1000, .reply = 3000, .parallel = 1 },
	  .limit = 120 },
	{ .name = "resets", .seeds = 200, .net = LINKS(DEFAULT, LOSSY(3)),
	  .load = { STREAMS(8, 8, 8, 8), .size = 20 * KB, .reply = 20 * KB, .reset = 4000,
		    .stop = 4000, .random_size = true, .at_once = true, .late_fin = true },
	  .limit = 200 },
	{ .name = "resets-window", .seeds = 100, .net = LINKS(DEFAULT, LOSSY(3)),
	  .load = { STREAMS(8, 8, 8, 8), .size = 5 * KB, .reply = 5 * KB, .reset = 3000,
		    .stop = 3000 }, .limit = 600, .tune = tune_window_mss },
	{ .name = "window-1", .seeds = 20, .net = LINKS(.delay = 2 * MS),
	  .load = { STREAMS(1, 1, 1, 1), .size = 40, .reply = 40 }, .limit = 600,
	  .tune = tune_window_1 },
	{ .name = "window-100", .seeds = 40, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(1, 1, 1, 1), .size = 1000, .reply = 1000 }, .limit = 600,
	  .tune = tune_window_100 },
	{ .name = "window-mss", .seeds = 40, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(1, 1, 1, 1), .size = 20 * KB, .reply = 20 * KB }, .limit = 600,
	  .tune = tune_window_mss },
	{ .name = "window-huge", .seeds = 20, .net = LINKS(DEFAULT, LOSSY(1)),
	  .load = { STREAMS(3, 3, 3, 3), .size = 100 * KB, .reply = 100 * KB }, .limit = 120,
	  .tune = tune_window_huge },
	{ .name = "stream-limits", .seeds = 100, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(20, 20, 20, 20), .size = 300, .reply = 300 }, .limit = 300,
	  .tune = tune_few_streams },
	{ .name = "small-writes", .seeds = 40, .net = LINKS(DEFAULT),
	  .load = { STREAMS(2, 2, 2, 2), .size = 5 * KB, .reply = 5 * KB, .write = 50,
		    .more = true },
	  .limit = 120 },
	{ .name = "small-writes-nodelay", .seeds = 40, .net = LINKS(DEFAULT),
	  .load = { STREAMS(2, 2, 2, 2), .size = 5 * KB, .reply = 5 * KB, .write = 50,
		    .more = true },
	  .limit = 120, .tune = tune_nodelay },
	{ .name = "slow-reader", .seeds = 20, .net = LINKS(DEFAULT, LOSSY(1)),
	  .load = { STREAMS(1, 2, 1, 1), .size = 300 * KB, .reply = 100 * KB, .read = 3 * KB },
	  .limit = 200, .tune = tune_small_buffer },
	{ .name = "tiny-buffer", .seeds = 40, .net = LINKS(DEFAULT, LOSSY(1)),
	  .load = { STREAMS(1, 2, 1, 1), .size = 50 * KB, .reply = 50 * KB, .read = 3 * KB },
	  .limit = 200, .tune = tune_tiny_buffer },
	{ .name = "keepalive", .seeds = 10, .net = LINKS(DEFAULT),
	  .load = { STREAMS(3, 0, 0, 0), .size = 1000, .reply = 1000, .pause = 100 * QUIC_SEC },
	  .limit = 400, .tune = tune_keepalive, .check = check_silence },
	{ .name = "connection-ids", .seeds = 60, .net = LINKS(DEFAULT, LOSSY(15)),
	  .load = { STREAMS(4, 0, 4, 0), .size = 1000, .reply = 1000, .pause = 5 * QUIC_SEC },
	  .limit = 600, .tune = tune_patient, .check = check_connection_ids },
	{ .name = "pauses", .seeds = 20, .net = LINKS(DEFAULT, LOSSY(1)),
	  .load = { STREAMS(10, 5, 10, 5), .size = 40 * KB, .reply = 40 * KB, .pause = 500 * MS },
	  .limit = 100 },
	{ .name = "coarse-clock", .seeds = 60, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(2, 1, 2, 1), .size = 50 * KB, .reply = 50 * KB }, .limit = 100,
	  .tune = tune_clock },
	{ .name = "forgery", .seeds = 300, .net = LINKS(DEFAULT, LOSSY(1), .forge = 5000),
	  .load = { STREAMS(2, 1, 2, 1), .size = 10 * KB, .reply = 10 * KB }, .limit = 100,
	  .tune = tune_handshake },
	{ .name = "key-updates", .seeds = 100,
	  .net = LINKS(DEFAULT, LOSSY(2), .reorder = 2000, .overtaken = 60 * MS, .duplicate = 1000,
		       .forge = 1000),
	  .load = { STREAMS(2, 1, 2, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 100,
	  .tune = tune_early_tick, .tick = tick_key_update, .check = check_key_updates },
	{ .name = "mtu-changes", .seeds = 60, .net = LINKS(DEFAULT, LOSSY(1)),
	  .load = { STREAMS(2, 1, 2, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 100,
	  .tune = tune_early_tick, .tick = tick_mtu },
	{ .name = "close-anywhere", .seeds = 300, .net = LINKS(DEFAULT, LOSSY(5)),
	  .load = { STREAMS(3, 3, 3, 3), .size = 20 * KB, .reply = 20 * KB }, .limit = 300,
	  .expect = SURVIVE, .tune = tune_close, .tick = tick_close },
	{ .name = "idle", .seeds = 20, .net = LINKS(DEFAULT),
	  .load = { STREAMS(1, 1, 1, 1), .size = 500 * KB, .reply = 500 * KB }, .limit = 300,
	  .expect = SURVIVE, .tune = tune_one_idle, .check = check_idle },
	{ .name = "vanish", .seeds = 60, .net = LINKS(DEFAULT),
	  .load = { STREAMS(1, 1, 1, 1), .size = 4 * MB, .reply = 4 * MB }, .limit = 300,
	  .expect = SURVIVE, .tune = tune_vanish },
	{ .name = "chaos", .seeds = 200, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { .chaos = true }, .limit = 2000, .expect = SURVIVE, .tune = tune_handshake },
	{ .name = "chaos-no-memory", .seeds = 200, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { .chaos = true }, .limit = 2000, .expect = SURVIVE, .faults = 200,
	  .tune = tune_handshake },
	{ .name = "lies", .seeds = 600, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { .chaos = true }, .limit = 2000, .expect = SURVIVE, .tune = tune_lies },
	{ .name = "no-memory", .seeds = 400, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(4, 4, 4, 4), .size = 10 * KB, .reply = 10 * KB, .reset = 1000,
		    .stop = 1000 }, .limit = 300, .expect = SURVIVE, .faults = 300,
	  .tune = tune_handshake },
	{ .name = "no-memory-established", .seeds = 200, .net = LINKS(DEFAULT, LOSSY(1)),
	  .load = { STREAMS(4, 4, 4, 4), .size = 20 * KB, .reply = 20 * KB, .reset = 500,
		    .stop = 500 }, .limit = 300, .faults = 500, .faults_established = true },
	{ .name = "anything", .seeds = 600, .net = LINKS(DEFAULT), .limit = 900,
	  .tune = tune_anything },
	{ .name = "anything-no-memory", .seeds = 300, .net = LINKS(DEFAULT), .limit = 900,
	  .expect = SURVIVE, .faults = 200, .tune = tune_anything },
};

SCENARIOS(scenarios);
