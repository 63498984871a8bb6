// SPDX-License-Identifier: GPL-2.0-only
/* Paths that change: NATs, migration of either end, preferred addresses, attackers (RFC 9000, 9). */
#include "conn_internal.h"
#include "links.h"
#include "trace.h"
#include "world.h"

/* Enough in both directions for several seconds. */
#define BOTH_WAYS	.load = { STREAMS(4, 0, 4, 0), .size = 700 * KB, .reply = 300 * KB }
#define ROUGH		LINKS(DEFAULT, LOSSY(1), .reorder = 300, .overtaken = 40 * MS, .duplicate = 50)

/* An innocent third party. */
static const struct quic_addr bystander = { .family = 4, .port = 7, .ip = { 203, 0, 113, 7 } };

static u64 soon(struct world *world, u64 least, u64 most)
{
	return world->now + least + random_below(&world->random, most - least);
}

static bool ready(const struct peer *peer)
{
	return peer->live && peer->conn.state == QUIC_CONN_ESTABLISHED &&
	       peer->conn.handshake_confirmed;
}

/* ---- a NAT that forgets ---- */

static bool nat(struct world *world, int direction, struct net_route *route, const u8 *data,
		size_t len)
{
	const struct journey *j = &world->journey;

	if (direction == TO_SERVER) {
		route->from.ip[2] += j->nat_host;
		route->from.port += j->nat_port;
	} else {
		/* What was meant for a mapping that is gone finds nobody. */
		route->to.ip[2] -= j->nat_host;
		route->to.port -= j->nat_port;
	}
	return true;
}

static void forget_port(struct world *world)
{
	world->tick_at = soon(world, 200 * MS, 1500 * MS);
	if (!ready(&world->client) || !ready(&world->server))
		return;
	world->journey.nat_port++;
	trace("the NAT takes another port");
}

static void forget_host(struct world *world)
{
	forget_port(world);
	world->journey.nat_host = random_below(&world->random, 3);
}

/* RFC 9000, 10.1.2: a client behind a NAT that only receives has to say that it is still there. */
static void tune_nat(struct world *world)
{
	world->client.config.keepalive = 300 * MS;
	world->tick_at = world->now + 500 * MS;
}

static void check_nat(struct world *world)
{
	SIM_CHECK(world->server.moves >= 1 && world->server.moves <= world->journey.nat_port + 3ULL);
	SIM_CHECK(!world->client.moves);
}

/* RFC 9000, 9.5: nobody changed an ID. */
static void check_nat_cids(struct world *world)
{
	check_nat(world);
	SIM_CHECK(!world->client.conn.remote_cids.active && !world->server.conn.remote_cids.active);
}

/* ---- migration ---- */

static void migrate(struct world *world, struct peer *peer)
{
	const struct quic_conn *conn = &peer->conn;
	struct quic_addr to;
	int err;

	if (!ready(peer))
		return;
	to = conn->path[conn->active_path].local;
	to.port = 2000 + ++world->journey.addresses;
	to.ip[1] = random_below(&world->random, 2);
	trace_who = peer->name;
	err = quic_conn_migrate(&peer->conn, &to, world->now);
	trace("migrates to port %u: %d", to.port, err);
	SIM_CHECK(!err || err == -EAGAIN || err == -EINVAL);
}

static void client_migrates(struct world *world)
{
	world->tick_at = soon(world, 100 * MS, 800 * MS);
	migrate(world, &world->client);
}

static void server_migrates(struct world *world)
{
	world->tick_at = soon(world, 100 * MS, 800 * MS);
	migrate(world, &world->server);
}

static void both_migrate(struct world *world)
{
	world->tick_at = soon(world, 50 * MS, 600 * MS);
	migrate(world, random_below(&world->random, 2) ? &world->client : &world->server);
}

static void tune_migration(struct world *world)
{
	world->tick_at = world->now + 100 * MS;
}

static void check_migration(struct world *world)
{
	SIM_CHECK(world->client.moves && world->server.moves);
}

static void check_no_migration(struct world *world)
{
	SIM_CHECK(!world->client.moves && !world->server.moves);
}

/* ---- paths that do not work ---- */

static bool is_first(const struct quic_addr *addr)
{
	return addr->port < 2000 || addr->port > 3000;
}

/* From other addresses of the client nothing arrives; to them; or only what is small. */
static bool no_way_out(struct world *world, int direction, struct net_route *route, const u8 *data,
		       size_t len)
{
	return direction == TO_CLIENT || is_first(&route->from);
}

static bool no_way_back(struct world *world, int direction, struct net_route *route, const u8 *data,
			size_t len)
{
	return direction == TO_SERVER || is_first(&route->to);
}

static bool narrow(struct world *world, int direction, struct net_route *route, const u8 *data,
		   size_t len)
{
	return len <= QUIC_MTU_MIN || is_first(direction == TO_SERVER ? &route->from : &route->to);
}

static void tune_first_port(struct world *world)
{
	tune_migration(world);
	world->client.addr.port = 50000;
}

/* The NAT sends from a mapping that nothing comes back to, and after two seconds from the old one. */
static bool lame_nat(struct world *world, int direction, struct net_route *route, const u8 *data,
		     size_t len)
{
	nat(world, direction, route, data, len);
	return direction == TO_SERVER || !world->journey.nat_port;
}

static void limp(struct world *world)
{
	struct journey *j = &world->journey;

	if (ready(&world->client) && ready(&world->server))
		j->nat_port = !j->nat_port;
	world->tick_at = world->now + (j->nat_port ? 2 : 4) * QUIC_SEC;
}

/* ---- preferred address ---- */

static void tune_preferred(struct world *world)
{
	world->server.preferred = (struct quic_addr){
		.family = 4, .port = 5555, .ip = { 192, 0, 2, 99 },
	};
}

static bool at_preferred(const struct peer *peer, const struct quic_addr *addr)
{
	return quic_addr_equal(addr, &peer->world->server.preferred);
}

static void check_preferred(struct world *world)
{
	const struct quic_conn *c = &world->client.conn, *s = &world->server.conn;

	SIM_CHECK(world->client.moves == 1 && world->server.moves == 1);
	SIM_CHECK(at_preferred(&world->client, &c->path[c->active_path].remote));
	SIM_CHECK(at_preferred(&world->server, &s->path[s->active_path].local));
	/* RFC 9000, 5.1.1: the ID that came with the address. */
	SIM_CHECK(c->remote_cids.active == 1);
}

/* An address that the server does not have, and somebody else does (RFC 9000, 21.5.3). */
static bool no_preferred(struct world *world, int direction, struct net_route *route,
			 const u8 *data, size_t len)
{
	if (direction == TO_CLIENT || !at_preferred(&world->client, &route->to))
		return true;
	world->journey.reflected += len;
	return false;
}

static void check_no_preferred(struct world *world)
{
	check_no_migration(world);
	SIM_CHECK(world->journey.reflected);
	SIM_CHECK(world->journey.reflected <= QUIC_CHALLENGES_MAX * QUIC_INITIAL_MIN);
}

/* ---- attackers ---- */

/*
 * Somebody sees each datagram, and sends copies of some of them from the address of a bystander: they
 * arrive first (RFC 9000, 9.3.2 and 9.3.3), or late. The bystander does not answer.
 */
static bool spoof(struct world *world, int direction, struct net_route *route, const u8 *data,
		  size_t len)
{
	struct net_route copy = *route;

	if (direction == TO_CLIENT) {
		if (!quic_addr_equal(&route->to, &bystander))
			return true;
		world->journey.reflected += len;
		return false;
	}
	if (random_chance(&world->random, 500)) {
		copy.from = bystander;
		world->journey.spoofed += len;
		net_send_on(&world->net, TO_SERVER, &copy, data, len, 0,
			    world->now + random_below(&world->random, 2) * 30 * MS);
	}
	return true;
}

static void check_spoof(struct world *world)
{
	SIM_CHECK(world->journey.spoofed && !world->client.moves);
	/* RFC 9000, 9.3.1 */
	SIM_CHECK(world->journey.reflected <= 3 * world->journey.spoofed);
}

/* The same to the client: it hears of a server that seems to have moved. */
static bool spoof_server(struct world *world, int direction, struct net_route *route,
			 const u8 *data, size_t len)
{
	if (direction == TO_SERVER) {
		if (!quic_addr_equal(&route->to, &bystander))
			return true;
		world->journey.reflected += len;
		return false;
	}
	if (random_chance(&world->random, 500) && ready(&world->client)) {
		world->journey.spoofed += len;
		route->from = bystander;
	}
	return true;
}

static const struct scenario paths[] = {
	{ .name = "P18 RFC 9000 9.3 a NAT takes other ports", .seeds = 20, .net = ROUGH, BOTH_WAYS,
	  .limit = 200, .tune = tune_nat, .tick = forget_port, .gate = nat,
	  .check = check_nat_cids },
	{ .name = "RFC 9000 9.3 and 9.4 a NAT takes other addresses", .seeds = 20, .net = ROUGH, BOTH_WAYS,
	  .limit = 200, .tune = tune_nat, .tick = forget_host, .gate = nat, .check = check_nat },
	{ .name = "S6.23 S6.27 a client migrates", .seeds = 20, .net = ROUGH, BOTH_WAYS, .limit = 200,
	  .tune = tune_migration, .tick = client_migrates, .check = check_migration },
	{ .name = "S6.24 S6.27 a server migrates", .seeds = 20, .net = ROUGH, BOTH_WAYS, .limit = 200,
	  .tune = tune_migration, .tick = server_migrates, .check = check_migration },
	{ .name = "S6.27 both ends migrate", .seeds = 20, .net = ROUGH, BOTH_WAYS, .limit = 200,
	  .tune = tune_migration, .tick = both_migrate },
	{ .name = "P15 paths without memory", .seeds = 20, .net = ROUGH, BOTH_WAYS, .limit = 300,
	  .faults = 100, .faults_established = true, .expect = SURVIVE,
	  .tune = tune_migration, .tick = both_migrate },
	{ .name = "S6.25 nothing comes from where a client migrates to", .seeds = 10, .net = ROUGH,
	  BOTH_WAYS, .limit = 200, .tune = tune_first_port, .tick = client_migrates,
	  .gate = no_way_out, .check = check_no_migration },
	{ .name = "S6.25 nothing goes to where a client migrates to", .seeds = 10, .net = ROUGH,
	  BOTH_WAYS, .limit = 200, .tune = tune_first_port, .tick = client_migrates,
	  .gate = no_way_back, .check = check_no_migration },
	{ .name = "RFC 9000 9.4 a client migrates to a path for small datagrams", .seeds = 20,
	  .net = ROUGH, BOTH_WAYS, .limit = 200, .tune = tune_first_port, .tick = client_migrates,
	  .gate = narrow, .check = check_migration },
	{ .name = "RFC 9000 9.3.2 a NAT that nothing comes back to", .seeds = 10, .net = ROUGH,
	  BOTH_WAYS, .limit = 200, .tune = tune_nat, .tick = limp, .gate = lame_nat },
	{ .name = "S6.32 RFC 9000 9.6 both ends go to the preferred address", .seeds = 20,
	  .net = ROUGH, BOTH_WAYS, .limit = 200, .tune = tune_preferred, .check = check_preferred },
	{ .name = "S6.32 RFC 9000 21.5.3 a preferred address of somebody else", .seeds = 10,
	  .net = ROUGH, BOTH_WAYS, .limit = 200, .tune = tune_preferred, .gate = no_preferred,
	  .check = check_no_preferred },
	{ .name = "RFC 9000 9.3.1 and 9.3.2 copies of a client's packets come from a bystander", .seeds = 20,
	  .net = ROUGH, BOTH_WAYS, .limit = 300, .gate = spoof, .check = check_spoof },
	{ .name = "RFC 9000 9.3.2 a server's packets come from a bystander", .seeds = 20,
	  .net = ROUGH, BOTH_WAYS, .limit = 300, .gate = spoof_server, .check = check_spoof },
};

SCENARIOS(paths);
