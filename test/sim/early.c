// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios of 0-RTT: accepted, rejected, with limits that changed (S3.27 to S3.29 of the API). */
#include "conn_internal.h"
#include "links.h"
#include "trace.h"
#include "world.h"

/* The client was here before. */
static void tune_offer(struct world *world)
{
	struct random *r = &world->random;

	world->client.remembers = true;
	world->client.remembered = world->server.config.params;
	world->client.tls.early = true;
	world->server.tls.late_secret = random_below(r, 2);
	world->server.tls.cert_len = 100;	/* a resumed session sends none */
	world->server.tls.ticket_len = random_below(r, 2) ? 200 : 0;
}

static void tune_accept(struct world *world)
{
	tune_offer(world);
	world->server.tls.early = true;
}

/* A handshake that takes its time, so that much may leave in 0-RTT packets. */
static void tune_slow(struct world *world)
{
	tune_accept(world);
	world->server.tls.think = random_below(&world->random, 2) ? 400 * MS : 0;
	world->client.tls.hello_len = random_below(&world->random, 2) ? 280 : 1500;
	world->server.tls.early = random_below(&world->random, 4);
	/* Losses make probes back off for long. */
	world->client.config.params.max_idle_timeout = 120000;
	world->server.config.params.max_idle_timeout = 120000;
}

/* RFC 9000, 7.4.1: limits that grew are fine, and apply from the handshake on. */
static void tune_grown(struct world *world)
{
	tune_accept(world);
	world->client.remembered.max_data = 1 + random_below(&world->random, 5000);
	world->client.remembered.max_stream_data_bidi_remote =
		random_below(&world->random, 2000);
	world->client.remembered.max_streams_bidi = random_below(&world->random, 2);
	world->client.remembered.max_streams_uni = random_below(&world->random, 2);
}

/* P13: a server that rejects 0-RTT may say less than it once did. */
static void tune_reduced(struct world *world)
{
	struct quic_params *params = &world->server.config.params;

	tune_offer(world);
	params->max_data = 300 + random_below(&world->random, 8000);
	params->max_stream_data_bidi_remote = 100 + random_below(&world->random, 3000);
	params->max_stream_data_uni = 100 + random_below(&world->random, 3000);
	params->max_streams_bidi = 1 + random_below(&world->random, 3);
	params->max_streams_uni = 1 + random_below(&world->random, 3);
}

/* RFC 9000, 7.4.1: one that accepts it may not. */
static void tune_broken(struct world *world)
{
	tune_reduced(world);
	world->server.config.params.max_data = 1000;
	world->server.tls.early = true;
}

static void check_accepted(struct world *world)
{
	/* Sent once, in 0-RTT packets, and read as soon as the client has finished. */
	SIM_CHECK(world->client.conn.early_data.accepted);
	SIM_CHECK(!world->client.stats.packets_lost && !world->client.stats.packets_retransmitted);
	SIM_CHECK(world->server.app.first_at - QUIC_SEC < 50 * MS);
	/* RFC 9001, 4.9.3 */
	SIM_CHECK(!world->server.conn.rx[QUIC_CRYPTO_EARLY].cipher);
}

static void check_rejected(struct world *world)
{
	SIM_CHECK(!world->client.conn.early_data.accepted);
	SIM_CHECK(world->client.stats.packets_retransmitted);
}

static void check_broken(struct world *world)
{
	const struct peer *c = &world->client;

	if (c->conn.early_data.accepted)
		SIM_CHECK(c->got_close &&
			  c->error.errcode == QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
}

static const struct scenario early[] = {
	{ .name = "early", .seeds = 60, .net = LINKS(DEFAULT),
	  .load = { STREAMS(2, 2, 1, 1), .size = 1000, .reply = 1000 }, .limit = 60,
	  .tune = tune_accept, .check = check_accepted },
	{ .name = "early-rejected", .seeds = 60, .net = LINKS(DEFAULT),
	  .load = { STREAMS(2, 2, 1, 1), .size = 1000, .reply = 1000 }, .limit = 60,
	  .tune = tune_offer, .check = check_rejected },
	{ .name = "early-bulk", .seeds = 20, .net = LINKS(DEFAULT),
	  .load = { STREAMS(1, 2, 1, 0), .size = 100 * KB, .reply = 100 * KB }, .limit = 60,
	  .tune = tune_slow },
	{ .name = "early-loss", .seeds = 100,
	  .net = LINKS(DEFAULT, LOSSY(10), .reorder = 2000, .overtaken = 50 * MS,
		       .duplicate = 1000, .forge = 1000),
	  .load = { STREAMS(2, 2, 1, 1), .size = 8 * KB, .reply = 3 * KB, .late_fin = true,
		    .early = true },
	  .limit = 300, .tune = tune_slow },
	{ .name = "early-resets", .seeds = 100, .net = LINKS(DEFAULT, LOSSY(5)),
	  .load = { STREAMS(6, 6, 2, 2), .size = 3 * KB, .reply = 3 * KB, .reset = 3000,
		    .stop = 3000 },
	  .limit = 300, .tune = tune_slow },
	{ .name = "early-grown", .seeds = 60, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(3, 3, 1, 1), .size = 5 * KB, .reply = 5 * KB }, .limit = 120,
	  .tune = tune_grown },
	{ .name = "early-reduced", .seeds = 100, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(6, 6, 1, 1), .size = 5 * KB, .reply = 5 * KB }, .limit = 300,
	  .tune = tune_reduced },
	{ .name = "early-broken", .seeds = 40, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(6, 6, 1, 1), .size = 5 * KB, .reply = 5 * KB }, .limit = 300,
	  .expect = SURVIVE, .tune = tune_broken, .check = check_broken },
	{ .name = "early-no-memory", .seeds = 100, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = { STREAMS(3, 3, 1, 1), .size = 5 * KB, .reply = 5 * KB }, .limit = 300,
	  .expect = SURVIVE, .faults = 300, .tune = tune_slow },
};

SCENARIOS(early);
