// SPDX-License-Identifier: GPL-2.0-only
/* Packets with less protection than usual: a greased bit (RFC 9287), or none (S6.36). */
#include "world.h"

#define MS		QUIC_MSEC
#define MBIT		125000ULL	/* bytes per second */
#define LINKS(...)	{ { __VA_ARGS__ }, { __VA_ARGS__ } }
#define LINK		.delay = 15 * MS, .rate = 10 * MBIT, .queue = 25

static void tune_grease(struct world *world)
{
	/* Both, either or none. */
	world->client.config.params.grease_quic_bit = random_below(&world->random, 2);
	world->server.config.params.grease_quic_bit = random_below(&world->random, 2);
}

static void tune_in_clear(struct world *world)
{
	world->client.config.params.disable_1rtt_encryption = true;
	world->server.config.params.disable_1rtt_encryption = true;
	tune_grease(world);
}

static const struct scenario protection_scenarios[] = {
	{ .name = "grease", .seeds = 60,
	  .net = LINKS(LINK, .loss = 200, .reorder = 1000, .overtaken = 40 * MS, .forge = 500),
	  .load = { .streams = { { 2, 1 }, { 2, 1 } }, .size = 20000, .reply = 20000 },
	  .limit = 100, .tune = tune_grease },
	{ .name = "in-clear", .seeds = 60,
	  .net = LINKS(LINK, .loss = 200, .reorder = 1000, .overtaken = 40 * MS, .duplicate = 500),
	  .load = { .streams = { { 2, 1 }, { 2, 1 } }, .size = 100000, .reply = 100000 },
	  .limit = 100, .tune = tune_in_clear },
	/* Nothing is authenticated, so a forger may do anything but crash or hang it. */
	{ .name = "in-clear-forgery", .seeds = 100,
	  .net = LINKS(LINK, .loss = 200, .corrupt = 500, .forge = 5000),
	  .load = { .chaos = true }, .limit = 2000, .expect = SURVIVE, .tune = tune_in_clear },
};

SCENARIOS(protection_scenarios);
