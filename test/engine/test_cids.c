// SPDX-License-Identifier: GPL-2.0-only
/* Issuing and retiring connection IDs (RFC 9000, 5.1, 19.15, 19.16). */
#include "check.h"
#include "pair.h"

static struct pair p;

/* NEW_CONNECTION_ID from the server; the ID is eight times @byte, the token sixteen times. */
static void new_cid(u64 seq, u64 prior_to, u8 byte)
{
	struct quic_cid cid = { .len = 8 };
	u8 buf[64], token[16];
	struct quic_writer w = { buf, buf + sizeof(buf) };

	memset(cid.id, byte, sizeof(cid.id));
	memset(token, byte, sizeof(token));
	CHECK(quic_frame_write_new_cid(&w, seq, prior_to, &cid, token));
	pair_inject(&p.server, QUIC_CRYPTO_APP, buf, w.pos - buf, 0);
}

static void retire(struct pair_end *from, u64 seq)
{
	u8 buf[16];
	struct quic_writer w = { buf, buf + sizeof(buf) };

	CHECK(quic_frame_write_value(&w, QUIC_FRAME_RETIRE_CONNECTION_ID, seq));
	CHECK(quic_write_bytes(&w, "\0\0", 2));
	pair_inject(from, QUIC_CRYPTO_APP, buf, w.pos - buf, 0);
}

static unsigned int known(const struct quic_cid_set *set)
{
	unsigned int i, n = 0;

	for (i = 0; i < QUIC_CID_ENTRIES; i++)
		n += set->entries[i].used;
	return n;
}

/* A client whose server has issued no ID beyond the first. */
static void begin(void)
{
	pair_init(&p);
	p.client.config.params.active_connection_id_limit = 4;
	pair_handshake(&p);
	CHECK_EQ(known(&p.client.conn.remote_cids), 4);
}

TEST("P19 retire prior to all leaves the new one")
{
	struct quic_conn *c = &p.client.conn;
	const struct pair_event *event;
	u64 sent;

	begin();
	new_cid(4, 4, 0xa4);
	CHECK_EQ(c->state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(known(&c->remote_cids), 1);
	CHECK_EQ(c->remote_cids.active, 4);
	CHECK_EQ(c->path[0].dcid_seq, 4);
	CHECK_EQ(c->remote_cids.retire_count, 4);
	event = pair_event(&p.client, QUIC_EVENT_CONNECTION_ID, 3);
	CHECK(event && !pair_event(&p.client, QUIC_EVENT_CONNECTION_ID, 4));
	CHECK_EQ(event->event.info.dest, 1);
	CHECK_EQ(event->event.info.active, 4);
	CHECK_EQ(event->event.info.prior_to, 4);
	/* The frames go out, addressed to the new ID. */
	sent = p.client.datagrams_sent;
	pair_flush(&p.client);
	CHECK_EQ(p.client.datagrams_sent, sent + 1);
	CHECK(!memcmp(p.wire[0].data + 1, "\xa4\xa4\xa4\xa4\xa4\xa4\xa4\xa4", 8));
	pair_destroy(&p);
}

TEST("P19 a retired id that comes late is retired at once")
{
	struct quic_cid_set *set = &p.client.conn.remote_cids;

	begin();
	new_cid(6, 6, 0xa6);
	CHECK_EQ(set->retire_count, 4);
	new_cid(5, 2, 0xa5);		/* overtaken */
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(known(set), 1);
	CHECK_EQ(set->retire_count, 5);
	new_cid(5, 2, 0xa5);
	CHECK_EQ(set->retire_count, 5);
	pair_destroy(&p);
}

/* RFC 9000, 5.1.2 */
TEST("retired ids are acknowledged and forgotten")
{
	struct quic_conn *s = &p.server.conn;
	const struct pair_event *event;

	pair_init(&p);
	pair_handshake(&p);
	retire(&p.client, 3);
	CHECK_EQ(known(&s->local_cids), 7);	/* replaced */
	CHECK(!quic_cid_find(&s->local_cids, 3));
	CHECK(quic_cid_find(&s->local_cids, 7));
	CHECK_EQ(p.server.cid_count, 7);
	event = pair_event(&p.server, QUIC_EVENT_CONNECTION_ID, 0);
	CHECK(event);
	CHECK_EQ(event->event.info.dest, 0);
	CHECK_EQ(event->event.info.prior_to, 0);
	retire(&p.client, 3);			/* again: nothing to do */
	CHECK_EQ(s->state, QUIC_CONN_ESTABLISHED);
	CHECK(!pair_event(&p.server, QUIC_EVENT_CONNECTION_ID, 1));
	/*
	 * The client, whose table is full, is not told to retire: for it that is one ID too
	 * many. Its own retiring of 3 was a forgery of this test.
	 */
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.close.code, QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT);
	pair_destroy(&p);
}

static void expect_violation(struct pair_end *end, u64 code)
{
	CHECK_EQ(end->conn.state, QUIC_CONN_CLOSING);
	CHECK_EQ(end->conn.close.code, code);
	pair_destroy(&p);
}

TEST("P19 retiring the id that the packet used")
{
	pair_init(&p);
	pair_handshake(&p);
	retire(&p.client, 0);
	expect_violation(&p.server, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
}

TEST("retiring what was never issued")
{
	pair_init(&p);
	pair_handshake(&p);
	retire(&p.client, 7);
	expect_violation(&p.server, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
}

TEST("more ids than the limit")
{
	begin();
	new_cid(4, 0, 0xa4);
	expect_violation(&p.client, QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT);
}

TEST("one number for two ids")
{
	begin();
	new_cid(3, 0, 0xa4);
	expect_violation(&p.client, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
}

TEST("one id with two numbers or tokens")
{
	struct quic_cid_entry *entry;
	u8 buf[64], token[16] = {};
	struct quic_writer w = { buf, buf + sizeof(buf) };

	begin();
	new_cid(4, 4, 0xa4);
	new_cid(5, 4, 0xa4);
	expect_violation(&p.client, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);

	begin();
	entry = quic_cid_find(&p.client.conn.remote_cids, 2);
	CHECK(quic_frame_write_new_cid(&w, 2, 0, &entry->cid, entry->token));
	pair_inject(&p.server, QUIC_CRYPTO_APP, buf, w.pos - buf, 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);	/* a repetition */
	w.pos = buf;
	CHECK(quic_frame_write_new_cid(&w, 2, 0, &entry->cid, token));
	pair_inject(&p.server, QUIC_CRYPTO_APP, buf, w.pos - buf, 0);
	expect_violation(&p.client, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
}

TEST("P19 a peer that withholds acknowledgements of retirement")
{
	u64 seq;

	begin();
	for (seq = 4; seq < 40 && p.client.conn.state == QUIC_CONN_ESTABLISHED; seq++)
		new_cid(seq, seq, 0x40 + seq);
	CHECK_EQ(seq, 4 + 14);	/* 4 at first, then one each: 16 may wait */
	expect_violation(&p.client, QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT);
}

TEST("lost frames are sent again")
{
	static const u8 ack_nothing[] = { QUIC_FRAME_PING, 0, 0, 0 };
	struct quic_cid_set *set = &p.server.conn.local_cids;
	unsigned int i;

	pair_init(&p);
	pair_connect(&p);
	/* the server has issued its IDs, the wire has them */
	pair_run(&p, p.now + 35 * QUIC_MSEC);
	CHECK_EQ(known(set), 7);
	while (p.wire_count)
		free(p.wire[--p.wire_count].data);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ack_nothing, sizeof(ack_nothing), 0);
	pair_run(&p, p.now + 2 * QUIC_SEC);
	CHECK_EQ(known(&p.client.conn.remote_cids), 7);
	for (i = 0; i < 7; i++)
		CHECK(quic_cid_find(&p.client.conn.remote_cids, i));
	pair_destroy(&p);
}

TEST("a limit above eight is brought down")
{
	pair_init(&p);
	p.client.config.params.active_connection_id_limit = 100;
	pair_handshake(&p);
	CHECK_EQ(known(&p.server.conn.local_cids), QUIC_CID_LIMIT_MAX);
	pair_destroy(&p);
}
