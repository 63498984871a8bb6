// SPDX-License-Identifier: GPL-2.0-only
/* Packets: the samples of the RFCs in both directions, and what is not a packet. */
#include <linux/tls.h>

#include "check.h"
#include "packet.h"
#include "rfc_samples.h"

static const struct quic_cid no_cid;

/* As large as the most recent number needs it: @len bytes of packet number. */
static u64 acked_for_len(u64 pn, u8 len)
{
	static const u64 range[] = { 1, 200, 40000, 1 << 30 };

	return pn - range[len - 1];
}

struct sample_keys {
	struct quic_keys client, server, chacha;
};

static void make_keys(struct sample_keys *keys, const struct rfc_sample *sample)
{
	const struct quic_version *version = quic_version_find(sample->version);
	struct quic_cid dcid;
	u8 secret[32];

	memset(keys, 0, sizeof(*keys));
	dcid.len = check_hex(rfc_dcid, dcid.id, sizeof(dcid.id));
	CHECK_EQ(quic_keys_initial(&keys->client, &keys->server, version, &dcid), 0);
	check_hex(sample->chacha.secret, secret, sizeof(secret));
	CHECK_EQ(quic_keys_install(&keys->chacha, version,
				   quic_cipher_find(TLS_CIPHER_CHACHA20_POLY1305), secret), 0);
}

static void free_keys(struct sample_keys *keys)
{
	quic_keys_clear(&keys->client);
	quic_keys_clear(&keys->server);
	quic_keys_clear(&keys->chacha);
}

static void check_built(struct quic_packet_out *out, struct quic_keys *keys, const char *payload,
			size_t min_len, const char *header, const char *packet)
{
	u8 expected[1500];
	size_t len;

	len = check_hex(header, expected, sizeof(expected));
	out->body.pos += check_hex(payload, out->body.pos, quic_writer_room(&out->body));
	len = check_hex(packet, expected, sizeof(expected));
	CHECK_EQ(quic_packet_seal(out, keys->aead[0], min_len), len);
	CHECK_EQ(quic_packet_mask(out, 1, keys->hp), 0);
	CHECK_MEM(out->start, expected, len);
}

TEST("sample packets are built")
{
	const struct quic_version *version;
	const struct rfc_sample *sample;
	struct quic_packet_out out;
	struct sample_keys keys;
	struct quic_cid client, server;
	unsigned int i;
	u8 buf[1500];

	client.len = check_hex(rfc_dcid, client.id, sizeof(client.id));
	server.len = check_hex("f067a5502a4262b5", server.id, sizeof(server.id));
	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		sample = &rfc_samples[i];
		version = quic_version_find(sample->version);
		make_keys(&keys, sample);

		/* A.2 */
		CHECK(quic_packet_begin(&out, QUIC_PACKET_INITIAL, version, &client, &no_cid, NULL,
					0, false, 2, acked_for_len(2, 4), buf, sizeof(buf)));
		CHECK_EQ(out.pn_len, 4);
		check_built(&out, &keys.client, rfc_client_payload, 1200, sample->client_header,
			    sample->client_packet);
		/* A.3 */
		CHECK(quic_packet_begin(&out, QUIC_PACKET_INITIAL, version, &no_cid, &server, NULL,
					0, false, 1, acked_for_len(1, 2), buf, sizeof(buf)));
		check_built(&out, &keys.server, rfc_server_payload, 0, sample->server_header,
			    sample->server_packet);
		/* A.5 */
		CHECK(quic_packet_begin(&out, QUIC_PACKET_1RTT, version, &no_cid, NULL, NULL, 0,
					false, RFC_CHACHA_PN, acked_for_len(RFC_CHACHA_PN, 3), buf,
					sizeof(buf)));
		check_built(&out, &keys.chacha, "01", 0, sample->chacha_header,
			    sample->chacha_packet);
		free_keys(&keys);
	}
}

static void check_opened(struct quic_packet *pkt, struct quic_keys *keys, u64 largest, u64 pn,
			 const char *header, const char *payload, size_t payload_len)
{
	struct quic_reader r;
	u8 expected[1500] = {};
	size_t len;

	CHECK_EQ(quic_packet_unmask(pkt, keys->hp, largest), 0);
	CHECK_EQ(pkt->pn, pn);
	CHECK_EQ(pkt->reserved_bits, 0);
	CHECK(!pkt->key_phase);
	len = check_hex(header, expected, sizeof(expected));
	CHECK_EQ(pkt->header_len, len);
	CHECK_MEM(pkt->data, expected, len);
	CHECK_EQ(quic_packet_open(pkt, keys->aead[0], &r), 0);
	CHECK_EQ(quic_reader_left(&r), payload_len);
	memset(expected, 0, sizeof(expected));
	check_hex(payload, expected, sizeof(expected));
	CHECK_MEM(r.pos, expected, payload_len);
}

TEST("sample packets are opened")
{
	const struct rfc_sample *sample;
	struct quic_packet pkt;
	struct sample_keys keys;
	unsigned int i;
	u8 buf[1500];
	size_t len;

	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		sample = &rfc_samples[i];
		make_keys(&keys, sample);

		len = check_hex(sample->client_packet, buf, sizeof(buf));
		CHECK_EQ(len, 1200);
		CHECK_EQ(quic_packet_parse(&pkt, buf, len, 8), 0);
		CHECK_EQ(pkt.type, QUIC_PACKET_INITIAL);
		CHECK_EQ(pkt.version, sample->version);
		CHECK_EQ(pkt.dcid.len, 8);
		CHECK_EQ(pkt.scid.len, 0);
		CHECK_EQ(pkt.len, 1200);
		CHECK_EQ(pkt.token_len, 0);
		CHECK(pkt.fixed_bit);
		check_opened(&pkt, &keys.client, U64_MAX, 2, sample->client_header,
			     rfc_client_payload, 1162);

		len = check_hex(sample->server_packet, buf, sizeof(buf));
		CHECK_EQ(quic_packet_parse(&pkt, buf, len, 8), 0);
		CHECK_EQ(pkt.dcid.len, 0);
		CHECK_EQ(pkt.scid.len, 8);
		check_opened(&pkt, &keys.server, 0, 1, sample->server_header, rfc_server_payload,
			     99);

		len = check_hex(sample->chacha_packet, buf, sizeof(buf));
		CHECK_EQ(quic_packet_parse(&pkt, buf, len, 0), 0);
		CHECK_EQ(pkt.type, QUIC_PACKET_1RTT);
		check_opened(&pkt, &keys.chacha, RFC_CHACHA_PN - 1, RFC_CHACHA_PN,
			     sample->chacha_header, "01", 1);

		len = check_hex(sample->retry, buf, sizeof(buf));
		CHECK_EQ(quic_packet_parse(&pkt, buf, len, 0), 0);
		CHECK_EQ(pkt.type, QUIC_PACKET_RETRY);
		CHECK_EQ(pkt.token_len, 5);
		CHECK_MEM(pkt.token, "token", 5);
		free_keys(&keys);
	}
}

/* RFC 9000, 17.1 and A.2 */
TEST("packet numbers are encoded")
{
	CHECK_EQ(quic_pn_encoded_len(0xac5c02, 0xabe8b3), 2);
	CHECK_EQ(quic_pn_encoded_len(0xace8fe, 0xabe8b3), 3);
	CHECK_EQ(quic_pn_encoded_len(0, U64_MAX), 1);
	/* more than twice the range of unacknowledged numbers (17.1) */
	CHECK_EQ(quic_pn_encoded_len(126, U64_MAX), 1);
	CHECK_EQ(quic_pn_encoded_len(127, U64_MAX), 2);
	CHECK_EQ(quic_pn_encoded_len(127, 0), 1);
	CHECK_EQ(quic_pn_encoded_len(128, 0), 2);
	CHECK_EQ(quic_pn_encoded_len(32767, 0), 2);
	CHECK_EQ(quic_pn_encoded_len(32768, 0), 3);
	CHECK_EQ(quic_pn_encoded_len(8388607, 0), 3);
	CHECK_EQ(quic_pn_encoded_len(8388608, 0), 4);
	CHECK_EQ(quic_pn_encoded_len(QUIC_VARINT_MAX, QUIC_VARINT_MAX - 1), 1);
}

/* RFC 9000, A.3 */
TEST("packet numbers are decoded")
{
	CHECK_EQ(quic_pn_decode(0xa82f30ea, 0x9b32, 2), 0xa82f9b32);
	CHECK_EQ(quic_pn_decode(U64_MAX, 0, 1), 0);
	CHECK_EQ(quic_pn_decode(U64_MAX, 255, 1), 255);
	CHECK_EQ(quic_pn_decode(0xff, 0, 1), 0x100);
	CHECK_EQ(quic_pn_decode(0x100, 0xff, 1), 0xff);
	/* the window is (expected - half, expected + half] */
	CHECK_EQ(quic_pn_decode(0x17f, 0x00, 1), 0x200);
	CHECK_EQ(quic_pn_decode(0x17e, 0x00, 1), 0x100);
	CHECK_EQ(quic_pn_decode(0x17f, 0x01, 1), 0x101);
	CHECK_EQ(quic_pn_decode(0x10f, 0x90, 1), 0x190);
	CHECK_EQ(quic_pn_decode(0x10f, 0x91, 1), 0x91);
	CHECK_EQ(quic_pn_decode(QUIC_VARINT_MAX, 0xff, 1), QUIC_VARINT_MAX);
	CHECK_EQ(quic_pn_decode(QUIC_VARINT_MAX - 1, 0xff, 1), QUIC_VARINT_MAX);
}

TEST("packet numbers survive the trip")
{
	static const u64 acked[] = { 0, 1, 254, 255, 256, 65535, 1 << 24, 1ULL << 32, 1ULL << 61 };
	static const u64 ahead[] = { 1, 2, 127, 128, 255, 256, 32767, 32768, 1 << 22, 1 << 30 };
	unsigned int i, j;
	u64 pn, received;
	u8 len;

	for (i = 0; i < ARRAY_SIZE(acked); i++) {
		for (j = 0; j < ARRAY_SIZE(ahead); j++) {
			pn = acked[i] + ahead[j];
			len = quic_pn_encoded_len(pn, acked[i]);
			/* whatever arrived between the two, and when a later one came first */
			for (received = acked[i]; received < pn + ahead[j];
			     received += 1 + ahead[j] / 7)
				CHECK_EQ(quic_pn_decode(received,
							pn & ((1ULL << (8 * len)) - 1), len), pn);
		}
	}
}

static void build_initial(struct quic_packet_out *out, const u8 *token, size_t token_len, u8 *buf,
			  size_t room)
{
	struct quic_cid dcid = { 8, { 1 } }, scid = { 8, { 2 } };

	CHECK(quic_packet_begin(out, QUIC_PACKET_INITIAL, quic_version_find(1), &dcid, &scid, token,
				token_len, false, 0, U64_MAX, buf, room));
}

/* RFC 9000, 17.2.2 */
TEST("P10 tokens of any length")
{
	static const size_t lens[] = { 0, 1, 63, 64, 255, 256, 1000 };
	u8 token[1000], buf[1400];
	struct quic_packet_out out;
	struct sample_keys keys;
	struct quic_packet pkt;
	struct quic_reader r;
	unsigned int i;
	int len;

	make_keys(&keys, &rfc_samples[0]);
	quic_random(token, sizeof(token));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		build_initial(&out, token, lens[i], buf, 1200);
		*out.body.pos++ = 1;
		len = quic_packet_seal(&out, keys.client.aead[0], 1200);
		CHECK_EQ(len, 1200);
		CHECK_EQ(quic_packet_mask(&out, 1, keys.client.hp), 0);
		CHECK_EQ(quic_packet_parse(&pkt, buf, len, 8), 0);
		CHECK_EQ(pkt.token_len, lens[i]);
		if (lens[i])
			CHECK_MEM(pkt.token, token, lens[i]);
		CHECK_EQ(quic_packet_unmask(&pkt, keys.client.hp, U64_MAX), 0);
		CHECK_EQ(quic_packet_open(&pkt, keys.client.aead[0], &r), 0);
		CHECK_EQ(r.pos[0], 1);
	}
	free_keys(&keys);
}

TEST("P10 a header that does not fit is refused")
{
	struct quic_cid dcid = { 8, { 1 } }, scid = { 8, { 2 } };
	struct quic_packet_out out;
	u8 token[100] = {}, *buf;
	size_t room, need;
	unsigned int type;

	for (type = QUIC_PACKET_INITIAL; type <= QUIC_PACKET_1RTT; type++) {
		if (type == QUIC_PACKET_RETRY)
			continue;
		need = type == QUIC_PACKET_1RTT ? 1 + 8 : 1 + 4 + 9 + 9 + 2;
		need += type == QUIC_PACKET_INITIAL ? 2 + 100 : 0;
		need += 1 + 4 + QUIC_TAG_LEN;
		for (room = 0; room < need + 2; room++) {
			buf = malloc(room ? room : 1);
			CHECK_EQ(quic_packet_begin(&out, type, quic_version_find(1), &dcid, &scid,
						   token, sizeof(token), false, 0, U64_MAX, buf,
						   room), room >= need);
			free(buf);
		}
	}
}

TEST("small packets are padded for the sample")
{
	u8 buf[100], secret[32] = { 1 };
	struct quic_packet_out out;
	struct quic_keys keys = {};
	struct quic_packet pkt;
	struct quic_reader r;
	int len;

	CHECK_EQ(quic_keys_install(&keys, quic_version_find(1),
				   quic_cipher_find(TLS_CIPHER_AES_GCM_128), secret), 0);
	CHECK(quic_packet_begin(&out, QUIC_PACKET_1RTT, quic_version_find(1), &no_cid, NULL, NULL,
				0, true, 9, 8, buf, sizeof(buf)));
	CHECK_EQ(out.pn_len, 1);
	*out.body.pos++ = 1;
	len = quic_packet_seal(&out, keys.aead[0], 0);
	CHECK_EQ(len, 1 + 4 + QUIC_TAG_LEN);
	CHECK_EQ(quic_packet_mask(&out, 1, keys.hp), 0);
	CHECK_EQ(quic_packet_parse(&pkt, buf, len, 0), 0);
	CHECK_EQ(quic_packet_unmask(&pkt, keys.hp, 8), 0);
	CHECK(pkt.key_phase);
	CHECK_EQ(pkt.pn, 9);
	CHECK_EQ(quic_packet_open(&pkt, keys.aead[0], &r), 0);
	CHECK_EQ(quic_reader_left(&r), 3);
	CHECK_MEM(r.pos, "\1\0\0", 3);
	quic_keys_clear(&keys);
}

TEST("a train is masked in one go")
{
	struct quic_packet_out outs[70];
	u8 buf[70][64], secret[32] = { 2 };
	struct quic_keys keys = {};
	struct quic_packet pkt;
	struct quic_reader r;
	unsigned int i;

	CHECK_EQ(quic_keys_install(&keys, quic_version_find(1),
				   quic_cipher_find(TLS_CIPHER_CHACHA20_POLY1305), secret), 0);
	for (i = 0; i < 70; i++) {
		CHECK(quic_packet_begin(&outs[i], QUIC_PACKET_1RTT, quic_version_find(1), &no_cid,
					NULL, NULL, 0, false, i, U64_MAX, buf[i], 64));
		*outs[i].body.pos++ = 1;
		*outs[i].body.pos++ = i;
		CHECK_EQ(quic_packet_seal(&outs[i], keys.aead[0], 64), 64);
	}
	CHECK_EQ(quic_packet_mask(outs, 70, keys.hp), 0);
	for (i = 0; i < 70; i++) {
		CHECK_EQ(quic_packet_parse(&pkt, buf[i], 64, 0), 0);
		CHECK_EQ(quic_packet_unmask(&pkt, keys.hp, i ? i - 1 : U64_MAX), 0);
		CHECK_EQ(pkt.pn, i);
		CHECK_EQ(quic_packet_open(&pkt, keys.aead[0], &r), 0);
		CHECK_EQ(r.pos[1], i);
	}
	quic_keys_clear(&keys);
}

TEST("the length field bounds a long packet")
{
	static u8 buf[65536];
	struct quic_packet_out out;
	struct sample_keys keys;
	struct quic_packet pkt;
	int len;

	make_keys(&keys, &rfc_samples[0]);
	build_initial(&out, NULL, 0, buf, sizeof(buf));
	len = quic_packet_seal(&out, keys.client.aead[0], sizeof(buf));
	CHECK_EQ(len, out.pn_at - buf + 16383);
	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), 0);
	CHECK_EQ(pkt.len, len);
	free_keys(&keys);
}

/* RFC 9000, 17.3.1 */
TEST("a short packet has no such bound")
{
	static u8 buf[65535];
	struct quic_packet_out out;
	struct sample_keys keys;

	make_keys(&keys, &rfc_samples[0]);
	CHECK(quic_packet_begin(&out, QUIC_PACKET_1RTT, quic_version_find(1), &no_cid, NULL, NULL,
				0, false, 0, U64_MAX, buf, sizeof(buf)));
	CHECK_EQ(quic_packet_seal(&out, keys.client.aead[0], sizeof(buf)), sizeof(buf));
	free_keys(&keys);
}

/* RFC 9000, 12.3 */
TEST("P16 packet numbers end at 2 to the 62")
{
	struct quic_packet_out out;
	struct sample_keys keys;
	struct quic_packet pkt;
	u64 pn = QUIC_VARINT_MAX;
	u8 buf[64];
	unsigned int i;

	make_keys(&keys, &rfc_samples[0]);
	for (i = 0; i < 2; i++) {
		CHECK(quic_packet_begin(&out, QUIC_PACKET_1RTT, quic_version_find(1), &no_cid, NULL,
					NULL, 0, false, pn + i, pn - 1, buf, sizeof(buf)));
		CHECK_EQ(quic_packet_seal(&out, keys.client.aead[0], 64), 64);
		CHECK_EQ(quic_packet_mask(&out, 1, keys.client.hp), 0);
		CHECK_EQ(quic_packet_parse(&pkt, buf, 64, 0), 0);
		CHECK_EQ(quic_packet_unmask(&pkt, keys.client.hp, pn + i - 1),
			 i ? -EINVAL : 0);
		CHECK_EQ(pkt.pn, pn + i);
	}
	free_keys(&keys);
}

TEST("coalesced packets are split")
{
	struct quic_packet_out out;
	struct sample_keys keys;
	struct quic_packet pkt;
	u8 buf[200];
	int len;

	make_keys(&keys, &rfc_samples[1]);
	build_initial(&out, NULL, 0, buf, sizeof(buf));
	*out.body.pos++ = 1;
	len = quic_packet_seal(&out, keys.client.aead[0], 60);
	CHECK_EQ(len, 60);
	memset(buf + len, 0x40, sizeof(buf) - len);
	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), 0);
	CHECK_EQ(pkt.len, 60);
	CHECK_EQ(quic_packet_parse(&pkt, buf + pkt.len, sizeof(buf) - pkt.len, 8), 0);
	CHECK_EQ(pkt.type, QUIC_PACKET_1RTT);
	CHECK_EQ(pkt.len, 140);
	free_keys(&keys);
}

TEST("P12 truncated headers are no packets")
{
	struct sample_keys keys;
	struct quic_packet pkt;
	u8 whole[1500], *part;
	size_t len, cut;

	make_keys(&keys, &rfc_samples[0]);
	len = check_hex(rfc_samples[0].client_packet, whole, sizeof(whole));
	for (cut = 0; cut < len; cut++) {
		part = malloc(cut ? cut : 1);
		memcpy(part, whole, cut);
		CHECK_EQ(quic_packet_parse(&pkt, part, cut, 8), -EINVAL);
		free(part);
	}
	/* a Retry has no length: its tag must be there, and a token */
	len = check_hex(rfc_samples[0].retry, whole, sizeof(whole));
	for (cut = 0; cut < len; cut++)
		CHECK_EQ(quic_packet_parse(&pkt, whole, cut, 8) == 0, cut > len - 5);
	/* a short packet must be long enough to be sampled */
	len = check_hex(rfc_samples[0].chacha_packet, whole, sizeof(whole));
	for (cut = 1; cut < len; cut++) {
		part = malloc(cut);
		memcpy(part, whole, cut);
		CHECK_EQ(quic_packet_parse(&pkt, part, cut, 0), 0);
		CHECK_EQ(quic_packet_unmask(&pkt, keys.chacha.hp, 0), -EINVAL);
		free(part);
	}
	CHECK_EQ(quic_packet_parse(&pkt, whole, 8, 8), -EINVAL);
	free_keys(&keys);
}

TEST("connection ids are at most 20 long")
{
	struct quic_packet pkt;
	u8 buf[600] = { 0xc0, 0, 0, 0, 1, 21 };

	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), -EINVAL);
	buf[5] = 0;
	buf[6] = 21;
	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), -EINVAL);
	buf[6] = 20;
	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), 0);
	CHECK_EQ(pkt.scid.len, 20);
	buf[5] = 20;
	buf[6] = 0;
	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), 0);
	CHECK_EQ(pkt.dcid.len, 20);
	buf[5] = 0;
	buf[6] = 21;
	/* those of a version that is not spoken may be longer (RFC 8999, 5.3) */
	buf[4] = 9;
	CHECK_EQ(quic_packet_parse(&pkt, buf, sizeof(buf), 8), -EPROTONOSUPPORT);
	CHECK_EQ(pkt.scid.len, 0);
}

TEST("routing reads only the destination")
{
	u8 buf[30] = { 0xc0, 0, 0, 0, 77, 3, 1, 2, 3 };
	struct quic_cid dcid;

	CHECK(quic_packet_dcid(buf, 9, 8, &dcid));
	CHECK_EQ(dcid.len, 3);
	CHECK_MEM(dcid.id, "\1\2\3", 3);
	CHECK(!quic_packet_dcid(buf, 8, 8, &dcid));
	buf[0] = 0x40;
	CHECK(quic_packet_dcid(buf, 9, 8, &dcid));
	CHECK_MEM(dcid.id, buf + 1, 8);
	CHECK(!quic_packet_dcid(buf, 8, 8, &dcid));
	CHECK(!quic_packet_dcid(buf, 0, 0, &dcid));
	buf[0] = 0xc0;
	buf[5] = 20;
	CHECK(quic_packet_dcid(buf, 26, 8, &dcid) && dcid.len == 20);
	buf[5] = 21;
	CHECK(!quic_packet_dcid(buf, sizeof(buf), 8, &dcid));
}

/* RFC 9000, 17.2.1 */
TEST("P24 version negotiation mirrors the ids")
{
	/* an unknown version with a source ID of 40 bytes */
	u8 in[64] = { 0xc5, 0x1a, 0x2a, 0x3a, 0x4a, 2, 0xd1, 0xd2, 40, 0x50 }, out[100];
	struct quic_packet pkt, answer;
	size_t len;

	in[48] = 0x51;
	CHECK_EQ(quic_packet_parse(&pkt, in, sizeof(in), 8), -EPROTONOSUPPORT);
	CHECK_EQ(pkt.version, 0x1a2a3a4a);
	len = quic_packet_version_negotiation(&pkt, out, sizeof(out));
	CHECK_EQ(len, 1 + 4 + 1 + 40 + 1 + 2 + 8);
	CHECK(out[0] & 0x80);
	CHECK_MEM(out + 1, "\0\0\0\0\x28\x50", 6);
	CHECK_EQ(out[45], 0x51);
	CHECK_MEM(out + 46, "\2\xd1\xd2\0\0\0\1\x6b\x33\x43\xcf", 11);
	CHECK_EQ(quic_packet_version_negotiation(&pkt, out, len - 1), 0);

	in[8] = 4;
	CHECK_EQ(quic_packet_parse(&pkt, in, sizeof(in), 8), -EPROTONOSUPPORT);
	CHECK_EQ(pkt.scid.len, 4);
	len = quic_packet_version_negotiation(&pkt, out, sizeof(out));
	CHECK_EQ(quic_packet_parse(&answer, out, len, 8), 0);
	CHECK_EQ(answer.type, QUIC_PACKET_VERSION_NEGOTIATION);
	CHECK(quic_cid_equal(&answer.dcid, &pkt.scid) && quic_cid_equal(&answer.scid, &pkt.dcid));
	CHECK_EQ(answer.versions_len, 8);
	/* versions are whole, and there is one */
	CHECK_EQ(quic_packet_parse(&answer, out, len - 1, 8), -EINVAL);
	CHECK_EQ(quic_packet_parse(&answer, out, len - 8, 8), -EINVAL);
}

/* RFC 9000, 10.3.3 */
TEST("a stateless reset is shorter than its cause")
{
	u8 token[QUIC_RESET_TOKEN_LEN], buf[100];
	size_t received, len;

	quic_random(token, sizeof(token));
	for (received = 0; received < 1500; received++) {
		len = quic_packet_stateless_reset(token, received, buf, sizeof(buf));
		CHECK_EQ(len > 0, received > 21);
		if (!len)
			continue;
		CHECK(len < received && len >= 21);
		CHECK_EQ(buf[0] & 0xc0, 0x40);
		CHECK_MEM(buf + len - 16, token, 16);
	}
	len = quic_packet_stateless_reset(token, 1200, buf, sizeof(buf));
	CHECK_EQ(quic_packet_stateless_reset(token, 1200, buf, len), len);
	CHECK_EQ(quic_packet_stateless_reset(token, 1200, buf, len - 1), 0);
}

TEST("reserved bits are reported")
{
	u8 buf[64], secret[32] = { 3 };
	struct quic_packet_out out;
	struct quic_keys keys = {};
	struct quic_packet pkt;

	CHECK_EQ(quic_keys_install(&keys, quic_version_find(1),
				   quic_cipher_find(TLS_CIPHER_AES_GCM_128), secret), 0);
	CHECK(quic_packet_begin(&out, QUIC_PACKET_1RTT, quic_version_find(1), &no_cid, NULL, NULL,
				0, false, 0, U64_MAX, buf, sizeof(buf)));
	buf[0] |= 0x08;
	buf[0] &= ~0x40;
	CHECK_EQ(quic_packet_seal(&out, keys.aead[0], 64), 64);
	CHECK_EQ(quic_packet_mask(&out, 1, keys.hp), 0);
	CHECK_EQ(quic_packet_parse(&pkt, buf, 64, 0), 0);
	CHECK(!pkt.fixed_bit);
	CHECK_EQ(quic_packet_unmask(&pkt, keys.hp, U64_MAX), 0);
	CHECK_EQ(pkt.reserved_bits, 0x08);
	quic_keys_clear(&keys);
}
