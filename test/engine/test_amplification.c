// SPDX-License-Identifier: GPL-2.0-only
/* A server before it knows that the client is where it claims to be (RFC 9000, 8.1; P20). */
#include "check.h"
#include "pair.h"

static struct pair p;
static u64 from_client, from_server;
static bool client_is_silent;

static bool count_and_drop(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	if (!from->is_server) {
		if (client_is_silent && from_client)
			return true;
		from_client += *len;
		return false;
	}
	if (!pair->server.conn.path[0].validated)
		from_server += *len;
	return false;
}

static void begin(size_t certificate)
{
	from_client = 0;
	from_server = 0;
	client_is_silent = false;
	pair_init(&p);
	p.tls_pad = certificate;
	p.drop = count_and_drop;
}

/* RFC 9000, 8 */
TEST("P20 a large flight to a silent client stays within three times")
{
	begin(9 * 1500);
	client_is_silent = true;
	pair_connect(&p);
	pair_run(&p, p.now + 29 * QUIC_SEC);
	CHECK_EQ(from_client, 1200);
	CHECK(from_server > 2 * 1200 && from_server <= 3 * 1200);
	CHECK(p.server.conn.recovery.amplification_blocked);
	CHECK_EQ(p.server.conn.path[0].sent, from_server);
	pair_run(&p, p.now + 10 * QUIC_SEC);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_CLOSED);
	pair_destroy(&p);
}

TEST("P20 a blocked server has no loss timer")
{
	u64 at;

	begin(9 * 1500);
	client_is_silent = true;
	pair_connect(&p);
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	CHECK(p.server.conn.recovery.amplification_blocked);
	at = quic_conn_deadline(&p.server.conn, p.now);
	CHECK_EQ(at, p.server.conn.idle_at);
	pair_destroy(&p);
}

TEST("P20 nine certificates arrive without deadlock")
{
	begin(9 * 1500);
	pair_connect(&p);
	pair_run(&p, p.now + 2 * QUIC_SEC);
	CHECK(p.client.conn.handshake_confirmed);
	CHECK(from_server <= 3 * from_client);
	pair_destroy(&p);
}

/* RFC 9001, 4.9.1; RFC 9000, 17.2.4 */
TEST("a handshake packet proves the address")
{
	begin(0);
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK(!p.server.conn.path[0].validated);
	CHECK_EQ(quic_path_allowance(&p.server.conn.path[0]),
		 3 * 1200 - p.server.conn.path[0].sent);
	pair_run(&p, p.now + 21 * QUIC_MSEC);
	CHECK(p.server.conn.path[0].validated);
	CHECK_EQ(quic_path_allowance(&p.server.conn.path[0]), U64_MAX);
	pair_destroy(&p);
}

TEST("datagrams from elsewhere earn nothing")
{
	u8 junk[1200] = { 0xc0 };
	u64 before;

	begin(0);
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	before = quic_path_allowance(&p.server.conn.path[0]);
	pair_deliver(&p.server, junk, sizeof(junk), 0);
	CHECK_EQ(quic_path_allowance(&p.server.conn.path[0]), before + 3 * 1200);
	p.client.addr.port++;
	pair_deliver(&p.server, junk, sizeof(junk), 0);
	CHECK_EQ(quic_path_allowance(&p.server.conn.path[0]), before + 3 * 1200);
	pair_destroy(&p);
}
