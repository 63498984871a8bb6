// SPDX-License-Identifier: GPL-2.0-only
/* How connections end (RFC 9000, 10; S2.35 to S2.39, S2.52, S7.6). */
#include "check.h"
#include "pair.h"

static struct pair p;

static const struct quic_connection_close *close_event(const struct pair_end *end)
{
	const struct pair_event *event = pair_event(end, QUIC_EVENT_CONNECTION_CLOSE, 0);

	return event ? &event->event.close : NULL;
}

/* RFC 9000, 10.2, 19.19 and 20.2 */
TEST("an application close reaches the peer")
{
	const struct quic_connection_close *close;

	pair_init(&p);
	pair_handshake(&p);
	quic_conn_close(&p.client.conn, true, 77, 5, "going away", 10, p.now);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSING);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	close = close_event(&p.server);
	CHECK(close);
	CHECK_EQ(close->errcode, 77);
	CHECK_EQ(close->frame, 0);
	CHECK(!strcmp((const char *)close->phrase, "going away"));
	CHECK(!close_event(&p.client));		/* not for one's own close */
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_CLOSED);
	CHECK_EQ(quic_conn_deadline(&p.client.conn, p.now), QUIC_NEVER);
	pair_destroy(&p);
}

TEST("codes have 62 bits and phrases 63 bytes")
{
	const struct quic_connection_close *close;
	char phrase[64];

	memset(phrase, 'x', sizeof(phrase));
	pair_init(&p);
	pair_handshake(&p);
	quic_conn_close(&p.client.conn, true, (1ULL << 62) - 1, 0, phrase, sizeof(phrase), p.now);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(p.server.conn.close.code, (1ULL << 62) - 1);
	close = close_event(&p.server);
	CHECK(close);
	CHECK_EQ(close->errcode, U32_MAX);
	CHECK_EQ(strlen((const char *)close->phrase), 63);
	pair_destroy(&p);
}

TEST("data sent before the close arrives before it")
{
	bool fin = false;

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(pair_send(&p.client, 0, 9000, true), 0);
	quic_conn_close(&p.client.conn, true, 0, 0, NULL, 0, p.now);
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	CHECK_EQ(pair_read(&p.server, &fin), 9000);
	CHECK(fin);
	pair_destroy(&p);
}

TEST("what the window holds back is discarded at close")
{
	u64 got;

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(pair_send(&p.client, 0, 200000, true), 0);
	quic_conn_close(&p.client.conn, true, 0, 0, NULL, 0, p.now);
	pair_run(&p, p.now + QUIC_SEC);
	got = pair_read(&p.server, NULL);
	CHECK(got >= 8000 && got < 30000);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	pair_destroy(&p);
}

TEST("a close during the handshake says only application error")
{
	const struct quic_connection_close *close;

	/* before anything was sent: the server still gets an Initial to open */
	pair_init(&p);
	pair_connect(&p);
	quic_conn_close(&p.client.conn, true, 77, 0, "secret", 6, p.now);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK(p.server.begun);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	close = close_event(&p.server);
	CHECK(close);
	CHECK_EQ(close->errcode, QUIC_TRANSPORT_ERROR_APPLICATION);
	CHECK_EQ(close->frame, 0);
	CHECK_EQ(close->phrase[0], 0);
	CHECK(p.server.conn.stats.bytes_received >= 1200);
	pair_destroy(&p);

	/* by the server, whose client has no Handshake keys yet */
	pair_init(&p);
	p.client.hold_tls = true;
	pair_connect(&p);
	pair_run(&p, p.now + 21 * QUIC_MSEC);
	quic_conn_close(&p.server.conn, true, 77, 0, NULL, 0, p.now);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_DRAINING);
	close = close_event(&p.client);
	CHECK(close);
	CHECK_EQ(close->errcode, QUIC_TRANSPORT_ERROR_APPLICATION);
	pair_destroy(&p);
}

/* RFC 9001, 4.8 */
TEST("tls alerts go out as they are")
{
	const struct quic_connection_close *close;

	pair_init(&p);
	p.client.hold_tls = true;
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	quic_conn_close(&p.server.conn, false, 0x100 + 42, QUIC_FRAME_CRYPTO, NULL, 0, p.now);
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	close = close_event(&p.client);
	CHECK(close);
	CHECK_EQ(close->errcode, 0x100 + 42);
	CHECK_EQ(close->frame, QUIC_FRAME_CRYPTO);
	pair_destroy(&p);
}

/* The client is established; the server's TLS has not read its Finished and cannot open 1-RTT. */
static void connect_to_slow_server(void)
{
	pair_init(&p);
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	p.server.hold_tls = true;
	pair_run(&p, p.now + 14 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_HANDSHAKING);
}

/* RFC 9000, 10.2.3 */
TEST("before confirmation a close is sent in every level")
{
	const struct quic_connection_close *close;

	connect_to_slow_server();
	quic_conn_close(&p.client.conn, true, 9, 0, "private", 7, p.now);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	/* TLS wants more than it has got: the Handshake packet is all that counts. */
	quic_conn_handshake_wait(&p.server.conn, p.now);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	close = close_event(&p.server);
	CHECK(close);
	CHECK_EQ(close->errcode, QUIC_TRANSPORT_ERROR_APPLICATION);
	CHECK_EQ(close->phrase[0], 0);
	pair_destroy(&p);
}

/* RFC 9000, 10.2.3 */
TEST("a close waits for a server's TLS that has the last message, and so does the data before it")
{
	static const u8 noise[100];
	const struct quic_connection_close *close;
	bool fin = false;

	connect_to_slow_server();
	CHECK_EQ(pair_send(&p.client, 0, 3000, true), 0);
	quic_conn_close(&p.client.conn, true, 9, 0, "done", 4, p.now);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_HANDSHAKING);
	CHECK(!close_event(&p.server));
	p.server.hold_tls = false;
	/* TLS goes on with any datagram. */
	pair_deliver(&p.server, noise, sizeof(noise), 0);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	CHECK_EQ(pair_read(&p.server, &fin), 3000);
	CHECK(fin);
	close = close_event(&p.server);
	CHECK(close);
	CHECK_EQ(close->errcode, 9);
	CHECK(!strcmp((const char *)close->phrase, "done"));
	pair_destroy(&p);
}

static bool drop_all(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	return true;
}

/* RFC 9000, 10.2.1 */
TEST("the closing state answers less and less")
{
	u8 buf[1200] = { 0x40 };
	u64 answers;
	unsigned int i;

	pair_init(&p);
	pair_handshake(&p);
	p.drop = drop_all;
	quic_conn_close(&p.client.conn, true, 0, 0, NULL, 0, p.now);
	pair_flush(&p.client);
	answers = p.client.datagrams_sent;
	for (i = 0; i < 127; i++) {
		pair_deliver(&p.client, buf, sizeof(buf), 0);
		pair_flush(&p.client);
	}
	/* after 1, 2, 4, ... 64 packets */
	CHECK_EQ(p.client.datagrams_sent - answers, 7);
	pair_destroy(&p);
}

/* RFC 9000, 10.2.2 */
TEST("the draining state says nothing")
{
	u64 sent;

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(pair_send(&p.server, 1, 5000, true), 0);
	quic_conn_close(&p.client.conn, true, 0, 0, NULL, 0, p.now);
	pair_flush(&p.client);
	sent = p.server.datagrams_sent;
	p.drop = drop_all;
	pair_deliver(&p.server, p.wire[p.wire_count - 1].data, p.wire[p.wire_count - 1].len, 0);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	pair_flush(&p.server);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.server.datagrams_sent, sent);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_CLOSED);
	pair_destroy(&p);
}

/* RFC 9000, 10.1 */
TEST("silence ends a connection on both sides")
{
	const struct quic_connection_close none = {};
	u64 sent;

	pair_init(&p);
	p.server.config.params.max_idle_timeout = 1000;
	pair_handshake(&p);
	sent = p.client.datagrams_sent + p.server.datagrams_sent;
	pair_run(&p, p.now + 1200 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_CLOSED);
	CHECK_EQ(p.client.datagrams_sent + p.server.datagrams_sent, sent);
	CHECK(close_event(&p.client));
	CHECK_MEM(close_event(&p.client), &none, sizeof(none));
	CHECK(!p.client.conn.close.set);
	pair_destroy(&p);
}

TEST("an unanswered client fails after its idle timeout")
{
	u64 start;

	pair_init(&p);
	p.client.config.params.max_idle_timeout = 5000;
	p.drop = drop_all;
	pair_connect(&p);
	start = p.now;
	pair_run(&p, start + 4900 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_HANDSHAKING);
	CHECK(p.client.datagrams_sent >= 3);	/* probes */
	pair_run(&p, start + 5100 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	pair_destroy(&p);
}

/* RFC 9000, 10.1.2; S2.53 */
TEST("keepalive keeps alive")
{
	pair_init(&p);
	p.client.config.params.max_idle_timeout = 5000;
	p.client.config.keepalive = 2 * QUIC_SEC;
	pair_handshake(&p);
	pair_run(&p, p.now + 60 * QUIC_SEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

/* RFC 9000, 10.3 */
TEST("a stateless reset ends silently")
{
	const struct quic_connection_close *close;
	u8 reset[43];

	pair_init(&p);
	pair_handshake(&p);
	memset(reset, 0x55, sizeof(reset));
	/* the token of the very ID that the client uses */
	memcpy(reset + sizeof(reset) - 16, p.server.conn.local_cids.entries[0].token, 16);
	reset[sizeof(reset) - 1] ^= 1;
	pair_deliver(&p.client, reset, sizeof(reset), 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	reset[sizeof(reset) - 1] ^= 1;
	pair_deliver(&p.client, reset, 20, 0);
	pair_deliver(&p.client, reset, sizeof(reset), 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	close = close_event(&p.client);
	CHECK(close);
	CHECK_EQ(close->errcode, 0x100);
	CHECK_EQ(close->frame, 0);
	pair_destroy(&p);
}

TEST("a stateless reset may begin with a known id")
{
	u8 reset[43];

	pair_init(&p);
	pair_handshake(&p);
	memset(reset, 0x55, sizeof(reset));
	memcpy(reset + 1, p.client.conn.local_cids.entries[0].cid.id, QUIC_CID_LEN);
	/* the token of an ID that was never used: not checked (RFC 9000, 10.3.1) */
	memcpy(reset + sizeof(reset) - 16, p.server.conn.local_cids.entries[3].token, 16);
	pair_deliver(&p.client, reset, sizeof(reset), 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	memcpy(reset + 1, p.client.conn.local_cids.entries[0].cid.id, QUIC_CID_LEN);
	memcpy(reset + sizeof(reset) - 16, p.server.conn.local_cids.entries[0].token, 16);
	pair_deliver(&p.client, reset, sizeof(reset), 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	pair_destroy(&p);
}

TEST("closing twice changes nothing")
{
	pair_init(&p);
	pair_handshake(&p);
	quic_conn_close(&p.client.conn, true, 1, 0, NULL, 0, p.now);
	quic_conn_close(&p.client.conn, true, 2, 0, NULL, 0, p.now);
	CHECK_EQ(p.client.conn.close.code, 1);
	CHECK_EQ(p.client.states, 2);	/* ESTABLISHED, CLOSING */
	pair_destroy(&p);
}

TEST("a close goes out without memory")
{
	pair_init(&p);
	pair_handshake(&p);
	host_fail_alloc_after(0);
	quic_conn_close(&p.client.conn, true, 5, 0, NULL, 0, p.now);
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	host_alloc_failed();
	CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
	pair_destroy(&p);
}
