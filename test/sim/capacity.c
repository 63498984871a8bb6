// SPDX-License-Identifier: GPL-2.0-only
/* What a path can carry: the size of datagrams, and marks instead of losses. */
#include "trace.h"
#include "world.h"

#define MS		QUIC_MSEC
#define MBIT		125000ULL	/* bytes per second */
#define KB		1000ULL

#define LINKS(...)	{ { __VA_ARGS__ }, { __VA_ARGS__ } }
#define STREAMS(client_bidi, client_uni, server_bidi, server_uni) \
	.streams = { { client_bidi, client_uni }, { server_bidi, server_uni } }
#define LINK		.delay = 15 * MS, .rate = 10 * MBIT, .queue = 100

/* ---- size: RFC 9000, 14.3; RFC 8899 ---- */

#define INTERVAL	(5 * QUIC_SEC)
#define IPV4_UDP	28

/* The route of both ends says @mtu. */
static void search(struct world *world, u32 mtu)
{
	struct peer *peers[] = { &world->client, &world->server };
	int i;

	for (i = 0; i < 2; i++) {
		peers[i]->config.mtu = mtu;
		peers[i]->config.pmtud_interval = INTERVAL;
	}
}

static void tune_search_1500(struct world *world)
{
	search(world, 1500 - IPV4_UDP);
}

static void tune_search_9000(struct world *world)
{
	search(world, 9000 - IPV4_UDP);
}

static void tune_search_65535(struct world *world)
{
	search(world, 65535 - IPV4_UDP);
}

/* Not more than the path carries, and not much less; probes do not slow the connection down. */
static void check_search(struct world *world)
{
	u32 mtu = world->net.link[TO_SERVER].config.mtu, limit = world->client.config.mtu;
	const struct quic_conn_stats *stats = &world->client.stats;

	if (mtu && mtu < limit)
		limit = mtu;
	if (stats->mtu > limit || stats->mtu + 32 < limit)
		sim_fail("mtu %u of %u", stats->mtu, limit);
	/* RFC 9000, 14.4: lost probes are no congestion. What is, is the queue's now and then. */
	SIM_CHECK(stats->congestion_events <= 6);
}

/* The path's MTU changes now and then, and nobody says so. */
static void tick_search(struct world *world)
{
	static const u32 sizes[] = { 1252, 1472, 2000, 8972 };
	int i;

	for (i = 0; i < DIRECTIONS; i++)
		world->net.link[i].config.mtu =
			sizes[random_below(&world->random, ARRAY_SIZE(sizes))];
	world->tick_at = world->now + 10 * QUIC_SEC + random_below(&world->random, 300 * QUIC_SEC);
}

static void tune_search_change(struct world *world)
{
	search(world, 9000 - IPV4_UDP);
	world->tick_at = world->now + QUIC_SEC;
}

/* After the change the raise timer finds out. */
static void tick_search_raise(struct world *world)
{
	world->net.link[TO_SERVER].config.mtu = 8972;
	world->net.link[TO_CLIENT].config.mtu = 8972;
	world->tick_at = QUIC_NEVER;
}

static void tune_search_raise(struct world *world)
{
	search(world, 9000 - IPV4_UDP);
	world->tick_at = world->now + 60 * QUIC_SEC;
}

static const struct scenario capacity_scenarios[] = {
	{ .name = "mtu-search-1200", .seeds = 10, .net = LINKS(LINK, .mtu = 1200),
	  .load = { STREAMS(0, 1, 0, 1), .size = 800 * KB }, .limit = 60,
	  .tune = tune_search_1500, .check = check_search },
	{ .name = "mtu-search-1280", .seeds = 10, .net = LINKS(LINK, .mtu = 1252),
	  .load = { STREAMS(0, 1, 0, 1), .size = 5000 * KB }, .limit = 60,
	  .tune = tune_search_9000, .check = check_search },
	{ .name = "mtu-search-1500", .seeds = 10, .net = LINKS(LINK, .mtu = 1472),
	  .load = { STREAMS(0, 1, 0, 1), .size = 800 * KB }, .limit = 60,
	  .tune = tune_search_1500, .check = check_search },
	{ .name = "mtu-search-9000", .seeds = 10, .net = LINKS(LINK, .mtu = 8972),
	  .load = { STREAMS(0, 1, 0, 1), .size = 8000 * KB }, .limit = 60,
	  .tune = tune_search_65535, .check = check_search },
	{ .name = "mtu-search-65535", .seeds = 10,
	  .net = LINKS(.delay = MS, .rate = 1000 * MBIT, .queue = 1000),
	  .load = { STREAMS(0, 1, 0, 1), .size = 4000 * KB }, .limit = 60,
	  .tune = tune_search_65535, .check = check_search },
	{ .name = "mtu-search-loss", .seeds = 40, .net = LINKS(LINK, .mtu = 1472, .loss = 300),
	  .load = { STREAMS(2, 1, 2, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 200,
	  .tune = tune_search_9000 },
	{ .name = "mtu-search-quiet", .seeds = 10, .net = LINKS(LINK, .mtu = 1472),
	  .load = { STREAMS(5, 0, 0, 0), .size = 100, .reply = 100, .pause = 5 * QUIC_SEC },
	  .limit = 100, .tune = tune_search_9000, .check = check_search },
	{ .name = "mtu-search-change", .seeds = 30, .net = LINKS(LINK, .mtu = 1472),
	  .load = { STREAMS(20, 0, 0, 0), .size = 100 * KB, .reply = 100 * KB,
		    .pause = 20 * QUIC_SEC }, .limit = 2000, .tune = tune_search_change,
	  .tick = tick_search },
	{ .name = "mtu-search-raise", .seeds = 10, .net = LINKS(LINK, .mtu = 1472),
	  .load = { STREAMS(16, 0, 0, 0), .size = 1000, .reply = 1000,
		    .pause = 20 * QUIC_SEC }, .limit = 1000, .tune = tune_search_raise,
	  .tick = tick_search_raise, .check = check_search },
};

SCENARIOS(capacity_scenarios);
