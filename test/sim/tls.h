/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TLS 1.3 handshake without cryptography, through the interface that real TLS uses (sections 5.1
 * and 5.2 of the API): the same messages in the same levels, carrying transport parameters, keys
 * from the two randoms, and a Finished over all bytes exchanged.
 */
#ifndef TEST_SIM_TLS_H
#define TEST_SIM_TLS_H

#include "conn.h"
#include "random.h"

struct tls_buffer {
	u8 *data;
	size_t len, room;
};

/**
 * struct tls - one end of a handshake
 * @hello_len: ClientHello is padded to it; @cert_len: of the Certificate message
 * @transcript: of all messages in order
 * @think: ns that an answer may take; @ready_at: when it is there, QUIC_NEVER: nothing is asked
 * @late_secret: server: the APP send secret comes with the client's Finished only
 * @input: by level, bytes that are not yet a whole message
 * @done: this end is finished; @failed: and gave up
 * @liar: an end may send anything
 * @early: client: offer 0-RTT; server: accept it
 * @spoil: per 10000: what is said about transport parameters is changed at random
 */
struct tls {
	struct quic_conn *conn;
	struct random random;
	bool server, done, failed, liar, late_secret, early;
	unsigned int spoil;
	u64 think, ready_at;
	size_t hello_len, cert_len, ticket_len;
	u32 cipher;
	u8 client_random[32], server_random[32];
	u64 transcript;
	struct tls_buffer input[QUIC_CRYPTO_MAX];
};

void tls_init(struct tls *tls, struct quic_conn *conn, bool server, u64 seed);
void tls_clear(struct tls *tls);
/* A client's first message. */
void tls_start(struct tls *tls, u64 now);
/* Read what has arrived and answer it. True if anything happened. */
bool tls_run(struct tls *tls, u64 now);

#endif
