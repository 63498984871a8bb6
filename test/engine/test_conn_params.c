// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport parameters that do not belong to this connection (RFC 9000, 7.3; RFC 9368, 4; S5.17).
 */
#include "check.h"
#include "pair.h"

static struct pair p;

/*
 * The client, just before it is told the server's parameters @params, which can be changed first.
 */
static void begin(struct quic_params *params)
{
	u8 buf[QUIC_PARAMS_MAX_LEN];
	int len;

	pair_init(&p);
	p.client.hold_tls = true;
	pair_connect(&p);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	len = quic_conn_local_params(&p.server.conn, buf, sizeof(buf));
	CHECK(len > 0 && len <= 256);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(quic_params_parse(params, buf, len, true), 0);
}

static void finish(const struct quic_params *params, int result, u64 code)
{
	u8 buf[QUIC_PARAMS_MAX_LEN];
	int len = quic_params_encode(params, true, buf, sizeof(buf));

	CHECK(len > 0);
	CHECK_EQ(quic_conn_set_remote_params(&p.client.conn, buf, len, p.now), result);
	if (result) {
		CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSING);
		CHECK_EQ(p.client.conn.close.code, code);
		CHECK(pair_event(&p.client, QUIC_EVENT_CONNECTION_CLOSE, 0));
		/* The server hears of it although it has not finished its handshake. */
		pair_run(&p, p.now + 15 * QUIC_MSEC);
		CHECK_EQ(p.server.conn.state, QUIC_CONN_DRAINING);
		CHECK_EQ(p.server.conn.close.code, code);
	}
	pair_destroy(&p);
}

#define BAD	-EINVAL, QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM

TEST("ids must be those of the packets")
{
	struct quic_params params;

	begin(&params);
	finish(&params, 0, 0);

	begin(&params);
	params.initial_scid.id[0] ^= 1;
	finish(&params, BAD);

	begin(&params);
	params.has_initial_scid = false;
	finish(&params, BAD);

	begin(&params);
	params.original_dcid.len--;
	finish(&params, BAD);

	begin(&params);
	params.has_original_dcid = false;
	finish(&params, BAD);

	begin(&params);		/* there was no Retry */
	params.has_retry_scid = true;
	params.retry_scid = params.initial_scid;
	finish(&params, BAD);
}

TEST("the version must be the one in use")
{
	struct quic_params params;

	begin(&params);
	CHECK(params.has_versions);
	CHECK_EQ(params.chosen_version, QUIC_VERSION_V1);
	params.chosen_version = QUIC_VERSION_V2;
	params.versions[0] = QUIC_VERSION_V2;
	finish(&params, -EPROTONOSUPPORT, QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION);

	begin(&params);
	params.has_versions = false;
	finish(&params, 0, 0);
}

TEST("garbage closes and lengths are checked first")
{
	u8 garbage[513] = { 0x04, 0x05 };

	pair_init(&p);
	pair_connect(&p);
	CHECK_EQ(quic_conn_set_remote_params(&p.client.conn, garbage, 513, p.now), -EINVAL);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_HANDSHAKING);
	CHECK_EQ(quic_conn_set_remote_params(&p.client.conn, garbage, 2, p.now), -EINVAL);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSING);
	pair_destroy(&p);
}

TEST("established connections take no parameters or secrets")
{
	u8 buf[QUIC_PARAMS_MAX_LEN], secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE] = {};

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(quic_conn_local_params(&p.client.conn, buf, sizeof(buf)), -EINVAL);
	CHECK_EQ(quic_conn_set_remote_params(&p.client.conn, buf, 0, p.now), -EINVAL);
	CHECK_EQ(quic_conn_set_secret(&p.client.conn, QUIC_CRYPTO_APP, true, p.cipher, secret,
				      p.now), -EINVAL);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("secrets of wrong levels and types")
{
	u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE] = {};
	struct quic_conn *c = &p.client.conn;

	pair_init(&p);
	pair_connect(&p);
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_INITIAL, true, 51, secret, p.now), -EINVAL);
	CHECK_EQ(quic_conn_set_secret(c, 4, true, 51, secret, p.now), -EINVAL);
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_APP, true, 50, secret, p.now), -EINVAL);
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_APP, true, 55, secret, p.now), -EINVAL);
	/* S5.14: both directions on either role */
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_EARLY, true, 51, secret, p.now), 0);
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_EARLY, false, 51, secret, p.now), 0);
	/* S5.12: the type given first counts */
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_APP, true, 52, secret, p.now), 0);
	CHECK_EQ(quic_conn_set_secret(c, QUIC_CRYPTO_APP, false, 51, secret, p.now), 0);
	CHECK_EQ(c->rx[QUIC_CRYPTO_APP].cipher->type, 52);
	CHECK_EQ(c->state, QUIC_CONN_ESTABLISHED);	/* S5.1: nothing else is needed */
	pair_destroy(&p);
}

TEST("version 0 is not begun, for it is that of Version Negotiation")
{
	pair_init(&p);
	p.client.config.version = 0;
	pair_connect(&p);
	CHECK(!p.client.begun);
	CHECK_EQ(host_blocks(), 0);
	pair_destroy(&p);
}

TEST("version 2 works when both ends begin with it")
{
	pair_init(&p);
	p.client.config.version = QUIC_VERSION_V2;
	pair_handshake(&p);
	CHECK_EQ(p.server.conn.version->number, QUIC_VERSION_V2);
	CHECK_EQ(pair_send(&p.client, 0, 5000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 5000);
	pair_destroy(&p);
}
