// SPDX-License-Identifier: GPL-2.0-only
/* Two connections, a wire, a clock and a make-believe TLS. */
#include <linux/tls.h>

#include "conn_internal.h"
#include "pair.h"

#define MSG_HELLO	1	/* with transport parameters */
#define MSG_SERVER	2
#define MSG_FLIGHT	3	/* with transport parameters */
#define MSG_FINISHED	4

#define MTU	1452

static struct pair_end *end_of(struct quic_conn *conn)
{
	return container_of(conn, struct pair_end, conn);
}

struct pair_end *pair_peer(struct pair_end *end)
{
	return end->is_server ? &end->pair->client : &end->pair->server;
}

static void die(const char *what)
{
	fprintf(stderr, "pair: %s\n", what);
	abort();
}

/* ---- the host's part ---- */

static void on_event(struct quic_conn *conn, u8 type, const union quic_event *event,
		     const u8 *data __maybe_unused, size_t len)
{
	struct pair_end *end = end_of(conn);

	if (end->event_count == PAIR_EVENTS_MAX)
		return;
	end->events[end->event_count].type = type;
	end->events[end->event_count].event = *event;
	end->events[end->event_count++].len = len;
}

static void on_token(struct quic_conn *conn, const u8 *token, size_t len)
{
	struct pair_end *end = end_of(conn);

	end->token_len = min(len, sizeof(end->token));
	memcpy(end->token, token, end->token_len);
}

struct quic_token_key *pair_token_key(struct pair *p)
{
	if (!p->token_key.aead && quic_token_key_init(&p->token_key))
		return NULL;
	return &p->token_key;
}

static int make_token(struct quic_conn *conn, const struct quic_addr *remote, u64 now, u8 *token)
{
	struct quic_token_owner owner = { remote, conn->version->number, NULL };
	struct quic_token_key *key = pair_token_key(end_of(conn)->pair);

	if (!key)
		return -ENOMEM;
	return quic_token_seal(key, QUIC_TOKEN_REGULAR, &owner, NULL, now, token);
}

static void on_readable(struct quic_conn *conn, struct quic_stream *stream)
{
	end_of(conn)->readable++;
}

static void on_writable(struct quic_conn *conn __maybe_unused,
			struct quic_stream *stream __maybe_unused)
{
}

static void on_state(struct quic_conn *conn)
{
	end_of(conn)->states++;
}

static void on_paths(struct quic_conn *conn)
{
	end_of(conn)->paths++;
}

static int cid_add(struct quic_conn *conn, const struct quic_cid *cid)
{
	struct pair_end *end = end_of(conn);
	unsigned int i;

	if (host_alloc_fails())
		return -ENOMEM;
	for (i = 0; i < end->cid_count; i++)
		if (quic_cid_equal(&end->cids[i], cid))
			return -EEXIST;
	if (end->cid_count == PAIR_CIDS_MAX)
		return -ENOMEM;
	end->cids[end->cid_count++] = *cid;
	return 0;
}

static void cid_remove(struct quic_conn *conn, const struct quic_cid *cid)
{
	struct pair_end *end = end_of(conn);
	unsigned int i;

	for (i = 0; i < end->cid_count; i++) {
		if (!quic_cid_equal(&end->cids[i], cid))
			continue;
		end->cids[i] = end->cids[--end->cid_count];
		return;
	}
	die("an ID was removed that is not routed");
}

static bool rx_room(struct quic_conn *conn, bool in_order __maybe_unused)
{
	return !end_of(conn)->no_room;
}

static const struct quic_conn_ops ops = {
	.event = on_event,
	.token = on_token,
	.make_token = make_token,
	.readable = on_readable,
	.writable = on_writable,
	.state = on_state,
	.paths = on_paths,
	.cid_add = cid_add,
	.cid_remove = cid_remove,
	.rx_room = rx_room,
};

/* ---- TLS ---- */

/* Agents repeat what is refused for lack of memory. */
static u8 *reserve(struct pair_end *end, u8 level, size_t want, size_t *room)
{
	u8 *to = quic_conn_crypto_reserve(&end->conn, level, want, true, room);

	return to ?: quic_conn_crypto_reserve(&end->conn, level, want, true, room);
}

static void tls_send(struct pair_end *end, u8 level, u8 type, size_t pad)
{
	u8 buf[QUIC_PARAMS_MAX_LEN + 4], *pos = buf, *to;
	size_t len = 4, room, done;
	int params = 0;

	if (type == MSG_HELLO || type == MSG_FLIGHT) {
		params = quic_conn_local_params(&end->conn, buf + 4, sizeof(buf) - 4);
		if (params < 0)
			die("no local parameters");
		len += params;
	}
	buf[0] = type;
	buf[1] = 0;
	put_unaligned_be16(len - 4, buf + 2);
	if (quic_conn_crypto_check(&end->conn, level))
		return;
	for (; len; pos += done, len -= done) {
		to = reserve(end, level, len, &room);
		if (!to)
			return;
		done = min(room, len);
		memcpy(to, pos, done);
		quic_conn_crypto_commit(&end->conn, level, done, false);
	}
	for (; pad; pad -= done) {
		to = reserve(end, level, pad, &room);
		if (!to)
			return;
		done = min(room, pad);
		memset(to, 0, done);
		quic_conn_crypto_commit(&end->conn, level, done, false);
	}
}

static void secret(struct pair_end *end, u8 level, bool send)
{
	u8 bytes[QUIC_CRYPTO_SECRET_BUFFER_SIZE];

	memset(bytes, level * 2 + (send == end->is_server), sizeof(bytes));
	if (quic_conn_set_secret(&end->conn, level, send, end->pair->cipher, bytes,
				 end->pair->now) == -ENOMEM)
		quic_conn_set_secret(&end->conn, level, send, end->pair->cipher, bytes,
				     end->pair->now);
}

static void tls_message(struct pair_end *end, u8 type, const u8 *body, size_t len)
{
	u64 now = end->pair->now;

	switch (type) {
	case MSG_HELLO:
		if (quic_conn_set_remote_params(&end->conn, body, len, now))
			return;
		secret(end, QUIC_CRYPTO_HANDSHAKE, true);
		secret(end, QUIC_CRYPTO_HANDSHAKE, false);
		tls_send(end, QUIC_CRYPTO_INITIAL, MSG_SERVER, 0);
		tls_send(end, QUIC_CRYPTO_HANDSHAKE, MSG_FLIGHT, end->pair->tls_pad);
		secret(end, QUIC_CRYPTO_APP, true);
		break;
	case MSG_SERVER:
		secret(end, QUIC_CRYPTO_HANDSHAKE, true);
		secret(end, QUIC_CRYPTO_HANDSHAKE, false);
		break;
	case MSG_FLIGHT:
		if (quic_conn_set_remote_params(&end->conn, body, len, now))
			return;
		tls_send(end, QUIC_CRYPTO_HANDSHAKE, MSG_FINISHED, 0);
		secret(end, QUIC_CRYPTO_APP, true);
		secret(end, QUIC_CRYPTO_APP, false);
		break;
	case MSG_FINISHED:
		secret(end, QUIC_CRYPTO_APP, false);
		break;
	}
}

static void tls_read(struct pair_end *end)
{
	struct quic_segment *seg;
	size_t i, len;
	u8 *msg;

	while (end->begun && !end->hold_tls && (seg = quic_conn_handshake_head(&end->conn))) {
		i = seg->level == QUIC_CRYPTO_HANDSHAKE;
		msg = end->msg[i];
		len = min_t(size_t, seg->len - seg->taken, sizeof(end->msg[0]) - end->msg_len[i]);
		memcpy(msg + end->msg_len[i], seg->data + seg->taken, len);
		end->msg_len[i] += len;
		quic_conn_handshake_consume(&end->conn, seg, seg->len - seg->taken);
		while (end->msg_len[i] >= 4 && msg[0] &&
		       end->msg_len[i] >= 4U + get_unaligned_be16(msg + 2)) {
			len = 4 + get_unaligned_be16(msg + 2);
			tls_message(end, msg[0], msg + 4, len - 4);
			end->msg_len[i] -= len;
			memmove(msg, msg + len, end->msg_len[i]);
		}
		if (end->msg_len[i] && !msg[0])
			end->msg_len[i] = 0;	/* a certificate */
	}
	if (end->begun && !end->hold_tls)
		quic_conn_handshake_wait(&end->conn, end->pair->now);
}

/* ---- the wire ---- */

static void put_on_wire(struct pair_end *end, u8 *data, size_t len, const struct quic_addr *from,
			const struct quic_addr *to, u8 ecn)
{
	struct pair *p = end->pair;
	struct pair_datagram *d = &p->wire[p->wire_count];

	end->datagrams_sent++;
	if ((p->drop && p->drop(p, end, data, &len)) || p->wire_count == PAIR_WIRE_MAX)
		return;
	d->data = malloc(len);
	memcpy(d->data, data, len);
	d->len = len;
	d->arrives_at = p->now + p->delay;
	d->to_server = !end->is_server;
	d->ecn = p->mark ? p->mark(p, end, ecn) : ecn;
	d->from = *from;
	d->to = *to;
	p->wire_count++;
}

void pair_flush(struct pair_end *end)
{
	static u8 buf[65536];
	struct quic_train train = {
		.buf = buf, .cap = sizeof(buf), .max_segments = end->pair->gso,
	};
	size_t pos;
	int n;

	if (!end->begun)
		return;
	quic_conn_prepare_keys(&end->conn, end->pair->now);
	while ((n = quic_conn_transmit(&end->conn, end->pair->now, &train)) > 0) {
		if ((size_t)n != (train.len + train.segment - 1) / train.segment)
			die("a train whose segments are not equal");
		for (pos = 0; pos < train.len; pos += train.segment)
			put_on_wire(end, buf + pos, min(train.segment, train.len - pos),
				    &train.path->local, &train.path->remote, train.ecn);
	}
}

size_t pair_retry(struct pair *p, const struct quic_packet *initial, u8 *buf, size_t room)
{
	struct quic_cid scid = { .len = QUIC_CID_LEN };
	struct quic_token_owner owner = { &p->client.addr, initial->version, &scid };
	u8 token[QUIC_TOKEN_MAX];
	int len;

	quic_random(scid.id, scid.len);
	len = quic_token_seal(pair_token_key(p), QUIC_TOKEN_RETRY, &owner, &initial->dcid,
			      p->now, token);
	return len < 0 ? 0 : quic_packet_retry(initial, &scid, token, len, buf, room);
}

/* As socket/admission.c does it. False: the client got a Retry, or nothing. */
static bool admit(struct pair_end *end, const struct quic_packet *initial, bool *validated,
		  bool *answers, struct quic_cid *original_dcid)
{
	struct pair *p = end->pair;
	struct quic_token_owner owner = { &p->client.addr, initial->version, &initial->dcid };
	enum quic_token_verdict verdict;
	u8 buf[200];
	size_t len;

	verdict = quic_token_open(pair_token_key(p), initial->token, initial->token_len,
				  &owner, p->now, original_dcid);
	*answers = verdict == QUIC_TOKEN_ANSWERS_RETRY;
	*validated = *answers || verdict == QUIC_TOKEN_PROVES_ADDRESS;
	if (*validated)
		return true;
	len = pair_retry(p, initial, buf, sizeof(buf));
	if (verdict == QUIC_TOKEN_NONE && len) {
		p->retries++;
		put_on_wire(end, buf, len, &end->addr, &p->client.addr, 0);
	}
	return false;
}

static void accept_first(struct pair_end *end, u8 *data, size_t len)
{
	bool validated = false, answers = false;
	struct quic_cid original_dcid = {};
	struct quic_packet initial;

	if (quic_packet_parse(&initial, data, len, QUIC_CID_LEN) ||
	    initial.type != QUIC_PACKET_INITIAL)
		return;
	if (end->pair->validate && !admit(end, &initial, &validated, &answers, &original_dcid))
		return;
	if (quic_conn_accept(&end->conn, &ops, &end->config, &end->addr, &pair_peer(end)->addr,
			     &initial, answers ? &original_dcid : NULL,
			     answers ? &initial.dcid : NULL, validated, end->pair->now))
		return;
	end->begun = true;
}

void pair_deliver_on(struct pair_end *end, const u8 *data, size_t len, u8 ecn,
		     const struct quic_addr *local, const struct quic_addr *remote)
{
	struct quic_datagram dgram = {
		.len = len, .local = *local, .remote = *remote, .ecn = ecn,
	};

	dgram.ref = host_ref_new(len);
	dgram.data = dgram.ref->data;
	memcpy(dgram.data, data, len);
	if (!end->begun && end->is_server)
		accept_first(end, dgram.data, len);
	if (end->begun)
		quic_conn_receive(&end->conn, &dgram, end->pair->now);
	quic_ref_put(dgram.ref);
	tls_read(end);
}

void pair_deliver(struct pair_end *end, const u8 *data, size_t len, u8 ecn)
{
	pair_deliver_on(end, data, len, ecn, &end->addr, &pair_peer(end)->addr);
}

static void deliver_next(struct pair *p)
{
	struct pair_datagram d = p->wire[0];
	struct pair_end *end = d.to_server ? &p->server : &p->client;

	memmove(&p->wire[0], &p->wire[1], --p->wire_count * sizeof(p->wire[0]));
	if (!p->route || p->route(p, &d))
		pair_deliver_on(end, d.data, d.len, d.ecn, &d.to, &d.from);
	free(d.data);
	pair_flush(end);
}

static u64 deadline(struct pair_end *end)
{
	return end->begun ? quic_conn_deadline(&end->conn, end->pair->now) : QUIC_NEVER;
}

static void timeout(struct pair_end *end)
{
	if (deadline(end) > end->pair->now)
		return;
	quic_conn_timeout(&end->conn, end->pair->now);
	pair_flush(end);
}

void pair_run(struct pair *p, u64 until)
{
	unsigned int steps = 0;
	u64 at;

	pair_flush(&p->client);
	pair_flush(&p->server);
	for (;;) {
		at = min(deadline(&p->client), deadline(&p->server));
		if (p->wire_count)
			at = min(at, p->wire[0].arrives_at);
		if (at >= until)
			break;
		p->now = max(p->now, at);
		if (++steps > 200000)
			die("the connections spin");
		if (p->wire_count && p->wire[0].arrives_at <= p->now) {
			deliver_next(p);
			continue;
		}
		timeout(&p->client);
		timeout(&p->server);
	}
	p->now = max(p->now, until);
}

size_t pair_forge(struct pair_end *from, u8 level, const void *frames, size_t len, u8 first_byte,
		  size_t min_len, u8 *buf, size_t room)
{
	struct quic_conn *conn = &from->conn;
	struct quic_space *space = quic_conn_space(conn, level);
	struct quic_keys *keys = &conn->tx[level];
	struct quic_packet_out out;
	int n;

	if (!quic_packet_begin(&out, quic_level_packet_type(level), conn->version,
			       &quic_cid_active(&conn->remote_cids)->cid,
			       &quic_cid_find(&conn->local_cids,
					      quic_cid_lowest(&conn->local_cids))->cid,
			       NULL, 0, keys->phase, space->next_pn++, space->largest_acked, buf,
			       room) ||
	    !quic_write_bytes(&out.body, frames, len))
		die("no room to forge a packet");
	out.start[0] ^= first_byte;
	n = quic_packet_seal(&out, keys->aead[keys->phase], min_len);
	if (n < 0 || quic_packet_mask(&out, 1, keys->hp))
		die("a packet could not be forged");
	return n;
}

size_t pair_inject(struct pair_end *from, u8 level, const void *frames, size_t len, u8 first_byte)
{
	size_t min_len = level == QUIC_CRYPTO_INITIAL ? 1200 : 0, n;
	u8 buf[2048];

	n = pair_forge(from, level, frames, len, first_byte, min_len, buf, sizeof(buf));
	pair_deliver(pair_peer(from), buf, n, 0);
	return n;
}

/* ---- life ---- */

static void init_end(struct pair *p, struct pair_end *end, bool is_server)
{
	struct quic_params *params = &end->config.params;

	end->pair = p;
	end->is_server = is_server;
	end->addr.family = 4;
	end->addr.port = is_server ? 4433 : 50000;
	end->addr.ip[0] = 127;
	end->addr.ip[3] = is_server ? 1 : 2;
	quic_params_defaults(params);
	params->max_idle_timeout = 30000;
	params->max_data = 65535 * 32;
	params->max_stream_data_bidi_local = 65535 * 16;
	params->max_stream_data_bidi_remote = 65535 * 16;
	params->max_stream_data_uni = 65535 * 16;
	params->max_streams_bidi = 100;
	params->max_streams_uni = 100;
	params->active_connection_id_limit = 7;
	end->config.version = QUIC_VERSION_V1;
	end->config.algorithm = QUIC_CONG_ALG_CUBIC;
	end->config.mtu = MTU;
	end->config.send_reset_token = true;
	memset(end->config.reset_secret, 0x40 + is_server, sizeof(end->config.reset_secret));
}

void pair_init(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->now = QUIC_SEC;
	p->delay = 10 * QUIC_MSEC;
	p->gso = 16;
	p->cipher = TLS_CIPHER_AES_GCM_128;
	init_end(p, &p->client, false);
	init_end(p, &p->server, true);
}

void pair_connect(struct pair *p)
{
	struct pair_end *end = &p->client;

	if (quic_conn_connect(&end->conn, &ops, &end->config, &end->addr, &p->server.addr, p->now))
		return;
	end->begun = true;
	tls_send(end, QUIC_CRYPTO_INITIAL, MSG_HELLO, 0);
}

void pair_handshake(struct pair *p)
{
	pair_connect(p);
	pair_run(p, p->now + QUIC_SEC);
	if (!p->client.conn.handshake_confirmed || !p->server.conn.handshake_confirmed)
		die("no handshake");
}

void pair_destroy(struct pair *p)
{
	if (p->client.begun)
		quic_conn_destroy(&p->client.conn);
	if (p->server.begun)
		quic_conn_destroy(&p->server.conn);
	if (p->client.cid_count || p->server.cid_count)
		die("connection IDs stay routed");
	quic_token_key_clear(&p->token_key);
	while (p->wire_count)
		free(p->wire[--p->wire_count].data);
}

/* ---- the application ---- */

static u8 pattern(u64 offset)
{
	return offset * 7 + (offset >> 8);
}

int pair_send(struct pair_end *end, u64 id, size_t len, bool fin)
{
	struct quic_streams *st = &end->conn.streams;
	struct quic_stream *stream = quic_streams_find(st, id);
	size_t room, i;
	u64 offset;
	u8 *to;
	int err;

	if (!stream) {
		err = quic_streams_get_send(st, id, MSG_QUIC_STREAM_NEW, false, &stream);
		if (err)
			return err;
	}
	while (len) {
		room = min_t(u64, len, quic_streams_credit(st, stream));
		if (!room)
			return -EAGAIN;
		offset = stream->send.buf.end;
		to = quic_streams_reserve(st, stream, room, true, &room);
		if (!to)
			return -ENOMEM;
		for (i = 0; i < room; i++)
			to[i] = pattern(offset + i);
		quic_streams_commit(st, stream, room);
		len -= room;
	}
	quic_streams_push(st, stream, fin, false);
	return 0;
}

u64 pair_read(struct pair_end *end, bool *fin)
{
	struct quic_streams *st = &end->conn.streams;
	struct quic_segment *seg;
	u64 good = 0;
	u32 i;

	while ((seg = quic_streams_head(st))) {
		for (i = seg->taken; i < seg->len; i++, good++)
			if (seg->data[i] != pattern(seg->offset + i))
				return good;
		if (fin)
			*fin |= seg->fin;
		quic_streams_consume(st, seg, seg->len - seg->taken);
	}
	return good;
}

const struct pair_event *pair_event(const struct pair_end *end, u8 type, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < end->event_count; i++)
		if (end->events[i].type == type && !n--)
			return &end->events[i];
	return NULL;
}
