// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's cryptographic operations (cipher.h), as a toy: fast, and open to the trace. It keeps
 * what the protocol depends on: nothing opens that was changed or was sealed with another key or
 * packet number. The real algorithms have their tests in ../engine.
 */
#include "cipher.h"
#include "host.h"
#include "lies.h"
#include "random.h"
#include "trace.h"
#include "version.h"

struct quic_aead {
	u64 key;
};

struct quic_hp {
	u64 key;
};

static u64 load(const u8 *data, size_t len)
{
	u64 word = 0;

	memcpy(&word, data, min_t(size_t, len, sizeof(word)));
	return word;
}

static u64 fold(u64 state, const u8 *data, size_t len)
{
	state ^= len * 0x9e3779b97f4a7c15ULL;
	for (; len >= 8; len -= 8, data += 8) {
		state = (state ^ load(data, 8)) * 0xbf58476d1ce4e5b9ULL;
		state ^= state >> 32;
	}
	return random_mix(state ^ load(data, len));
}

static void *new_block(size_t size)
{
	void *block;

	if (host_alloc_fails())
		return NULL;
	block = calloc(1, size);
	if (!block)
		abort();
	host_count_block(1);
	return block;
}

static void free_block(void *block)
{
	if (!block)
		return;
	host_count_block(-1);
	free(block);
}

int quic_aead_new(struct quic_aead **aead, const struct quic_cipher *cipher, const u8 *key,
		  const u8 iv[QUIC_IV_LEN])
{
	*aead = new_block(sizeof(**aead));
	if (!*aead)
		return -ENOMEM;
	(*aead)->key = fold(fold(cipher->type, key, cipher->key_len), iv, QUIC_IV_LEN);
	return 0;
}

int quic_hp_new(struct quic_hp **hp, const struct quic_cipher *cipher, const u8 *key)
{
	*hp = new_block(sizeof(**hp));
	if (!*hp)
		return -ENOMEM;
	(*hp)->key = fold(cipher->type, key, cipher->key_len);
	return 0;
}

void quic_aead_free(struct quic_aead *aead)
{
	free_block(aead);
}

void quic_hp_free(struct quic_hp *hp)
{
	free_block(hp);
}

static void crypt(u64 key, u8 *data, size_t len)
{
	struct random stream = { key };
	size_t part, i;
	u64 word;

	for (; len; len -= part, data += part) {
		part = min_t(size_t, len, 8);
		word = random_u64(&stream);
		if (part == 8) {
			word ^= load(data, 8);
			memcpy(data, &word, 8);
			continue;
		}
		for (i = 0; i < part; i++)
			data[i] ^= word >> (8 * i);
	}
}

static void make_tag(const struct quic_aead *aead, u64 pn, const u8 *packet, size_t header_len,
		     size_t payload_len, u64 tag[2])
{
	tag[0] = fold(fold(aead->key ^ random_mix(pn), packet, header_len), packet + header_len,
		      payload_len);
	tag[1] = random_mix(tag[0]);
}

int quic_aead_seal(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len)
{
	u64 tag[2];

	lies_tell(packet + header_len, payload_len);
	trace_packet("seal", pn, packet, header_len, payload_len);
	make_tag(aead, pn, packet, header_len, payload_len, tag);
	crypt(aead->key ^ pn, packet + header_len, payload_len);
	memcpy(packet + header_len + payload_len, tag, sizeof(tag));
	return 0;
}

int quic_aead_open(struct quic_aead *aead, u64 pn, u8 *packet, size_t header_len,
		   size_t payload_len)
{
	u64 tag[2];

	if (payload_len < QUIC_TAG_LEN)
		return -EBADMSG;
	payload_len -= QUIC_TAG_LEN;
	crypt(aead->key ^ pn, packet + header_len, payload_len);
	make_tag(aead, pn, packet, header_len, payload_len, tag);
	if (memcmp(packet + header_len + payload_len, tag, sizeof(tag))) {
		trace("    cannot open packet %llu", (unsigned long long)pn);
		return -EBADMSG;
	}
	trace_packet("open", pn, packet, header_len, payload_len);
	return 0;
}

int quic_retry_seal(const struct quic_version *version, u8 *pseudo, size_t len)
{
	u64 tag[2];

	tag[0] = fold(fold(1, version->retry_key, sizeof(version->retry_key)), pseudo, len);
	tag[1] = random_mix(tag[0]);
	memcpy(pseudo + len, tag, sizeof(tag));
	return 0;
}

int quic_hp_masks(struct quic_hp *hp, u8 (*samples)[QUIC_SAMPLE_LEN], u8 (*masks)[QUIC_SAMPLE_LEN],
		  unsigned int count)
{
	unsigned int i;
	u64 mask[2];

	for (i = 0; i < count; i++) {
		mask[0] = fold(hp->key, samples[i], QUIC_SAMPLE_LEN);
		mask[1] = random_mix(mask[0]);
		memcpy(masks[i], mask, sizeof(mask));
	}
	return 0;
}

int quic_hmac(enum quic_hash hash, const u8 *key, size_t key_len, const u8 *data, size_t len,
	      u8 *out)
{
	struct random stream = { fold(fold(hash, key, key_len), data, len) };
	size_t left = hash == QUIC_HASH_SHA384 ? 48 : 32;
	u64 word;

	for (; left; left -= sizeof(word), out += sizeof(word)) {
		word = random_u64(&stream);
		memcpy(out, &word, sizeof(word));
	}
	return 0;
}
