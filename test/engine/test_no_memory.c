// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation of a piece of work fails once (P15). The program repeats what was refused;
 * everything else comes right by itself, and soon.
 */
#include "check.h"
#include "pair.h"

#define LEN		100000
#define SOON		(10 * QUIC_SEC)
#define ALLOCATIONS_MAX	1000

static struct pair p;

/*
 * One call, for a program that does nothing meanwhile: each would make the connection look whether
 * there is anything to send.
 */
static void wait(void)
{
	pair_run(&p, p.now + SOON);
}

/* As a program would: what is refused for lack of memory is asked for again. */
static void send_all(struct pair_end *end, u64 id)
{
	int err = pair_send(end, id, 0, false);

	if (err == -ENOMEM)
		err = pair_send(end, id, 0, false);
	CHECK_EQ(err, 0);
	err = pair_send(end, id, LEN - quic_streams_find(&end->conn.streams, id)->send.buf.end, true);
	if (err == -ENOMEM)
		err = pair_send(end, id,
				LEN - quic_streams_find(&end->conn.streams, id)->send.buf.end, true);
	CHECK_EQ(err, 0);
}

static void transfer(struct pair_end *from, u64 id)
{
	bool fin = false;

	send_all(from, id);
	wait();
	CHECK_EQ(pair_read(pair_peer(from), &fin), LEN);
	CHECK(fin);
}

static void handshake(void)
{
	pair_connect(&p);
	if (!p.client.begun)
		pair_connect(&p);
	wait();
	CHECK(p.client.conn.handshake_confirmed);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
}

static void transfers(void)
{
	transfer(&p.client, 0);
	transfer(&p.server, 1);
}

static void updates(void)
{
	struct quic_conn *conn = &p.client.conn;

	CHECK_EQ(quic_conn_key_update(conn, p.now), 0);
	transfer(&p.client, 0);
	transfer(&p.server, 1);
	CHECK_EQ(p.server.conn.rx[QUIC_CRYPTO_APP].phase, 1);
	CHECK_EQ(conn->rx[QUIC_CRYPTO_APP].phase, 1);
}

static void datagrams(void)
{
	struct quic_conn *conn = &p.client.conn;
	unsigned int i, got = 0;
	u8 *to;

	/* None of them comes again. */
	for (i = 0; i < 10; i++) {
		to = quic_conn_datagram_reserve(conn, 1, true);
		if (!to)
			continue;
		*to = 0;
		quic_conn_datagram_commit(conn, to, false);
		wait();
		got += pair_read(&p.server, NULL);
	}
	CHECK(got >= 9);
}

static void resets(void)
{
	send_all(&p.client, 0);
	pair_run(&p, p.now + 5 * QUIC_MSEC);
	CHECK_EQ(quic_streams_reset(&p.client.conn.streams, 0, 7), 0);
	wait();
	CHECK(pair_event(&p.server, QUIC_EVENT_STREAM_UPDATE, 0));
	transfer(&p.server, 1);
}

static void migrations(void)
{
	struct quic_conn *conn = &p.client.conn;
	struct quic_addr to = p.client.addr;

	to.port = 50001;
	CHECK_EQ(quic_conn_migrate(conn, &to, p.now), 0);
	wait();
	CHECK_EQ(conn->path[conn->proven_path].local.port, 50001);
	transfer(&p.server, 1);
	conn = &p.server.conn;
	CHECK_EQ(conn->path[conn->proven_path].remote.port, 50001);
}

static void closes(void)
{
	quic_conn_close(&p.client.conn, true, 5, 0, NULL, 0, p.now);
	wait();
	CHECK_EQ(p.server.conn.close.code, 5);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
}

/* @work, once for each of its allocations, @least of them; @fresh: before the handshake. */
static void sweep(void (*work)(void), bool fresh, bool validate, unsigned int least)
{
	unsigned int n;
	bool failed;

	for (n = 0; n < ALLOCATIONS_MAX; n++) {
		pair_init(&p);
		p.validate = validate;
		p.client.config.params.max_datagram_frame_size = 1400;
		p.server.config.params.max_datagram_frame_size = 1400;
		if (validate)
			pair_token_key(&p);
		if (!fresh)
			pair_handshake(&p);
		host_fail_alloc_after(n);
		work();
		failed = host_alloc_failed();
		pair_destroy(&p);
		CHECK_EQ(host_blocks(), 0);
		if (!failed)
			break;
	}
	CHECK(n >= least && n < ALLOCATIONS_MAX);
}

TEST("P15 a handshake succeeds whatever allocation failed")
{
	sweep(handshake, true, false, 30);
}

TEST("P15 a handshake with a Retry succeeds whatever allocation failed")
{
	sweep(handshake, true, true, 30);
}

TEST("P15 everything arrives whatever allocation failed")
{
	sweep(transfers, false, false, 20);
}

TEST("P15 P17 keys are updated whatever allocation failed")
{
	sweep(updates, false, false, 20);
}

TEST("P15 a failed allocation costs one datagram at most")
{
	sweep(datagrams, false, false, 5);
}

TEST("P15 a stream is reset whatever allocation failed")
{
	sweep(resets, false, false, 20);
}

TEST("P15 S6.23 a connection migrates whatever allocation failed")
{
	sweep(migrations, false, false, 10);
}

TEST("P15 a connection is closed whatever allocation failed")
{
	sweep(closes, false, false, 0);
}
