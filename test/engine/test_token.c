// SPDX-License-Identifier: GPL-2.0-only
/* Address validation tokens (RFC 9000, 8.1.3 and 8.1.4). */
#include "check.h"
#include "token.h"

static const struct quic_addr client = { .family = 4, .port = 50000, .ip = { 192, 0, 2, 1 } };
static const struct quic_cid original = { 9, { 1, 2, 3, 4, 5, 6, 7, 8, 9 } };
static const struct quic_cid dcid = { 8, { 11, 12, 13, 14, 15, 16, 17, 18 } };

static struct quic_token_key key;
static u8 token[QUIC_TOKEN_MAX];
static u64 now;
static int len;

static void make(enum quic_token_type type)
{
	struct quic_token_owner owner = { &client, QUIC_VERSION_V1, &dcid };
	bool retry = type == QUIC_TOKEN_RETRY;

	now = 1000 * QUIC_SEC;
	CHECK_EQ(quic_token_key_init(&key), 0);
	len = quic_token_seal(&key, type, &owner, retry ? &original : NULL, now, token);
	CHECK(len > 0);
}

static enum quic_token_verdict judge_version(const struct quic_addr *remote,
					     const struct quic_cid *to, u32 version)
{
	struct quic_token_owner owner = { remote, version, to };
	struct quic_cid odcid = {};
	enum quic_token_verdict verdict;

	verdict = quic_token_open(&key, token, len, &owner, now, &odcid);
	if (verdict == QUIC_TOKEN_ANSWERS_RETRY)
		CHECK(quic_cid_equal(&odcid, &original));
	return verdict;
}

static enum quic_token_verdict judge(const struct quic_addr *remote, const struct quic_cid *to)
{
	return judge_version(remote, to, QUIC_VERSION_V1);
}

TEST("S5.9 a Retry token brings the first connection ID back")
{
	make(QUIC_TOKEN_RETRY);
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_ANSWERS_RETRY);
	quic_token_key_clear(&key);
}

TEST("S5.30 a regular token proves the address, whatever the connection ID")
{
	make(QUIC_TOKEN_REGULAR);
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_PROVES_ADDRESS);
	CHECK_EQ(judge(&client, &original), QUIC_TOKEN_PROVES_ADDRESS);
	quic_token_key_clear(&key);
}

TEST("S5.31 tokens are short")
{
	make(QUIC_TOKEN_RETRY);
	CHECK(len <= QUIC_TOKEN_MAX && len <= 100);
	quic_token_key_clear(&key);
	make(QUIC_TOKEN_REGULAR);
	CHECK(len <= QUIC_TOKEN_MAX && len <= 100);
	quic_token_key_clear(&key);
}

static void flip_all(enum quic_token_type type)
{
	int bit;

	make(type);
	for (bit = 0; bit < 8 * len; bit++) {
		token[bit / 8] ^= 1 << bit % 8;
		CHECK(judge(&client, &dcid) < QUIC_TOKEN_PROVES_ADDRESS);
		/* Whoever changed the type has no Retry token any more. */
		if (bit >= 8)
			CHECK_EQ(judge(&client, &dcid), type == QUIC_TOKEN_RETRY ?
				 QUIC_TOKEN_BAD_RETRY : QUIC_TOKEN_NONE);
		token[bit / 8] ^= 1 << bit % 8;
	}
	CHECK(judge(&client, &dcid) >= QUIC_TOKEN_PROVES_ADDRESS);
	quic_token_key_clear(&key);
}

TEST("P31 each flipped bit makes a Retry token bad")
{
	flip_all(QUIC_TOKEN_RETRY);
}

TEST("P31 each flipped bit makes a regular token worthless")
{
	flip_all(QUIC_TOKEN_REGULAR);
}

/* RFC 9000, 8.1.1 */
TEST("P31 a token of the other type, of any length, is not taken for this one")
{
	int i;

	make(QUIC_TOKEN_REGULAR);
	token[0] = QUIC_TOKEN_RETRY;
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_NONE);
	quic_token_key_clear(&key);

	make(QUIC_TOKEN_RETRY);
	token[0] = QUIC_TOKEN_REGULAR;
	for (i = len; i >= 0; i--) {
		len = i;
		CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_NONE);
	}
	quic_token_key_clear(&key);
}

TEST("S5.30 P31 tokens are for one address")
{
	struct quic_addr other = client;

	other.ip[3]++;
	make(QUIC_TOKEN_RETRY);
	CHECK_EQ(judge(&other, &dcid), QUIC_TOKEN_BAD_RETRY);
	quic_token_key_clear(&key);
	make(QUIC_TOKEN_REGULAR);
	CHECK_EQ(judge(&other, &dcid), QUIC_TOKEN_NONE);
	other = client;
	other.family = 6;
	CHECK_EQ(judge(&other, &dcid), QUIC_TOKEN_NONE);
	quic_token_key_clear(&key);
}

TEST("F37 RFC 9000, 8.1.4 the port counts for a Retry, not later")
{
	struct quic_addr other = client;

	other.port++;
	make(QUIC_TOKEN_RETRY);
	CHECK_EQ(judge(&other, &dcid), QUIC_TOKEN_BAD_RETRY);
	quic_token_key_clear(&key);
	make(QUIC_TOKEN_REGULAR);
	CHECK_EQ(judge(&other, &dcid), QUIC_TOKEN_PROVES_ADDRESS);
	quic_token_key_clear(&key);
}

TEST("P31 a Retry token is for one connection ID")
{
	make(QUIC_TOKEN_RETRY);
	CHECK_EQ(judge(&client, &original), QUIC_TOKEN_BAD_RETRY);
	quic_token_key_clear(&key);
}

TEST("S5.30 a Retry token is good for the seconds that a handshake's probes take")
{
	make(QUIC_TOKEN_RETRY);
	now += 8 * QUIC_SEC;
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_ANSWERS_RETRY);
	now += 3 * QUIC_SEC;
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_BAD_RETRY);
	quic_token_key_clear(&key);
}

TEST("S5.30 a regular token is good for ten minutes")
{
	make(QUIC_TOKEN_REGULAR);
	now += 600 * QUIC_SEC;
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_PROVES_ADDRESS);
	now++;
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_NONE);
	quic_token_key_clear(&key);
}

TEST("RFC 9369, 5 tokens are for one version")
{
	make(QUIC_TOKEN_RETRY);
	CHECK_EQ(judge_version(&client, &dcid, QUIC_VERSION_V2), QUIC_TOKEN_BAD_RETRY);
	quic_token_key_clear(&key);
	make(QUIC_TOKEN_REGULAR);
	CHECK_EQ(judge_version(&client, &dcid, QUIC_VERSION_V2), QUIC_TOKEN_NONE);
	quic_token_key_clear(&key);
}

TEST("S5.33 a token of another host is no token")
{
	make(QUIC_TOKEN_REGULAR);
	quic_token_key_clear(&key);
	CHECK_EQ(quic_token_key_init(&key), 0);
	CHECK_EQ(judge(&client, &dcid), QUIC_TOKEN_NONE);
	quic_token_key_clear(&key);
}

TEST("P10 tokens of others, of any length, are no token")
{
	static const size_t lengths[] = { 0, 1, 33, 54, 255, 256, 1000 };
	static u8 foreign[1000];
	struct quic_token_owner owner = { &client, QUIC_VERSION_V1, &dcid };
	struct quic_cid odcid;
	unsigned int i;

	make(QUIC_TOKEN_REGULAR);
	memset(foreign, 0x5a, sizeof(foreign));
	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		CHECK_EQ(quic_token_open(&key, foreign, lengths[i], &owner, now, &odcid),
			 QUIC_TOKEN_NONE);
	quic_token_key_clear(&key);
}

/* Same nonce and content would make the same bytes, and numbers in order would tell the order. */
TEST("P31 two tokens for the same client have nothing in common")
{
	struct quic_token_owner owner = { &client, QUIC_VERSION_V1, NULL };
	u8 first[QUIC_TOKEN_MAX];
	int i, same = 0;

	make(QUIC_TOKEN_REGULAR);
	memcpy(first, token, len);
	CHECK_EQ(key.next, 1);
	CHECK_EQ(quic_token_seal(&key, QUIC_TOKEN_REGULAR, &owner, NULL, now, token), len);
	CHECK_EQ(key.next, 2);
	for (i = 1; i < len; i++)
		same += first[i] == token[i];
	CHECK(same < 6);
	quic_token_key_clear(&key);
}

TEST("a token key can fail to be made")
{
	host_fail_alloc_after(0);
	CHECK_EQ(quic_token_key_init(&key), -ENOMEM);
	CHECK(host_alloc_failed());
	CHECK(!key.aead);
}
