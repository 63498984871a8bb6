// SPDX-License-Identifier: GPL-2.0-only
/* What a connection does with packets that are not as they should be. */
#include "check.h"
#include "pair.h"

static struct pair p;

static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };

/* The receiver has closed with @code. */
static void check_closed(const struct pair_end *end, u64 code)
{
	CHECK_EQ(end->conn.state, QUIC_CONN_CLOSING);
	CHECK(!end->conn.close.by_peer && !end->conn.close.app);
	CHECK_EQ(end->conn.close.code, code);
}

static void expect(const void *frames, size_t len, u64 code, bool to_server)
{
	struct pair_end *from, *to;
	const struct pair_event *event;

	pair_init(&p);
	pair_handshake(&p);
	from = to_server ? &p.client : &p.server;
	to = pair_peer(from);
	pair_inject(from, QUIC_CRYPTO_APP, frames, len, 0);
	check_closed(to, code);
	event = pair_event(to, QUIC_EVENT_CONNECTION_CLOSE, 0);
	CHECK(event);
	CHECK_EQ(event->event.close.errcode, code);
	/* The peer learns it, with the frame type. */
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	CHECK_EQ(from->conn.state, QUIC_CONN_DRAINING);
	CHECK(from->conn.close.by_peer);
	CHECK_EQ(from->conn.close.code, code);
	pair_destroy(&p);
}

#define EXPECT(code, to_server, ...) do {				\
	static const u8 frames[] = { __VA_ARGS__ };			\
	expect(frames, sizeof(frames), code, to_server);		\
} while (0)

/* RFC 9000, 11, 11.1, 19.20 and 20.1 */
TEST("frames that break rules close with the right error")
{
	/* unknown type; type in two bytes; ACK of what was never sent */
	EXPECT(QUIC_TRANSPORT_ERROR_FRAME_ENCODING, true, 0x21, 0, 0, 0);
	EXPECT(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, true, 0x40, 0x01, 0, 0);
	EXPECT(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, true, QUIC_FRAME_ACK, 0x7f, 0xff, 0, 0, 0);
	/* a client that sends what only servers may */
	EXPECT(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, true, QUIC_FRAME_HANDSHAKE_DONE, 0, 0, 0);
	EXPECT(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, true, QUIC_FRAME_NEW_TOKEN, 1, 'x', 0);
	EXPECT(QUIC_TRANSPORT_ERROR_CRYPTO + 10, true, QUIC_FRAME_CRYPTO, 0, 1, 24);
	/* an empty token */
	EXPECT(QUIC_TRANSPORT_ERROR_FRAME_ENCODING, false, QUIC_FRAME_NEW_TOKEN, 0, 0, 0);
	/* streams: our own that we did not open, beyond the limit, beyond the window */
	EXPECT(QUIC_TRANSPORT_ERROR_STREAM_STATE, true, QUIC_FRAME_STREAM, 1, 'x', 0);
	EXPECT(QUIC_TRANSPORT_ERROR_STREAM_LIMIT, true, QUIC_FRAME_STREAM, 0x44, 0x00, 'x');
	EXPECT(QUIC_TRANSPORT_ERROR_FLOW_CONTROL, true, QUIC_FRAME_STREAM | 4, 0, 0xbf, 0xff, 0xff,
	       0xff, 'x');
	/* DATAGRAM although none was allowed (RFC 9221, 3) */
	EXPECT(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, true, QUIC_FRAME_DATAGRAM, 'x', 0, 0);
}

TEST("a packet without frames is a violation")
{
	static u8 buf[64];
	struct quic_packet_out out;
	struct quic_conn *from;
	int len;

	pair_init(&p);
	pair_handshake(&p);
	from = &p.client.conn;
	/* Four bytes of packet number: no payload is needed for the sample. */
	CHECK(quic_packet_begin(&out, QUIC_PACKET_1RTT, from->version,
				&quic_cid_active(&from->remote_cids)->cid, NULL, NULL, 0, false,
				1 << 25, 0, buf, sizeof(buf)));
	CHECK_EQ(out.pn_len, 4);
	len = quic_packet_seal(&out, from->tx[QUIC_CRYPTO_APP].aead[0], 0);
	CHECK(len > 0);
	CHECK_EQ(quic_packet_mask(&out, 1, from->tx[QUIC_CRYPTO_APP].hp), 0);
	pair_deliver(&p.server, buf, len, 0);
	check_closed(&p.server, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	pair_destroy(&p);
}

TEST("reserved bits are a violation once authentic")
{
	pair_init(&p);
	pair_handshake(&p);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0x08);
	check_closed(&p.server, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	pair_destroy(&p);
}

TEST("a packet without the fixed bit is dropped unless greasing was offered")
{
	u64 before;

	pair_init(&p);
	pair_handshake(&p);
	before = p.server.conn.stats.packets_received;
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0x40);
	CHECK_EQ(p.server.conn.stats.packets_received, before);
	pair_destroy(&p);

	pair_init(&p);
	p.server.config.params.grease_quic_bit = true;
	pair_handshake(&p);
	before = p.server.conn.stats.packets_received;
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0x40);
	CHECK_EQ(p.server.conn.stats.packets_received, before + 1);
	pair_destroy(&p);
}

/* RFC 9001, 5.5 */
TEST("changed bytes are dropped and counted")
{
	u8 buf[128], copy[128];
	size_t len, i;
	u64 before;

	pair_init(&p);
	pair_handshake(&p);
	before = p.server.conn.stats.packets_received;
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, buf, sizeof(buf));
	for (i = 0; i < len; i++) {
		memcpy(copy, buf, len);
		copy[i] ^= 0x21;
		pair_deliver(&p.server, copy, len, 0);
	}
	for (i = 0; i < len; i++)
		pair_deliver(&p.server, buf, i, 0);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(p.server.conn.stats.packets_received, before);
	CHECK(p.server.conn.rx[QUIC_CRYPTO_APP].used > 20);
	pair_deliver(&p.server, buf, len, 0);
	CHECK_EQ(p.server.conn.stats.packets_received, before + 1);
	pair_destroy(&p);
}

TEST("forgeries beyond the integrity limit close")
{
	u8 buf[64];
	size_t len;

	pair_init(&p);
	pair_handshake(&p);
	p.server.conn.rx[QUIC_CRYPTO_APP].used = 1ULL << 52;
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, buf, sizeof(buf));
	buf[len - 1] ^= 1;
	pair_deliver(&p.server, buf, len, 0);
	check_closed(&p.server, QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED);
	pair_destroy(&p);
}

TEST("the confidentiality limit closes")
{
	struct quic_keys *tx = &p.client.conn.tx[QUIC_CRYPTO_APP];

	pair_init(&p);
	pair_handshake(&p);
	quic_aead_free(tx->aead[1]);		/* no other keys to go on with */
	tx->aead[1] = NULL;
	tx->used = (1ULL << 23) - 65;
	CHECK_EQ(pair_send(&p.client, 0, 5000, true), 0);
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	check_closed(&p.client, QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED);
	CHECK_EQ(p.server.conn.close.code, QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED);
	pair_destroy(&p);
}

/* RFC 9000, 13.1; RFC 9001, 9.5 */
TEST("a packet counts once")
{
	u8 buf[64], copy[64];
	size_t len;
	u64 before;

	pair_init(&p);
	pair_handshake(&p);
	before = p.server.conn.stats.packets_received;
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, buf, sizeof(buf));
	memcpy(copy, buf, len);
	pair_deliver(&p.server, buf, len, 0);
	pair_deliver(&p.server, copy, len, 0);
	CHECK_EQ(p.server.conn.stats.packets_received, before + 1);
	CHECK_EQ(p.server.conn.recovery.space[QUIC_SPACE_APP].ack_waiting, 1);
	pair_destroy(&p);
}

/* RFC 9000, 5.2 and 12.2 */
TEST("coalesced packets for another id are dropped")
{
	u8 buf[2048];
	size_t len;
	u64 before;

	pair_init(&p);
	pair_connect(&p);
	pair_run(&p, p.now + 25 * QUIC_MSEC);	/* the client has all keys */
	CHECK(p.client.conn.tx[QUIC_CRYPTO_HANDSHAKE].cipher);
	before = p.server.conn.stats.packets_received;
	len = pair_forge(&p.client, QUIC_CRYPTO_HANDSHAKE, ping, sizeof(ping), 0, 0, buf, 1024);
	p.client.conn.remote_cids.entries[0].cid.id[0] ^= 1;
	len += pair_forge(&p.client, QUIC_CRYPTO_HANDSHAKE, ping, sizeof(ping), 0, 0, buf + len,
			  1024);
	p.client.conn.remote_cids.entries[0].cid.id[0] ^= 1;
	len += pair_forge(&p.client, QUIC_CRYPTO_HANDSHAKE, ping, sizeof(ping), 0, 0, buf + len,
			  512);
	pair_deliver(&p.server, buf, len, 0);
	CHECK_EQ(p.server.conn.stats.packets_received, before + 2);
	pair_destroy(&p);
}

static size_t shorten_to;

static bool shorten(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	*len = min(*len, shorten_to);
	return false;
}

TEST("a server ignores initials in small datagrams")
{
	u8 buf[1300];
	size_t len;

	pair_init(&p);
	pair_connect(&p);
	len = pair_forge(&p.client, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0, 1199, buf,
			 sizeof(buf));
	CHECK_EQ(len, 1199);
	pair_deliver(&p.server, buf, len, 0);
	CHECK_EQ(p.server.conn.stats.packets_received, 0);
	CHECK(!p.server.conn.got_packet);
	len = pair_forge(&p.client, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0, 1200, buf,
			 sizeof(buf));
	pair_deliver(&p.server, buf, len, 0);
	CHECK_EQ(p.server.conn.stats.packets_received, 1);
	pair_destroy(&p);

	/* A datagram that was cut on its way is no packet. */
	pair_init(&p);
	p.drop = shorten;
	shorten_to = 1100;
	pair_connect(&p);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK(!p.server.begun);
	pair_destroy(&p);
}

/* RFC 9000, 5.2.1 and 7.2 */
TEST("another source id is dropped")
{
	struct quic_conn *server = &p.server.conn;
	u64 before;

	pair_init(&p);
	p.client.hold_tls = true;
	pair_connect(&p);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK(p.client.conn.got_packet);
	before = p.client.conn.stats.packets_received;
	server->local_cids.entries[0].cid.id[3] ^= 1;
	pair_inject(&p.server, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0);
	CHECK_EQ(p.client.conn.stats.packets_received, before);
	server->local_cids.entries[0].cid.id[3] ^= 1;
	pair_inject(&p.server, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0);
	CHECK_EQ(p.client.conn.stats.packets_received, before + 1);
	pair_destroy(&p);
}

TEST("packets wait for their keys")
{
	unsigned int i;

	pair_init(&p);
	p.client.hold_tls = true;
	pair_connect(&p);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK(p.client.conn.early_count > 0);	/* the server's flight */
	for (i = 0; i < 300; i++)
		pair_inject(&p.server, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(p.client.conn.early_count, QUIC_CONN_EARLY_PACKETS_MAX);
	p.client.hold_tls = false;
	pair_inject(&p.server, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0);
	CHECK_EQ(p.client.conn.early_count, 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK(p.client.conn.handshake_confirmed);
	pair_destroy(&p);
}

TEST("packets do not wait where there is no room")
{
	pair_init(&p);
	p.client.hold_tls = true;
	p.client.no_room = true;
	pair_connect(&p);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.early_count, 0);
	pair_destroy(&p);
}

TEST("an early packet that closes makes the secret fail")
{
	static const u8 bad[] = { 0x21, 0, 0, 0 };
	u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE];

	pair_init(&p);
	pair_connect(&p);
	p.client.hold_tls = true;
	pair_run(&p, p.now + 15 * QUIC_MSEC);	/* the server's flight is on its way */
	pair_inject(&p.server, QUIC_CRYPTO_HANDSHAKE, bad, sizeof(bad), 0);
	CHECK_EQ(p.client.conn.early_count, 1);
	memset(secret, 2 * QUIC_CRYPTO_HANDSHAKE + 1, sizeof(secret));	/* of the server */
	CHECK_EQ(quic_conn_set_secret(&p.client.conn, QUIC_CRYPTO_HANDSHAKE, false, p.cipher,
				      secret, p.now), -EPIPE);
	check_closed(&p.client, QUIC_TRANSPORT_ERROR_FRAME_ENCODING);
	pair_destroy(&p);
}

TEST("version negotiation and retry are dropped for now")
{
	u8 vn[] = { 0xc0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x6b, 0x33, 0x43, 0xcf };
	struct quic_cid cid;

	pair_init(&p);
	pair_connect(&p);
	cid = p.client.conn.local_cids.entries[0].cid;
	memcpy(vn + 6, cid.id, cid.len);
	pair_deliver(&p.client, vn, sizeof(vn), 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_HANDSHAKING);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("a frame that finds no memory is not acknowledged")
{
	static const u8 data[] = { QUIC_FRAME_STREAM | 4, 0, 1, 'x', 'y', 'z' };
	u64 before;

	pair_init(&p);
	pair_handshake(&p);
	before = quic_ackset_largest(&p.server.conn.recovery.space[QUIC_SPACE_APP].received);
	p.server.no_room = true;
	pair_inject(&p.client, QUIC_CRYPTO_APP, data, sizeof(data), 0);
	CHECK_EQ(quic_ackset_largest(&p.server.conn.recovery.space[QUIC_SPACE_APP].received),
		 before);
	p.server.no_room = false;
	pair_inject(&p.client, QUIC_CRYPTO_APP, data, sizeof(data), 0);
	CHECK_EQ(quic_ackset_largest(&p.server.conn.recovery.space[QUIC_SPACE_APP].received),
		 before + 2);
	pair_destroy(&p);
}

/* RFC 9000, 13.4.1 and 19.3.2 */
TEST("ce marks are reported")
{
	u8 buf[64];
	size_t len;

	pair_init(&p);
	pair_handshake(&p);
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, buf, sizeof(buf));
	pair_deliver(&p.server, buf, len, 3);
	CHECK_EQ(p.server.conn.stats.ecn_ce_received, 1);
	CHECK_EQ(p.server.conn.recovery.space[QUIC_SPACE_APP].ecn[2], 1);
	pair_destroy(&p);
}

/* Packets that a peer with the right keys can make, of random frames and of mutated ones. */
TEST("authentic garbage breaks nothing")
{
	static const u8 seeds[][20] = {
		{ QUIC_FRAME_ACK, 5, 0, 1, 1, 0, 0 },
		{ QUIC_FRAME_ACK_ECN, 9, 9, 0, 3, 1, 1, 1 },
		{ QUIC_FRAME_STREAM | 7, 0, 3, 4, 'a', 'b', 'c', 'd', QUIC_FRAME_MAX_DATA, 44 },
		{ QUIC_FRAME_RESET_STREAM, 4, 1, 9, QUIC_FRAME_STOP_SENDING, 1, 7 },
		{ QUIC_FRAME_CRYPTO, 0, 4, 4, 0, 0, 9, QUIC_FRAME_NEW_TOKEN, 1, 1 },
		{ QUIC_FRAME_RETIRE_CONNECTION_ID, 2, QUIC_FRAME_PATH_CHALLENGE, 1, 2, 3, 4 },
		{ QUIC_FRAME_MAX_STREAMS_BIDI, 9, QUIC_FRAME_STREAM_DATA_BLOCKED, 0, 9 },
	};
	unsigned int seed, i, round;
	struct pair_end *from;
	u8 frames[20];

	for (seed = 1; seed < 300; seed++) {
		pair_init(&p);
		host_seed(seed);
		pair_handshake(&p);
		CHECK_EQ(pair_send(&p.client, 0, 3000, false), 0);
		CHECK_EQ(pair_send(&p.server, 1, 3000, true), 0);
		from = seed & 1 ? &p.client : &p.server;
		for (round = 0; round < 40; round++) {
			if (!pair_peer(from)->begun ||
			    pair_peer(from)->conn.state != QUIC_CONN_ESTABLISHED)
				break;
			quic_random(frames, sizeof(frames));
			if (frames[0] & 3)
				memcpy(frames, seeds[frames[1] % ARRAY_SIZE(seeds)],
				       sizeof(frames));
			quic_random(&i, sizeof(i));
			frames[i % 9] = i >> 8;
			pair_inject(from, QUIC_CRYPTO_APP, frames, sizeof(frames), 0);
			pair_flush(pair_peer(from));
		}
		pair_run(&p, p.now + QUIC_SEC);
		pair_destroy(&p);
		CHECK_EQ(host_blocks(), 0);
	}
}

TEST("a client that chose a short id gets no connection")
{
	u8 buf[1200];

	pair_init(&p);
	pair_connect(&p);
	p.client.conn.remote_cids.entries[0].cid.len = 7;
	pair_forge(&p.client, QUIC_CRYPTO_INITIAL, ping, sizeof(ping), 0, sizeof(buf), buf,
		   sizeof(buf));
	pair_deliver(&p.server, buf, sizeof(buf), 0);
	CHECK(!p.server.begun);
	pair_destroy(&p);
}
