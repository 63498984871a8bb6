// SPDX-License-Identifier: GPL-2.0-only
#include "tls.h"
#include "trace.h"

enum message {
	CLIENT_HELLO		= 1,
	SERVER_HELLO		= 2,
	NEW_SESSION_TICKET	= 4,
	ENCRYPTED_EXTENSIONS	= 8,
	CERTIFICATE		= 11,
	FINISHED		= 20,
};

#define MESSAGE_MAX	65536
#define ALERT		0x150	/* internal_error, as QUIC counts it */

void tls_init(struct tls *tls, struct quic_conn *conn, bool server, u64 seed)
{
	memset(tls, 0, sizeof(*tls));
	tls->conn = conn;
	tls->server = server;
	tls->random.state = seed;
	tls->ready_at = QUIC_NEVER;
	tls->late_secret = random_below(&tls->random, 2);
	tls->hello_len = 280;
	tls->cert_len = 1000;
	tls->cipher = 51 + random_below(&tls->random, 4);
}

void tls_clear(struct tls *tls)
{
	int i;

	for (i = 0; i < QUIC_CRYPTO_MAX; i++) {
		free(tls->input[i].data);
		tls->input[i].data = NULL;
	}
}

static void give_up(struct tls *tls, u64 now)
{
	if (!tls->failed)
		trace("tls gives up");
	tls->failed = true;
	quic_conn_close(tls->conn, false, ALERT, 0, NULL, 0, now);
}

/* CRYPTO data arrives as it was sent, unless the peer lies. */
static bool damaged(const struct tls *tls, const char *what)
{
	if (!tls->liar)
		sim_fail("%s", what);
	return false;
}

static void absorb(struct tls *tls, const u8 *data, size_t len)
{
	for (; len; len--)
		tls->transcript = random_mix(tls->transcript ^ *data++);
}

static bool put(struct tls *tls, u8 level, const u8 *data, size_t len, bool more)
{
	size_t room, part;
	u8 *to;

	absorb(tls, data, len);
	while (len) {
		to = quic_conn_crypto_reserve(tls->conn, level, len, true, &room);
		if (!to)
			return false;
		part = min(room, len);
		memcpy(to, data, part);
		data += part;
		len -= part;
		quic_conn_crypto_commit(tls->conn, level, part, more || len);
	}
	return true;
}

/* A message with @body at its start, padded with zeros to @len. */
static bool put_message(struct tls *tls, u8 level, u8 type, const u8 *body, size_t body_len,
			size_t len, bool more)
{
	u8 *message;
	bool ok;

	len = max(len, body_len);
	message = calloc(1, 4 + len);
	if (!message)
		abort();
	message[0] = type;
	message[1] = len >> 16;
	message[2] = len >> 8;
	message[3] = len;
	memcpy(message + 4, body, body_len);
	trace("tls sends message %u of %zu bytes", type, 4 + len);
	ok = put(tls, level, message, 4 + len, more);
	free(message);
	return ok;
}

/* Some bytes of the parameters changed, the end cut off, or something repeated behind it. */
static size_t spoil(struct tls *tls, u8 *params, size_t len)
{
	size_t from = random_below(&tls->random, len), more;

	switch (random_below(&tls->random, 4)) {
	case 0:
		return from;
	case 1:
		more = min_t(size_t, len - from, QUIC_PARAMS_MAX_LEN - len);
		memmove(params + len, params + from, more);
		return len + more;
	default:
		params[from] = random_u64(&tls->random);
		return len;
	}
}

/* A random, then the parameters with their length. */
static bool put_params(struct tls *tls, u8 level, u8 type, const u8 *random, size_t len, bool more)
{
	u8 body[34 + QUIC_PARAMS_MAX_LEN];
	size_t pos = 0;
	int params;

	if (random) {
		memcpy(body, random, 32);
		pos = 32;
	}
	params = quic_conn_local_params(tls->conn, body + pos + 2, QUIC_PARAMS_MAX_LEN);
	if (params < 0)
		return false;
	if (random_chance(&tls->random, tls->spoil))
		params = spoil(tls, body + pos + 2, params);
	put_unaligned_be16(params, body + pos);
	return put_message(tls, level, type, body, pos + 2 + params, len, more);
}

static bool set_secret(struct tls *tls, u8 level, bool send, u64 now)
{
	bool client = send != tls->server;
	u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE];
	struct random stream;

	stream.state = get_unaligned_be64(tls->client_random) ^
		       random_mix(get_unaligned_be64(tls->server_random) + 2 * level + client);
	put_unaligned_be64(random_u64(&stream), secret);
	memset(secret + 8, level, sizeof(secret) - 8);
	trace("tls sets the secret of level %u, %s", level, send ? "send" : "receive");
	return !quic_conn_set_secret(tls->conn, level, send, tls->cipher, secret, now);
}

/*
 * What a resumed session would have. The client's random says whether 0-RTT is offered, and with which
 * cipher.
 */
static bool set_early_secret(struct tls *tls, bool send, u64 now)
{
	u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE];

	memset(secret, tls->client_random[0], sizeof(secret));
	trace("tls sets the early secret, %s", send ? "send" : "receive");
	return !quic_conn_set_secret(tls->conn, QUIC_CRYPTO_EARLY, send,
				     51 + tls->client_random[30] % 4, secret, now);
}

static bool put_finished(struct tls *tls)
{
	u8 body[8];

	put_unaligned_be64(tls->transcript, body);
	return put_message(tls, QUIC_CRYPTO_HANDSHAKE, FINISHED, body, sizeof(body), 32, false);
}

static void make_random(struct tls *tls, u8 random[32])
{
	int i;

	for (i = 0; i < 4; i++)
		put_unaligned_be64(random_u64(&tls->random), random + 8 * i);
}

void tls_start(struct tls *tls, u64 now)
{
	bool first = random_below(&tls->random, 2);

	make_random(tls, tls->client_random);
	tls->client_random[31] = tls->early;
	if (tls->early && first && !set_early_secret(tls, true, now))
		give_up(tls, now);
	if (!put_params(tls, QUIC_CRYPTO_INITIAL, CLIENT_HELLO, tls->client_random, tls->hello_len,
			false))
		give_up(tls, now);
	if (tls->early && !first && !set_early_secret(tls, true, now))
		give_up(tls, now);
}

/* Parameters at @pos of a message's body. */
static bool take_params(struct tls *tls, const u8 *body, size_t len, size_t pos, u64 now)
{
	size_t params = len >= pos + 2 ? get_unaligned_be16(body + pos) : len;

	return pos + 2 + params <= len &&
	       !quic_conn_set_remote_params(tls->conn, body + pos + 2, params, now);
}

static bool on_client_hello(struct tls *tls, const u8 *body, size_t len, u64 now)
{
	u8 hello[36];

	if (len < 34)
		return false;
	memcpy(tls->client_random, body, 32);
	make_random(tls, tls->server_random);
	/* The cipher is the server's choice: said in its random here. */
	memcpy(hello, tls->server_random, 32);
	put_unaligned_be32(tls->cipher, hello + 32);
	return take_params(tls, body, len, 32, now) &&
	       (!tls->early || !tls->client_random[31] || set_early_secret(tls, false, now)) &&
	       set_secret(tls, QUIC_CRYPTO_HANDSHAKE, true, now) &&
	       set_secret(tls, QUIC_CRYPTO_HANDSHAKE, false, now) &&
	       put_message(tls, QUIC_CRYPTO_INITIAL, SERVER_HELLO, hello, sizeof(hello), 86,
			   false) &&
	       put_params(tls, QUIC_CRYPTO_HANDSHAKE, ENCRYPTED_EXTENSIONS, NULL, 0, true) &&
	       put_message(tls, QUIC_CRYPTO_HANDSHAKE, CERTIFICATE, body, 0, tls->cert_len, true) &&
	       put_finished(tls) &&
	       (tls->late_secret || set_secret(tls, QUIC_CRYPTO_APP, true, now));
}

static bool on_server_hello(struct tls *tls, const u8 *body, size_t len, u64 now)
{
	bool order = random_below(&tls->random, 2);

	if (len < 36)
		return false;
	memcpy(tls->server_random, body, 32);
	tls->cipher = get_unaligned_be32(body + 32);
	return set_secret(tls, QUIC_CRYPTO_HANDSHAKE, order, now) &&
	       set_secret(tls, QUIC_CRYPTO_HANDSHAKE, !order, now);
}

/* Section 5.1: the APP secrets in any order, before or after the Finished. */
static bool on_server_finished(struct tls *tls, u64 now)
{
	bool order = random_below(&tls->random, 2), early = random_below(&tls->random, 2);

	if (early && !put_finished(tls))
		return false;
	if (!set_secret(tls, QUIC_CRYPTO_APP, order, now) ||
	    !set_secret(tls, QUIC_CRYPTO_APP, !order, now))
		return false;
	return early || put_finished(tls);
}

static bool on_finished(struct tls *tls, const u8 *body, size_t len, u64 before, u64 now)
{
	u8 ticket[64] = {};

	if (len < 8 || get_unaligned_be64(body) != before)
		return damaged(tls, "the transcripts differ");
	tls->done = true;
	if (!tls->server)
		return on_server_finished(tls, now);
	if (!set_secret(tls, QUIC_CRYPTO_APP, false, now) ||
	    (tls->late_secret && !set_secret(tls, QUIC_CRYPTO_APP, true, now)))
		return false;
	return !tls->ticket_len ||
	       put_message(tls, QUIC_CRYPTO_APP, NEW_SESSION_TICKET, ticket, sizeof(ticket),
			   tls->ticket_len, false);
}

static bool on_message(struct tls *tls, u8 level, const u8 *message, size_t len, u64 now)
{
	const u8 *body = message + 4;
	u64 before = tls->transcript;

	trace("tls got message %u of %zu bytes", message[0], len);
	absorb(tls, message, len);
	len -= 4;
	if (level == QUIC_CRYPTO_INITIAL && message[0] == CLIENT_HELLO && tls->server)
		return on_client_hello(tls, body, len, now);
	if (level == QUIC_CRYPTO_INITIAL && message[0] == SERVER_HELLO && !tls->server)
		return on_server_hello(tls, body, len, now);
	if (level != QUIC_CRYPTO_HANDSHAKE)
		return damaged(tls, "a TLS message in the wrong level");
	if (message[0] == ENCRYPTED_EXTENSIONS)
		return take_params(tls, body, len, 0, now);
	if (message[0] == CERTIFICATE)
		return true;
	if (message[0] == FINISHED)
		return on_finished(tls, body, len, before, now);
	return damaged(tls, "an unknown TLS message");
}

static void append(struct tls_buffer *b, const u8 *data, size_t len)
{
	if (b->len + len > b->room) {
		b->room = 2 * (b->len + len);
		b->data = realloc(b->data, b->room);
		if (!b->data)
			abort();
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

/* Signatures take their time, and the agent that makes them may have other things to do. */
static bool is_thinking(struct tls *tls, u64 now)
{
	if (!tls->think || !quic_conn_handshake_head(tls->conn))
		return false;
	if (tls->ready_at == QUIC_NEVER)
		tls->ready_at = now + random_below(&tls->random, tls->think);
	if (tls->ready_at > now)
		return true;
	tls->ready_at = QUIC_NEVER;
	return false;
}

bool tls_run(struct tls *tls, u64 now)
{
	struct quic_segment *seg;
	struct tls_buffer *b;
	bool any = false;
	size_t len;
	u8 level;

	if (tls->failed || is_thinking(tls, now))
		return false;
	while (!tls->failed && (seg = quic_conn_handshake_head(tls->conn))) {
		any = true;
		level = seg->level;
		b = &tls->input[level];
		/* Sometimes a part only, as a small buffer would. */
		len = seg->len - seg->taken;
		if (!random_below(&tls->random, 8))
			len = 1 + random_below(&tls->random, len);
		append(b, seg->data + seg->taken, len);
		quic_conn_handshake_consume(tls->conn, seg, len);
		while (b->len >= 4) {
			len = 4 + ((size_t)b->data[1] << 16 | b->data[2] << 8 | b->data[3]);
			if (len > MESSAGE_MAX && !damaged(tls, "a TLS message too long")) {
				give_up(tls, now);
				return true;
			}
			if (b->len < len)
				break;
			if (!on_message(tls, level, b->data, len, now)) {
				give_up(tls, now);
				return true;
			}
			memmove(b->data, b->data + len, b->len - len);
			b->len -= len;
		}
	}
	if (!tls->failed)
		quic_conn_handshake_wait(tls->conn, now);
	return any;
}
