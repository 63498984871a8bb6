// SPDX-License-Identifier: GPL-2.0-only
/* Header protection masks (RFC 9001, 5.4.3 and 5.4.4). */
#include <crypto/skcipher.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/tls.h>

#include "crypto.h"

/* Masks made in one call of the cipher. */
#define BATCH	32

/**
 * struct quic_hp - a header protection key
 * @tfm: ecb(aes), or chacha20 whose IV is counter and nonce: just what a sample is
 * @req: prepared request; under the connection's lock
 * @sg: blocks of @req; under the connection's lock
 * @is_chacha: which of the two
 * @free_work: frees the key in process context
 * @blocks: samples become masks here, in place: a caller's may lie on a stack, which the crypto API
 *	cannot address; under the connection's lock
 */
struct quic_hp {
	struct crypto_sync_skcipher *tfm;
	struct skcipher_request *req;
	struct scatterlist sg;
	bool is_chacha;
	struct work_struct free_work;
	u8 blocks[BATCH][QUIC_SAMPLE_LEN];
};

static void destroy(struct quic_hp *hp)
{
	skcipher_request_free(hp->req);
	if (hp->tfm)
		crypto_free_sync_skcipher(hp->tfm);
	kfree_sensitive(hp);
}

static void free_work(struct work_struct *work)
{
	destroy(container_of(work, struct quic_hp, free_work));
}

int quic_hp_new(struct quic_hp **result, const struct quic_cipher *cipher, const u8 *key)
{
	struct crypto_sync_skcipher *tfm;
	struct quic_hp *hp;
	int err;

	hp = kzalloc(sizeof(*hp), GFP_KERNEL);
	if (!hp)
		return -ENOMEM;
	INIT_WORK(&hp->free_work, free_work);
	hp->is_chacha = cipher->type == TLS_CIPHER_CHACHA20_POLY1305;
	tfm = crypto_alloc_sync_skcipher(hp->is_chacha ? "chacha20" : "ecb(aes)", 0, 0);
	err = PTR_ERR_OR_ZERO(tfm);
	if (err)
		goto fail;
	hp->tfm = tfm;
	err = crypto_sync_skcipher_setkey(tfm, key, cipher->key_len);
	if (err)
		goto fail;
	hp->req = skcipher_request_alloc(&tfm->base, GFP_KERNEL);
	err = -ENOMEM;
	if (!hp->req)
		goto fail;
	skcipher_request_set_callback(hp->req, 0, NULL, NULL);
	sg_init_one(&hp->sg, hp->blocks, sizeof(hp->blocks));
	*result = hp;
	return 0;

fail:
	destroy(hp);
	return err;
}

void quic_hp_free(struct quic_hp *hp)
{
	if (hp)
		queue_work(quic_key_wq, &hp->free_work);
}

/* RFC 9001, 5.4.3: a mask is its sample, encrypted. */
static int aes_masks(struct quic_hp *hp, u8 (*samples)[QUIC_SAMPLE_LEN],
		     u8 (*masks)[QUIC_SAMPLE_LEN], unsigned int count)
{
	size_t len = count * QUIC_SAMPLE_LEN;
	int err;

	memcpy(hp->blocks, samples, len);
	skcipher_request_set_crypt(hp->req, &hp->sg, &hp->sg, len, NULL);
	err = crypto_skcipher_encrypt(hp->req);
	if (!err)
		memcpy(masks, hp->blocks, len);
	return err;
}

/* RFC 9001, 5.4.4: a mask is the key stream at the counter and nonce that the sample gives. */
static int chacha_mask(struct quic_hp *hp, u8 *sample, u8 *mask)
{
	int err;

	memset(hp->blocks[0], 0, QUIC_MASK_LEN);
	skcipher_request_set_crypt(hp->req, &hp->sg, &hp->sg, QUIC_MASK_LEN, sample);
	err = crypto_skcipher_encrypt(hp->req);
	if (!err)
		memcpy(mask, hp->blocks[0], QUIC_MASK_LEN);
	return err;
}

int quic_hp_masks(struct quic_hp *hp, u8 (*samples)[QUIC_SAMPLE_LEN], u8 (*masks)[QUIC_SAMPLE_LEN],
		  unsigned int count)
{
	unsigned int i, n;
	int err = 0;

	for (i = 0; i < count && !err; i += n) {
		n = hp->is_chacha ? 1 : min_t(unsigned int, count - i, BATCH);
		err = hp->is_chacha ? chacha_mask(hp, samples[i], masks[i]) :
		      aes_masks(hp, samples + i, masks + i, n);
	}
	return err;
}
