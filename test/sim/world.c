// SPDX-License-Identifier: GPL-2.0-only
#include "attack.h"
#include "host.h"
#include "trace.h"
#include "world.h"

/* Wake-ups at one and the same time, without a packet, that are too many. */
#define SPIN_MAX	8
/* Calls into the engine per simulated second and datagram that are too many. */
#define RUNS_MAX	12

static struct world world;

void world_inject_fault(struct world *w)
{
	if (w->scenario->faults_established &&
	    (!w->client.established_at || !w->server.established_at))
		return;
	if (random_chance(&w->random, w->scenario->faults))
		host_fail_alloc_after(random_below(&w->random, 20));
}

static void print_peer(const struct peer *peer)
{
	const struct quic_conn_stats *s = &peer->stats;

	printf("# %s: %s, %llu calls, %llu datagrams sent, read %llu bytes\n", peer->name,
	       peer->config.algorithm ? "cubic" : "reno", (unsigned long long)peer->runs,
	       (unsigned long long)peer->datagrams, (unsigned long long)peer->app.bytes_read);
	printf("#   %llu packets sent, %llu lost, %u probe timeouts, %u congestion events\n",
	       (unsigned long long)s->packets_sent, (unsigned long long)s->packets_lost,
	       s->pto_count, s->congestion_events);
	printf("#   RTT %u us, window %llu bytes\n", s->smoothed_rtt, (unsigned long long)s->cwnd);
}

void world_print(void)
{
	print_peer(&world.client);
	print_peer(&world.server);
	if (world.finished_at > world.client.established_at)
		printf("# transferred in %.6f s\n",
		       (world.finished_at - world.client.established_at) / 1e9);
}

/* RFC 9000, 6.1 */
static void negotiate_version(struct world *world, const struct quic_packet *pkt)
{
	u8 buf[600];
	size_t len = quic_packet_version_negotiation(pkt, buf, sizeof(buf));

	SIM_CHECK(len);
	trace_who = world->server.name;
	trace("-> Version Negotiation");
	net_send(&world->net, TO_CLIENT, buf, len, 0, world->now);
}

/*
 * What a listener does with a datagram for nobody: only a client's first Initial makes something.
 */
static void on_first(struct world *world, const struct net_datagram *d)
{
	struct peer *server = &world->server;
	struct admission admission;
	struct quic_packet pkt;
	u8 *copy;
	int err;

	if (server->was_live || d->len < QUIC_INITIAL_MIN)
		return;
	copy = malloc(d->len);
	if (!copy)
		abort();
	memcpy(copy, d->data, d->len);
	err = quic_packet_parse(&pkt, copy, d->len, QUIC_CID_LEN);
	if (err == -EPROTONOSUPPORT)
		negotiate_version(world, &pkt);
	if (!err && pkt.type == QUIC_PACKET_INITIAL && pkt.dcid.len >= 8) {
		trace_who = server->name;
		if (!listener_admit(world, &pkt, &admission))
			goto out;
		world_inject_fault(world);
		err = peer_accept(server, &pkt, &admission);
		host_alloc_failed();
		trace("accepts: %d", err);
		SIM_CHECK(!err || err == -ENOMEM);
		if (!err)
			peer_receive(server, d);
		/* Nothing in it could be opened: it was damaged, and a listener forgets it. */
		if (!err && !server->conn.stats.packets_received) {
			peer_destroy(server);
			app_clear(&server->app);
			server->was_live = false;
			server->received = 0;
			world->refused++;
		}
	}
out:
	free(copy);
}

static void deliver(struct world *world, const struct net_datagram *d)
{
	struct peer *peer = d->direction == TO_SERVER ? &world->server : &world->client;
	struct quic_cid dcid;

	if (!peer->live && peer->server) {
		on_first(world, d);
		return;
	}
	if (peer->live && peer_is_at(peer, &d->route.to) && quic_packet_dcid(d->data, d->len, QUIC_CID_LEN, &dcid) &&
	    peer_routes(peer, &dcid))
		peer_receive(peer, d);
}

/* Everything that has arrived, one train per end. */
static void deliver_all(struct world *world)
{
	struct net_datagram *d;

	while ((d = net_receive(&world->net, world->now))) {
		if (d->direction == TO_SERVER || !world->scenario->gate ||
		    world->scenario->gate(world, TO_CLIENT, &d->route, d->data, d->len))
			deliver(world, d);
		free(d);
	}
}

static void reap(struct peer *peer)
{
	if (peer->live && peer->closed)
		peer_destroy(peer);
}

static bool both_done(const struct world *world)
{
	return world->client.app.done && world->server.was_live && world->server.app.done;
}

static void close_when_done(struct world *world)
{
	struct peer *closer = random_below(&world->random, 2) ? &world->client : &world->server;

	if (world->closing || !both_done(world) || (world->scenario->attack && !world->attack.over))
		return;
	world->closing = true;
	world->finished_at = world->now;
	app_compare(&world->client.app, &world->server.app);
	app_compare(&world->server.app, &world->client.app);
	if (closer->live && !closer->closed)
		peer_close(closer, 7);
	else if (world->scenario->expect == COMPLETE)
		sim_fail("the connection ended before it was closed");
}

static void run_peer(struct peer *peer)
{
	if (peer->live && !peer->closed)
		peer_run(peer);
}

static void step(struct world *world)
{
	deliver_all(world);
	if (peer_deadline(&world->client) <= world->now)
		peer_timeout(&world->client);
	if (peer_deadline(&world->server) <= world->now)
		peer_timeout(&world->server);
	if (world->tick_at <= world->now) {
		world->tick_at = QUIC_NEVER;
		if (world->scenario->attack)
			attack_tick(world);
		else
			world->scenario->tick(world);
	}
	run_peer(&world->client);
	run_peer(&world->server);
	close_when_done(world);
	run_peer(&world->client);
	run_peer(&world->server);
	reap(&world->client);
	reap(&world->server);
}

static void check_end(struct world *world)
{
	const struct peer *c = &world->client, *s = &world->server;
	u64 datagrams = c->datagrams + s->datagrams, ticks = c->ticks + s->ticks;
	u64 runs = c->runs + s->runs;

	if (runs > RUNS_MAX * (datagrams + ticks + world->now / QUIC_SEC + 100))
		sim_fail("%llu calls for %llu datagrams", (unsigned long long)runs,
			 (unsigned long long)datagrams);
	if (world->scenario->expect == COMPLETE) {
		if (!world->finished_at) {
			app_print(&c->app);
			app_print(&s->app);
			sim_fail("not finished: client closed with %#x, server with %#x",
				 c->error.errcode, s->error.errcode);
		}
		/* Who was told, was told the truth; who was not, timed out. */
		SIM_CHECK(!c->got_close || !c->error.errcode || c->error.errcode == 7);
		SIM_CHECK(!s->got_close || !s->error.errcode || s->error.errcode == 7);
	}
	/* RFC 9000, 12.3: no packet is processed twice, unless there was no memory for it. */
	if (!world->refused && !world->listener.refused && !world->scenario->faults &&
	    !world->load.chaos && c->rcvbuf == RCVBUF) {
		SIM_CHECK(c->stats.packets_received <= s->stats.packets_sent);
		SIM_CHECK(s->stats.packets_received <= c->stats.packets_sent);
	}
	if (world->scenario->attack)
		attack_check(world);
	if (world->scenario->check)
		world->scenario->check(world);
}

static void setup(struct world *world, const struct scenario *scenario, u64 seed)
{
	memset(world, 0, sizeof(*world));
	world->scenario = scenario;
	world->load = scenario->load;
	world->random.state = random_mix(seed) ^ scenario->name[0];
	world->now = QUIC_SEC;
	trace_now = world->now;
	host_reset();
	host_seed(random_u64(&world->random));
	listener_init(&world->listener);
	net_init(&world->net, scenario->net, random_u64(&world->random));
	peer_init(&world->client, world, false);
	peer_init(&world->server, world, true);
	world->client.addr.port = 1024 + random_below(&world->random, 60000);
	world->net.ends[TO_SERVER] = &world->server.addr;
	world->net.ends[TO_CLIENT] = &world->client.addr;
	world->client.config.algorithm = random_below(&world->random, 2);
	world->server.config.algorithm = random_below(&world->random, 2);
	world->limit = scenario->limit;
	world->tick_at = QUIC_NEVER;
	if (scenario->attack)
		attack_begin(world);
	if (scenario->tune)
		scenario->tune(world);
	world->limit = world->now + world->limit * QUIC_SEC;
}

void world_run(const struct scenario *scenario, u64 seed)
{
	unsigned int spins = 0;
	u64 next;

	setup(&world, scenario, seed);
	world_inject_fault(&world);
	if (!peer_connect(&world.client))
		run_peer(&world.client);
	host_alloc_failed();
	reap(&world.client);

	while (world.client.live || world.server.live) {
		next = min3(net_next(&world.net), peer_deadline(&world.client),
			    peer_deadline(&world.server));
		next = min(next, world.tick_at);
		if (next == QUIC_NEVER)
			sim_fail("nothing will ever happen again");
		spins = next > world.now ? 0 : spins + 1;
		if (spins > SPIN_MAX)
			sim_fail("spinning");
		world.now = max(world.now, next);
		trace_now = world.now;
		if (world.now > world.limit)
			sim_fail("not over after %llu s", (unsigned long long)scenario->limit);
		step(&world);
	}
	check_end(&world);
	app_clear(&world.client.app);
	app_clear(&world.server.app);
	tls_clear(&world.client.tls);
	tls_clear(&world.server.tls);
	net_clear(&world.net);
	listener_clear(&world.listener);
	if (host_blocks())
		sim_fail("%llu blocks of memory are left behind",
			 (unsigned long long)host_blocks());
}
