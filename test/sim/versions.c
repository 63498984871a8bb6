// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios of version negotiation, of both kinds, and of transport parameters that are wrong. */
#include "conn_internal.h"
#include "links.h"
#include "trace.h"
#include "world.h"

/* P35: a ClientHello of several packets, with answers before it is complete. */
static void tune_hello(struct world *world)
{
	world->client.tls.hello_len = random_below(&world->random, 2) ? 280 : 4000;
	world->server.tls.think = random_below(&world->random, 2) ? 0 : 300 * MS;
	world->client.config.params.max_idle_timeout = 120000;
	world->server.config.params.max_idle_timeout = 120000;
}

/* T112: a version that nobody speaks. */
static void tune_unknown(struct world *world)
{
	tune_hello(world);
	world->client.config.version = 0x0a0a;
}

/* 0-RTT data that was meant for it (RFC 9369, 5; RFC 9368, 7.2). */
static void tune_unknown_early(struct world *world)
{
	tune_unknown(world);
	world->client.remembers = true;
	world->client.remembered = world->server.config.params;
	world->client.tls.early = true;
	world->server.tls.early = random_below(&world->random, 2);
}

/* T110: the server prefers version 2. */
static void tune_upgrade(struct world *world)
{
	tune_hello(world);
	world->server.config.version = QUIC_VERSION_V2;
}

/* RFC 9369, 4.1: 0-RTT stays with the client's version. */
static void tune_upgrade_early(struct world *world)
{
	tune_upgrade(world);
	world->client.remembers = true;
	world->client.remembered = world->server.config.params;
	world->client.tls.early = true;
	world->server.tls.early = random_below(&world->random, 4);
}

static void tune_version_2(struct world *world)
{
	tune_hello(world);
	world->client.config.version = QUIC_VERSION_V2;
}

static void check_version_2(struct world *world)
{
	SIM_CHECK(world->client.conn.version->number == QUIC_VERSION_V2);
	SIM_CHECK(world->server.conn.version->number == QUIC_VERSION_V2);
}

static void check_version_1(struct world *world)
{
	SIM_CHECK(world->client.conn.version->number == QUIC_VERSION_V1);
	SIM_CHECK(world->server.conn.version->number == QUIC_VERSION_V1);
}

/*
 * Somebody who sees the client's packets answers them with versions of its own choice, mostly with
 * the right connection IDs (RFC 9000, 21.12; RFC 9368, 4).
 */
static void forge_negotiation(struct world *world)
{
	static const u32 numbers[] = { 1, QUIC_VERSION_V2, 0x0a0a, 0xff00001d, 0x1a2a3a4a };
	struct quic_conn *conn = &world->client.conn;
	struct random *r = &world->random;
	struct quic_cid dcid = conn->local_cids.entries[0].cid, scid = conn->original_dcid;
	u8 buf[200];
	struct quic_writer w = { buf, buf + sizeof(buf) };
	unsigned int count = 1 + random_below(r, 3);

	if (!random_below(r, 4))
		dcid.id[random_below(r, dcid.len)] ^= 1;
	if (!random_below(r, 4))
		scid.id[random_below(r, scid.len)] ^= 1;
	quic_write_u8(&w, 0x80 | random_below(r, 128));
	quic_write_u32(&w, 0);
	quic_write_u8(&w, dcid.len);
	quic_write_bytes(&w, dcid.id, dcid.len);
	quic_write_u8(&w, scid.len);
	quic_write_bytes(&w, scid.id, scid.len);
	while (count--)
		quic_write_u32(&w, numbers[random_below(r, ARRAY_SIZE(numbers))]);
	trace_who = "forger";
	trace("-> Version Negotiation");
	net_send(&world->net, TO_CLIENT, buf, w.pos - buf, 0, world->now);
}

static void tick_forge(struct world *world)
{
	if (world->client.live && !world->client.closed)
		forge_negotiation(world);
	if (world->now < 3 * QUIC_SEC)
		world->tick_at = world->now + random_below(&world->random, 100 * MS);
}

/* After the server's first answer nobody is believed any more. */
static void tune_late(struct world *world)
{
	tune_hello(world);
	world->tick_at = world->now + 60 * MS;
}

static void tune_forged(struct world *world)
{
	tune_hello(world);
	if (random_below(&world->random, 2))
		world->client.config.version = random_below(&world->random, 2) ?
					       QUIC_VERSION_V2 : 0x0a0a;
	if (random_below(&world->random, 2))
		world->server.config.version = QUIC_VERSION_V2;
	world->tick_at = world->now;
}

/* RFC 9368, 4: whoever gets through has not been talked into another version. */
static void check_forged(struct world *world)
{
	const struct peer *c = &world->client, *s = &world->server;
	u32 wanted = c->config.version;

	if (!world->finished_at)
		return;
	SIM_CHECK(c->conn.version->number == s->conn.version->number);
	if (wanted == QUIC_VERSION_V1)
		wanted = s->config.version;
	else
		wanted = QUIC_VERSION_V2;
	SIM_CHECK(c->conn.version->number == wanted);
}

/* One end says wrong things about its parameters. */
static void tune_spoilt(struct world *world)
{
	struct peer *liar = random_below(&world->random, 2) ? &world->client : &world->server;

	tune_hello(world);
	liar->tls.spoil = 10000;
	world->client.tls.liar = true;
	world->server.tls.liar = true;
	if (random_below(&world->random, 2))
		world->server.config.version = QUIC_VERSION_V2;
}

static void check_spoilt(struct world *world)
{
	const struct peer *peers[] = { &world->client, &world->server };
	u32 code;
	int i;

	for (i = 0; i < 2; i++) {
		code = peers[i]->error.errcode;
		/* What was changed may be a limit, and be harmless, or make the other end break it. */
		SIM_CHECK(!code || code == 7 || code == QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM ||
			  code == QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION ||
			  code == QUIC_TRANSPORT_ERROR_FLOW_CONTROL ||
			  code == QUIC_TRANSPORT_ERROR_STREAM_LIMIT ||
			  code == QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT ||
			  code == QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION || code == 0x150);
	}
}

#define TROUBLED	DEFAULT, LOSSY(10), .reorder = 2000, .overtaken = 50 * MS, \
			.duplicate = 1000, .forge = 1000
#define LOAD		{ STREAMS(2, 2, 1, 1), .size = 5 * KB, .reply = 5 * KB }

static const struct scenario versions[] = {
	{ .name = "version-negotiation", .seeds = 60, .net = LINKS(TROUBLED), .load = LOAD,
	  .limit = 300, .tune = tune_unknown, .check = check_version_2 },
	{ .name = "version-negotiation-early", .seeds = 60, .net = LINKS(TROUBLED), .load = LOAD,
	  .limit = 300, .tune = tune_unknown_early, .check = check_version_2 },
	{ .name = "compatible-v2", .seeds = 100, .net = LINKS(TROUBLED), .load = LOAD,
	  .limit = 300, .tune = tune_upgrade, .check = check_version_2 },
	{ .name = "compatible-v2-early", .seeds = 100, .net = LINKS(TROUBLED), .load = LOAD,
	  .limit = 300, .tune = tune_upgrade_early, .check = check_version_2 },
	{ .name = "compatible-v2-no-memory", .seeds = 100, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = LOAD, .limit = 300, .expect = SURVIVE, .faults = 300,
	  .tune = tune_upgrade_early },
	{ .name = "version-2", .seeds = 40, .net = LINKS(TROUBLED), .load = LOAD, .limit = 300,
	  .tune = tune_version_2, .check = check_version_2 },
	{ .name = "RFC 9000 6.2 version negotiation that comes too late", .seeds = 60,
	  .net = LINKS(DEFAULT), .load = LOAD, .limit = 300, .tune = tune_late,
	  .tick = tick_forge, .check = check_version_1 },
	{ .name = "RFC 9000 21.12 forged version negotiation", .seeds = 200,
	  .net = LINKS(DEFAULT, LOSSY(2)), .load = LOAD, .limit = 300, .expect = SURVIVE,
	  .tune = tune_forged, .tick = tick_forge, .check = check_forged },
	{ .name = "params-spoilt", .seeds = 300, .net = LINKS(DEFAULT, LOSSY(2)), .load = LOAD,
	  .limit = 600, .expect = SURVIVE, .tune = tune_spoilt, .check = check_spoilt },
};

SCENARIOS(versions);
