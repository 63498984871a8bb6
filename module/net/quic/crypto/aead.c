// SPDX-License-Identifier: GPL-2.0-only
/* Packet protection: AEADs that finish before they return (RFC 9001, 5.3). */
#include <linux/types.h>
#include <asm/simd.h>
#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/tls.h>

#include "crypto.h"

/* The largest ivsize among the algorithms: that of CCM. */
#define IV_MAX	16

/**
 * struct quic_aead - a packet protection key
 * @tfm: synchronous in every context
 * @simd: the same cipher with the processor's vector registers, usable while may_use_simd(), or
 *	NULL if @tfm is as good
 * @req: prepared request, large enough for either; under the connection's lock
 * @sg: packet of @req; under the connection's lock
 * @iv: the static IV, where it lies in the algorithm's IV
 * @nonce_at: offset of the 12-byte nonce in the algorithm's IV
 * @free_work: frees the key in process context
 */
struct quic_aead {
	struct crypto_aead *tfm;
	struct crypto_aead *simd;
	struct aead_request *req;
	struct scatterlist sg;
	u8 iv[IV_MAX];
	u8 nonce_at;
	struct work_struct free_work;
};

/*
 * On x86 before 6.16 the fast gcm(aes) is wrapped: where vector registers are not at hand, the
 * wrapper defers to a workqueue, and so it is marked asynchronous and not found by us. What it
 * wraps is a synchronous, "internal" algorithm. It is used directly here, with the portable one in
 * its stead in the rare context that cannot use it: a softirq that interrupted a user of the
 * registers.
 */
static const char simd_gcm[] = "__gcm(aes)";
static bool have_simd_gcm;

static struct crypto_aead *alloc_simd_gcm(void)
{
	return crypto_alloc_aead(simd_gcm, CRYPTO_ALG_INTERNAL,
				 CRYPTO_ALG_INTERNAL | CRYPTO_ALG_ASYNC);
}

static int priority(struct crypto_aead *tfm)
{
	return crypto_aead_tfm(tfm)->__crt_alg->cra_priority;
}

/* Load AES-GCM, which every connection begins with, and see which of its forms is the fast one. */
int quic_aead_init(void)
{
	struct crypto_aead *tfm, *simd;

	tfm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	simd = alloc_simd_gcm();
	if (!IS_ERR(simd)) {
		have_simd_gcm = priority(simd) > priority(tfm);
		crypto_free_aead(simd);
	}
	crypto_free_aead(tfm);
	return 0;
}

static const char *algorithm(const struct quic_cipher *cipher)
{
	switch (cipher->type) {
	case TLS_CIPHER_AES_GCM_128:
	case TLS_CIPHER_AES_GCM_256:
		return "gcm(aes)";
	case TLS_CIPHER_AES_CCM_128:
		return "ccm(aes)";
	default:
		return "rfc7539(chacha20,poly1305)";
	}
}

static int set_key(struct crypto_aead *tfm, const struct quic_cipher *cipher, const u8 *key)
{
	int err = crypto_aead_setauthsize(tfm, QUIC_TAG_LEN);

	return err ?: crypto_aead_setkey(tfm, key, cipher->key_len);
}

static void destroy(struct quic_aead *aead)
{
	aead_request_free(aead->req);
	if (aead->simd)
		crypto_free_aead(aead->simd);
	if (aead->tfm)
		crypto_free_aead(aead->tfm);
	kfree_sensitive(aead);
}

static void free_work(struct work_struct *work)
{
	destroy(container_of(work, struct quic_aead, free_work));
}

/* The transforms of @aead, keyed. What was made stays in @aead on error. */
static int make_tfms(struct quic_aead *aead, const struct quic_cipher *cipher, const u8 *key)
{
	struct crypto_aead *tfm;
	int err;

	tfm = crypto_alloc_aead(algorithm(cipher), 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	aead->tfm = tfm;
	err = set_key(tfm, cipher, key);
	if (err || !have_simd_gcm || cipher->type == TLS_CIPHER_AES_CCM_128 ||
	    cipher->type == TLS_CIPHER_CHACHA20_POLY1305)
		return err;
	tfm = alloc_simd_gcm();
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	aead->simd = tfm;
	return set_key(tfm, cipher, key);
}

int quic_aead_new(struct quic_aead **result, const struct quic_cipher *cipher, const u8 *key,
		  const u8 iv[QUIC_IV_LEN])
{
	struct crypto_aead *larger;
	struct quic_aead *aead;
	int err;

	aead = kzalloc(sizeof(*aead), GFP_KERNEL);
	if (!aead)
		return -ENOMEM;
	INIT_WORK(&aead->free_work, free_work);
	err = make_tfms(aead, cipher, key);
	if (err)
		goto fail;
	larger = aead->tfm;
	if (aead->simd && crypto_aead_reqsize(aead->simd) > crypto_aead_reqsize(larger))
		larger = aead->simd;
	aead->req = aead_request_alloc(larger, GFP_KERNEL);
	err = -ENOMEM;
	if (!aead->req)
		goto fail;
	aead_request_set_callback(aead->req, 0, NULL, NULL);

	if (cipher->type == TLS_CIPHER_AES_CCM_128) {
		/* RFC 3610, 2.3: the IV begins with the length of the length field, less one. */
		aead->nonce_at = 1;
		aead->iv[0] = 15 - QUIC_IV_LEN - 1;
	}
	memcpy(aead->iv + aead->nonce_at, iv, QUIC_IV_LEN);
	*result = aead;
	return 0;

fail:
	destroy(aead);
	return err;
}

void quic_aead_free(struct quic_aead *aead)
{
	if (aead)
		queue_work(quic_key_wq, &aead->free_work);
}

/* Point the request at a packet. @iv belongs to the caller: algorithms change it. */
static struct aead_request *prepare(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
				    size_t crypt_len, size_t total_len, u8 iv[IV_MAX])
{
	/* RFC 9001, 5.3: the packet number is XORed to the right end of the nonce. */
	u8 *right = iv + aead->nonce_at + QUIC_IV_LEN - sizeof(__be64);
	__be64 low;

	memcpy(iv, aead->iv, IV_MAX);
	memcpy(&low, right, sizeof(low));
	low ^= cpu_to_be64(pn);
	memcpy(right, &low, sizeof(low));
	sg_init_one(&aead->sg, packet, total_len);
	aead_request_set_tfm(aead->req, aead->simd && may_use_simd() ? aead->simd : aead->tfm);
	aead_request_set_ad(aead->req, header_len);
	aead_request_set_crypt(aead->req, &aead->sg, &aead->sg, crypt_len, iv);
	return aead->req;
}

int quic_aead_seal(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len)
{
	u8 iv[IV_MAX];

	return crypto_aead_encrypt(prepare(aead, pn, packet, header_len, payload_len,
					   header_len + payload_len + QUIC_TAG_LEN, iv));
}

int quic_aead_open(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len)
{
	u8 iv[IV_MAX];

	if (payload_len < QUIC_TAG_LEN)
		return -EBADMSG;
	return crypto_aead_decrypt(prepare(aead, pn, packet, header_len, payload_len,
					   header_len + payload_len, iv));
}
