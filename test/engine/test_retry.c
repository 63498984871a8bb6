// SPDX-License-Identifier: GPL-2.0-only
/* Retry, seen from the client and from the server (RFC 9000, 8.1.2 and 17.2.5; S5.9). */
#include "check.h"
#include "pair.h"

static struct pair p;
static u8 retry[1600];
static size_t retry_len;

/* The client's first Initial packet, as the last one that a network took away. */
static u8 first[2000];
static size_t first_len;
static unsigned int from_client;

static bool keep_first(struct pair *pair __maybe_unused, struct pair_end *from, u8 *data,
		       size_t *len)
{
	if (from->is_server)
		return false;
	if (!from_client++) {
		memcpy(first, data, *len);
		first_len = *len;
	}
	return true;
}

static void make_retry(u8 *token, size_t token_len)
{
	struct quic_cid scid = { .len = 8, .id = "retried" };
	struct quic_packet initial;

	CHECK_EQ(quic_packet_parse(&initial, first, first_len, QUIC_CID_LEN), 0);
	retry_len = quic_packet_retry(&initial, &scid, token, token_len, retry, sizeof(retry));
	CHECK(retry_len);
}

/* A client whose packets go nowhere, and a Retry for it. */
static void begin(void)
{
	u8 token[40] = { 1, 2, 3 };

	from_client = 0;
	pair_init(&p);
	p.drop = keep_first;
	pair_connect(&p);
	pair_flush(&p.client);
	make_retry(token, sizeof(token));
}

static void refused(void)
{
	unsigned int before = from_client;

	pair_deliver(&p.client, retry, retry_len, 0);
	pair_flush(&p.client);
	CHECK(!p.client.conn.got_retry);
	CHECK_EQ(from_client, before);
}

static void followed(void)
{
	pair_deliver(&p.client, retry, retry_len, 0);
	CHECK(p.client.conn.got_retry);
}

TEST("T109 S5.9 a client that is asked to prove its address does so, once")
{
	pair_init(&p);
	p.validate = true;
	pair_handshake(&p);
	CHECK_EQ(p.retries, 1);
	CHECK(p.server.conn.got_retry);
	CHECK(quic_cid_equal(&p.server.conn.retry_scid, &p.client.conn.retry_scid));
	CHECK(quic_cid_equal(&p.server.conn.original_dcid, &p.client.conn.original_dcid));
	CHECK(!quic_cid_equal(&p.server.conn.original_dcid, &p.server.conn.initial_dcid));
	pair_destroy(&p);
}

TEST("S5.9 RFC 9000, 8.1 whoever answered a Retry has no limit on what is sent to it")
{
	pair_init(&p);
	p.validate = true;
	p.tls_pad = 9 * 1500;
	pair_handshake(&p);
	CHECK_EQ(p.server.conn.path[0].sent, 0);
	pair_destroy(&p);
}

TEST("S5.9 RFC 9000, 17.2.5.3 packet numbers go on and the source ID stays")
{
	struct quic_packet initial;
	struct quic_cid scid;

	begin();
	CHECK_EQ(quic_packet_parse(&initial, first, first_len, QUIC_CID_LEN), 0);
	scid = initial.scid;
	followed();
	from_client = 0;
	pair_flush(&p.client);
	CHECK_EQ(from_client, 1);
	CHECK(p.client.conn.recovery.space[QUIC_SPACE_INITIAL].next_pn >= 2);
	CHECK_EQ(quic_packet_parse(&initial, first, first_len, QUIC_CID_LEN), 0);
	CHECK(quic_cid_equal(&initial.scid, &scid));
	CHECK_EQ(initial.dcid.len, 8);
	CHECK_MEM(initial.dcid.id, "retried", 8);
	CHECK_EQ(initial.token_len, 40);
	CHECK_EQ(first_len, QUIC_INITIAL_MIN);
	pair_destroy(&p);
}

TEST("S5.29 a Retry's token replaces the one that the client had")
{
	begin();
	followed();
	CHECK_EQ(p.client.token_len, 40);
	CHECK_EQ(p.client.token[2], 3);
	pair_destroy(&p);
}

TEST("P24 a second Retry is discarded")
{
	u8 token[40] = { 9 };

	begin();
	followed();
	pair_flush(&p.client);
	make_retry(token, sizeof(token));
	pair_deliver(&p.client, retry, retry_len, 0);
	CHECK_EQ(p.client.conn.token[0], 1);
	pair_destroy(&p);
}

TEST("P24 a Retry after a packet of the server is discarded")
{
	begin();
	p.drop = NULL;
	pair_deliver(&p.server, first, first_len, 0);
	pair_flush(&p.server);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK(p.client.conn.got_packet);
	pair_deliver(&p.client, retry, retry_len, 0);
	CHECK(!p.client.conn.got_retry);
	CHECK(p.client.conn.handshake_confirmed);
	pair_destroy(&p);
}

TEST("RFC 9001, 5.8 a Retry with any changed bit is discarded")
{
	size_t bit;

	begin();
	for (bit = 4; bit < 8 * retry_len; bit++) {
		retry[bit / 8] ^= 1 << bit % 8;
		refused();
		retry[bit / 8] ^= 1 << bit % 8;
	}
	followed();
	pair_destroy(&p);
}

TEST("RFC 9000, 17.2.5.2 a Retry without a token, or cut short, is discarded")
{
	size_t len;

	begin();
	make_retry(NULL, 0);
	refused();
	make_retry((u8 *)"token", 5);
	for (len = retry_len; len-- > 1;) {
		retry_len = len;
		refused();
	}
	pair_destroy(&p);
}

TEST("RFC 9000, 17.2.5.1 a Retry that brings no new ID is discarded")
{
	struct quic_packet initial;

	begin();
	CHECK_EQ(quic_packet_parse(&initial, first, first_len, QUIC_CID_LEN), 0);
	retry_len = quic_packet_retry(&initial, &initial.dcid, (u8 *)"token", 5, retry,
				      sizeof(retry));
	refused();
	pair_destroy(&p);
}

TEST("a Retry of another version is discarded")
{
	begin();
	p.client.conn.version = quic_version_find(QUIC_VERSION_V2);
	refused();
	pair_destroy(&p);
}

TEST("a server discards a Retry")
{
	begin();
	p.drop = NULL;
	pair_deliver(&p.server, first, first_len, 0);
	pair_deliver(&p.server, retry, retry_len, 0);
	CHECK(!p.server.conn.got_retry);
	pair_destroy(&p);
}

static void client_with_token_of(size_t len)
{
	static u8 token[1500];
	struct quic_packet initial;

	begin();
	memset(token, 0x77, sizeof(token));
	make_retry(token, len);
	followed();
	CHECK_EQ(p.client.conn.token_len, len);
	from_client = 0;
	pair_flush(&p.client);
	CHECK(from_client);
	CHECK_EQ(quic_packet_parse(&initial, first, first_len, QUIC_CID_LEN), 0);
	CHECK_EQ(initial.token_len, len);
	CHECK_MEM(initial.token, token, len);
	CHECK(first_len >= QUIC_INITIAL_MIN && first_len <= 1452);
	pair_destroy(&p);
}

TEST("P10 a Retry's token of 1, 255, 256, 1000 bytes comes back whole")
{
	client_with_token_of(1);
	client_with_token_of(255);
	client_with_token_of(256);
	client_with_token_of(1000);
}

TEST("P10 a token that no packet could carry is not followed")
{
	static u8 token[1400];

	begin();
	make_retry(token, sizeof(token));
	refused();
	pair_destroy(&p);
}

/* The fault is removed before the network's next try. */
TEST("without memory for its keys a client goes on later")
{
	begin();
	p.drop = NULL;
	p.validate = true;
	followed();
	host_fail_alloc_after(0);
	quic_conn_prepare_keys(&p.client.conn, p.now);
	CHECK(host_alloc_failed());
	CHECK(p.client.conn.keys_wanted && p.client.conn.initial_wanted);
	CHECK_EQ(quic_conn_crypto_check(&p.client.conn, QUIC_CRYPTO_INITIAL), 0);
	CHECK_EQ(quic_conn_transmit_size(&p.client.conn, p.now), 0);
	quic_conn_prepare_keys(&p.client.conn, p.now);
	CHECK(!p.client.conn.keys_wanted);
	CHECK(quic_conn_transmit_size(&p.client.conn, p.now));
	pair_destroy(&p);
}

TEST("S5.9 a server without the client's Retry connection ID in its parameters is refused")
{
	pair_init(&p);
	p.validate = true;
	pair_connect(&p);
	pair_run(&p, p.now + 35 * QUIC_MSEC);
	CHECK(p.server.begun && p.client.conn.got_retry);
	p.client.conn.retry_scid.id[0]++;
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.client.conn.close.code, QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM);
	pair_destroy(&p);
}
