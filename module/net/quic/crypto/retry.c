// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tags of Retry packets. Their keys are public and the same for all (RFC 9001, 5.8; RFC 9369,
 * 3.3.3), so each is made once, and an operation brings a request of its own: they are rare.
 */
#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "../engine/version.h"
#include "crypto.h"

static struct crypto_aead *tfms[2];	/* as quic_version_list() */

static struct crypto_aead *make(const struct quic_version *version)
{
	struct crypto_aead *tfm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	int err;

	if (IS_ERR(tfm))
		return tfm;
	err = crypto_aead_setauthsize(tfm, QUIC_TAG_LEN) ?:
	      crypto_aead_setkey(tfm, version->retry_key, sizeof(version->retry_key));
	if (!err)
		return tfm;
	crypto_free_aead(tfm);
	return ERR_PTR(err);
}

int quic_retry_init(void)
{
	const struct quic_version *versions;
	struct crypto_aead *tfm;
	unsigned int i, count;

	versions = quic_version_list(&count);
	if (WARN_ON_ONCE(count > ARRAY_SIZE(tfms)))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		tfm = make(&versions[i]);
		if (IS_ERR(tfm)) {
			quic_retry_exit();
			return PTR_ERR(tfm);
		}
		tfms[i] = tfm;
	}
	return 0;
}

void quic_retry_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tfms); i++) {
		if (tfms[i])
			crypto_free_aead(tfms[i]);
		tfms[i] = NULL;
	}
}

int quic_retry_seal(const struct quic_version *version, u8 *pseudo, size_t len)
{
	u8 nonce[sizeof(version->retry_nonce)];
	const struct quic_version *versions;
	struct aead_request *req;
	struct crypto_aead *tfm;
	struct scatterlist sg;
	unsigned int count;
	int err;

	versions = quic_version_list(&count);
	tfm = tfms[version - versions];
	req = aead_request_alloc(tfm, GFP_ATOMIC | __GFP_NOWARN);
	if (!req)
		return -ENOMEM;
	memcpy(nonce, version->retry_nonce, sizeof(nonce));
	sg_init_one(&sg, pseudo, len + QUIC_TAG_LEN);
	aead_request_set_callback(req, 0, NULL, NULL);
	aead_request_set_ad(req, len);
	aead_request_set_crypt(req, &sg, &sg, 0, nonce);
	err = crypto_aead_encrypt(req);
	aead_request_free(req);
	return err;
}
