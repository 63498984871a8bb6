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

/* ---- marks: RFC 9000, 13.4 ---- */

static u8 ecn_state(const struct peer *peer)
{
	return peer->conn.recovery.ecn.state;
}

/* RFC 9002, 7.1: the window shrinks, and nothing is lost. */
static void check_marks(struct world *world)
{
	SIM_CHECK(world->net.link[TO_SERVER].marked && !world->net.link[TO_SERVER].lost);
	SIM_CHECK(world->client.stats.congestion_events && !world->client.stats.packets_lost);
	SIM_CHECK(world->server.stats.ecn_ce_received == world->net.link[TO_SERVER].marked);
	SIM_CHECK(ecn_state(&world->client) == QUIC_ECN_CAPABLE);
	SIM_CHECK(world->client.stats.smoothed_rtt < 90000);
}

/* All is marked: as slow as can be, but it goes on. */
static void check_all_ce(struct world *world)
{
	SIM_CHECK(world->client.stats.congestion_events > 10);
	SIM_CHECK(world->client.stats.cwnd <= 8ULL * world->client.stats.mtu);
	SIM_CHECK(!world->client.stats.packets_lost);
}

static void check_no_ecn(struct world *world)
{
	SIM_CHECK(ecn_state(&world->client) == QUIC_ECN_FAILED);
	SIM_CHECK(ecn_state(&world->server) == QUIC_ECN_FAILED);
	SIM_CHECK(!world->client.stats.ecn_ce_received && !world->server.stats.ecn_ce_received);
}

static void check_dropped(struct world *world)
{
	SIM_CHECK(ecn_state(&world->client) != QUIC_ECN_CAPABLE);
	SIM_CHECK(world->client.stats.pto_count >= 2 && world->client.stats.pto_count < 6);
}

/* RFC 9000, 21.10: the server reports marks that it never saw, or hides them. */
static void tick_ecn_lies(struct world *world)
{
	u64 *ecn = world->server.conn.recovery.space[QUIC_SPACE_APP].ecn;
	u64 *count = &ecn[random_below(&world->random, 3)];

	world->tick_at = world->now + random_below(&world->random, 100 * MS);
	if (!world->server.live)
		return;
	if (random_below(&world->random, 2))
		*count += random_below(&world->random, 1000);
	else
		*count -= random_below(&world->random, *count + 1);
}

static void tune_ecn_lies(struct world *world)
{
	world->tick_at = world->now + 100 * MS;
}

static void check_ecn_lies(struct world *world)
{
	SIM_CHECK(ecn_state(&world->client) == QUIC_ECN_FAILED);
	SIM_CHECK(world->client.stats.congestion_events < 10);
}

static const struct scenario capacity_scenarios[] = {
	{ .name = "ecn-marks", .seeds = 20, .net = LINKS(LINK, .ecn = NET_ECN_MARK, .mark_from = 20),
	  .load = { STREAMS(0, 2, 0, 0), .size = 2000 * KB }, .limit = 60, .check = check_marks },
	{ .name = "ecn-all-ce", .seeds = 10, .net = LINKS(LINK, .ecn = NET_ECN_ALL_CE),
	  .load = { STREAMS(0, 1, 0, 1), .size = 200 * KB }, .limit = 60, .check = check_all_ce },
	{ .name = "ecn-bleached", .seeds = 10, .net = LINKS(LINK, .ecn = NET_ECN_BLEACH),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 60,
	  .check = check_no_ecn },
	{ .name = "ecn-ect1", .seeds = 10, .net = LINKS(LINK, .ecn = NET_ECN_ECT1),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 60,
	  .check = check_no_ecn },
	{ .name = "ecn-dropped", .seeds = 10, .net = LINKS(LINK, .ecn = NET_ECN_DROP),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 60,
	  .check = check_dropped },
	{ .name = "RFC 9000 21.10 false ECN counts", .seeds = 60, .net = LINKS(LINK),
	  .load = { STREAMS(0, 1, 0, 1), .size = 2000 * KB }, .limit = 60, .tune = tune_ecn_lies,
	  .tick = tick_ecn_lies, .check = check_ecn_lies },
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
