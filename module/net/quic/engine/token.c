// SPDX-License-Identifier: GPL-2.0-only
/* Address validation tokens (RFC 9000, 8.1). */
#include <linux/tls.h>

#include "token.h"
#include "wire.h"

/*
 * S5.30. A client repeats its Initial packet after 1, 3 and 7 seconds (RFC 9002, 6.2.2), and the last
 * of these must still be good. Longer is of no use (RFC 9000, 8.1.4).
 */
#define RETRY_AGE_MAX	(10 * QUIC_SEC)
#define REGULAR_AGE_MAX	(600 * QUIC_SEC)

#define TIME_LEN	8
#define NUMBER_LEN	8
#define CID_ROOM	(1 + QUIC_CID_LEN_MAX)
#define HEADER_LEN	(1 + NUMBER_LEN)

static size_t payload_len(u8 type)
{
	return type == QUIC_TOKEN_RETRY ? TIME_LEN + CID_ROOM : TIME_LEN;
}

static size_t token_len(u8 type)
{
	return HEADER_LEN + payload_len(type) + QUIC_TAG_LEN;
}

int quic_token_key_init(struct quic_token_key *key)
{
	const struct quic_cipher *cipher = quic_cipher_find(TLS_CIPHER_AES_GCM_128);
	u8 secret[16], iv[QUIC_IV_LEN];
	int err;

	quic_random(secret, sizeof(secret));
	quic_random(iv, sizeof(iv));
	quic_random(key->mask, sizeof(key->mask));
	key->next = 0;
	err = quic_aead_new(&key->aead, cipher, secret, iv);
	memzero_explicit(secret, sizeof(secret));
	memzero_explicit(iv, sizeof(iv));
	return err;
}

void quic_token_key_clear(struct quic_token_key *key)
{
	quic_aead_free(key->aead);
	memzero_explicit(key, sizeof(*key));
}

static void write_cid(u8 *to, const struct quic_cid *cid)
{
	*to = cid->len;
	memcpy(to + 1, cid->id, cid->len);
}

/*
 * RFC 9000, 8.1.4: a Retry token for one address, port and packet; another for the address alone. RFC 9369,
 * 5: for one version.
 */
static void put_binding(struct quic_token_buffer *buf, u8 type, const struct quic_token_owner *owner)
{
	const struct quic_addr *remote = owner->remote;
	struct quic_writer w = { buf->binding, buf->binding + sizeof(buf->binding) };

	memset(buf, 0, sizeof(*buf));
	quic_write_u8(&w, remote->family);
	quic_write_bytes(&w, remote->ip, sizeof(remote->ip));
	quic_write_u32(&w, remote->scope);
	quic_write_u32(&w, owner->version);
	if (type != QUIC_TOKEN_RETRY)
		return;
	quic_write_u8(&w, remote->port >> 8);
	quic_write_u8(&w, remote->port);
	write_cid(w.pos, owner->dcid);
}

/* The number, XORed with what the tag makes of the secret: as header protection does it. */
static int mask_number(const struct quic_token_key *key, u8 *token, size_t len)
{
	u8 digest[QUIC_HASH_LEN_MAX];
	unsigned int i;
	int err;

	err = quic_hmac(QUIC_HASH_SHA256, key->mask, sizeof(key->mask),
			token + len - QUIC_TAG_LEN, QUIC_TAG_LEN, digest);
	for (i = 0; i < NUMBER_LEN && !err; i++)
		token[1 + i] ^= digest[i];
	return err;
}

static u64 read_number(const u8 *from)
{
	u64 number = 0;
	unsigned int i;

	for (i = 0; i < NUMBER_LEN; i++)
		number = number << 8 | from[i];
	return number;
}

static void write_number(u8 *to, u64 number)
{
	unsigned int i;

	for (i = NUMBER_LEN; i-- > 0; number >>= 8)
		to[i] = number;
}

int quic_token_seal(struct quic_token_key *key, enum quic_token_type type,
		    const struct quic_token_owner *owner, const struct quic_cid *original_dcid,
		    u64 now, u8 *token)
{
	struct quic_token_buffer *buf = &key->buf;
	size_t len = token_len(type);
	int err;

	put_binding(buf, type, owner);
	buf->token[0] = type;
	write_number(buf->token + 1, key->next);
	write_number(buf->token + HEADER_LEN, now);
	if (type == QUIC_TOKEN_RETRY)
		write_cid(buf->token + HEADER_LEN + TIME_LEN, original_dcid);
	err = quic_aead_seal(key->aead, key->next++, buf->binding,
			     QUIC_TOKEN_BINDING_LEN + HEADER_LEN,
			     payload_len(type)) ?: mask_number(key, buf->token, len);
	if (err)
		return err;
	memcpy(token, buf->token, len);
	return len;
}

/* Is it one of ours, for this client? Its payload is then readable in the buffer. */
static bool open(struct quic_token_key *key, size_t len)
{
	struct quic_token_buffer *buf = &key->buf;
	u8 type = buf->token[0];

	return !mask_number(key, buf->token, len) &&
	       !quic_aead_open(key->aead, read_number(buf->token + 1), buf->binding,
			       QUIC_TOKEN_BINDING_LEN + HEADER_LEN,
			       payload_len(type) + QUIC_TAG_LEN);
}

enum quic_token_verdict quic_token_open(struct quic_token_key *key, const u8 *token, size_t len,
					const struct quic_token_owner *owner, u64 now,
					struct quic_cid *original_dcid)
{
	struct quic_token_buffer *buf = &key->buf;
	u64 made_at;
	u8 type;

	if (!len || (token[0] != QUIC_TOKEN_RETRY && token[0] != QUIC_TOKEN_REGULAR) ||
	    len != token_len(token[0]))
		return QUIC_TOKEN_NONE;
	type = token[0];
	put_binding(buf, type, owner);
	memcpy(buf->token, token, len);
	if (!open(key, len))
		return type == QUIC_TOKEN_RETRY ? QUIC_TOKEN_BAD_RETRY : QUIC_TOKEN_NONE;

	made_at = read_number(buf->token + HEADER_LEN);
	if (type == QUIC_TOKEN_REGULAR)
		return now - made_at > REGULAR_AGE_MAX ? QUIC_TOKEN_NONE :
							 QUIC_TOKEN_PROVES_ADDRESS;
	if (now - made_at > RETRY_AGE_MAX)
		return QUIC_TOKEN_BAD_RETRY;
	original_dcid->len = buf->token[HEADER_LEN + TIME_LEN];
	memcpy(original_dcid->id, buf->token + HEADER_LEN + TIME_LEN + 1, QUIC_CID_LEN_MAX);
	return QUIC_TOKEN_ANSWERS_RETRY;
}
