// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet protection with the kernel's ciphers, against appendix A of RFC 9001 and of RFC 9369: the same
 * samples with which test/engine tests the key schedule on another library.
 */
#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/tls.h>

#include "../engine/keys.h"
#include "rfc_samples.h"

#define PACKET_MAX	1500

static size_t from_hex(struct kunit *test, const char *hex, u8 *out, size_t room)
{
	size_t len = 0;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		KUNIT_ASSERT_LT(test, len, room);
		KUNIT_ASSERT_EQ(test, 0, hex2bin(out + len++, hex, 1));
		hex += 2;
	}
	return len;
}

/* The crypto API wants memory that is not on the stack. */
static u8 *packet_buffer(struct kunit *test)
{
	u8 *packet = kunit_kzalloc(test, PACKET_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, packet);
	return packet;
}

/* Seal @payload_len bytes behind the header in @packet and mask the header, whose number is at its end. */
static size_t protect(struct kunit *test, const struct quic_keys *keys, u64 pn, u8 *packet,
		      size_t header_len, size_t payload_len)
{
	u8 pn_len = (packet[0] & 3) + 1, sample[1][QUIC_SAMPLE_LEN], mask[1][QUIC_SAMPLE_LEN];
	u8 *pn_at = packet + header_len - pn_len, i;

	KUNIT_ASSERT_EQ(test, 0, quic_aead_seal(keys->aead[0], pn, packet, header_len, payload_len));
	memcpy(sample[0], pn_at + 4, QUIC_SAMPLE_LEN);
	KUNIT_ASSERT_EQ(test, 0, quic_hp_masks(keys->hp, sample, mask, 1));
	packet[0] ^= mask[0][0] & (packet[0] & 0x80 ? 0x0f : 0x1f);
	for (i = 0; i < pn_len; i++)
		pn_at[i] ^= mask[0][1 + i];
	return header_len + payload_len + QUIC_TAG_LEN;
}

static void expect_packet(struct kunit *test, const struct quic_keys *keys, u64 pn,
			  const char *header, const char *payload, size_t padded,
			  const char *expected)
{
	u8 *packet = packet_buffer(test), *wanted = packet_buffer(test);
	size_t header_len = from_hex(test, header, packet, PACKET_MAX), len;

	len = from_hex(test, payload, packet + header_len, PACKET_MAX - header_len);
	len = protect(test, keys, pn, packet, header_len, max(len, padded));
	KUNIT_ASSERT_EQ(test, len, from_hex(test, expected, wanted, PACKET_MAX));
	KUNIT_EXPECT_MEMEQ(test, packet, wanted, len);
}

/* RFC 9001, A.1 to A.3; RFC 9369, A.1 to A.3 */
static void initial_packets(struct kunit *test)
{
	const struct rfc_sample *sample;
	struct quic_keys client = {}, server = {};
	struct quic_cid dcid = {};
	unsigned int i;

	dcid.len = from_hex(test, rfc_dcid, dcid.id, sizeof(dcid.id));
	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		sample = &rfc_samples[i];
		KUNIT_ASSERT_EQ(test, 0, quic_keys_initial(&client, &server,
							   quic_version_find(sample->version), &dcid));
		expect_packet(test, &client, 2, sample->client_header, rfc_client_payload, 1162,
			      sample->client_packet);
		expect_packet(test, &server, 1, sample->server_header, rfc_server_payload, 0,
			      sample->server_packet);
	}
	quic_keys_clear(&client);
	quic_keys_clear(&server);
}

/* RFC 9001, A.4; RFC 9369, A.4 */
static void retry_packets(struct kunit *test)
{
	u8 *packet = packet_buffer(test), tag[QUIC_TAG_LEN];
	struct quic_cid dcid = {};
	unsigned int i;
	size_t len;

	dcid.len = from_hex(test, rfc_dcid, dcid.id, sizeof(dcid.id));
	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		len = from_hex(test, rfc_samples[i].retry, packet, PACKET_MAX) - QUIC_TAG_LEN;
		KUNIT_ASSERT_EQ(test, 0, quic_retry_tag(quic_version_find(rfc_samples[i].version),
							&dcid, packet, len, tag));
		KUNIT_EXPECT_MEMEQ(test, tag, packet + len, QUIC_TAG_LEN);
	}
}

/* RFC 9001, A.5; RFC 9369, A.5 */
static void chacha20_packets(struct kunit *test)
{
	const struct quic_cipher *cipher = quic_cipher_find(TLS_CIPHER_CHACHA20_POLY1305);
	struct quic_keys keys = {};
	unsigned int i;
	u8 secret[32];

	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		from_hex(test, rfc_samples[i].chacha.secret, secret, sizeof(secret));
		KUNIT_ASSERT_EQ(test, 0,
				quic_keys_install(&keys, quic_version_find(rfc_samples[i].version),
						  cipher, secret));
		expect_packet(test, &keys, RFC_CHACHA_PN, rfc_samples[i].chacha_header, "01", 0,
			      rfc_samples[i].chacha_packet);
		quic_keys_clear(&keys);
	}
}

static const u32 cipher_types[] = {
	TLS_CIPHER_AES_GCM_128, TLS_CIPHER_AES_GCM_256, TLS_CIPHER_AES_CCM_128,
	TLS_CIPHER_CHACHA20_POLY1305,
};

static void make_keys(struct kunit *test, struct quic_keys *keys, u32 type)
{
	static const u8 secret[QUIC_HASH_LEN_MAX] = { 1, 2, 3 };

	KUNIT_ASSERT_EQ(test, 0, quic_keys_install(keys, quic_version_find(QUIC_VERSION_V1),
						   quic_cipher_find(type), secret));
}

/* One bit changed anywhere, or another packet number, and a packet does not open (RFC 9001, 5.3). */
static void every_cipher_opens_only_what_it_sealed(struct kunit *test)
{
	static const size_t changed[] = { 0, 9, 10, 700, 1209, 1225 };
	u8 *packet = packet_buffer(test), *copy = packet_buffer(test);
	struct quic_keys keys = {};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cipher_types); i++) {
		make_keys(test, &keys, cipher_types[i]);
		memset(packet, 0x40 + i, 1210);
		KUNIT_ASSERT_EQ(test, 0, quic_aead_seal(keys.aead[0], 7, packet, 10, 1200));
		for (j = 0; j < ARRAY_SIZE(changed); j++) {
			memcpy(copy, packet, 1226);
			copy[changed[j]] ^= 0x10;
			KUNIT_EXPECT_EQ(test, -EBADMSG,
					quic_aead_open(keys.aead[0], 7, copy, 10, 1216));
		}
		memcpy(copy, packet, 1226);
		KUNIT_EXPECT_EQ(test, -EBADMSG, quic_aead_open(keys.aead[0], 8, copy, 10, 1216));
		KUNIT_EXPECT_EQ(test, -EBADMSG, quic_aead_open(keys.aead[0], 7, packet, 10, 15));
		memcpy(copy, packet, 1226);
		KUNIT_EXPECT_EQ(test, 0, quic_aead_open(keys.aead[0], 7, copy, 10, 1216));
		KUNIT_EXPECT_NULL(test, memchr_inv(copy, 0x40 + i, 1210));
		quic_keys_clear(&keys);
	}
}

/* P05: nothing sleeps or defers, whatever the context. */
static void ciphers_work_in_softirq(struct kunit *test)
{
	u8 *packet = packet_buffer(test);
	struct quic_keys keys = {};
	int sealed, opened;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cipher_types); i++) {
		make_keys(test, &keys, cipher_types[i]);
		memset(packet, i, 1210);
		local_bh_disable();
		sealed = quic_aead_seal(keys.aead[0], 1, packet, 10, 1200);
		opened = quic_aead_open(keys.aead[0], 1, packet, 10, 1216);
		local_bh_enable();
		KUNIT_EXPECT_EQ(test, 0, sealed);
		KUNIT_EXPECT_EQ(test, 0, opened);
		KUNIT_EXPECT_NULL(test, memchr_inv(packet, i, 1210));
		quic_keys_clear(&keys);
	}
}

#define MASKS	70

/* RFC 9001, 5.4.1: of a whole train at once, in several portions. */
static void masks_of_a_train_are_those_of_its_packets(struct kunit *test)
{
	u8 (*samples)[QUIC_SAMPLE_LEN], (*masks)[QUIC_SAMPLE_LEN], one[1][QUIC_SAMPLE_LEN];
	u8 sample[1][QUIC_SAMPLE_LEN];
	struct quic_keys keys = {};
	unsigned int i, j;

	samples = kunit_kzalloc(test, MASKS * QUIC_SAMPLE_LEN, GFP_KERNEL);
	masks = kunit_kzalloc(test, MASKS * QUIC_SAMPLE_LEN, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, samples);
	KUNIT_ASSERT_NOT_NULL(test, masks);
	for (i = 0; i < ARRAY_SIZE(cipher_types); i++) {
		make_keys(test, &keys, cipher_types[i]);
		for (j = 0; j < MASKS; j++)
			memset(samples[j], j, QUIC_SAMPLE_LEN);
		KUNIT_ASSERT_EQ(test, 0, quic_hp_masks(keys.hp, samples, masks, MASKS));
		for (j = 0; j < MASKS; j++) {
			memset(sample[0], j, QUIC_SAMPLE_LEN);
			KUNIT_ASSERT_EQ(test, 0, quic_hp_masks(keys.hp, sample, one, 1));
			KUNIT_EXPECT_MEMEQ(test, masks[j], one[0], QUIC_MASK_LEN);
		}
		quic_keys_clear(&keys);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(initial_packets),
	KUNIT_CASE(retry_packets),
	KUNIT_CASE(chacha20_packets),
	KUNIT_CASE(every_cipher_opens_only_what_it_sealed),
	KUNIT_CASE(ciphers_work_in_softirq),
	KUNIT_CASE(masks_of_a_train_are_those_of_its_packets),
	{}
};

static struct kunit_suite suite = {
	.name = "quic_crypto",
	.test_cases = cases,
};

kunit_test_suite(suite);
