// SPDX-License-Identifier: GPL-2.0-only
/* NewSessionTicket on its way to a client (S5.24 to S5.28). */
#include "check.h"
#include "pair.h"

static struct pair p;

/* @len TLS bytes of the server at 1-RTT level. */
static void send_tls(const u8 *bytes, size_t len)
{
	size_t room;
	u8 *to;

	for (; len; bytes += room, len -= room) {
		CHECK_EQ(quic_conn_crypto_check(&p.server.conn, QUIC_CRYPTO_APP), 0);
		to = quic_conn_crypto_reserve(&p.server.conn, QUIC_CRYPTO_APP, len, true, &room);
		CHECK(to);
		memcpy(to, bytes, room);
		quic_conn_crypto_commit(&p.server.conn, QUIC_CRYPTO_APP, room, false);
	}
	pair_run(&p, p.now + QUIC_SEC);
}

TEST("a ticket is collected and frozen with its trailing bytes")
{
	u8 message[90] = { 4, 0, 0, 46 };	/* says 50 bytes in all */
	const struct pair_event *event;

	pair_init(&p);
	pair_handshake(&p);
	send_tls(message, 20);
	CHECK(!pair_event(&p.client, QUIC_EVENT_NEW_SESSION_TICKET, 0));
	send_tls(message + 20, 70);
	event = pair_event(&p.client, QUIC_EVENT_NEW_SESSION_TICKET, 0);
	CHECK(event);
	CHECK_EQ(event->len, 90);
	CHECK(!quic_conn_handshake_head(&p.client.conn));
	send_tls(message, 60);			/* later ones are ignored */
	CHECK(!pair_event(&p.client, QUIC_EVENT_NEW_SESSION_TICKET, 1));
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("a ticket flood is not collected")
{
	static u8 message[1 << 16] = { 4, 0, 0xff, 0xff };
	unsigned int i;

	pair_init(&p);
	pair_handshake(&p);
	for (i = 0; i < 8; i++)
		send_tls(message, sizeof(message));
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK(!pair_event(&p.client, QUIC_EVENT_NEW_SESSION_TICKET, 0));
	CHECK_EQ(p.client.conn.ticket_len, 4096);
	CHECK_EQ(p.client.conn.mem_rx.used, 0);
	pair_destroy(&p);
}

TEST("a ticket without memory comes again")
{
	u8 message[90] = { 4, 0, 0, 86 };

	pair_init(&p);
	pair_handshake(&p);
	p.client.conn.mem.limit = p.client.conn.mem.used;
	send_tls(message, sizeof(message));
	CHECK(!pair_event(&p.client, QUIC_EVENT_NEW_SESSION_TICKET, 0));
	p.client.conn.mem.limit = U64_MAX;
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK(pair_event(&p.client, QUIC_EVENT_NEW_SESSION_TICKET, 0));
	pair_destroy(&p);
}
