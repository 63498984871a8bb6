// SPDX-License-Identifier: GPL-2.0-only
/* The engine's cryptographic operations (cipher.h) on GnuTLS, and header protection on Nettle. */
#include <gnutls/crypto.h>
#include <linux/tls.h>
#include <nettle/aes.h>
#include <nettle/chacha.h>

#include "cipher.h"
#include "host.h"
#include "version.h"

struct quic_aead {
	gnutls_aead_cipher_hd_t handle;
	u8 iv[QUIC_IV_LEN];
};

struct quic_hp {
	u16 type;
	union {
		struct aes128_ctx aes128;
		struct aes256_ctx aes256;
		struct chacha_ctx chacha;
	};
};

static gnutls_cipher_algorithm_t algorithm(const struct quic_cipher *cipher)
{
	switch (cipher->type) {
	case TLS_CIPHER_AES_GCM_128:
		return GNUTLS_CIPHER_AES_128_GCM;
	case TLS_CIPHER_AES_GCM_256:
		return GNUTLS_CIPHER_AES_256_GCM;
	case TLS_CIPHER_AES_CCM_128:
		return GNUTLS_CIPHER_AES_128_CCM;
	default:
		return GNUTLS_CIPHER_CHACHA20_POLY1305;
	}
}

int quic_aead_new(struct quic_aead **aead, const struct quic_cipher *cipher, const u8 *key,
		  const u8 iv[QUIC_IV_LEN])
{
	gnutls_datum_t datum = { (u8 *)key, cipher->key_len };
	struct quic_aead *new;

	if (host_alloc_fails())
		return -ENOMEM;
	new = malloc(sizeof(*new));
	if (!new || gnutls_aead_cipher_init(&new->handle, algorithm(cipher), &datum) < 0)
		abort();
	memcpy(new->iv, iv, QUIC_IV_LEN);
	host_count_block(1);
	*aead = new;
	return 0;
}

void quic_aead_free(struct quic_aead *aead)
{
	if (!aead)
		return;
	gnutls_aead_cipher_deinit(aead->handle);
	free(aead);
	host_count_block(-1);
}

int quic_hp_new(struct quic_hp **hp, const struct quic_cipher *cipher, const u8 *key)
{
	struct quic_hp *new;

	if (host_alloc_fails())
		return -ENOMEM;
	new = malloc(sizeof(*new));
	if (!new)
		abort();
	new->type = cipher->type;
	if (cipher->type == TLS_CIPHER_CHACHA20_POLY1305)
		chacha_set_key(&new->chacha, key);
	else if (cipher->type == TLS_CIPHER_AES_GCM_256)
		aes256_set_encrypt_key(&new->aes256, key);
	else
		aes128_set_encrypt_key(&new->aes128, key);
	host_count_block(1);
	*hp = new;
	return 0;
}

void quic_hp_free(struct quic_hp *hp)
{
	if (!hp)
		return;
	free(hp);
	host_count_block(-1);
}

/* RFC 9001, 5.3: the packet number in network order, XORed to the right end of the IV. */
static void make_nonce(const struct quic_aead *aead, u64 pn, u8 nonce[QUIC_IV_LEN])
{
	unsigned int i;

	memcpy(nonce, aead->iv, QUIC_IV_LEN);
	for (i = 0; i < 8; i++)
		nonce[QUIC_IV_LEN - 1 - i] ^= pn >> (8 * i);
}

int quic_aead_seal(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len)
{
	size_t len = payload_len + QUIC_TAG_LEN;
	u8 nonce[QUIC_IV_LEN];

	make_nonce(aead, pn, nonce);
	if (gnutls_aead_cipher_encrypt(aead->handle, nonce, sizeof(nonce), packet, header_len,
				       QUIC_TAG_LEN, packet + header_len, payload_len,
				       packet + header_len, &len) < 0)
		abort();
	return 0;
}

int quic_aead_open(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len)
{
	u8 nonce[QUIC_IV_LEN];
	size_t len;

	if (payload_len < QUIC_TAG_LEN)
		return -EBADMSG;
	len = payload_len - QUIC_TAG_LEN;
	make_nonce(aead, pn, nonce);
	if (gnutls_aead_cipher_decrypt(aead->handle, nonce, sizeof(nonce), packet, header_len,
				       QUIC_TAG_LEN, packet + header_len, payload_len,
				       packet + header_len, &len) < 0)
		return -EBADMSG;
	return 0;
}

int quic_retry_seal(const struct quic_version *version, u8 *pseudo, size_t len)
{
	const struct quic_cipher *cipher = quic_cipher_find(TLS_CIPHER_AES_GCM_128);
	struct quic_aead *aead;
	int err;

	err = quic_aead_new(&aead, cipher, version->retry_key, version->retry_nonce);
	if (err)
		return err;
	/* Packet number 0 leaves the nonce as it is. */
	err = quic_aead_seal(aead, 0, pseudo, len, 0);
	quic_aead_free(aead);
	return err;
}

int quic_hp_masks(struct quic_hp *hp, u8 (*samples)[QUIC_SAMPLE_LEN], u8 (*masks)[QUIC_SAMPLE_LEN],
		  unsigned int count)
{
	unsigned int i;

	switch (hp->type) {
	case TLS_CIPHER_CHACHA20_POLY1305:
		/* RFC 9001, 5.4.4: counter and nonce fill the last four words of the state. */
		for (i = 0; i < count; i++) {
			chacha_set_nonce(&hp->chacha, samples[i] + CHACHA_COUNTER_SIZE);
			chacha_set_counter(&hp->chacha, samples[i]);
			memset(masks[i], 0, QUIC_SAMPLE_LEN);
			chacha_crypt(&hp->chacha, QUIC_MASK_LEN, masks[i], masks[i]);
		}
		break;
	case TLS_CIPHER_AES_GCM_256:
		aes256_encrypt(&hp->aes256, count * QUIC_SAMPLE_LEN, masks[0], samples[0]);
		break;
	default:
		aes128_encrypt(&hp->aes128, count * QUIC_SAMPLE_LEN, masks[0], samples[0]);
		break;
	}
	/* The contract lets a host overwrite them: no caller may rely on them afterwards. */
	memset(samples, 0, count * QUIC_SAMPLE_LEN);
	return 0;
}

int quic_hmac(enum quic_hash hash, const u8 *key, size_t key_len, const u8 *data, size_t len,
	      u8 *out)
{
	gnutls_mac_algorithm_t mac = hash == QUIC_HASH_SHA384 ? GNUTLS_MAC_SHA384 :
				     GNUTLS_MAC_SHA256;

	if (gnutls_hmac_fast(mac, key, key_len, data, len, out) < 0)
		abort();
	return 0;
}
