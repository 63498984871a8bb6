// SPDX-License-Identifier: GPL-2.0-only
/* Path validation and migration (RFC 9000, 8.2 and 9). */
#include "check.h"
#include "pair.h"

static struct pair p;

/* A NAT in front of the client: the address that the server sees, and what goes through. */
static struct quic_addr outside;
static bool spoofed;		/* what the server sends to @outside reaches nobody */
static u64 to_outside, from_outside;

static bool nat(struct pair *pair, struct pair_datagram *d)
{
	if (d->to_server) {
		if (quic_addr_equal(&d->from, &pair->client.addr) && !spoofed)
			d->from = outside;
		if (quic_addr_equal(&d->from, &outside))
			from_outside += d->len;
		return true;
	}
	if (!quic_addr_equal(&d->to, &outside))
		return spoofed || !quic_addr_equal(&d->to, &pair->client.addr);
	to_outside += d->len;
	d->to = pair->client.addr;
	return !spoofed;
}

static void begin(void)
{
	pair_init(&p);
	pair_handshake(&p);
	outside = p.client.addr;
	spoofed = false;
	to_outside = 0;
	from_outside = 0;
	/* Let what the handshake left behind be acknowledged. */
	pair_run(&p, p.now + QUIC_SEC);
}

static struct quic_path *active(struct pair_end *end)
{
	return &end->conn.path[end->conn.active_path];
}

static struct quic_path *proven(struct pair_end *end)
{
	return &end->conn.path[end->conn.proven_path];
}

static struct quic_addr other_port(struct quic_addr addr, u16 port)
{
	addr.port = port;
	return addr;
}

/* Bytes on the next stream of the client, all the way. */
static void exchange(u64 id, size_t len)
{
	bool fin = false;

	CHECK_EQ(pair_send(&p.client, id, len, true), 0);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK_EQ(pair_read(&p.server, &fin), len);
	CHECK(fin);
}

static unsigned int migrations(const struct pair_end *end)
{
	unsigned int n = 0;

	while (pair_event(end, QUIC_EVENT_CONNECTION_MIGRATION, n))
		n++;
	return n;
}

static unsigned int paths(const struct pair_end *end)
{
	unsigned int i, n = 0;

	for (i = 0; i < QUIC_PATHS_MAX; i++)
		n += end->conn.path[i].used;
	return n;
}

TEST("S6.23 RFC 9000, 9.2 a migration moves both ends and both connection ids")
{
	struct quic_addr to;

	begin();
	to = other_port(p.client.addr, 50001);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	/* S6.27: until it is validated the old path is the active one. */
	CHECK_EQ(active(&p.client)->local.port, 50000);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK_EQ(proven(&p.client)->local.port, 50001);
	CHECK_EQ(proven(&p.server)->remote.port, 50001);
	CHECK_EQ(p.client.conn.remote_cids.active, 1);
	CHECK_EQ(p.server.conn.remote_cids.active, 1);
	CHECK_EQ(p.client.conn.local_cids.active, 1);
	CHECK_EQ(migrations(&p.client), 1);
	CHECK_EQ(migrations(&p.server), 1);
	CHECK_EQ(pair_event(&p.client, QUIC_EVENT_CONNECTION_MIGRATION, 0)->event.local_migration,
		 1);
	CHECK_EQ(pair_event(&p.server, QUIC_EVENT_CONNECTION_MIGRATION, 0)->event.local_migration,
		 0);
	exchange(0, 10000);
	pair_destroy(&p);
}

static bool answers_to_old_port(struct pair *pair, struct pair_datagram *d)
{
	if (!d->to_server)
		d->to.port = 50000;
	return true;
}

TEST("RFC 9000, 8.2.3 an answer proves the path of its challenge, whatever way it takes")
{
	struct quic_addr to;

	begin();
	p.route = answers_to_old_port;
	to = other_port(p.client.addr, 50001);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK_EQ(proven(&p.client)->local.port, 50001);
	exchange(0, 10000);
	pair_destroy(&p);
}

TEST("S6.24 a server migrates and the client follows")
{
	struct quic_addr to;

	begin();
	to = other_port(p.server.addr, 4434);
	CHECK_EQ(quic_conn_migrate(&p.server.conn, &to, p.now), 0);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK_EQ(proven(&p.server)->local.port, 4434);
	CHECK_EQ(proven(&p.client)->remote.port, 4434);
	CHECK_EQ(p.client.conn.remote_cids.active, 1);
	exchange(0, 10000);
	pair_destroy(&p);
}

TEST("F8 a migration is unfinished until the peer's application has sent something")
{
	struct quic_addr to, next;

	begin();
	to = other_port(p.client.addr, 50001);
	next = other_port(p.client.addr, 50002);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &next, p.now), (u64)-EAGAIN);
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &next, p.now), (u64)-EAGAIN);
	CHECK_EQ(quic_conn_set_cids(&p.client.conn, true, 3, 0, p.now), (u64)-EAGAIN);
	CHECK_EQ(pair_send(&p.server, 1, 10, true), 0);
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &next, p.now), 0);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK_EQ(proven(&p.server)->remote.port, 50002);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.5 a path that is left gives its connection id back")
{
	struct quic_cid_set *set = &p.client.conn.remote_cids;
	struct quic_addr to;

	begin();
	to = other_port(p.client.addr, 50001);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	pair_run(&p, p.now + 20 * QUIC_SEC);
	CHECK_EQ(paths(&p.client), 1);
	CHECK_EQ(paths(&p.server), 1);
	/* S6.17: seven consecutive numbers again. */
	CHECK_EQ(quic_cid_lowest(set), 1);
	CHECK(quic_cid_find(set, 7) && !quic_cid_find(set, 8));
	CHECK_EQ(set->retire_count, 0);
	pair_destroy(&p);
}

static unsigned int probes;

static bool drop_probes(struct pair *pair, struct pair_datagram *d)
{
	probes += d->from.port == 50001;
	return d->from.port != 50001;
}

TEST("S6.25 RFC 9000, 8.2.4 a migration that nobody answers ends without a word")
{
	struct quic_addr to;

	begin();
	probes = 0;
	p.route = drop_probes;
	to = other_port(p.client.addr, 50001);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK_EQ(probes, QUIC_CHALLENGES_MAX);
	CHECK_EQ(proven(&p.client)->local.port, 50000);
	CHECK_EQ(migrations(&p.client), 0);
	CHECK_EQ(paths(&p.client), 1);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	pair_destroy(&p);
}

TEST("S6.20 S6.22 what cannot be migrated to")
{
	struct quic_addr to;

	begin();
	to = p.client.addr;
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), (u64)-EINVAL);
	to = (struct quic_addr){ .family = 6, .port = 1, .ip = { 0x20 } };
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), (u64)-EINVAL);
	pair_destroy(&p);
}

TEST("F32 a peer that forbids migration")
{
	struct quic_addr to;

	pair_init(&p);
	p.server.config.params.disable_active_migration = true;
	pair_handshake(&p);
	to = other_port(p.client.addr, 50001);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), (u64)-EINVAL);
	pair_destroy(&p);
}

TEST("S6.24 who forbids migration does not follow, and closes nothing")
{
	struct quic_addr to;

	pair_init(&p);
	p.client.config.params.disable_active_migration = true;
	pair_handshake(&p);
	/* A server that does not care. */
	p.server.conn.remote.disable_active_migration = false;
	to = other_port(p.server.addr, 4434);
	CHECK_EQ(quic_conn_migrate(&p.server.conn, &to, p.now), 0);
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK_EQ(active(&p.client)->remote.port, 4433);
	CHECK_EQ(active(&p.server)->local.port, 4433);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.5 a NAT that rebinds keeps the connection ids")
{
	u64 window;

	begin();
	exchange(0, 200000);
	/* What reading gives back to the client arrives. */
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	window = p.server.conn.recovery.cong.window;
	p.route = nat;
	outside.port = 60000;
	exchange(4, 10000);
	CHECK_EQ(proven(&p.server)->remote.port, 60000);
	CHECK_EQ(p.server.conn.remote_cids.active, 0);
	CHECK_EQ(migrations(&p.server), 1);
	CHECK_EQ(migrations(&p.client), 0);
	/* RFC 9000, 9.4: only the port has changed. */
	CHECK(p.server.conn.recovery.cong.window >= window);
	CHECK(p.server.conn.recovery.rtt.first_sample_at < p.now - 500 * QUIC_MSEC);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.4 another address begins with a window and RTT of its own")
{
	u64 initial;

	begin();
	/* The server learns its path. */
	CHECK_EQ(pair_send(&p.server, 1, 500000, true), 0);
	pair_run(&p, p.now + 3 * QUIC_SEC);
	initial = quic_cong_initial_window(QUIC_MTU_MIN);
	CHECK(p.server.conn.recovery.cong.window > 2 * initial);
	pair_read(&p.client, NULL);
	p.route = nat;
	outside.ip[3] = 77;
	CHECK_EQ(pair_send(&p.client, 0, 100, true), 0);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(active(&p.server)->remote.ip[3], 77);
	CHECK_EQ(p.server.conn.recovery.cong.window, initial);
	CHECK_EQ(p.server.conn.recovery.rtt.first_sample_at, 0);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK_EQ(proven(&p.server)->remote.ip[3], 77);
	/* RFC 9000, 9.5 does not ask for another ID: the client knows of nothing. */
	CHECK_EQ(p.server.conn.remote_cids.active, 0);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.3.1 and 21.5.4 no more than three times goes to an address that is not validated")
{
	begin();
	p.route = nat;
	spoofed = true;
	outside.ip[3] = 66;
	/* An attacker's copy of the client's packet overtakes it. */
	CHECK_EQ(pair_send(&p.server, 1, 400000, true), 0);
	CHECK_EQ(pair_send(&p.client, 0, 100, true), 0);
	pair_flush(&p.client);
	CHECK_EQ(p.wire_count, 1);
	from_outside = p.wire[0].len;
	pair_deliver_on(&p.server, p.wire[0].data, p.wire[0].len, 0, &p.server.addr, &outside);
	free(p.wire[--p.wire_count].data);
	CHECK_EQ(active(&p.server)->remote.ip[3], 66);
	/* Nobody answers there: back to the client (9.3.2). */
	pair_run(&p, p.now + 10 * QUIC_SEC);
	CHECK(to_outside && to_outside <= 3 * from_outside);
	CHECK_EQ(active(&p.server)->remote.port, 50000);
	CHECK_EQ(active(&p.server)->remote.ip[3], p.client.addr.ip[3]);
	CHECK_EQ(migrations(&p.server), 0);
	CHECK_EQ(paths(&p.server), 1);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(pair_read(&p.client, NULL), 400000);
	pair_destroy(&p);
}

static size_t ping(u8 *buf, size_t room)
{
	static const u8 frames[] = { QUIC_FRAME_PING, 0, 0, 0 };

	return pair_forge(&p.client, QUIC_CRYPTO_APP, frames, sizeof(frames), 0, 0, buf, room);
}

TEST("P18 a packet that was overtaken moves no path")
{
	struct quic_addr elsewhere;
	u8 old[128], newer[128];
	size_t old_len, newer_len;

	begin();
	elsewhere = other_port(p.client.addr, 60000);
	old_len = ping(old, sizeof(old));
	newer_len = ping(newer, sizeof(newer));
	pair_deliver(&p.server, newer, newer_len, 0);
	pair_deliver_on(&p.server, old, old_len, 0, &p.server.addr, &elsewhere);
	CHECK_EQ(active(&p.server)->remote.port, 50000);
	CHECK_EQ(paths(&p.server), 1);
	newer_len = ping(newer, sizeof(newer));
	pair_deliver_on(&p.server, newer, newer_len, 0, &p.server.addr, &elsewhere);
	CHECK_EQ(active(&p.server)->remote.port, 60000);
	pair_destroy(&p);
}

/* PATH_CHALLENGE from somewhere; which of the server's IDs it is for follows from the client. */
static void challenge_from(const struct quic_addr *addr, u8 byte, size_t min_len)
{
	u8 frame[9] = { QUIC_FRAME_PATH_CHALLENGE, byte }, buf[2048];
	size_t len;

	len = pair_forge(&p.client, QUIC_CRYPTO_APP, frame, sizeof(frame), 0, min_len, buf,
			 sizeof(buf));
	pair_deliver_on(&p.server, buf, len, 0, &p.server.addr, addr);
}

TEST("RFC 9000, 9.1 a probe moves no path but is answered where it came from")
{
	struct quic_addr elsewhere;
	unsigned int i, n = 0;

	begin();
	elsewhere = other_port(p.client.addr, 60000);
	challenge_from(&elsewhere, 1, 1200);
	CHECK_EQ(active(&p.server)->remote.port, 50000);
	pair_flush(&p.server);
	for (i = 0; i < p.wire_count; i++) {
		if (!quic_addr_equal(&p.wire[i].to, &elsewhere))
			continue;
		CHECK_EQ(p.wire[i].len, 1200);
		n++;
	}
	CHECK_EQ(n, 1);
	pair_destroy(&p);
}

TEST("P25 RFC 9000, 8.2.2 an answer is no more than three times a small probe")
{
	struct quic_addr elsewhere;
	unsigned int i, n = 0;

	begin();
	elsewhere = other_port(p.client.addr, 60000);
	challenge_from(&elsewhere, 1, 0);
	pair_flush(&p.server);
	for (i = 0; i < p.wire_count; i++) {
		if (!quic_addr_equal(&p.wire[i].to, &elsewhere))
			continue;
		CHECK(p.wire[i].len < 3 * 50);
		n++;
	}
	CHECK_EQ(n, 1);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.5 without another connection id a probe with another one stays unanswered")
{
	struct quic_addr elsewhere;
	struct quic_cid_entry *entry;
	u64 seq;

	begin();
	elsewhere = other_port(p.client.addr, 60000);
	/* The client uses another ID, but the server knows no other one of the client. */
	for (seq = 1; seq < 7; seq++) {
		entry = quic_cid_find(&p.server.conn.remote_cids, seq);
		entry->used = false;
	}
	p.client.conn.remote_cids.active = 3;
	challenge_from(&elsewhere, 1, 1200);
	CHECK_EQ(paths(&p.server), 1);
	pair_destroy(&p);
}

TEST("RFC 9000, 8.2.1 a challenge that had to be small is repeated in full")
{
	struct quic_path *path;

	begin();
	p.route = nat;
	outside.ip[3] = 77;
	/* An ACK and a few bytes: three times that is no full datagram. */
	CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	path = active(&p.server);
	CHECK_EQ(path->remote.ip[3], 77);
	CHECK(path->challenge.running && path->challenge.small);
	pair_run(&p, p.now + 21 * QUIC_MSEC);
	CHECK(path->validated);
	/* The path's MTU is still to be validated, and only then are programs told. */
	CHECK(path->challenge.running && !path->challenge.small);
	CHECK_EQ(migrations(&p.server), 0);
	pair_run(&p, p.now + 21 * QUIC_MSEC);
	CHECK(!path->challenge.running);
	CHECK_EQ(migrations(&p.server), 1);
	pair_destroy(&p);
}

TEST("a flood of challenges costs one answer at a time")
{
	u64 sent, i;

	begin();
	sent = p.server.datagrams_sent;
	for (i = 0; i < 200; i++)
		challenge_from(&p.client.addr, i, 0);
	pair_flush(&p.server);
	CHECK(p.server.datagrams_sent - sent <= 2);
	/* From everywhere, and never acknowledged: a fixed number of answers. */
	for (i = 0; i < 200; i++) {
		struct quic_addr elsewhere = other_port(p.client.addr, 2000 + i);

		challenge_from(&elsewhere, i, 1200);
		pair_flush(&p.server);
		while (p.wire_count)
			free(p.wire[--p.wire_count].data);
	}
	CHECK(p.server.conn.responses_in_flight <= 8);
	CHECK(paths(&p.server) <= QUIC_PATHS_MAX);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("RFC 9000, 9 a client hears no other server before the handshake is confirmed")
{
	struct quic_addr elsewhere;
	u64 received;

	pair_init(&p);
	pair_connect(&p);
	elsewhere = other_port(p.server.addr, 9);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK(p.wire_count);
	received = p.client.conn.stats.packets_received;
	pair_deliver_on(&p.client, p.wire[0].data, p.wire[0].len, 0, &p.client.addr, &elsewhere);
	CHECK_EQ(p.client.conn.stats.packets_received, received);
	pair_destroy(&p);
}

TEST("S6.26 without an unused connection id the oldest is retired and probing waits")
{
	struct quic_addr to;

	pair_init(&p);
	p.client.config.params.active_connection_id_limit = 2;
	pair_handshake(&p);
	pair_run(&p, p.now + QUIC_SEC);
	quic_cid_find(&p.client.conn.remote_cids, 1)->spent = true;
	to = other_port(p.client.addr, 50001);
	CHECK_EQ(quic_conn_migrate(&p.client.conn, &to, p.now), 0);
	CHECK_EQ(p.client.conn.path[p.client.conn.migrating].dcid_seq, QUIC_SEQ_NONE);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(proven(&p.client)->local.port, 50001);
	CHECK_EQ(p.client.conn.remote_cids.active, 2);
	exchange(0, 1000);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.4 what is in flight on the old path counts again when it is the active one")
{
	struct quic_recovery *rec = &p.server.conn.recovery;
	u64 in_flight;

	begin();
	CHECK_EQ(pair_send(&p.server, 1, 8000, true), 0);
	pair_flush(&p.server);
	in_flight = rec->cong.in_flight;
	CHECK(in_flight > 8000);
	outside.ip[3] = 66;
	p.route = nat;
	spoofed = true;
	{
		u8 buf[128];
		size_t len = ping(buf, sizeof(buf));

		pair_deliver_on(&p.server, buf, len, 0, &p.server.addr, &outside);
		CHECK_EQ(active(&p.server)->remote.ip[3], 66);
		CHECK_EQ(rec->cong.in_flight, 0);
		len = ping(buf, sizeof(buf));
		pair_deliver(&p.server, buf, len, 0);
	}
	CHECK_EQ(active(&p.server)->remote.port, 50000);
	CHECK_EQ(rec->cong.in_flight, in_flight);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.client, NULL), 8000);
	pair_destroy(&p);
}

/* ---- the preferred address ---- */

static void preferred_handshake(struct quic_addr *preferred)
{
	pair_init(&p);
	*preferred = (struct quic_addr){ .family = 4, .port = 5000, .ip = { 127, 0, 0, 9 } };
	pair_connect(&p);
	p.server.hold_tls = true;
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(quic_conn_set_preferred(&p.server.conn, preferred), 0);
	p.server.hold_tls = false;
	pair_run(&p, p.now + QUIC_SEC);
	CHECK(p.client.conn.handshake_confirmed);
}

TEST("S6.32 RFC 9000, 9.6.1 a client goes to the preferred address and the server after it")
{
	struct quic_addr preferred;

	preferred_handshake(&preferred);
	CHECK(p.client.conn.preferred_wanted);
	CHECK(quic_addr_equal(&p.client.conn.remote.preferred_v4, &preferred));
	CHECK_EQ(quic_conn_use_preferred(&p.client.conn, &p.client.addr, &preferred, p.now), 0);
	CHECK_EQ(p.client.conn.path[p.client.conn.migrating].dcid_seq, 1);
	pair_run(&p, p.now + 500 * QUIC_MSEC);
	CHECK(quic_addr_equal(&proven(&p.client)->remote, &preferred));
	CHECK(quic_addr_equal(&proven(&p.server)->local, &preferred));
	CHECK_EQ(pair_event(&p.client, QUIC_EVENT_CONNECTION_MIGRATION, 0)->event.local_migration,
		 0);
	CHECK_EQ(pair_event(&p.server, QUIC_EVENT_CONNECTION_MIGRATION, 0)->event.local_migration,
		 1);
	exchange(0, 10000);
	pair_destroy(&p);
}

TEST("S6.32 RFC 9000, 9.6.2 a client stays at the preferred address when the server is not there yet")
{
	struct quic_addr preferred;
	u8 buf[100];
	size_t len;

	preferred_handshake(&preferred);
	CHECK_EQ(quic_conn_use_preferred(&p.client.conn, &p.client.addr, &preferred, p.now), 0);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK(quic_addr_equal(&active(&p.client)->remote, &preferred));
	CHECK(quic_addr_equal(&active(&p.server)->local, &p.server.addr));
	len = pair_forge(&p.server, QUIC_CRYPTO_APP, "\x01", 1, 0, 0, buf, sizeof(buf));
	pair_deliver_on(&p.client, buf, len, 0, &p.client.addr, &p.server.addr);
	CHECK(quic_addr_equal(&active(&p.client)->remote, &preferred));
	pair_run(&p, p.now + QUIC_SEC);
	CHECK(quic_addr_equal(&proven(&p.server)->local, &preferred));
	CHECK_EQ(migrations(&p.client), 1);
	pair_destroy(&p);
}

TEST("RFC 9000, 9.6.3 a client whose NAT takes another port meanwhile")
{
	struct quic_addr preferred;

	preferred_handshake(&preferred);
	outside = other_port(p.client.addr, 50010);
	spoofed = false;
	p.route = nat;
	CHECK_EQ(quic_conn_use_preferred(&p.client.conn, &p.client.addr, &preferred, p.now), 0);
	exchange(0, 10000);
	CHECK(quic_addr_equal(&proven(&p.client)->remote, &preferred));
	CHECK(quic_addr_equal(&proven(&p.server)->local, &preferred));
	CHECK(quic_addr_equal(&proven(&p.server)->remote, &outside));
	pair_destroy(&p);
}

static bool no_preferred(struct pair *pair, struct pair_datagram *d)
{
	return d->to.port != 5000;
}

TEST("RFC 9000, 21.5.3 a preferred address gets three probes and nothing else")
{
	struct quic_addr preferred;

	preferred_handshake(&preferred);
	p.route = no_preferred;
	CHECK_EQ(quic_conn_use_preferred(&p.client.conn, &p.client.addr, &preferred, p.now), 0);
	CHECK_EQ(pair_send(&p.client, 0, 10000, true), 0);
	pair_run(&p, p.now + 10 * QUIC_SEC);
	CHECK_EQ(active(&p.client)->remote.port, 4433);
	CHECK_EQ(pair_read(&p.server, NULL), 10000);
	pair_destroy(&p);
}
