// SPDX-License-Identifier: GPL-2.0-only
/* Congestion control and pacing on a bottleneck: RFC 9002, 7; RFC 9438; RFC 9406. */
#include "links.h"
#include "trace.h"
#include "world.h"

#define AHEAD		(2 * MS)

static u64 elapsed(const struct world *world)
{
	return world->finished_at - world->client.established_at;
}

static void algorithm(struct world *world, u8 algorithm)
{
	world->client.config.algorithm = algorithm;
	world->server.config.algorithm = algorithm;
}

static void tune_reno(struct world *world)
{
	algorithm(world, QUIC_CONG_ALG_RENO);
}

static void tune_cubic(struct world *world)
{
	algorithm(world, QUIC_CONG_ALG_CUBIC);
}

static void tune_fq(struct world *world)
{
	world->client.ahead = AHEAD;
	world->server.ahead = AHEAD;
}

static void tune_fq_capped(struct world *world)
{
	tune_fq(world);
	world->client.max_rate = 200 * KB;
}

/* Part of the bottleneck's rate that the data took, in per cent. */
static u64 share(const struct world *world)
{
	u64 rate = world->net.link[TO_SERVER].config.rate;

	return world->client.app.bytes_written * 100 / (rate * elapsed(world) / QUIC_SEC);
}

/* RFC 9002, 7.3: the bottleneck is busy; a queue that overflows now and then costs little. */
static void check_filled(struct world *world)
{
	const struct quic_conn_stats *stats = &world->client.stats;

	if (share(world) < 75)
		sim_fail("%llu %% of the rate", (unsigned long long)share(world));
	SIM_CHECK(stats->congestion_events);
	SIM_CHECK(stats->packets_lost * 20 < stats->packets_sent);
	SIM_CHECK(!stats->pto_count);
}

/* RFC 9406: slow start ends before a deep queue is full. */
static void check_no_overflow(struct world *world)
{
	const struct quic_conn_stats *stats = &world->client.stats;

	SIM_CHECK(share(world) >= 75);
	SIM_CHECK(!stats->packets_lost && !stats->congestion_events);
	SIM_CHECK(stats->smoothed_rtt < 300000);
}

/* A queue of two seconds: slow, but nothing is taken for lost that only waits. */
static void check_bloated(struct world *world)
{
	const struct quic_conn_stats *stats = &world->client.stats;

	SIM_CHECK(share(world) >= 75);
	SIM_CHECK(stats->packets_lost * 5 < stats->packets_sent);
	SIM_CHECK(stats->pto_count <= 2);
}

static void check_capped(struct world *world)
{
	u64 bytes = world->client.app.bytes_written;

	/* A tenth for headers, and the burst of the beginning. */
	SIM_CHECK(elapsed(world) > (bytes - 40 * KB) * QUIC_SEC / (200 * KB));
	SIM_CHECK(elapsed(world) < bytes * 12 / 10 * QUIC_SEC / (200 * KB));
	SIM_CHECK(!world->client.stats.packets_lost);
	SIM_CHECK(world->client.stats.cwnd < 60 * KB);
}

static const struct scenario congestion_scenarios[] = {
	{ .name = "RFC 9002 7.3 reno fills a bottleneck", .seeds = 6,
	  .net = LINKS(.delay = 20 * MS, .rate = 20 * MBIT, .queue = 60),
	  .load = { STREAMS(0, 1, 0, 0), .size = 12 * MB, .write = 64 * KB }, .limit = 60,
	  .tune = tune_reno, .check = check_filled },
	{ .name = "RFC 9438 cubic fills a bottleneck", .seeds = 6,
	  .net = LINKS(.delay = 20 * MS, .rate = 20 * MBIT, .queue = 60),
	  .load = { STREAMS(0, 1, 0, 0), .size = 12 * MB, .write = 64 * KB }, .limit = 60,
	  .tune = tune_cubic, .check = check_filled },
	{ .name = "RFC 9406 slow start ends in time", .seeds = 6,
	  .net = LINKS(.delay = 40 * MS, .rate = 20 * MBIT, .queue = 600),
	  .load = { STREAMS(0, 1, 0, 0), .size = 6 * MB, .write = 64 * KB }, .limit = 60,
	  .tune = tune_cubic, .check = check_no_overflow },
	{ .name = "bufferbloat-reno", .seeds = 4,
	  .net = LINKS(.delay = 10 * MS, .rate = 2 * MBIT, .queue = 400),
	  .load = { STREAMS(0, 1, 0, 0), .size = 3 * MB, .write = 64 * KB }, .limit = 60,
	  .tune = tune_reno, .check = check_bloated },
	{ .name = "bufferbloat-cubic", .seeds = 4,
	  .net = LINKS(.delay = 10 * MS, .rate = 2 * MBIT, .queue = 400),
	  .load = { STREAMS(0, 1, 0, 0), .size = 3 * MB, .write = 64 * KB }, .limit = 60,
	  .tune = tune_cubic, .check = check_bloated },
	{ .name = "fq-capped", .seeds = 10, .net = LINKS(.delay = 10 * MS),
	  .load = { STREAMS(0, 1, 0, 0), .size = 500 * KB }, .limit = 60, .tune = tune_fq_capped,
	  .check = check_capped },
	{ .name = "fq-fills", .seeds = 6,
	  .net = LINKS(.delay = 20 * MS, .rate = 20 * MBIT, .queue = 60),
	  .load = { STREAMS(0, 1, 0, 0), .size = 12 * MB, .write = 64 * KB }, .limit = 60,
	  .tune = tune_fq, .check = check_filled },
	{ .name = "fq-loss", .seeds = 40, .net = LINKS(DEFAULT, LOSSY(2), .reorder = 500,
						       .overtaken = 40 * MS),
	  .load = { STREAMS(1, 1, 1, 1), .size = 100 * KB, .reply = 100 * KB }, .limit = 120,
	  .tune = tune_fq },
};

SCENARIOS(congestion_scenarios);
