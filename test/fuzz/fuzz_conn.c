// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two whole connections, some of which begin with a Retry or with 0-RTT. The input is a list of steps:
 * frames that one end says to the other under the right keys, also from another address, datagrams from
 * nowhere, what applications and the network do, time that passes, and allocations that fail. Whatever
 * comes, memory stays within its accounts, nothing spins (the pair looks after that), and in the end
 * nothing is left behind.
 */
#include <linux/tls.h>

#include "conn_internal.h"
#include "fuzz.h"
#include "pair.h"

#define FRAMES_MAX	1100
#define STEPS_MAX	64

static struct pair pair;

/* Datagrams that the network will lose from now on, a bit each. */
static u8 losses;

static bool lose(struct pair *p __maybe_unused, struct pair_end *from __maybe_unused,
		 u8 *data __maybe_unused, size_t *len __maybe_unused)
{
	bool lost = losses & 1;

	losses >>= 1;
	return lost;
}

static void check_account(const struct quic_mem *mem)
{
	REQUIRE(!mem->limit || mem->used <= mem->limit);
}

static void check_end(const struct pair_end *end)
{
	const struct quic_conn *conn = &end->conn;

	if (!end->begun)
		return;
	REQUIRE(conn->state <= QUIC_CONN_CLOSED);
	check_account(&conn->mem);
	check_account(&conn->mem_tx);
	check_account(&conn->mem_rx);
}

/* The next packet of @from with these frames reaches the other end from another port than the others. */
static void say_elsewhere(struct pair_end *from, u8 level, const u8 *frames, size_t len, u8 first_byte)
{
	struct pair_end *to = pair_peer(from);
	struct quic_datagram dgram = { .local = to->addr, .remote = from->addr };
	u8 buf[2048];

	if (!to->begun)
		return;
	dgram.remote.port ^= 1;
	dgram.len = pair_forge(from, level, frames, len, first_byte,
			       level == QUIC_CRYPTO_INITIAL ? 1200 : 0, buf, sizeof(buf));
	dgram.ref = host_ref_new(dgram.len);
	memcpy(dgram.ref->data, buf, dgram.len);
	dgram.data = dgram.ref->data;
	quic_conn_receive(&to->conn, &dgram, pair.now);
	quic_ref_put(dgram.ref);
	pair_flush(to);
}

/* Frames that @from says in a packet of @level, if it can protect one. */
static void say(struct pair_end *from, u8 level, const u8 *frames, size_t len, u8 first_byte,
		bool elsewhere)
{
	struct quic_conn *conn = &from->conn;

	if (!from->begun || conn->state > QUIC_CONN_ESTABLISHED ||
	    !conn->tx[level].aead[conn->tx[level].phase] || !quic_cid_active(&conn->remote_cids) ||
	    !quic_cid_find(&conn->local_cids, quic_cid_lowest(&conn->local_cids)))
		return;
	if (elsewhere)
		say_elsewhere(from, level, frames, len, first_byte);
	else
		pair_inject(from, level, frames, len, first_byte);
}

/* A datagram on the way overtakes those before it. */
static void overtake(u8 index)
{
	struct pair_datagram datagram;

	if (!pair.wire_count)
		return;
	index %= pair.wire_count;
	datagram = pair.wire[index];
	memmove(&pair.wire[1], &pair.wire[0], index * sizeof(pair.wire[0]));
	datagram.arrives_at = pair.now;
	pair.wire[0] = datagram;
}

/* What an application does to a stream, or to all. */
static void act(struct pair_end *end, u8 what, u64 id, u8 arg)
{
	struct quic_streams *st = &end->conn.streams;
	u8 *datagram;

	if (!end->begun || end->conn.state != QUIC_CONN_ESTABLISHED)
		return;
	switch (what % 10) {
	case 0:
		pair_send(end, id, (size_t)arg * arg, arg & 1);
		break;
	case 1:
		pair_read(end, NULL);
		break;
	case 2:
		quic_streams_reset(st, id, arg);
		break;
	case 3:
		quic_streams_stop_sending(st, id, arg);
		break;
	case 4:
		quic_conn_set_mtu(&end->conn, 1200 + 8 * arg);
		break;
	case 5:
		quic_key_phase_update(&end->conn);
		break;
	case 6:
		quic_conn_set_pmtu(&end->conn, 1100 + 8 * arg, pair.now);
		break;
	case 7:
		quic_conn_send_token(&end->conn);
		break;
	case 8:
		if (quic_conn_datagram_check(&end->conn, arg))
			break;
		datagram = quic_conn_datagram_reserve(&end->conn, arg, false);
		if (!datagram)
			break;
		memset(datagram, arg, arg);
		quic_conn_datagram_commit(&end->conn, datagram, arg & 1);
		break;
	case 9:
		quic_conn_close(&end->conn, arg & 1, arg, 0, NULL, 0, pair.now);
		break;
	}
	pair_flush(end);
}

/* One step. False at the end of the input. */
static bool step(struct quic_reader *r)
{
	struct pair_end *end;
	const u8 *bytes;
	u8 op, arg, arg2;
	u16 len;

	if (!quic_read_u8(r, &op) || !quic_read_u8(r, &arg))
		return false;
	end = op & 1 ? &pair.server : &pair.client;
	switch (op >> 1 & 7) {
	case 0:
	case 1:
		/* arg: level, and bits of the first byte: reserved ones, fixed bit, key phase */
		if (!quic_read_u16(r, &len))
			return false;
		len = min_t(size_t, len % (FRAMES_MAX + 1), quic_reader_left(r));
		quic_read_bytes(r, &bytes, len);
		say(end, arg % QUIC_CRYPTO_MAX, bytes, len, op & 0x10 ? arg & 0x7c : 0, op & 0x20);
		break;
	case 2:
		if (!quic_read_u16(r, &len))
			return false;
		len = min_t(size_t, len, quic_reader_left(r));
		quic_read_bytes(r, &bytes, len);
		pair_deliver(end, bytes, len, arg & 3);
		break;
	case 3:
		pair_run(&pair, pair.now + (u64)arg * arg * QUIC_MSEC);
		break;
	case 4:
		if (!quic_read_u8(r, &arg2))
			return false;
		act(end, op >> 4, arg2 % 16, arg);
		break;
	case 5:
		losses = arg;
		overtake(op >> 4);
		break;
	case 6:
		if (end->begun)
			quic_conn_close(&end->conn, op & 0x10, arg, 0, "bye", 3, pair.now);
		break;
	case 7:
		end->no_room = arg & 1;
		end->hold_tls = arg & 2;
		if (arg & 4)
			host_fail_alloc_after(arg >> 3);
		break;
	}
	check_end(&pair.client);
	check_end(&pair.server);
	return true;
}

/* As after a session that is resumed: 0-RTT data behind the first packet, and keys for it at both ends. */
static void begin_early(bool accepted)
{
	u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE] = { 5 };

	pair_connect(&pair);
	quic_conn_set_secret(&pair.client.conn, QUIC_CRYPTO_EARLY, true, pair.cipher, secret, pair.now);
	quic_conn_set_remote_values(&pair.client.conn, &pair.server.config.params);
	pair_send(&pair.client, 0, 3000, true);
	pair.server.hold_tls = true;
	pair_run(&pair, pair.now + 35 * QUIC_MSEC);
	pair.server.hold_tls = false;
	if (accepted && pair.server.begun)
		quic_conn_set_secret(&pair.server.conn, QUIC_CRYPTO_EARLY, false, pair.cipher, secret,
				     pair.now);
}

/* From an established connection, or from the client's first datagram; and in several manners. */
static void begin(u8 start)
{
	pair_init(&pair);
	pair.drop = lose;
	pair.client.config.params.max_datagram_frame_size = 65535;
	pair.server.config.params.max_datagram_frame_size = 65535;
	if (start & 2)
		pair.client.config.version = QUIC_VERSION_V2;
	if (start & 4)
		pair.server.config.algorithm = QUIC_CONG_ALG_RENO;
	if (start & 8)
		pair.cipher = TLS_CIPHER_CHACHA20_POLY1305;
	if (start & 16)
		pair.tls_pad = 4000;
	pair.validate = start & 32;
	if (start & 64)
		begin_early(start & 128);
	else if (start & 1)
		pair_connect(&pair);
	else
		pair_handshake(&pair);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct quic_reader r = { data, data + size };
	unsigned int i;
	u8 start;

	if (!quic_read_u8(&r, &start))
		return 0;
	host_reset();
	losses = 0;
	begin(start);
	for (i = 0; i < STEPS_MAX && step(&r); i++)
		;
	host_alloc_failed();
	pair_run(&pair, pair.now + 2 * QUIC_SEC);
	check_end(&pair.client);
	check_end(&pair.server);
	pair_destroy(&pair);
	REQUIRE(!host_blocks());
	return 0;
}
