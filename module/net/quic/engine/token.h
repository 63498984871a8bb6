/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address validation tokens (RFC 9000, 8.1; section 5.7 of the API): what a server gives to a client
 * so that it can recognise the client's address later, without keeping anything.
 *
 *	type (1) | number (8, masked) | { time (8), Retry: original DCID (1 + 20) } sealed | tag (16)
 *
 * The address and the version, and for a Retry also the port and the new Destination Connection ID, are
 * sealed along without being sent. Every token has its own number and with it its own nonce (P31); the
 * number is masked with what follows it, so that tokens do not tell in which order they were made
 * (RFC 9000, 8.1.3). The type is readable (RFC 9000, 8.1.1), for a bad Retry token ends the attempt and any other is
 * as good as none (RFC 9000, 8.1.2 and 8.1.3).
 */
#ifndef QUIC_ENGINE_TOKEN_H
#define QUIC_ENGINE_TOKEN_H

#include "addr.h"
#include "cid.h"
#include "cipher.h"

#define QUIC_TOKEN_MAX		64	/* S5.31: 100 at most */
#define QUIC_TOKEN_MASK_LEN	32

enum quic_token_type {
	QUIC_TOKEN_RETRY	= 0x52,
	QUIC_TOKEN_REGULAR	= 0x4e,
};

/* Family, address, scope, version, port, connection ID. */
#define QUIC_TOKEN_BINDING_LEN	(1 + 16 + 4 + 4 + 2 + 1 + QUIC_CID_LEN_MAX)

/* What is sealed: what the token is bound to, then the token as it is sent. */
struct quic_token_buffer {
	u8 binding[QUIC_TOKEN_BINDING_LEN];
	u8 token[QUIC_TOKEN_MAX];
};

/**
 * struct quic_token_key - seals all tokens of a host
 * @aead: NULL until it was made
 * @mask: hides the numbers
 * @next: number of the next token
 * @buf: of the token that is sealed or opened; here because a stack is no place for it (cipher.h)
 *
 * Its user makes sure that one thread at a time uses it.
 */
struct quic_token_key {
	struct quic_aead *aead;
	u8 mask[QUIC_TOKEN_MASK_LEN];
	u64 next;
	struct quic_token_buffer buf;
};

/* A random key. Process context. 0, or the error of a cipher. */
int quic_token_key_init(struct quic_token_key *key);
void quic_token_key_clear(struct quic_token_key *key);

/**
 * struct quic_token_owner - for whom a token is, or who shows it
 * @version: of the connection that brings it (RFC 9369, 5), or of the Initial packet that shows it
 * @dcid: the ID that the client's packets are addressed to; a regular token is for any, and made with NULL
 */
struct quic_token_owner {
	const struct quic_addr *remote;
	u32 version;
	const struct quic_cid *dcid;
};

/**
 * quic_token_seal() - a token for a client
 * @original_dcid: QUIC_TOKEN_RETRY: the Destination Connection ID of the Initial packet that is answered;
 *	else NULL
 * @token: room for QUIC_TOKEN_MAX bytes
 *
 * Return: its length or a negative errno.
 */
int quic_token_seal(struct quic_token_key *key, enum quic_token_type type,
		    const struct quic_token_owner *owner, const struct quic_cid *original_dcid,
		    u64 now, u8 *token);

/* What a token is worth. */
enum quic_token_verdict {
	QUIC_TOKEN_NONE,		/* nothing: RFC 9000, 8.1.3 */
	QUIC_TOKEN_BAD_RETRY,		/* the client will accept no other: INVALID_TOKEN */
	QUIC_TOKEN_PROVES_ADDRESS,
	QUIC_TOKEN_ANSWERS_RETRY,	/* the same, and @original_dcid was set */
};

enum quic_token_verdict quic_token_open(struct quic_token_key *key, const u8 *token, size_t len,
					const struct quic_token_owner *owner, u64 now,
					struct quic_cid *original_dcid);

#endif
