/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cryptographic operations that the engine needs and does not contain. The host supplies them:
 * ../crypto on the kernel's synchronous AEADs, test/engine/ on GnuTLS. All work in place and never
 * sleep, except the two functions that make keys. What is sealed or opened is linear, writable, and not
 * on a stack: the kernel's ciphers find their data by its page, and stacks may have none.
 */
#ifndef QUIC_ENGINE_CIPHER_H
#define QUIC_ENGINE_CIPHER_H

#include "os.h"

#define QUIC_TAG_LEN		16	/* all four AEADs of RFC 9001, 5.3 */
#define QUIC_IV_LEN		12
#define QUIC_KEY_LEN_MAX	32
#define QUIC_SAMPLE_LEN		16	/* RFC 9001, 5.4.2 */
#define QUIC_MASK_LEN		5	/* RFC 9001, 5.4.1 */
#define QUIC_HASH_LEN_MAX	48

enum quic_hash {
	QUIC_HASH_SHA256,
	QUIC_HASH_SHA384,
};

struct quic_version;
struct quic_aead;	/* packet protection key and IV, immutable once made */
struct quic_hp;		/* header protection key, immutable once made */

/* The parameters of a cipher type of 1.6 of the socket API (TLS_CIPHER_*). */
struct quic_cipher {
	u16 type;
	u8 key_len;	/* of the AEAD and of header protection */
	u8 secret_len;	/* of the traffic secret = output of the hash */
	enum quic_hash hash;
	u64 confidentiality_limit;	/* packets sealed with one key: RFC 9001, 6.6 */
	u64 integrity_limit;		/* packets that failed to open: RFC 9001, 6.6 */
};

/* The cipher of @type, or NULL: keys.c has the table. */
const struct quic_cipher *quic_cipher_find(u32 type);

/* Process context only (they may sleep and load modules). -ENOENT: the host lacks the cipher. */
int quic_aead_new(struct quic_aead **aead, const struct quic_cipher *cipher, const u8 *key,
		  const u8 iv[QUIC_IV_LEN]);
int quic_hp_new(struct quic_hp **hp, const struct quic_cipher *cipher, const u8 *key);
void quic_aead_free(struct quic_aead *aead);	/* NULL is fine; any context */
void quic_hp_free(struct quic_hp *hp);

/**
 * quic_aead_seal() - encrypt one packet in place (RFC 9001, 5.3)
 * @pn: full packet number, for the nonce
 * @packet: header, which is the associated data, followed by the payload
 * @header_len: bytes of header, packet number included
 * @payload_len: bytes of plaintext; QUIC_TAG_LEN bytes of room follow them
 */
int quic_aead_seal(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len);

/**
 * quic_aead_open() - decrypt and verify one packet in place
 * @payload_len: bytes of ciphertext with its tag
 *
 * Return: 0, or -EBADMSG; the payload is then garbage.
 */
int quic_aead_open(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len);

/*
 * The tag of a Retry packet with the public key of @version (RFC 9001, 5.8), behind the @len bytes at
 * @pseudo, which are all associated data. Any context, many threads at once. 0 or -ENOMEM.
 */
int quic_retry_seal(const struct quic_version *version, u8 *pseudo, size_t len);

/**
 * quic_hp_masks() - header protection masks for a train of packets in one call (RFC 9001, 5.4)
 * @samples: @count samples of QUIC_SAMPLE_LEN bytes, overwritten
 * @masks: @count masks; the first QUIC_MASK_LEN bytes of each row count
 */
int quic_hp_masks(struct quic_hp *hp, u8 (*samples)[QUIC_SAMPLE_LEN], u8 (*masks)[QUIC_SAMPLE_LEN],
		  unsigned int count);

/* HMAC (RFC 2104) of @data; @out has the hash's length. Any context. */
int quic_hmac(enum quic_hash hash, const u8 *key, size_t key_len, const u8 *data, size_t len,
	      u8 *out);

#endif
