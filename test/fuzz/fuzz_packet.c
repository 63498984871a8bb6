// SPDX-License-Identifier: GPL-2.0-only
/*
 * A datagram. With an even first byte the rest is what came from the network: split into packets,
 * unmasked and opened with keys that do not fit. With an odd one the rest says how to build a
 * packet, which must come out as it went in.
 */
#include <linux/tls.h>

#include "fuzz.h"
#include "packet.h"

static const u16 cipher_types[] = {
	TLS_CIPHER_AES_GCM_128, TLS_CIPHER_AES_GCM_256, TLS_CIPHER_AES_CCM_128,
	TLS_CIPHER_CHACHA20_POLY1305,
};

static struct quic_keys keys[ARRAY_SIZE(cipher_types)];

static void make_keys(void)
{
	u8 secret[QUIC_HASH_LEN_MAX] = "one secret for all";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		REQUIRE(!quic_keys_install(&keys[i], quic_version_find(QUIC_VERSION_V1),
					   quic_cipher_find(cipher_types[i]), secret));
}

static void check_received(struct quic_packet *pkt, const u8 *data, size_t left)
{
	struct quic_cid dcid;

	REQUIRE(pkt->data == data && pkt->len <= left);
	REQUIRE(pkt->dcid.len <= QUIC_CID_LEN_MAX && pkt->scid.len <= QUIC_CID_LEN_MAX);
	REQUIRE(within(data, left, pkt->token, pkt->token_len));
	REQUIRE(within(data, left, pkt->versions, pkt->versions_len));
	/* Routing and parsing agree. */
	REQUIRE(quic_packet_dcid(data, left, QUIC_CID_LEN, &dcid));
	REQUIRE(quic_cid_equal(&dcid, &pkt->dcid));
}

static void answer_version(const struct quic_packet *pkt, size_t size)
{
	u8 buf[1 + 4 + 2 * 256 + 8];
	struct quic_packet answer;
	size_t len = quic_packet_version_negotiation(pkt, buf, sizeof(buf));
	int err;

	/* It says all that was asked for, and is hardly larger than what it answers. */
	REQUIRE(len >= 15 && len <= size + 8);
	err = quic_packet_parse(&answer, buf, len, 0);
	REQUIRE(!err || (buf[5] > QUIC_CID_LEN_MAX || buf[6 + buf[5]] > QUIC_CID_LEN_MAX));
	REQUIRE(err || answer.type == QUIC_PACKET_VERSION_NEGOTIATION);
}

static void receive(const u8 *data, size_t size)
{
	u8 *copy = malloc(size + 1), *pos = copy, *end = copy + size;
	struct quic_reader payload;
	struct quic_packet pkt;
	unsigned int i = size % ARRAY_SIZE(keys);
	int err;

	memcpy(copy, data, size);
	while (pos < end) {
		err = quic_packet_parse(&pkt, pos, end - pos, QUIC_CID_LEN);
		REQUIRE(!err || err == -EINVAL || err == -EPROTONOSUPPORT);
		if (err == -EPROTONOSUPPORT)
			answer_version(&pkt, end - pos);
		if (err)
			break;
		check_received(&pkt, pos, end - pos);
		if (pkt.type != QUIC_PACKET_RETRY && pkt.type != QUIC_PACKET_VERSION_NEGOTIATION &&
		    !quic_packet_unmask(&pkt, keys[i].hp, size & 1 ? U64_MAX : 1000)) {
			REQUIRE(pkt.pn <= QUIC_VARINT_MAX && pkt.header_len < pkt.len);
			REQUIRE(quic_packet_open(&pkt, keys[i].aead[0], &payload) == -EBADMSG);
		}
		REQUIRE(pkt.len);
		pos += pkt.len;
	}
	free(copy);
}

/* What the fuzzer decides about a packet to be built; token and payload follow. */
struct recipe {
	u8 type, cipher, dcid_len, scid_len, token_len, key_phase, pn_shift, acked_shift, version;
	u16 room, min_len;
};

static bool read_cid(struct quic_reader *r, struct quic_cid *cid, u8 len)
{
	const u8 *id;

	cid->len = len % (QUIC_CID_LEN_MAX + 1);
	if (!quic_read_bytes(r, &id, cid->len))
		return false;
	memcpy(cid->id, id, cid->len);
	return true;
}

static bool read_recipe(struct quic_reader *r, struct recipe *recipe)
{
	return quic_read_u8(r, &recipe->type) && quic_read_u8(r, &recipe->cipher) &&
	       quic_read_u8(r, &recipe->dcid_len) && quic_read_u8(r, &recipe->scid_len) &&
	       quic_read_u8(r, &recipe->token_len) && quic_read_u8(r, &recipe->key_phase) &&
	       quic_read_u8(r, &recipe->pn_shift) && quic_read_u8(r, &recipe->acked_shift) &&
	       quic_read_u8(r, &recipe->version) && quic_read_u16(r, &recipe->room) &&
	       quic_read_u16(r, &recipe->min_len);
}

static void check_sent(const struct quic_packet_out *out, u8 *buf, int len, struct quic_keys *k,
		       const struct quic_cid *dcid, u64 acked, bool key_phase, const u8 *payload,
		       size_t payload_len)
{
	struct quic_reader plain;
	struct quic_packet pkt;

	REQUIRE(!quic_packet_mask(out, 1, k->hp));
	REQUIRE(!quic_packet_parse(&pkt, buf, len, dcid->len));
	REQUIRE(pkt.type == out->type && pkt.len == (size_t)len && quic_cid_equal(&pkt.dcid, dcid));
	REQUIRE(!quic_packet_unmask(&pkt, k->hp, acked));
	REQUIRE(pkt.pn == out->pn && !pkt.reserved_bits && pkt.key_phase == key_phase);
	REQUIRE(!quic_packet_open(&pkt, k->aead[0], &plain));
	REQUIRE(quic_reader_left(&plain) >= payload_len);
	REQUIRE(!payload_len || !memcmp(plain.pos, payload, payload_len));
	for (plain.pos += payload_len; plain.pos < plain.end; plain.pos++)
		REQUIRE(!*plain.pos);
}

static void build(const u8 *data, size_t size)
{
	static const enum quic_packet_type types[] = {
		QUIC_PACKET_1RTT, QUIC_PACKET_INITIAL, QUIC_PACKET_HANDSHAKE, QUIC_PACKET_0RTT,
	};
	const struct quic_version *versions;
	struct quic_reader r = { data, data + size };
	enum quic_packet_type type;
	struct quic_packet_out out;
	struct quic_cid dcid, scid;
	struct recipe recipe;
	struct quic_keys *k;
	unsigned int count;
	const u8 *token;
	bool key_phase;
	size_t part;
	u64 pn, acked;
	u8 *buf;
	int len;

	if (!read_recipe(&r, &recipe) || !read_cid(&r, &dcid, recipe.dcid_len) ||
	    !read_cid(&r, &scid, recipe.scid_len) ||
	    !quic_read_bytes(&r, &token, min_t(size_t, recipe.token_len * 4, quic_reader_left(&r))))
		return;
	versions = quic_version_list(&count);
	type = types[recipe.type % ARRAY_SIZE(types)];
	k = &keys[recipe.cipher % ARRAY_SIZE(keys)];
	key_phase = type == QUIC_PACKET_1RTT && recipe.key_phase & 1;
	/* A packet number, and one not more than 2^30 before it that was acknowledged, or none. */
	pn = QUIC_VARINT_MAX >> (recipe.pn_shift % 63);
	acked = pn - min_t(u64, pn, 1ULL << (recipe.acked_shift % 31));
	if (acked == pn)
		acked = U64_MAX;

	buf = malloc(recipe.room + 1);
	part = r.pos - token;
	if (quic_packet_begin(&out, type, versions + recipe.version % count, &dcid, &scid, token,
			      part, key_phase, pn, acked, buf, recipe.room)) {
		part = min_t(size_t, quic_reader_left(&r), quic_writer_room(&out.body));
		REQUIRE(quic_write_bytes(&out.body, r.pos, part));
		len = quic_packet_seal(&out, k->aead[0], recipe.min_len);
		REQUIRE(len > 0 && len <= recipe.room);
		check_sent(&out, buf, len, k, &dcid, acked, key_phase, r.pos, part);
	}
	free(buf);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!keys[0].cipher)
		make_keys();
	if (!size)
		return 0;
	if (data[0] & 1)
		build(data + 1, size - 1);
	else
		receive(data + 1, size - 1);
	return 0;
}
