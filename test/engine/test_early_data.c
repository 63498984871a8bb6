// SPDX-License-Identifier: GPL-2.0-only
/* 0-RTT packets: what they carry, and replays of them (RFC 9000, 17.2.3; RFC 9001, 5.6 and 9.2). */
#include "check.h"
#include "pair.h"

static struct pair p;
static u8 kept[PAIR_WIRE_MAX][1500];
static size_t kept_len[PAIR_WIRE_MAX];
static unsigned int kept_count;

static bool keep_long(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	/* Version 1: the type 1 of long headers is 0-RTT. */
	if (!from->is_server && (data[0] & 0xf0) == 0xd0 && kept_count < PAIR_WIRE_MAX) {
		memcpy(kept[kept_count], data, *len);
		kept_len[kept_count++] = *len;
	}
	return false;
}

static void early_secret(struct pair_end *end, bool send)
{
	u8 bytes[QUIC_CRYPTO_SECRET_BUFFER_SIZE];

	memset(bytes, 0x55, sizeof(bytes));
	CHECK_EQ(quic_conn_set_secret(&end->conn, QUIC_CRYPTO_EARLY, send, p.cipher, bytes, p.now), 0);
}

/* A client that was here before sends 5000 bytes; the server has its first packet and the key. */
static void begin(void)
{
	pair_init(&p);
	kept_count = 0;
	p.drop = keep_long;
	pair_connect(&p);
	early_secret(&p.client, true);
	quic_conn_set_remote_values(&p.client.conn, &p.server.config.params);
	CHECK_EQ(pair_send(&p.client, 0, 5000, true), 0);
	p.server.hold_tls = true;
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	CHECK(p.server.begun);
	CHECK(kept_count);
	early_secret(&p.server, false);
}

static void finish(void)
{
	bool fin;

	p.server.hold_tls = false;
	/* TLS goes on with any datagram, so with one that was here: not only when the client probes. */
	pair_deliver(&p.server, kept[0], kept_len[0], 0);
	pair_flush(&p.server);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(pair_read(&p.server, &fin), 5000);
	CHECK(fin);
	pair_destroy(&p);
}

TEST("RFC 9000, 17.2.3: data in 0-RTT packets arrives, and is not sent again")
{
	begin();
	finish();
	CHECK_EQ(p.client.conn.stats.packets_retransmitted, 0);
}

TEST("RFC 9001, 9.2: 0-RTT packets that somebody replays into the connection count once")
{
	u64 received;
	unsigned int i;

	begin();
	received = p.server.conn.stats.packets_received;
	for (i = 0; i < kept_count; i++)
		pair_deliver(&p.server, kept[i], kept_len[i], 0);
	CHECK_EQ(p.server.conn.stats.packets_received, received);
	CHECK(p.server.conn.drops.number >= kept_count);
	finish();
}

static void refused(const u8 *frames, size_t len)
{
	begin();
	pair_inject(&p.client, QUIC_CRYPTO_EARLY, frames, len, 0);
	CHECK_EQ(p.server.conn.close.code, QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION);
	pair_destroy(&p);
}

TEST("RFC 9001, 5.6 RFC 9000, 12.5: ACK, CRYPTO, HANDSHAKE_DONE, NEW_TOKEN, PATH_RESPONSE in 0-RTT are refused")
{
	static const u8 ack[] = { QUIC_FRAME_ACK, 0, 0, 0, 0, 0 };
	static const u8 crypto[] = { QUIC_FRAME_CRYPTO, 0, 4, 1, 2, 3, 4 };
	static const u8 done[] = { QUIC_FRAME_HANDSHAKE_DONE, 0, 0, 0 };
	static const u8 token[] = { QUIC_FRAME_NEW_TOKEN, 2, 1, 2 };
	static const u8 response[] = { QUIC_FRAME_PATH_RESPONSE, 1, 2, 3, 4, 5, 6, 7, 8 };

	refused(ack, sizeof(ack));
	refused(crypto, sizeof(crypto));
	refused(done, sizeof(done));
	refused(token, sizeof(token));
	refused(response, sizeof(response));
}
