/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two connections with a wire between them, a clock, and a TLS that only plays its part: messages
 * of type, 3 bytes of length, body; the transport parameters travel as bodies; secrets are
 * constants.
 *
 * For tests of the connection itself. Networks that lose and reorder are the simulator's business.
 */
#ifndef TEST_ENGINE_PAIR_H
#define TEST_ENGINE_PAIR_H

#include "conn.h"
#include "host.h"

#define PAIR_WIRE_MAX	256
#define PAIR_EVENTS_MAX	64
#define PAIR_CIDS_MAX	32

struct pair;

/* One datagram on the wire. */
struct pair_datagram {
	u8 *data;
	size_t len;
	u64 arrives_at;
	bool to_server;
	u8 ecn;
	struct quic_addr from, to;
};

struct pair_event {
	u8 type;
	union quic_event event;
	size_t len;
};

/**
 * struct pair_end - one end
 * @hold_tls: TLS messages that arrived are left unread
 * @no_room: rx_room() says no
 * @cids: routed connection IDs
 * @token: the last that arrived (client)
 */
struct pair_end {
	struct quic_conn conn;
	struct pair *pair;
	struct quic_addr addr;
	struct quic_conn_config config;
	bool is_server, begun, hold_tls, no_room;
	u8 msg[2][4096];
	size_t msg_len[2];
	unsigned int states, readable, paths;
	struct pair_event events[PAIR_EVENTS_MAX];
	unsigned int event_count;
	struct quic_cid cids[PAIR_CIDS_MAX];
	unsigned int cid_count;
	u8 token[1500];
	size_t token_len;
	u64 datagrams_sent;
};

/**
 * struct pair - both of them
 * @delay: one way, ns
 * @gso: segments of a train
 * @drop: called for each datagram sent, true loses it
 * @mark: the same, returns the ECN bits that arrive
 * @token_key: of the server's host, once pair_token_key() was called
 * @validate: the client has to prove its address; @retries: how often it was asked to
 * @route: called for each that arrives; may change its addresses, false loses it
 * @cipher: type of the handshake and 1-RTT secrets
 */
struct pair {
	struct pair_end client, server;
	struct pair_datagram wire[PAIR_WIRE_MAX];
	unsigned int wire_count;
	u64 now, delay;
	unsigned int gso;
	struct quic_token_key token_key;
	bool validate;
	unsigned int retries;
	bool (*drop)(struct pair *p, struct pair_end *from, u8 *data, size_t *len);
	u8 (*mark)(struct pair *p, struct pair_end *from, u8 ecn);
	bool (*route)(struct pair *p, struct pair_datagram *d);
	u32 cipher;
	size_t tls_pad;		/* size of a certificate that pads the server's flight */
};

/* Defaults: 10 ms, CUBIC, both configurable before pair_connect(). */
void pair_init(struct pair *p);
/* The client's side: connect and the first TLS message. */
void pair_connect(struct pair *p);
/* Everything until both ends are quiet or @until has come. */
void pair_run(struct pair *p, u64 until);
/* Connect and run until both ends are established and the handshake is confirmed. */
void pair_handshake(struct pair *p);
/* What a host does after every call: transmit until there is nothing more. */
void pair_flush(struct pair_end *end);
/* Hand one datagram to an end, from the other's address. */
void pair_deliver(struct pair_end *end, const u8 *data, size_t len, u8 ecn);
/* The same with addresses of its own. */
void pair_deliver_on(struct pair_end *end, const u8 *data, size_t len, u8 ecn,
		     const struct quic_addr *local, const struct quic_addr *remote);
/*
 * A packet of @from with these frames, under its keys and with its next packet number, delivered to
 * the other end; @first_byte is xored into its first byte before it is sealed. Returns its length.
 */
size_t pair_inject(struct pair_end *from, u8 level, const void *frames, size_t len, u8 first_byte);
/* The same, but left in @buf of @room bytes. */
size_t pair_forge(struct pair_end *from, u8 level, const void *frames, size_t len, u8 first_byte,
		  size_t min_len, u8 *buf, size_t room);
void pair_destroy(struct pair *p);
struct quic_token_key *pair_token_key(struct pair *p);
/* The Retry that answers @initial now. Return: its length. */
size_t pair_retry(struct pair *p, const struct quic_packet *initial, u8 *buf, size_t room);

/* Send @len bytes (the pattern of their offsets) on a stream; opens it. */
int pair_send(struct pair_end *end, u64 id, size_t len, bool fin);
/* Read everything: bytes of the pattern that were right; stops at the first wrong one. */
u64 pair_read(struct pair_end *end, bool *fin);
/* The n-th event of @type, NULL if there are fewer. */
const struct pair_event *pair_event(const struct pair_end *end, u8 type, unsigned int n);
struct pair_end *pair_peer(struct pair_end *end);

#endif
