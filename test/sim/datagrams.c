// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams (RFC 9221): what arrives is right and comes once, whatever the network does. */
#include "datagrams.h"
#include "trace.h"
#include "world.h"

#define SNDBUF		(64 * 1024)
#define LARGEST	1100
#define LIMIT		1200
#define HEADER		4

#define MS		QUIC_MSEC
#define MBIT		125000ULL	/* bytes per second */
#define LINKS(...)	{ { __VA_ARGS__ }, { __VA_ARGS__ } }
#define LINK		.delay = 15 * MS, .rate = 10 * MBIT, .queue = 25

/* ---- one end's application ---- */

void datagrams_init(struct app *app)
{
	if (!app->load->datagrams)
		return;
	app->datagrams_seen = calloc(app->load->datagrams, 1);
	if (!app->datagrams_seen)
		abort();
}

static u64 seed_of(const struct app *app, u32 number, bool from_server)
{
	return random_mix(app->pattern ^ 0xda7a ^ (u64)number << 1 ^ (u64)from_server << 40);
}

static size_t size_of(u64 seed)
{
	return HEADER + seed % (LARGEST - HEADER);
}

static u8 byte_of(u64 seed, size_t i)
{
	return random_mix(seed ^ i / 8) >> (8 * (i % 8));
}

bool datagrams_write(struct app *app)
{
	u64 seed = seed_of(app, app->datagrams_sent, app->server);
	size_t len = size_of(seed), i;
	int err;
	u8 *to;

	if (app->datagrams_sent == app->load->datagrams || app->conn->datagrams.bytes > SNDBUF)
		return false;
	err = quic_conn_datagram_check(app->conn, len);
	if (err)
		sim_fail("a datagram of %zu bytes: %d", len, err);
	to = quic_conn_datagram_reserve(app->conn, len, true);
	if (!to) {
		app->retry = true;
		return false;
	}
	put_unaligned_be32(app->datagrams_sent, to);
	for (i = HEADER; i < len; i++)
		to[i] = byte_of(seed, i);
	app->datagrams_sent++;
	/* The last one must not be held for ever. */
	quic_conn_datagram_commit(app->conn, to, app->datagrams_sent < app->load->datagrams &&
				  !random_below(&app->random, 4));
	trace("sends datagram %u of %zu bytes", app->datagrams_sent - 1, len);
	return true;
}

void datagrams_read(struct app *app, struct quic_segment *seg)
{
	u64 seed;
	u32 number;
	size_t i;

	SIM_CHECK(!seg->stream && !seg->taken && seg->len >= HEADER);
	number = get_unaligned_be32(seg->data);
	SIM_CHECK(number < app->load->datagrams && !app->datagrams_seen[number]);
	seed = seed_of(app, number, !app->server);
	SIM_CHECK(seg->len == size_of(seed));
	for (i = HEADER; i < seg->len; i++)
		if (seg->data[i] != byte_of(seed, i))
			sim_fail("datagram %u: wrong byte at %zu", number, i);
	app->datagrams_seen[number] = 1;
	app->datagrams_read++;
	trace("reads datagram %u", number);
	quic_streams_consume(&app->conn->streams, seg, seg->len);
}

/* ---- scenarios ---- */

static void tune_datagrams(struct world *world)
{
	world->client.config.params.max_datagram_frame_size = LIMIT;
	world->server.config.params.max_datagram_frame_size = LIMIT;
}

/* The streams end last, so all datagrams had their turn; what arrived was counted once. */
static void check_sent(struct world *world)
{
	const struct peer *c = &world->client, *s = &world->server;

	SIM_CHECK(c->stats.datagrams_sent == world->load.datagrams);
	SIM_CHECK(s->stats.datagrams_sent == world->load.datagrams);
	SIM_CHECK(c->stats.datagrams_received == c->app.datagrams_read);
	SIM_CHECK(s->stats.datagrams_received == s->app.datagrams_read);
}

/* Nothing is sent twice: what the network lost is all that is missing. */
static void check_lossy(struct world *world)
{
	check_sent(world);
	SIM_CHECK(world->client.app.datagrams_read > world->load.datagrams / 2);
	SIM_CHECK(world->server.app.datagrams_read > world->load.datagrams / 2);
}

static void check_clean(struct world *world)
{
	check_sent(world);
	SIM_CHECK(world->client.app.datagrams_read == world->load.datagrams);
	SIM_CHECK(world->server.app.datagrams_read == world->load.datagrams);
	SIM_CHECK(!world->client.stats.packets_lost && !world->server.stats.packets_lost);
}

static const struct scenario datagram_scenarios[] = {
	{ .name = "datagrams", .seeds = 20, .net = LINKS(.delay = 5 * MS),
	  .load = { .streams = { { 1, 0 }, { 0, 1 } }, .size = 2000000, .reply = 1000000,
		    .datagrams = 200 }, .limit = 100, .tune = tune_datagrams,
	  .check = check_clean },
	{ .name = "datagrams-loss", .seeds = 40,
	  .net = LINKS(LINK, .loss = 300, .burst = 3, .reorder = 2000, .overtaken = 40 * MS,
		       .duplicate = 1000, .forge = 500),
	  .load = { .streams = { { 2, 1 }, { 2, 1 } }, .size = 300000, .reply = 300000,
		    .more = true, .datagrams = 200 }, .limit = 300, .tune = tune_datagrams,
	  .check = check_lossy },
	{ .name = "datagrams-no-memory", .seeds = 60, .net = LINKS(LINK, .loss = 200),
	  .load = { .streams = { { 2, 2 }, { 2, 2 } }, .size = 20000, .reply = 20000,
		    .datagrams = 100 }, .limit = 300, .expect = SURVIVE, .faults = 300,
	  .tune = tune_datagrams },
};

SCENARIOS(datagram_scenarios);
