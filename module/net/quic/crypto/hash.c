// SPDX-License-Identifier: GPL-2.0-only
/*
 * HMAC for the key schedule, tokens and stateless resets.
 *
 * The crypto API's own hmac() keeps the key in the transform, which would have to be made for each
 * key, in process context. A plain hash has no key: one transform serves all callers at once, in
 * any context.
 */
#include <crypto/hash.h>
#include <crypto/sha2.h>

#include "crypto.h"

static struct crypto_shash *tfms[2];	/* by enum quic_hash */

int quic_hash_init(void)
{
	static const char *const names[] = {
		[QUIC_HASH_SHA256] = "sha256",
		[QUIC_HASH_SHA384] = "sha384",
	};
	struct crypto_shash *tfm;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		tfm = crypto_alloc_shash(names[i], 0, 0);
		if (IS_ERR(tfm)) {
			quic_hash_exit();
			return PTR_ERR(tfm);
		}
		tfms[i] = tfm;
	}
	return 0;
}

void quic_hash_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tfms); i++) {
		if (tfms[i])
			crypto_free_shash(tfms[i]);
		tfms[i] = NULL;
	}
}

/* H(block of @key XOR @pad, then @data); @padded is the key, filled up with zeroes. */
static int padded_hash(struct shash_desc *desc, u8 *padded, size_t block_len, u8 pad,
		       const u8 *data, size_t len, u8 *out)
{
	size_t i;
	int err;

	for (i = 0; i < block_len; i++)
		padded[i] ^= pad;
	err = crypto_shash_init(desc) ?: crypto_shash_update(desc, padded, block_len) ?:
	      crypto_shash_finup(desc, data, len, out);
	for (i = 0; i < block_len; i++)
		padded[i] ^= pad;
	return err;
}

/* RFC 2104, 2 */
int quic_hmac(enum quic_hash hash, const u8 *key, size_t key_len, const u8 *data, size_t len,
	      u8 *out)
{
	size_t block_len = crypto_shash_blocksize(tfms[hash]);
	size_t digest_len = crypto_shash_digestsize(tfms[hash]);
	u8 padded[SHA512_BLOCK_SIZE] = {}, inner[QUIC_HASH_LEN_MAX];
	SHASH_DESC_ON_STACK(desc, tfms[hash]);
	int err = 0;

	desc->tfm = tfms[hash];
	if (key_len > block_len)
		err = crypto_shash_digest(desc, key, key_len, padded);
	else
		memcpy(padded, key, key_len);
	if (!err)
		err = padded_hash(desc, padded, block_len, 0x36, data, len, inner);
	if (!err)
		err = padded_hash(desc, padded, block_len, 0x5c, inner, digest_len, out);
	memzero_explicit(padded, sizeof(padded));
	memzero_explicit(inner, sizeof(inner));
	shash_desc_zero(desc);
	return err;
}
