// SPDX-License-Identifier: GPL-2.0-only
/* The key schedule of QUIC's packet protection: a label for each purpose (RFC 9001, 9.6). */
#include <linux/tls.h>

#include "keys.h"

/* Longest label: "tls13 " and "quicv2 key"; the context is always empty. */
#define LABEL_MAX	32
#define INFO_MAX	(2 + 1 + LABEL_MAX + 1)

static const struct quic_cipher ciphers[] = {
	/* RFC 9001, 6.6: GCM 2^23 and 2^52, CCM 2^21.5 both, ChaCha20 unlimited and 2^36 */
	{ TLS_CIPHER_AES_GCM_128, 16, 32, QUIC_HASH_SHA256, 1ULL << 23, 1ULL << 52 },
	{ TLS_CIPHER_AES_GCM_256, 32, 48, QUIC_HASH_SHA384, 1ULL << 23, 1ULL << 52 },
	{ TLS_CIPHER_AES_CCM_128, 16, 32, QUIC_HASH_SHA256, 2965820, 2965820 },
	{ TLS_CIPHER_CHACHA20_POLY1305, 32, 32, QUIC_HASH_SHA256, U64_MAX, 1ULL << 36 },
};

const struct quic_cipher *quic_cipher_find(u32 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		if (ciphers[i].type == type)
			return &ciphers[i];
	return NULL;
}

static size_t hash_len(enum quic_hash hash)
{
	return hash == QUIC_HASH_SHA384 ? 48 : 32;
}

/* Room for T(i - 1), the HkdfLabel and the counter: what one HMAC of HKDF-Expand runs over. */
struct hkdf_block {
	u8 bytes[QUIC_HASH_LEN_MAX + INFO_MAX + 1];
};

int quic_hkdf_expand_label(enum quic_hash hash, const u8 *secret, size_t secret_len,
			   const char *label, u8 *out, size_t out_len)
{
	size_t label_len = strlen(label), info_len = 2 + 1 + 6 + label_len + 1;
	size_t digest_len = hash_len(hash), chained = 0, done = 0, part;
	u8 digest[QUIC_HASH_LEN_MAX];
	struct hkdf_block block;
	u8 counter = 0, *info;
	int err = 0;

	if (WARN_ON_ONCE(info_len > INFO_MAX || out_len > 255 * digest_len))
		return -EINVAL;

	while (done < out_len) {
		memcpy(block.bytes, digest, chained);
		info = block.bytes + chained;
		*info++ = out_len >> 8;
		*info++ = out_len;
		*info++ = 6 + label_len;
		memcpy(info, "tls13 ", 6);
		memcpy(info + 6, label, label_len);
		info += 6 + label_len;
		*info++ = 0;
		*info++ = ++counter;
		err = quic_hmac(hash, secret, secret_len, block.bytes, info - block.bytes, digest);
		if (err)
			break;
		part = min(out_len - done, digest_len);
		memcpy(out + done, digest, part);
		done += part;
		chained = digest_len;
	}
	memzero_explicit(&block, sizeof(block));
	memzero_explicit(digest, sizeof(digest));
	return err;
}

/* Packet protection from a traffic secret; header protection is the caller's. */
static int make_aead(struct quic_aead **aead, const struct quic_version *version,
		     const struct quic_cipher *cipher, const u8 *secret)
{
	u8 key[QUIC_KEY_LEN_MAX], iv[QUIC_IV_LEN];
	int err;

	err = quic_hkdf_expand_label(cipher->hash, secret, cipher->secret_len, version->label_key,
				     key, cipher->key_len);
	if (!err)
		err = quic_hkdf_expand_label(cipher->hash, secret, cipher->secret_len,
					     version->label_iv, iv, sizeof(iv));
	if (!err)
		err = quic_aead_new(aead, cipher, key, iv);
	memzero_explicit(key, sizeof(key));
	memzero_explicit(iv, sizeof(iv));
	return err;
}

static int make_hp(struct quic_hp **hp, const struct quic_version *version,
		   const struct quic_cipher *cipher, const u8 *secret)
{
	u8 key[QUIC_KEY_LEN_MAX];
	int err;

	err = quic_hkdf_expand_label(cipher->hash, secret, cipher->secret_len, version->label_hp,
				     key, cipher->key_len);
	if (!err)
		err = quic_hp_new(hp, cipher, key);
	memzero_explicit(key, sizeof(key));
	return err;
}

int quic_keys_install(struct quic_keys *keys, const struct quic_version *version,
		      const struct quic_cipher *cipher, const u8 *secret)
{
	struct quic_aead *aead;
	struct quic_hp *hp;
	int err;

	err = make_aead(&aead, version, cipher, secret);
	if (err)
		return err;
	err = make_hp(&hp, version, cipher, secret);
	if (err) {
		quic_aead_free(aead);
		return err;
	}
	quic_keys_clear(keys);
	keys->cipher = cipher;
	keys->hp = hp;
	keys->aead[0] = aead;
	memcpy(keys->secret, secret, cipher->secret_len);
	return 0;
}

int quic_keys_prepare_update(struct quic_keys *keys, const struct quic_version *version)
{
	const struct quic_cipher *cipher = keys->cipher;
	u8 secret[QUIC_HASH_LEN_MAX];
	int err;

	if (keys->aead[!keys->phase])
		return 0;
	err = quic_hkdf_expand_label(cipher->hash, keys->secret, cipher->secret_len,
				     version->label_ku, secret, cipher->secret_len);
	if (!err)
		err = make_aead(&keys->aead[!keys->phase], version, cipher, secret);
	if (!err)
		memcpy(keys->secret, secret, cipher->secret_len);
	memzero_explicit(secret, sizeof(secret));
	return err;
}

int quic_keys_initial(struct quic_keys *client, struct quic_keys *server,
		      const struct quic_version *version, const struct quic_cid *dcid)
{
	const struct quic_cipher *cipher = quic_cipher_find(TLS_CIPHER_AES_GCM_128);
	u8 initial[32], secret[32];
	struct quic_keys fresh = {};
	int err;

	/* HKDF-Extract (RFC 5869, 2.2) is one HMAC. */
	err = quic_hmac(QUIC_HASH_SHA256, version->initial_salt, sizeof(version->initial_salt),
			dcid->id, dcid->len, initial);
	if (!err)
		err = quic_hkdf_expand_label(QUIC_HASH_SHA256, initial, sizeof(initial),
					     "client in", secret, sizeof(secret));
	if (!err)
		err = quic_keys_install(&fresh, version, cipher, secret);
	if (!err)
		err = quic_hkdf_expand_label(QUIC_HASH_SHA256, initial, sizeof(initial),
					     "server in", secret, sizeof(secret));
	if (!err)
		err = quic_keys_install(server, version, cipher, secret);
	if (!err) {
		quic_keys_clear(client);
		*client = fresh;
		memzero_explicit(&fresh, sizeof(fresh));
	} else {
		quic_keys_clear(&fresh);
	}
	memzero_explicit(initial, sizeof(initial));
	memzero_explicit(secret, sizeof(secret));
	return err;
}

void quic_keys_clear(struct quic_keys *keys)
{
	quic_hp_free(keys->hp);
	quic_aead_free(keys->aead[0]);
	quic_aead_free(keys->aead[1]);
	quic_aead_free(keys->prev);
	memzero_explicit(keys, sizeof(*keys));
}
