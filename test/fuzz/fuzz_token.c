// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address validation tokens. The input is a token with its circumstances: it proves nothing, whoever shows it.
 * Then it chooses the circumstances of one that the server makes, which proves what it should, until one
 * bit of it is changed.
 */
#include "fuzz.h"
#include "token.h"

#define NOW	(1000 * QUIC_SEC)

static struct quic_token_key key;

static void read_addr(struct quic_reader *r, struct quic_addr *addr)
{
	const u8 *ip;
	u8 family;

	memset(addr, 0, sizeof(*addr));
	addr->family = quic_read_u8(r, &family) && family & 1 ? 6 : 4;
	if (quic_read_bytes(r, &ip, addr->family == 4 ? 4 : 16))
		memcpy(addr->ip, ip, addr->family == 4 ? 4 : 16);
	addr->port = 4433;
}

static void read_cid(struct quic_reader *r, struct quic_cid *cid)
{
	const u8 *id;
	u8 len;

	memset(cid, 0, sizeof(*cid));
	if (!quic_read_u8(r, &len))
		return;
	len %= QUIC_CID_LEN_MAX + 1;
	if (!quic_read_bytes(r, &id, len))
		return;
	memcpy(cid->id, id, len);
	cid->len = len;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct quic_reader r = { data, data + size };
	struct quic_cid odcid, scid, found = {};
	struct quic_addr addr;
	struct quic_token_owner owner = { &addr, QUIC_VERSION_V1, &scid };
	enum quic_token_verdict verdict;
	u8 token[QUIC_TOKEN_MAX], type, bit;
	int len;

	host_reset();
	if (!quic_read_u8(&r, &type) || !quic_read_u8(&r, &bit) || quic_token_key_init(&key))
		return 0;
	read_addr(&r, &addr);
	read_cid(&r, &odcid);
	read_cid(&r, &scid);

	verdict = quic_token_open(&key, r.pos, quic_reader_left(&r), &owner, NOW, &found);
	REQUIRE(verdict == QUIC_TOKEN_NONE || verdict == QUIC_TOKEN_BAD_RETRY);

	type = type & 1 ? QUIC_TOKEN_RETRY : QUIC_TOKEN_REGULAR;
	len = quic_token_seal(&key, type, &owner, type == QUIC_TOKEN_RETRY ? &odcid : NULL, NOW, token);
	REQUIRE(len > 0 && len <= QUIC_TOKEN_MAX);
	verdict = quic_token_open(&key, token, len, &owner, NOW + QUIC_SEC, &found);
	if (type == QUIC_TOKEN_RETRY)
		REQUIRE(verdict == QUIC_TOKEN_ANSWERS_RETRY && quic_cid_equal(&found, &odcid));
	else
		REQUIRE(verdict == QUIC_TOKEN_PROVES_ADDRESS);
	token[bit % len] ^= 1 << (bit & 7);
	verdict = quic_token_open(&key, token, len, &owner, NOW + QUIC_SEC, &found);
	REQUIRE(verdict == QUIC_TOKEN_NONE || verdict == QUIC_TOKEN_BAD_RETRY);
	quic_token_key_clear(&key);
	REQUIRE(!host_blocks());
	return 0;
}
