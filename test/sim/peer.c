// SPDX-License-Identifier: GPL-2.0-only
/* One end: what a host does for the engine. */
#include "attack.h"
#include "host.h"
#include "lies.h"
#include "trace.h"
#include "world.h"

#define TRAIN_BUFFER	65536

static struct peer *peer_of(struct quic_conn *conn)
{
	return container_of(conn, struct peer, conn);
}

static void on_event(struct quic_conn *conn, u8 type, const union quic_event *event,
		     const u8 *data, size_t len)
{
	struct peer *peer = peer_of(conn);

	if (type == QUIC_EVENT_STREAM_UPDATE)
		app_on_update(&peer->app, &event->update);
	if (type == QUIC_EVENT_KEY_UPDATE) {
		trace("event: key phase %u", event->key_update_phase);
		peer->updates_seen++;
	}
	peer->moves += type == QUIC_EVENT_CONNECTION_MIGRATION;
	if (type == QUIC_EVENT_CONNECTION_CLOSE) {
		trace("event: close %#x frame %#x", event->close.errcode, event->close.frame);
		SIM_CHECK(!peer->got_close);
		peer->got_close = true;
		peer->error = event->close;
	}
}

static void on_token(struct quic_conn *conn, const u8 *token, size_t len)
{
	struct peer *peer = peer_of(conn);

	trace("a token of %zu bytes", len);
	peer->tokens++;
	peer->token_len = min(len, sizeof(peer->token));
	memcpy(peer->token, token, peer->token_len);
}

static int make_token(struct quic_conn *conn, const struct quic_addr *remote, u64 now, u8 *token)
{
	struct quic_token_owner owner = { remote, conn->version->number, NULL };

	return quic_token_seal(&peer_of(conn)->world->listener.token_key, QUIC_TOKEN_REGULAR, &owner,
			       NULL, now, token);
}

/* This host looks at its queues after each call. */
static void on_readable(struct quic_conn *conn, struct quic_stream *stream)
{
}

static void on_writable(struct quic_conn *conn, struct quic_stream *stream)
{
}

static void on_state(struct quic_conn *conn)
{
	struct peer *peer = peer_of(conn);

	trace("state %u", conn->state);
	SIM_CHECK(!peer->closed);
	if (conn->state == QUIC_CONN_ESTABLISHED && !peer->established_at)
		peer->established_at = peer->world->now;
	if (conn->state == QUIC_CONN_CLOSED) {
		peer->closed = true;
		peer->closed_at = peer->world->now;
	}
}

static void on_paths(struct quic_conn *conn)
{
	const struct quic_path *path = &conn->path[conn->proven_path];

	trace("path: port %u to port %u", path->local.port, path->remote.port);
}

bool peer_routes(const struct peer *peer, const struct quic_cid *cid)
{
	unsigned int i;

	for (i = 0; i < peer->route_count; i++)
		if (quic_cid_equal(&peer->routes[i], cid))
			return true;
	return false;
}

bool peer_is_at(const struct peer *peer, const struct quic_addr *addr)
{
	const struct quic_path *path;

	for (path = peer->conn.path; path < peer->conn.path + QUIC_PATHS_MAX; path++)
		if (path->used && quic_addr_equal(&path->local, addr))
			return true;
	return peer->preferred.family && quic_addr_equal(&peer->preferred, addr);
}

static int on_cid_add(struct quic_conn *conn, const struct quic_cid *cid)
{
	struct peer *peer = peer_of(conn);

	if (host_alloc_fails())
		return -ENOMEM;
	SIM_CHECK(peer->route_count < ROUTES_MAX);
	SIM_CHECK(!peer_routes(peer, cid));
	peer->routes[peer->route_count++] = *cid;
	return 0;
}

static void on_cid_remove(struct quic_conn *conn, const struct quic_cid *cid)
{
	struct peer *peer = peer_of(conn);
	unsigned int i;

	for (i = 0; i < peer->route_count; i++) {
		if (!quic_cid_equal(&peer->routes[i], cid))
			continue;
		peer->routes[i] = peer->routes[--peer->route_count];
		return;
	}
	sim_fail("removal of a connection ID that leads nowhere");
}

/* P22: what waits for a gap may fill half; in-order data is always admitted up to all of it. */
static bool on_rx_room(struct quic_conn *conn, bool in_order)
{
	struct peer *peer = peer_of(conn);

	return conn->mem_rx.used < (in_order ? peer->rcvbuf : peer->rcvbuf / 2);
}

static const struct quic_conn_ops ops = {
	.event = on_event,
	.token = on_token,
	.make_token = make_token,
	.readable = on_readable,
	.writable = on_writable,
	.state = on_state,
	.paths = on_paths,
	.cid_add = on_cid_add,
	.cid_remove = on_cid_remove,
	.rx_room = on_rx_room,
};

void peer_init(struct peer *peer, struct world *world, bool server)
{
	struct quic_params *params = &peer->config.params;

	memset(peer, 0, sizeof(*peer));
	peer->world = world;
	peer->server = server;
	peer->name = server ? "server" : "client";
	peer->rcvbuf = RCVBUF;
	peer->max_rate = U64_MAX;
	peer->addr = (struct quic_addr){ .family = 4, .port = server ? 4433 : 50000,
					 .ip = { 192, 0, 2, 1 + server } };

	/* The defaults of struct quic_transport_param (1.7). */
	quic_params_defaults(params);
	params->max_idle_timeout = 30000;
	params->max_data = 2097120;
	params->max_stream_data_bidi_local = 1048560;
	params->max_stream_data_bidi_remote = 1048560;
	params->max_stream_data_uni = 1048560;
	params->max_streams_bidi = 100;
	params->max_streams_uni = 100;
	params->active_connection_id_limit = 7;
	peer->config.version = QUIC_VERSION_V1;
	peer->config.algorithm = QUIC_CONG_ALG_CUBIC;
	peer->config.mtu = 1252;
	quic_random(peer->config.reset_secret, sizeof(peer->config.reset_secret));

	tls_init(&peer->tls, &peer->conn, server, random_u64(&world->random));
}

static struct peer *other(struct peer *peer)
{
	return peer->server ? &peer->world->client : &peer->world->server;
}

static void began(struct peer *peer)
{
	struct world *world = peer->world;

	peer->live = true;
	peer->was_live = true;
	app_init(&peer->app, &peer->conn, &world->load, peer->server,
		 world->scenario->name[0] ^ (u64)world->client.addr.port << 8);
}

int peer_connect(struct peer *peer)
{
	int err;

	err = quic_conn_connect(&peer->conn, &ops, &peer->config, &peer->addr,
				&other(peer)->addr, peer->world->now);
	if (err)
		return err;
	began(peer);
	if (peer->token_len)
		quic_conn_set_token(&peer->conn, peer->token, peer->token_len);
	if (peer->remembers)
		quic_conn_set_remote_values(&peer->conn, &peer->remembered);
	/* S3.27: data may be queued before the handshake is begun. */
	if (peer->remembers && random_below(&peer->world->random, 2))
		app_run(&peer->app, peer->world->now);
	tls_start(&peer->tls, peer->world->now);
	return 0;
}

int peer_accept(struct peer *peer, const struct quic_packet *initial, const struct admission *adm)
{
	int err;

	memset(&peer->conn, 0, sizeof(peer->conn));
	peer->closed = false;
	err = quic_conn_accept(&peer->conn, &ops, &peer->config, &peer->addr,
			       &other(peer)->addr, initial,
			       adm->answers_retry ? &adm->original_dcid : NULL,
			       adm->answers_retry ? &initial->dcid : NULL, adm->validated,
			       peer->world->now);
	if (!err)
		began(peer);
	if (!err && peer->preferred.family)
		quic_conn_set_preferred(&peer->conn, &peer->preferred);
	return err;
}

void peer_close(struct peer *peer, u64 code)
{
	trace_who = peer->name;
	trace("closes with %llu", (unsigned long long)code);
	quic_conn_close(&peer->conn, true, code, 0, "done", 4, peer->world->now);
}

/* At most one packet more than window and probes permit (RFC 9002, 7 and 6.2.4). */
static u64 permitted(const struct quic_recovery *rec)
{
	u64 probes = 0;
	int i;

	for (i = 0; i < QUIC_SPACE_COUNT; i++)
		probes += rec->space[i].probes;
	return max(rec->cong.window, rec->cong.in_flight) + (probes + 1) * rec->cong.mtu;
}

static void send_datagram(struct peer *peer, const struct quic_train *train, const u8 *data, size_t len)
{
	struct net_route route = { train->path->local, train->path->remote };
	struct world *world = peer->world;

	if (peer->server || !world->scenario->gate ||
	    world->scenario->gate(world, TO_SERVER, &route, data, len))
		net_send_on(&world->net, peer->server ? TO_CLIENT : TO_SERVER, &route, data, len,
			    train->ecn, max(train->departure, world->now));
}

static bool transmit(struct peer *peer)
{
	static u8 buffer[TRAIN_BUFFER];
	struct world *world = peer->world;
	const struct quic_path *path;
	struct quic_train train;
	u64 limit;
	size_t pos, len, size;
	bool any = false;
	int n, count;

	quic_conn_set_pacing(&peer->conn, peer->max_rate, peer->ahead);
	for (;;) {
		memset(&train, 0, sizeof(train));
		train.buf = buffer;
		train.cap = sizeof(buffer);
		train.max_segments = 1 + random_below(&world->random, 64);
		/* With the buffer that the engine asks for, which must be enough for something. */
		size = quic_conn_transmit_size(&peer->conn, world->now);
		if (size && random_below(&world->random, 2))
			train.cap = min_t(size_t, size, TRAIN_BUFFER);
		limit = permitted(&peer->conn.recovery);
		lies_random = peer->lies ? &world->random : NULL;
		lies_chance = peer->lies;
		n = quic_conn_transmit(&peer->conn, world->now, &train);
		lies_random = NULL;
		if (!n && size && !world->scenario->faults &&
		    peer->conn.state <= QUIC_CONN_ESTABLISHED)
			sim_fail("a buffer of %zu bytes was asked for and not used", size);
		if (n <= 0)
			break;
		any = true;
		if (!size)
			sim_fail("%d datagrams where there was nothing to send", n);
		SIM_CHECK(train.len <= train.cap && train.segment);
		SIM_CHECK((unsigned int)n <= train.max_segments);
		SIM_CHECK(peer->conn.recovery.cong.in_flight <= limit);
		SIM_CHECK(train.departure < world->now + QUIC_SEC);
		path = train.path;
		for (pos = 0, count = 0; pos < train.len; pos += len, count++) {
			len = min(train.segment, train.len - pos);
			peer->datagrams++;
			peer->bytes += len;
			trace("-> #%llu, %zu bytes", (unsigned long long)peer->datagrams, len);
			SIM_CHECK(len <= max(path->mtu, path->pmtud.size));
			/* RFC 9000, 8.1, counted apart from the engine (P20). */
			if (peer->server && !peer->conn.handshake_confirmed && !path->validated &&
			    peer->bytes > 3 * peer->received)
				sim_fail("amplification: %llu bytes for %llu",
					 (unsigned long long)peer->bytes,
					 (unsigned long long)peer->received);
			send_datagram(peer, &train, buffer + pos, len);
		}
		SIM_CHECK(count == n);
	}
	SIM_CHECK(!n || n == -ENOMEM);
	return any;
}

/* S6.32: from where it is. */
static void use_preferred(struct peer *peer)
{
	const struct quic_path *path = &peer->conn.path[peer->conn.active_path];
	int err = quic_conn_use_preferred(&peer->conn, &path->local,
					  &peer->conn.remote.preferred_v4, peer->world->now);

	trace("tries the preferred address: %d", err);
}

void peer_run(struct peer *peer)
{
	struct world *world = peer->world;
	unsigned int rounds = 0;
	bool any;

	trace_who = peer->name;
	world_inject_fault(world);
	peer->runs++;
	/* A timer that fires too early does no harm. */
	if (!random_below(&world->random, 20))
		quic_conn_timeout(&peer->conn, world->now);
	do {
		if (rounds++ > 100000)
			sim_fail("application and engine keep each other busy");
		any = tls_run(&peer->tls, world->now);
		any |= app_run(&peer->app, world->now);
		if (peer->conn.preferred_wanted)
			use_preferred(peer);
		if (peer->conn.keys_wanted)
			quic_conn_prepare_keys(&peer->conn, world->now);
		any |= transmit(peer);
	} while (any);
	host_alloc_failed();
	attack_observe(world);
	check_invariants(peer);
}

void peer_receive(struct peer *peer, const struct net_datagram *d)
{
	struct quic_ref *ref = host_ref_new(d->len);
	struct quic_datagram dgram = {
		.data = ref->data, .len = d->len, .ref = ref, .ecn = d->ecn,
		.local = d->route.to, .remote = d->route.from,
	};

	trace_who = peer->name;
	trace("<- %zu bytes", d->len);
	memcpy(ref->data, d->data, d->len);
	peer->received += d->len;
	peer->runs++;
	quic_conn_receive(&peer->conn, &dgram, peer->world->now);
	quic_ref_put(ref);
}

u64 peer_deadline(struct peer *peer)
{
	u64 at;

	if (!peer->live)
		return QUIC_NEVER;
	at = quic_conn_deadline(&peer->conn, peer->world->now);
	if (at != QUIC_NEVER && peer->world->clock)
		at = DIV_ROUND_UP(at, peer->world->clock) * peer->world->clock;
	return min3(at, peer->app.tick_at, peer->tls.ready_at);
}

void peer_timeout(struct peer *peer)
{
	trace_who = peer->name;
	if (quic_conn_deadline(&peer->conn, peer->world->now) > peer->world->now) {
		peer->ticks++;	/* of the application */
		return;
	}
	trace("timeout");
	peer->runs++;
	quic_conn_timeout(&peer->conn, peer->world->now);
}

void peer_destroy(struct peer *peer)
{
	struct quic_conn *conn = &peer->conn;

	if (!peer->live)
		return;
	peer->live = false;
	quic_conn_get_stats(conn, &peer->stats);
	quic_conn_destroy(conn);
	tls_clear(&peer->tls);
	if (conn->mem.used || conn->mem_tx.used || conn->mem_rx.used)
		sim_fail("%s leaves memory behind: control %llu, send %llu, receive %llu",
			 peer->name, (unsigned long long)conn->mem.used,
			 (unsigned long long)conn->mem_tx.used,
			 (unsigned long long)conn->mem_rx.used);
	if (peer->route_count)
		sim_fail("%s leaves %u connection IDs behind", peer->name, peer->route_count);
}
