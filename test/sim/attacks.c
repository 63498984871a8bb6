// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attacks of RFC 9000, 21 that take a peer with keys (attack.h): each has bounds on memory and
 * answers, and either a precise error ends the connection or the honest load is not disturbed.
 */
#include "attack.h"
#include "conn_internal.h"
#include "trace.h"

#define MS	QUIC_MSEC
#define KB	1000ULL

/* Twenty requests, one after the other, while the attack goes on; attackers use other streams. */
#define HONEST									\
	.net = { { .delay = 10 * MS }, { .delay = 10 * MS } },			\
	.load = { .streams = { { 20, 0 }, { 0, 0 } }, .size = 100, .reply = 100,	\
		  .pause = 5 * MS, .foreign = true },				\
	.limit = 100

/* Nothing is read. */
#define DEAF									\
	.net = { { .delay = 10 * MS }, { .delay = 10 * MS } },			\
	.load = { .deaf = true, .foreign = true }, .limit = 100, .expect = SURVIVE

static const u8 zeros[QUIC_TRAIN_MAX];

/* A unidirectional stream of the attacker, known to its engine too. */
static u64 own_stream(struct world *world, u64 number)
{
	struct quic_conn *conn = &world->attack.attacker->conn;
	u64 id = number << 2 | QUIC_STREAM_TYPE_UNI_MASK | conn->is_server;
	struct quic_stream *stream;

	if (!quic_streams_find(&conn->streams, id))
		quic_streams_get_send(&conn->streams, id, MSG_QUIC_STREAM_NEW, false, &stream);
	return id;
}

static bool write_bytes(struct quic_writer *w, u64 id, u64 offset, size_t want, bool fin)
{
	size_t len = want;

	return quic_frame_write_stream_header(w, id, offset, &len, fin) &&
	       quic_write_bytes(w, zeros, len) && len == want;
}

static u64 pick(struct world *world, u64 below)
{
	return random_below(&world->random, below);
}

/* ---- many small frames ---- */

static void write_pings(struct world *world, struct quic_writer *w)
{
	while (quic_frame_write_type(w, QUIC_FRAME_PING))
		;
}

static void write_padding(struct world *world, struct quic_writer *w)
{
	while (quic_frame_write_type(w, QUIC_FRAME_PADDING))
		;
}

static void write_empty(struct world *world, struct quic_writer *w)
{
	u64 id = own_stream(world, 0);

	while (write_bytes(w, id, 0, 0, false))
		;
}

/* Each a little higher than the last. */
static void write_limits(struct world *world, struct quic_writer *w)
{
	u64 max = (1 << 22) + (world->attack.sent << 10);

	while (quic_frame_write_value(w, QUIC_FRAME_MAX_DATA, max) &&
	       quic_frame_write_value(w, QUIC_FRAME_MAX_STREAMS_BIDI, max) &&
	       quic_frame_write_value(w, QUIC_FRAME_MAX_STREAMS_UNI, max))
		max++;
}

static void write_blocked(struct world *world, struct quic_writer *w)
{
	u64 id = own_stream(world, 0), at = world->attack.sent;

	while (quic_frame_write_value(w, QUIC_FRAME_DATA_BLOCKED, at) &&
	       quic_frame_write_pair(w, QUIC_FRAME_STREAM_DATA_BLOCKED, id, at) &&
	       quic_frame_write_value(w, QUIC_FRAME_STREAMS_BLOCKED_BIDI, at) &&
	       quic_frame_write_value(w, QUIC_FRAME_STREAMS_BLOCKED_UNI, at))
		at++;
}

/* Resets say the same again and again: the second of a stream changes nothing. */
static void write_resets(struct world *world, struct quic_writer *w)
{
	u64 number;

	for (number = 0; quic_frame_write_reset(w, own_stream(world, number), 7, 0);
	     number = (number + 1) % 50)
		;
}

/* Acknowledges every other packet of those that the victim really sent. */
static void write_ack_ranges(struct world *world, struct quic_writer *w)
{
	const struct quic_space *space = &world->attack.victim->conn.recovery.space[QUIC_SPACE_APP];
	u64 end = min(space->next_pn, space->skip_pn), ranges = min(end / 2, 400ULL), i;

	quic_frame_write_type(w, QUIC_FRAME_PING);
	if (!ranges)
		return;
	quic_write_varint(w, QUIC_FRAME_ACK);
	quic_write_varint(w, end - 1);
	quic_write_varint(w, 0);
	quic_write_varint(w, ranges - 1);
	quic_write_varint(w, 0);
	for (i = 1; i < ranges; i++) {
		quic_write_varint(w, 0);
		quic_write_varint(w, 0);
	}
}

/* ---- acknowledging what was not received ---- */

static void write_ack_of_future(struct world *world, struct quic_writer *w)
{
	u64 largest = 1000 + pick(world, 1 << 20);

	quic_write_varint(w, QUIC_FRAME_ACK);
	quic_write_varint(w, largest);
	quic_write_varint(w, 0);
	quic_write_varint(w, 0);
	quic_write_varint(w, largest);
}

/* All that the victim sent, before it can have arrived: a guess that is always right. */
static void write_ack_of_all(struct world *world, struct quic_writer *w)
{
	u64 largest = world->attack.victim->conn.recovery.space[QUIC_SPACE_APP].next_pn - 1;

	quic_write_varint(w, QUIC_FRAME_ACK);
	quic_write_varint(w, largest);
	quic_write_varint(w, 0);
	quic_write_varint(w, 0);
	quic_write_varint(w, largest);
}

static void check_caught_early(struct world *world)
{
	/* The second packet number that is skipped comes after 1024 at most. */
	SIM_CHECK(world->attack.victim->stats.packets_sent < 2200);
}

/* ---- streams ---- */

/* Single bytes, nowhere two together. */
static void write_fragments(struct world *world, struct quic_writer *w)
{
	u64 id = own_stream(world, 0), offset = 1 + 2 * pick(world, 250000);

	while (write_bytes(w, id, offset, 1, false))
		offset = 1 + 2 * pick(world, 250000);
}

/* The same on all streams that there may be. */
static void write_fragments_everywhere(struct world *world, struct quic_writer *w)
{
	while (write_bytes(w, own_stream(world, pick(world, 100)), 1 + 2 * pick(world, 8000), 1,
			   false))
		;
}

/* Every stream that may be opened gets a byte and is left alone. */
static void write_commitments(struct world *world, struct quic_writer *w)
{
	struct quic_conn *conn = &world->attack.attacker->conn;
	u64 number = conn->streams.type[0][1].max - 1;

	while (write_bytes(w, own_stream(world, number), 0, 1, false) && number--)
		;
}

static void tune_many_streams(struct world *world)
{
	world->client.config.params.max_streams_uni = 4096;
	world->server.config.params.max_streams_uni = 4096;
}

/* In order, but byte by byte, a byte each second. */
static void write_slowly(struct world *world, struct quic_writer *w)
{
	u64 number;

	for (number = 0; number < 50; number++)
		write_bytes(w, own_stream(world, number), world->attack.sent, 1, false);
}

/* ---- connection IDs and paths ---- */

/* Each retires all that came before. */
static void write_new_cids(struct world *world, struct quic_writer *w)
{
	struct quic_cid_set *set = &world->attack.attacker->conn.local_cids;
	struct quic_cid cid = { .len = 8 };
	u8 token[QUIC_RESET_TOKEN_LEN];
	u64 seq;

	do {
		seq = set->next_seq++;
		put_unaligned_be64(random_u64(&world->random), cid.id);
		memset(token, cid.id[0], sizeof(token));
	} while (quic_frame_write_new_cid(w, seq, seq, &cid, token));
}

/* Every ID that the victim gave, but the one in use, as soon as it is known. */
static void write_retirements(struct world *world, struct quic_writer *w)
{
	struct quic_cid_set *set = &world->attack.attacker->conn.remote_cids;
	struct quic_cid_entry *entry;

	quic_frame_write_type(w, QUIC_FRAME_PING);
	for (entry = set->entries; entry < set->entries + ARRAY_SIZE(set->entries); entry++) {
		if (!entry->used || entry->seq == set->active)
			continue;
		entry->used = false;
		quic_frame_write_value(w, QUIC_FRAME_RETIRE_CONNECTION_ID, entry->seq);
	}
	/* and the oldest of these once more, until there is no room */
	while (set->active && quic_frame_write_value(w, QUIC_FRAME_RETIRE_CONNECTION_ID, 0))
		;
}

static void write_challenges(struct world *world, struct quic_writer *w)
{
	u8 data[8];

	do
		put_unaligned_be64(random_u64(&world->random), data);
	while (quic_frame_write_path(w, QUIC_FRAME_PATH_CHALLENGE, data));
}

/* ---- TLS and tokens ---- */

static void write_crypto(struct quic_writer *w, u64 offset, size_t want)
{
	size_t len = want;

	if (quic_frame_write_crypto_header(w, offset, &len))
		quic_write_bytes(w, zeros, len);
}

static void write_crypto_far(struct world *world, struct quic_writer *w)
{
	write_crypto(w, 1 << 20, 10);
}

/* Bytes with gaps behind what the handshake needs, up to the limit of the buffer. */
static void write_crypto_gaps(struct world *world, struct quic_writer *w)
{
	while (quic_writer_room(w) > 16)
		write_crypto(w, 20001 + 2 * pick(world, 20000), 1);
}

static void tune_slow_server(struct world *world)
{
	world->server.tls.think = 300 * MS;
}

/* Tickets one after the other, from where those of the handshake ended. */
static void write_tickets(struct world *world, struct quic_writer *w)
{
	size_t len;
	u64 i, offset = world->attack.victim->conn.crypto[QUIC_CRYPTO_APP].recv.next;

	/* As many as the victim has not answered for yet may be lost on it: they come again. */
	for (i = 0; i < 5; i++) {
		static const u8 ticket[200] = { 4, 0, 0, 196 };

		len = sizeof(ticket);
		if (!quic_frame_write_crypto_header(w, offset, &len) ||
		    !quic_write_bytes(w, ticket, len))
			break;
		offset += len;
	}
}

static void write_tokens(struct world *world, struct quic_writer *w)
{
	u8 token[100];

	memset(token, world->attack.sent, sizeof(token));
	while (quic_frame_write_new_token(w, token, sizeof(token)))
		;
}

/* ---- datagrams ---- */

static void tune_datagrams(struct world *world)
{
	world->client.config.params.max_datagram_frame_size = 1200;
	world->server.config.params.max_datagram_frame_size = 1200;
}

static void write_datagrams(struct world *world, struct quic_writer *w)
{
	while (quic_writer_room(w) > 3) {
		quic_write_varint(w, QUIC_FRAME_DATAGRAM_LEN);
		quic_write_varint(w, 1);
		quic_write_u8(w, 0x5a);
	}
}

static void check_datagrams(struct world *world)
{
	const struct quic_conn_stats *stats = &world->attack.victim->stats;

	SIM_CHECK(stats->datagrams_received && stats->datagrams_dropped > stats->datagrams_received);
}

#define ATTACK(...)	.attack = &(const struct attack){ __VA_ARGS__ }

static const struct scenario attacks[] = {
	{ .name = "RFC 9000 21.9 flood of PING frames", .seeds = 10, HONEST,
	  ATTACK(write_pings, .packets = 2000, .burst = 4, .memory = 100 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of PADDING", .seeds = 10, HONEST,
	  ATTACK(write_padding, .packets = 2000, .burst = 4, .memory = 100 * KB, .answers = 1) },
	{ .name = "RFC 9000 21.9 flood of empty STREAM frames", .seeds = 10, HONEST,
	  ATTACK(write_empty, .packets = 2000, .burst = 4, .memory = 100 * KB) },
	{ .name = "RFC 9000 21.9 flood of limits", .seeds = 10, HONEST,
	  ATTACK(write_limits, .packets = 2000, .burst = 4, .memory = 100 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of BLOCKED frames", .seeds = 10, HONEST,
	  ATTACK(write_blocked, .packets = 2000, .burst = 4, .memory = 100 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of resets", .seeds = 10, HONEST,
	  ATTACK(write_resets, .packets = 1000, .burst = 4, .memory = 100 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of ACK ranges", .seeds = 10, HONEST,
	  ATTACK(write_ack_ranges, .packets = 2000, .burst = 4, .memory = 100 * KB,
		 .answers = 105) },
	{ .name = "RFC 9000 21.4 acknowledgements of what was never sent", .seeds = 20, HONEST,
	  .expect = SURVIVE,
	  ATTACK(write_ack_of_future, .packets = 100, .memory = 100 * KB,
		 .error = QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION) },
	{ .name = "RFC 9000 21.4 optimistic acknowledgements", .seeds = 20,
	  .net = { { .delay = 50 * MS, .rate = 1000 * KB, .queue = 20 },
		   { .delay = 50 * MS, .rate = 1000 * KB, .queue = 20 } },
	  .load = { .streams = { { 0, 0 }, { 0, 1 } }, .size = 20000 * KB }, .limit = 200,
	  .expect = SURVIVE, .check = check_caught_early,
	  ATTACK(write_ack_of_all, CLIENT, .packets = 20000, .pause = 5 * MS, .memory = 2500 * KB,
		 .answers = 10000, .error = QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION) },
	{ .name = "RFC 9000 21.7 stream fragmentation beside honest streams", .seeds = 10, HONEST,
	  ATTACK(write_fragments, .packets = 3000, .burst = 4, .memory = 3000 * KB,
		 .answers = 105) },
	{ .name = "RFC 9000 21.7 stream fragmentation that nobody reads", .seeds = 10, DEAF,
	  ATTACK(write_fragments_everywhere, .packets = 4000, .burst = 4, .memory = 3000 * KB,
		 .answers = 105) },
	{ .name = "RFC 9000 21.8 stream commitment", .seeds = 10, HONEST,
	  ATTACK(write_commitments, .packets = 500, .memory = 200 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.8 stream commitment to 4096 streams", .seeds = 10, DEAF,
	  .tune = tune_many_streams,
	  ATTACK(write_commitments, .packets = 500, .memory = 5000 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.6 slowloris", .seeds = 10, HONEST,
	  ATTACK(write_slowly, .packets = 60, .pause = QUIC_SEC, .memory = 100 * KB) },
	{ .name = "RFC 9000 21.9 flood of NEW_CONNECTION_ID", .seeds = 20, HONEST,
	  .expect = SURVIVE,
	  ATTACK(write_new_cids, .packets = 1000, .memory = 100 * KB,
		 .error = QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT) },
	{ .name = "RFC 9000 21.9 flood of RETIRE_CONNECTION_ID", .seeds = 10, HONEST,
	  ATTACK(write_retirements, .packets = 2000, .burst = 2, .memory = 100 * KB,
		 .answers = 120) },
	{ .name = "RFC 9000 21.9 flood of PATH_CHALLENGE", .seeds = 10, HONEST,
	  ATTACK(write_challenges, .packets = 2000, .burst = 4, .memory = 100 * KB,
		 .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of CRYPTO at 1-RTT", .seeds = 10, HONEST, .expect = SURVIVE,
	  ATTACK(write_crypto_far, CLIENT, .packets = 100, .memory = 100 * KB,
		 .error = QUIC_TRANSPORT_ERROR_CRYPTO + 10) },
	{ .name = "RFC 9000 21.9 flood of CRYPTO beyond the buffer", .seeds = 10, HONEST,
	  .expect = SURVIVE, .tune = tune_slow_server,
	  ATTACK(write_crypto_far, CLIENT, QUIC_CRYPTO_INITIAL, .packets = 100, .memory = 100 * KB,
		 .error = QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED) },
	{ .name = "RFC 9000 21.9 flood of CRYPTO with gaps", .seeds = 10, HONEST,
	  .expect = SURVIVE, .tune = tune_slow_server,
	  /* Just below the bound of pieces, beyond which the connection ends (test_crypto_stream.c). */
	  ATTACK(write_crypto_gaps, CLIENT, QUIC_CRYPTO_INITIAL, .packets = 20,
		 .memory = 500 * KB, .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of tickets", .seeds = 10, HONEST,
	  ATTACK(write_tickets, SERVER, .packets = 2000, .burst = 2, .memory = 100 * KB,
		 .answers = 105) },
	{ .name = "RFC 9000 21.9 flood of NEW_TOKEN", .seeds = 10, HONEST,
	  ATTACK(write_tokens, SERVER, .packets = 2000, .burst = 2, .memory = 100 * KB,
		 .answers = 105) },
	{ .name = "RFC 9000 21.9 NEW_TOKEN from a client", .seeds = 10, HONEST, .expect = SURVIVE,
	  ATTACK(write_tokens, CLIENT, .packets = 100, .memory = 100 * KB,
		 .error = QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION) },
	{ .name = "RFC 9221 6 flood of datagrams that nobody reads", .seeds = 10, DEAF,
	  .tune = tune_datagrams, .check = check_datagrams,
	  ATTACK(write_datagrams, .packets = 1000, .burst = 4, .memory = 3000 * KB,
		 .answers = 105) },
};

SCENARIOS(attacks);
