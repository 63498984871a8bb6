// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios of address validation: Retry and tokens (RFC 9000, 8.1; S5.9, S5.28 to S5.30). */
#include "conn_internal.h"
#include "links.h"
#include "trace.h"
#include "world.h"

/* P35: a ClientHello of several packets, each of which is answered by a Retry. */
static void tune_retry(struct world *world)
{
	struct random *r = &world->random;

	world->listener.validate = true;
	world->client.tls.hello_len = random_below(r, 2) ? 280 : 4000;
	world->client.config.params.max_idle_timeout = 120000;
	world->server.config.params.max_idle_timeout = 120000;
}

static void check_retry(struct world *world)
{
	SIM_CHECK(world->listener.retries);
	SIM_CHECK(world->client.conn.got_retry && world->client.tokens);
	/* RFC 9000, 8.1.2: the server has proof when it accepts. */
	SIM_CHECK(world->server.conn.got_retry);
}

/* RFC 9000, 17.2.5.3: 0-RTT packets may be sent again behind the second Initial. */
static void offer_early(struct world *world)
{
	world->client.remembers = true;
	world->client.remembered = world->server.config.params;
	world->client.tls.early = true;
	world->server.tls.early = true;
	world->server.tls.cert_len = 100;
}

static void tune_retry_early(struct world *world)
{
	tune_retry(world);
	world->client.tls.hello_len = 280;
	offer_early(world);
}

static void check_retry_early(struct world *world)
{
	check_retry(world);
	SIM_CHECK(world->client.conn.early_data.accepted);
}

static void tune_retry_early_troubled(struct world *world)
{
	tune_retry(world);
	offer_early(world);
	world->server.tls.early = random_below(&world->random, 2);
}

/* RFC 9368, 7.1: a Retry is of the client's version, and the server may choose another afterwards. */
static void tune_retry_upgrade(struct world *world)
{
	tune_retry(world);
	world->server.config.version = QUIC_VERSION_V2;
}

/* RFC 9369, 4.1: 0-RTT packets behind the Retry are still of the client's version. */
static void tune_retry_early_upgrade(struct world *world)
{
	tune_retry_early_troubled(world);
	world->server.config.version = QUIC_VERSION_V2;
}

static void check_retry_upgrade(struct world *world)
{
	check_retry(world);
	SIM_CHECK(world->client.conn.version->number == QUIC_VERSION_V2);
	SIM_CHECK(world->server.conn.version->number == QUIC_VERSION_V2);
}

static void tune_retry_version_2(struct world *world)
{
	tune_retry(world);
	world->client.config.version = QUIC_VERSION_V2;
}

/* A version that nobody speaks: Version Negotiation, and then a Retry. */
static void tune_retry_unknown(struct world *world)
{
	tune_retry(world);
	world->client.config.version = 0x0a0a;
}

/* ---- tokens of an earlier connection ---- */

static void give_token(struct world *world, enum quic_token_type type, const struct quic_addr *remote)
{
	struct quic_cid odcid = { .len = 8, .id = { 1 } }, dcid = { .len = 8, .id = { 2 } };
	struct quic_token_owner owner = { remote, QUIC_VERSION_V1, &dcid };
	struct peer *client = &world->client;
	int len;

	len = quic_token_seal(&world->listener.token_key, type, &owner,
			      type == QUIC_TOKEN_RETRY ? &odcid : NULL, world->now, client->token);
	SIM_CHECK(len > 0);
	client->token_len = len;
}

/* A certificate that takes more than three times what the client sent. */
static void tune_token(struct world *world)
{
	world->listener.validate = true;
	world->client.tls.hello_len = 280;
	world->server.tls.cert_len = 8000;
	give_token(world, QUIC_TOKEN_REGULAR, &world->client.addr);
}

static void check_token(struct world *world)
{
	SIM_CHECK(!world->listener.retries && !world->server.conn.got_retry);
	/* One round trip: the server was not held up by the limit of an unproved address. */
	SIM_CHECK(world->client.established_at - QUIC_SEC < 50 * MS);
	/* T122: and the next one. */
	SIM_CHECK(world->client.tokens == 1);
}

static void tune_token_elsewhere(struct world *world)
{
	struct quic_addr other = world->client.addr;

	tune_retry(world);
	other.ip[3] ^= 0x40;
	give_token(world, QUIC_TOKEN_REGULAR, &other);
}

/* The token of somebody else's Retry. */
static void tune_token_replayed(struct world *world)
{
	struct quic_addr other = world->client.addr;

	tune_retry(world);
	other.port ^= 1;
	give_token(world, QUIC_TOKEN_RETRY, random_below(&world->random, 2) ? &other :
					    &world->client.addr);
}

/* RFC 9000, 8.1.2: the client would accept no other, so it is told. */
static void check_token_replayed(struct world *world)
{
	SIM_CHECK(!world->server.was_live && world->listener.refused);
	SIM_CHECK(world->client.got_close &&
		  world->client.error.errcode == QUIC_TRANSPORT_ERROR_INVALID_TOKEN);
}

/* ---- attacks ---- */

#define FLOOD_STEP	(300 * QUIC_USEC)

/* Initial packets to random connection IDs, that nobody can open. */
static void tick_flood(struct world *world)
{
	u8 data[QUIC_INITIAL_MIN] = { 0xc0, 0, 0, 0, 1, 8 };
	unsigned int i;

	for (i = 0; i < 8; i++)
		data[6 + i] = random_u64(&world->random);
	/* 18 bytes of header: no Source Connection ID, no token, the length of the rest. */
	data[16] = 0x40 | (sizeof(data) - 18) >> 8;
	data[17] = (sizeof(data) - 18) & 255;
	world->client.ticks++;		/* whoever is woken by it */
	trace_who = "flooder";
	trace("-> Initial");
	net_send(&world->net, TO_SERVER, data, sizeof(data), 0, world->now);
	if (world->now < 2 * QUIC_SEC)
		world->tick_at = world->now + FLOOD_STEP;
}

/* RFC 9000, 8.1: nobody gets more from the listener than was sent in his name. */
static void tune_flood(struct world *world)
{
	tune_retry(world);
	world->tick_at = world->now;
}

/*
 * Somebody who sees the client's packets answers them with Retry packets (RFC 9000, 17.2.5.2). What of
 * them is not as it must be changes from one to the next.
 */
static void tick_forge(struct world *world)
{
	struct quic_conn *conn = &world->client.conn;
	struct random *r = &world->random;
	struct quic_packet initial = {
		.version = conn->version->number,
		.dcid = conn->original_dcid,
		.scid = conn->local_cids.entries[0].cid,
	};
	struct quic_cid scid = { .len = 8, .id = { 7 } };
	u8 token[50] = { 0x77 }, buf[200];
	size_t n;

	if (!world->client.live || world->client.closed)
		return;
	switch (random_below(r, 4)) {
	case 0:
		initial.dcid.id[0] ^= 1;	/* it answers another packet */
		break;
	case 1:
		initial.scid.id[0] ^= 1;	/* of another client */
		break;
	case 2:
		initial.version ^= QUIC_VERSION_V1 ^ QUIC_VERSION_V2;
		break;
	case 3:
		scid = initial.dcid;		/* it brings no new ID */
		break;
	}
	n = quic_packet_retry(&initial, &scid, token, sizeof(token), buf, sizeof(buf));
	SIM_CHECK(n);
	if (!random_below(r, 3))
		buf[n - 1 - random_below(r, 16)] ^= 1;
	trace_who = "forger";
	trace("-> Retry");
	net_send(&world->net, TO_CLIENT, buf, n, 0, world->now);
	if (world->now < 2 * QUIC_SEC)
		world->tick_at = world->now + random_below(r, 5 * MS);
}

static void tune_forged(struct world *world)
{
	tune_retry(world);
	world->listener.validate = random_below(&world->random, 2);
	world->tick_at = world->now;
}

static void check_forged(struct world *world)
{
	SIM_CHECK(world->client.conn.got_retry == world->listener.validate);
}

#define TROUBLED	DEFAULT, LOSSY(10), .reorder = 2000, .overtaken = 50 * MS, \
			.duplicate = 1000, .forge = 1000
#define LOAD		{ STREAMS(2, 2, 1, 1), .size = 5 * KB, .reply = 5 * KB }
#define EARLY_LOAD	{ STREAMS(2, 2, 1, 1), .size = 5 * KB, .reply = 5 * KB, .early = true }

static const struct scenario retry[] = {
	{ .name = "retry", .seeds = 40, .net = LINKS(DEFAULT), .load = LOAD, .limit = 60,
	  .tune = tune_retry, .check = check_retry },
	{ .name = "retry-loss", .seeds = 80, .net = LINKS(TROUBLED), .load = LOAD, .limit = 300,
	  .tune = tune_retry, .check = check_retry },
	{ .name = "retry-version-2", .seeds = 20, .net = LINKS(TROUBLED), .load = LOAD, .limit = 300,
	  .tune = tune_retry_version_2, .check = check_retry },
	{ .name = "retry-compatible-v2", .seeds = 60, .net = LINKS(TROUBLED), .load = LOAD,
	  .limit = 300, .tune = tune_retry_upgrade, .check = check_retry_upgrade },
	{ .name = "retry-version-negotiation", .seeds = 40, .net = LINKS(TROUBLED), .load = LOAD,
	  .limit = 300, .tune = tune_retry_unknown, .check = check_retry_upgrade },
	{ .name = "retry-early", .seeds = 40, .net = LINKS(DEFAULT), .load = EARLY_LOAD, .limit = 60,
	  .tune = tune_retry_early, .check = check_retry_early },
	{ .name = "retry-early-loss", .seeds = 80, .net = LINKS(TROUBLED), .load = EARLY_LOAD,
	  .limit = 300, .tune = tune_retry_early_troubled, .check = check_retry },
	{ .name = "retry-early-compatible-v2", .seeds = 60, .net = LINKS(TROUBLED),
	  .load = EARLY_LOAD, .limit = 300, .tune = tune_retry_early_upgrade,
	  .check = check_retry_upgrade },
	{ .name = "retry-no-memory", .seeds = 80, .net = LINKS(DEFAULT, LOSSY(2)),
	  .load = EARLY_LOAD, .limit = 300, .expect = SURVIVE, .faults = 300,
	  .tune = tune_retry_early_troubled },
	{ .name = "token", .seeds = 40, .net = LINKS(DEFAULT), .load = LOAD, .limit = 60,
	  .tune = tune_token, .check = check_token },
	{ .name = "RFC 9000 8.1.4 token of another address", .seeds = 40, .net = LINKS(TROUBLED),
	  .load = LOAD, .limit = 300, .tune = tune_token_elsewhere, .check = check_retry },
	{ .name = "RFC 9000 8.1.2 token of another's Retry", .seeds = 20, .net = LINKS(DEFAULT),
	  .load = LOAD, .limit = 60, .expect = SURVIVE, .tune = tune_token_replayed,
	  .check = check_token_replayed },
	{ .name = "RFC 9000 21.2 flood of Initial packets", .seeds = 20,
	  .net = LINKS(.delay = 15 * MS), .load = LOAD, .limit = 300, .tune = tune_flood,
	  .tick = tick_flood, .check = check_retry },
	{ .name = "RFC 9000 17.2.5 forged Retry packets", .seeds = 80, .net = LINKS(DEFAULT),
	  .load = LOAD, .limit = 300, .tune = tune_forged, .tick = tick_forge,
	  .check = check_forged },
};

SCENARIOS(retry);
