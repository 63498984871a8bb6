// SPDX-License-Identifier: GPL-2.0-only
/* The key schedule against RFC 9001 and RFC 9369, appendix A. */
#include <linux/tls.h>

#include "check.h"
#include "keys.h"
#include "rfc_samples.h"
#include "wire.h"

static void check_label(const u8 *secret, size_t secret_len, const char *label, const char *hex)
{
	u8 expected[48], out[48];
	size_t len = check_hex(hex, expected, sizeof(expected));

	CHECK_EQ(quic_hkdf_expand_label(QUIC_HASH_SHA256, secret, secret_len, label, out, len), 0);
	CHECK_MEM(out, expected, len);
}

static void check_direction(const struct quic_version *version, const struct rfc_direction *dir)
{
	u8 secret[32];

	check_hex(dir->secret, secret, sizeof(secret));
	check_label(secret, 32, version->label_key, dir->key);
	check_label(secret, 32, version->label_iv, dir->iv);
	check_label(secret, 32, version->label_hp, dir->hp);
}

/* RFC 9001, 5.1 and 9.6; RFC 9369, 3.3.2 */
TEST("labels give the sample keys")
{
	const struct quic_version *version;
	const struct rfc_sample *sample;
	u8 initial[32], secret[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		sample = &rfc_samples[i];
		version = quic_version_find(sample->version);
		check_hex(sample->initial_secret, initial, sizeof(initial));
		check_label(initial, 32, "client in", sample->client.secret);
		check_label(initial, 32, "server in", sample->server.secret);
		check_direction(version, &sample->client);
		check_direction(version, &sample->server);
		check_direction(version, &sample->chacha);
		check_hex(sample->chacha.secret, secret, sizeof(secret));
		check_label(secret, 32, version->label_ku, sample->chacha_ku);
	}
}

/* RFC 9001, 5.2; RFC 9369, 3.3.1 */
TEST("initial secrets come from the connection id")
{
	struct quic_keys client = {}, server = {};
	const struct rfc_sample *sample;
	struct quic_cid dcid;
	unsigned int i;
	u8 secret[32];

	dcid.len = check_hex(rfc_dcid, dcid.id, sizeof(dcid.id));
	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		sample = &rfc_samples[i];
		CHECK_EQ(quic_keys_initial(&client, &server, quic_version_find(sample->version),
					   &dcid), 0);
		check_hex(sample->client.secret, secret, sizeof(secret));
		CHECK_MEM(client.secret, secret, 32);
		check_hex(sample->server.secret, secret, sizeof(secret));
		CHECK_MEM(server.secret, secret, 32);
		CHECK_EQ(client.cipher->type, TLS_CIPHER_AES_GCM_128);
	}
	quic_keys_clear(&client);
	quic_keys_clear(&server);
	CHECK(!client.cipher && !client.hp && !client.aead[0]);
}

/* RFC 9001, 5.4.1 to 5.4.3 */
TEST("masks are those of the samples")
{
	struct quic_keys client = {}, server = {}, chacha = {};
	u8 samples[2][QUIC_SAMPLE_LEN], masks[2][QUIC_SAMPLE_LEN];
	u8 secret[32], expected[QUIC_MASK_LEN];
	const struct quic_version *version;
	const struct rfc_sample *sample;
	struct quic_cid dcid;
	unsigned int i;

	dcid.len = check_hex(rfc_dcid, dcid.id, sizeof(dcid.id));
	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		sample = &rfc_samples[i];
		version = quic_version_find(sample->version);
		CHECK_EQ(quic_keys_initial(&client, &server, version, &dcid), 0);
		check_hex(sample->chacha.secret, secret, sizeof(secret));
		CHECK_EQ(quic_keys_install(&chacha, version,
					   quic_cipher_find(TLS_CIPHER_CHACHA20_POLY1305),
					   secret), 0);

		/* two in one call: rows must not be mixed up */
		check_hex(sample->server_sample, samples[0], QUIC_SAMPLE_LEN);
		check_hex(sample->client_sample, samples[1], QUIC_SAMPLE_LEN);
		CHECK_EQ(quic_hp_masks(client.hp, samples, masks, 2), 0);
		check_hex(sample->client_mask, expected, sizeof(expected));
		CHECK_MEM(masks[1], expected, QUIC_MASK_LEN);
		check_hex(sample->server_sample, samples[0], QUIC_SAMPLE_LEN);
		CHECK_EQ(quic_hp_masks(server.hp, samples, masks, 1), 0);
		check_hex(sample->server_mask, expected, sizeof(expected));
		CHECK_MEM(masks[0], expected, QUIC_MASK_LEN);

		check_hex(sample->client_sample, samples[0], QUIC_SAMPLE_LEN);
		check_hex(sample->chacha_sample, samples[1], QUIC_SAMPLE_LEN);
		CHECK_EQ(quic_hp_masks(chacha.hp, samples, masks, 2), 0);
		check_hex(sample->chacha_mask, expected, sizeof(expected));
		CHECK_MEM(masks[1], expected, QUIC_MASK_LEN);
	}
	quic_keys_clear(&client);
	quic_keys_clear(&server);
	quic_keys_clear(&chacha);
}

/* RFC 5869, 2.3: T(i) = HMAC(secret, T(i - 1) | info | i); info is RFC 8446's HkdfLabel (7.1). */
TEST("long output is chained")
{
	static const u8 info[] = { 0, 80, 7, 't', 'l', 's', '1', '3', ' ', 'x', 0 };
	u8 secret[32], out[80], input[32 + sizeof(info) + 1], t[32];
	size_t chained = 0;
	u8 i;

	memset(secret, 7, sizeof(secret));
	CHECK_EQ(quic_hkdf_expand_label(QUIC_HASH_SHA256, secret, 32, "x", out, sizeof(out)), 0);
	for (i = 0; i < 3; i++) {
		memcpy(input, t, chained);
		memcpy(input + chained, info, sizeof(info));
		input[chained + sizeof(info)] = i + 1;
		CHECK_EQ(quic_hmac(QUIC_HASH_SHA256, secret, 32, input,
				   chained + sizeof(info) + 1, t), 0);
		CHECK_MEM(out + 32 * i, t, i < 2 ? 32 : 16);
		chained = 32;
	}
}

/* RFC 4231, 4.3 and 4.7: the host's HMAC, with keys shorter and longer than a block. */
TEST("hmac is that of rfc 4231")
{
	static const char data[] = "what do ya want for nothing?";
	static const char larger[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	u8 key[131], expected[48], out[48];

	check_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", expected, 48);
	CHECK_EQ(quic_hmac(QUIC_HASH_SHA256, (u8 *)"Jefe", 4, (u8 *)data, 28, out), 0);
	CHECK_MEM(out, expected, 32);
	check_hex("af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
		  "8e2240ca5e69e2c78b3239ecfab21649", expected, 48);
	CHECK_EQ(quic_hmac(QUIC_HASH_SHA384, (u8 *)"Jefe", 4, (u8 *)data, 28, out), 0);
	CHECK_MEM(out, expected, 48);
	memset(key, 0xaa, sizeof(key));
	check_hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", expected, 48);
	CHECK_EQ(quic_hmac(QUIC_HASH_SHA256, key, 131, (u8 *)larger, 54, out), 0);
	CHECK_MEM(out, expected, 32);
}

TEST("a 384 bit hash fills a secret in one block")
{
	static const u8 info[] = { 0, 48, 13, 't', 'l', 's', '1', '3', ' ',
				   'q', 'u', 'i', 'c', ' ', 'k', 'u', 0, 1 };
	u8 secret[48], out[48], expected[48];

	memset(secret, 9, sizeof(secret));
	CHECK_EQ(quic_hkdf_expand_label(QUIC_HASH_SHA384, secret, 48, "quic ku", out, 48), 0);
	CHECK_EQ(quic_hmac(QUIC_HASH_SHA384, secret, 48, info, sizeof(info), expected), 0);
	CHECK_MEM(out, expected, 48);
}

/* RFC 9001, 5.8; RFC 9369, 3.3.3 */
TEST("retry tags are those of the samples")
{
	u8 retry[64], tag[QUIC_TAG_LEN];
	struct quic_cid odcid;
	unsigned int i;
	size_t len;

	odcid.len = check_hex(rfc_dcid, odcid.id, sizeof(odcid.id));
	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		len = check_hex(rfc_samples[i].retry, retry, sizeof(retry)) - QUIC_TAG_LEN;
		CHECK_EQ(quic_retry_tag(quic_version_find(rfc_samples[i].version), &odcid, retry,
					len, tag), 0);
		CHECK_MEM(tag, retry + len, QUIC_TAG_LEN);
	}
}

TEST("ciphers have the limits of the rfc")
{
	const struct quic_cipher *cipher;

	/* RFC 9001, 6.6 */
	cipher = quic_cipher_find(TLS_CIPHER_AES_GCM_128);
	CHECK_EQ(cipher->confidentiality_limit, 8388608);
	CHECK_EQ(cipher->integrity_limit, 4503599627370496);
	cipher = quic_cipher_find(TLS_CIPHER_AES_GCM_256);
	CHECK_EQ(cipher->secret_len, 48);
	CHECK_EQ(cipher->confidentiality_limit, 8388608);
	cipher = quic_cipher_find(TLS_CIPHER_CHACHA20_POLY1305);
	CHECK(cipher->confidentiality_limit > QUIC_VARINT_MAX);
	CHECK_EQ(cipher->integrity_limit, 68719476736);
	/* 2^21.5, rounded down: its square is the largest below 2^43 */
	cipher = quic_cipher_find(TLS_CIPHER_AES_CCM_128);
	CHECK(cipher->confidentiality_limit * cipher->confidentiality_limit < 1ULL << 43);
	CHECK((cipher->confidentiality_limit + 1) * (cipher->confidentiality_limit + 1) >
	      1ULL << 43);
	CHECK_EQ(cipher->integrity_limit, cipher->confidentiality_limit);
	CHECK(!quic_cipher_find(TLS_CIPHER_SM4_GCM));
	CHECK(!quic_cipher_find(0x10000 + TLS_CIPHER_AES_GCM_128));
}

static const u16 all_types[] = {
	TLS_CIPHER_AES_GCM_128, TLS_CIPHER_AES_GCM_256, TLS_CIPHER_AES_CCM_128,
	TLS_CIPHER_CHACHA20_POLY1305,
};

TEST("every cipher seals and opens")
{
	const struct quic_version *version = quic_version_find(QUIC_VERSION_V1);
	u8 secret[QUIC_HASH_LEN_MAX], packet[128], plain[128];
	struct quic_keys keys = {};
	unsigned int i, bit;

	memset(secret, 0x5a, sizeof(secret));
	for (i = 0; i < ARRAY_SIZE(all_types); i++) {
		CHECK_EQ(quic_keys_install(&keys, version, quic_cipher_find(all_types[i]),
					   secret), 0);
		memset(plain, 'p', sizeof(plain));
		memcpy(packet, plain, sizeof(packet));
		CHECK_EQ(quic_aead_seal(keys.aead[0], 77, packet, 12, 100), 0);
		CHECK(memcmp(packet + 12, plain, 100));
		CHECK_MEM(packet, plain, 12);
		CHECK_MEM(packet + 128, plain + 128, 0);
		CHECK_EQ(quic_aead_open(keys.aead[0], 77, packet, 12, 116), 0);
		CHECK_MEM(packet, plain, 112);

		/* each bit counts: header, payload, tag; and so does the number */
		for (bit = 0; bit < 8 * 128; bit += 5) {
			memcpy(packet, plain, sizeof(packet));
			CHECK_EQ(quic_aead_seal(keys.aead[0], 77, packet, 12, 100), 0);
			packet[bit / 8] ^= 1 << bit % 8;
			CHECK_EQ(quic_aead_open(keys.aead[0], 77, packet, 12, 116), -EBADMSG);
		}
		memcpy(packet, plain, sizeof(packet));
		CHECK_EQ(quic_aead_seal(keys.aead[0], 77, packet, 12, 100), 0);
		CHECK_EQ(quic_aead_open(keys.aead[0], 78, packet, 12, 116), -EBADMSG);
		CHECK_EQ(quic_aead_open(keys.aead[0], 77, packet, 12, 15), -EBADMSG);
	}
	quic_keys_clear(&keys);
}

TEST("an update changes the key but not header protection")
{
	const struct rfc_sample *sample = &rfc_samples[0];
	const struct quic_version *version = quic_version_find(sample->version);
	u8 secret[32], ku[32], packet[64] = { 1, 2, 3 };
	struct quic_keys keys = {}, next = {};
	struct quic_hp *hp;

	check_hex(sample->chacha.secret, secret, sizeof(secret));
	check_hex(sample->chacha_ku, ku, sizeof(ku));
	CHECK_EQ(quic_keys_install(&keys, version, quic_cipher_find(TLS_CIPHER_CHACHA20_POLY1305),
				   secret), 0);
	hp = keys.hp;
	CHECK(!keys.aead[1]);
	CHECK_EQ(quic_keys_prepare_update(&keys, version), 0);
	CHECK(keys.aead[0] && keys.aead[1] && keys.hp == hp);
	CHECK_EQ(keys.phase, 0);
	CHECK_MEM(keys.secret, ku, 32);
	/* already there: nothing is derived again */
	CHECK_EQ(quic_keys_prepare_update(&keys, version), 0);
	CHECK_MEM(keys.secret, ku, 32);

	/* the prepared key is the one that the derived secret gives */
	CHECK_EQ(quic_keys_install(&next, version, keys.cipher, ku), 0);
	CHECK_EQ(quic_aead_seal(keys.aead[1], 5, packet, 3, 20), 0);
	CHECK_EQ(quic_aead_open(next.aead[0], 5, packet, 3, 36), 0);
	quic_keys_clear(&keys);
	quic_keys_clear(&next);
}

TEST("failed allocations leave keys as they were")
{
	const struct quic_version *version = quic_version_find(QUIC_VERSION_V1);
	const struct quic_cipher *cipher = quic_cipher_find(TLS_CIPHER_AES_GCM_256);
	struct quic_keys keys = {}, client = {}, server = {};
	struct quic_cid dcid = { 4, { 1, 2, 3, 4 } };
	u8 secret[48] = { 1 }, tag[QUIC_TAG_LEN];
	unsigned int n;

	for (n = 0; n < 2; n++) {
		host_fail_alloc_after(n);
		CHECK_EQ(quic_keys_install(&keys, version, cipher, secret), -ENOMEM);
		CHECK(!keys.cipher && !keys.hp && !keys.aead[0]);
	}
	for (n = 0; n < 4; n++) {
		host_fail_alloc_after(n);
		CHECK_EQ(quic_keys_initial(&client, &server, version, &dcid), -ENOMEM);
		CHECK(!client.cipher && !server.cipher);
	}
	for (n = 0; n < 2; n++) {
		host_fail_alloc_after(n);
		CHECK_EQ(quic_retry_tag(version, &dcid, secret, 40, tag), -ENOMEM);
	}
	CHECK_EQ(quic_keys_install(&keys, version, cipher, secret), 0);
	host_fail_alloc_after(0);
	CHECK_EQ(quic_keys_prepare_update(&keys, version), -ENOMEM);
	CHECK(!keys.aead[1]);
	CHECK_MEM(keys.secret, secret, 48);
	CHECK_EQ(quic_keys_prepare_update(&keys, version), 0);
	quic_keys_clear(&keys);
}
