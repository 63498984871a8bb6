// SPDX-License-Identifier: MIT
/*
 * Session tickets, resumption and early data.
 */
#include <errno.h>
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

struct session_data {
	unsigned char bytes[4096];
	size_t size;
};

static void get_data(struct pair *pair, struct session_data *data)
{
	data->size = sizeof(data->bytes);
	ASSERT_EQ(quic_session_get_data(pair->client.session, data->bytes, &data->size), 0);
	ASSERT(data->size > 0);
}

static void first_session(struct session_data *data, unsigned int flags)
{
	struct pair pair;

	pair_create(&pair, &pki.server, flags);
	pair_handshake(&pair);
	ASSERT(!gnutls_session_is_resumed(pair.client.session));
	get_data(&pair, data);
	pair_destroy(&pair);
}

TEST("T181 S9.8 a server sends one ticket before its handshake returns")
{
	const unsigned char *ticket;
	const void *bytes;
	struct pair pair;
	size_t len;

	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	len = double_ticket(&bytes);
	ticket = bytes;
	ASSERT(len > 4);
	ASSERT_EQ(ticket[0], GNUTLS_HANDSHAKE_NEW_SESSION_TICKET);
	ASSERT_EQ(4 + (ticket[1] << 16 | ticket[2] << 8 | ticket[3]), len);
	pair_destroy(&pair);
}

/* RFC 9001, 4.5 */
TEST("T181 S9.14 a session is resumed with its data alone")
{
	struct session_data data;
	struct pair pair;

	first_session(&data, 0);
	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_session_set_data(pair.client.session, data.bytes, data.size), 0);
	pair_handshake(&pair);
	ASSERT(gnutls_session_is_resumed(pair.client.session));
	ASSERT(gnutls_session_is_resumed(pair.server.session));
	ASSERT(!double_has_secret(CLIENT_FD, QUIC_CRYPTO_EARLY, true));
	pair_destroy(&pair);
}

/* RFC 9001, 4.6.1 */
TEST("T181 S9.9 early secrets agree, and nothing but flags and the ticket key was prepared")
{
	struct session_data data;
	struct pair pair;

	first_session(&data, PAIR_EARLY_DATA);
	pair_create(&pair, &pki.server, PAIR_EARLY_DATA);
	ASSERT_EQ(quic_session_set_data(pair.client.session, data.bytes, data.size), 0);
	pair_init(&pair);
	/* The client's secret is there before the ClientHello leaves. */
	ASSERT(double_has_secret(CLIENT_FD, QUIC_CRYPTO_EARLY, true));
	pair_run(&pair);
	ASSERT_EQ(pair.client.result, 0);
	ASSERT_EQ(pair.server.result, 0);
	ASSERT(gnutls_session_is_resumed(pair.client.session));
	ASSERT(double_has_secret(SERVER_FD, QUIC_CRYPTO_EARLY, false));
	ASSERT_MEM(double_secret(CLIENT_FD, QUIC_CRYPTO_EARLY, true)->secret,
		   double_secret(SERVER_FD, QUIC_CRYPTO_EARLY, false)->secret,
		   QUIC_CRYPTO_SECRET_BUFFER_SIZE);
	ASSERT_EQ(double_secret(CLIENT_FD, QUIC_CRYPTO_EARLY, true)->type,
		  double_secret(SERVER_FD, QUIC_CRYPTO_EARLY, false)->type);
	pair_destroy(&pair);
}

/* A client with 0-RTT to offer, and a server that may take it, or not. */
static void offer_early_data(struct pair *pair, unsigned int flags)
{
	struct session_data data;

	first_session(&data, PAIR_EARLY_DATA);
	pair_create(pair, &pki.server, PAIR_EARLY_CLIENT | flags);
	ASSERT_EQ(quic_session_set_data(pair->client.session, data.bytes, data.size), 0);
}

/* RFC 9001, 4.6.2 */
TEST("S3.28 a server without early data takes the session, not the data")
{
	struct pair pair;

	offer_early_data(&pair, 0);
	pair_handshake(&pair);
	ASSERT(gnutls_session_is_resumed(pair.client.session));
	ASSERT(!(gnutls_session_get_flags(pair.client.session) & GNUTLS_SFLAGS_EARLY_DATA));
	ASSERT(!double_has_secret(SERVER_FD, QUIC_CRYPTO_EARLY, false));
	pair_destroy(&pair);
}

/* RFC 8446, 4.2.10: nobody can tell for which of them the data was meant. */
TEST("S3.28 a server of several protocols takes no early data")
{
	struct session_data data;
	struct pair pair;

	first_session(&data, PAIR_EARLY_DATA);
	pair_create(&pair, &pki.server, PAIR_EARLY_DATA);
	ASSERT_EQ(quic_session_set_alpn(pair.client.session, "bb", 2), 0);
	ASSERT_EQ(quic_session_set_alpn(pair.server.session, "aa,bb", 5), 0);
	ASSERT_EQ(quic_session_set_data(pair.client.session, data.bytes, data.size), 0);
	pair_handshake(&pair);
	ASSERT(gnutls_session_is_resumed(pair.client.session));
	ASSERT(!(gnutls_session_get_flags(pair.client.session) & GNUTLS_SFLAGS_EARLY_DATA));
	ASSERT(!double_has_secret(SERVER_FD, QUIC_CRYPTO_EARLY, false));
	pair_destroy(&pair);
}

/* RFC 9001, 4.7 */
TEST("S3.28 a server that sends a HelloRetryRequest takes no early data")
{
	struct pair pair;

	offer_early_data(&pair, PAIR_EARLY_SERVER);
	/* The client has no share for it, and resumption without a key exchange would need none. */
	ASSERT_EQ(gnutls_priority_set_direct(pair.server.session,
					     QUIC_PRIORITY ":-PSK:-GROUP-ALL:+GROUP-SECP384R1",
					     NULL),
		  0);
	pair_init(&pair);
	ASSERT(end_perform(&pair.client));
	ASSERT(end_perform(&pair.server));
	ASSERT_EQ(quic_handshake_step(pair.server.session, &pair.server.step), 0);
	ASSERT_EQ(pair.server.step->op, QUIC_HANDSHAKE_STEP_OP_SENDMSG);
	ASSERT(!double_has_secret(SERVER_FD, QUIC_CRYPTO_EARLY, false));
	pair_destroy(&pair);
}

TEST("S9.2 session data can be had again")
{
	struct session_data first, second;
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	get_data(&pair, &first);
	get_data(&pair, &second);
	ASSERT_EQ(first.size, second.size);
	pair_destroy(&pair);
}

TEST("S9.2 S9.8 without a ticket key there is no ticket, and no data")
{
	struct session_data data = { .size = sizeof(data.bytes) };
	struct quic_handshake_step *step = NULL;
	gnutls_session_t session;
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	/* A server without a ticket key. */
	gnutls_deinit(pair.server.session);
	ASSERT_EQ(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET), 0);
	ASSERT_EQ(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, pair.server.cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(session, SERVER_FD);
	pair.server.session = session;

	ASSERT_EQ(quic_handshake_step(session, &step), -EINVAL);
	pair_handshake(&pair);
	ASSERT_EQ(quic_session_get_data(pair.client.session, data.bytes, &data.size), 0);
	ASSERT_EQ(data.size, 0);
	pair_destroy(&pair);
}

TEST("S9.8 a session that sends tickets itself is not asked for another")
{
	unsigned char bytes[64];
	gnutls_datum_t key = { .data = bytes, .size = sizeof(bytes) };
	const unsigned char *ticket;
	gnutls_session_t session;
	const void *data;
	struct pair pair;
	size_t len;

	memset(bytes, 7, sizeof(bytes));
	pair_create(&pair, &pki.server, 0);
	gnutls_deinit(pair.server.session);
	ASSERT_EQ(gnutls_init(&session, GNUTLS_SERVER), 0);
	ASSERT_EQ(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, pair.server.cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL), 0);
	ASSERT_EQ(gnutls_session_ticket_enable_server(session, &key), 0);
	gnutls_transport_set_int(session, SERVER_FD);
	pair.server.session = session;

	pair_handshake(&pair);
	len = double_ticket(&data);
	ticket = data;
	ASSERT(len > 4);
	ASSERT_EQ(ticket[0], GNUTLS_HANDSHAKE_NEW_SESSION_TICKET);
	pair_destroy(&pair);
}

TEST("S9.2 session data is a client's, after its handshake")
{
	struct session_data data = { .size = sizeof(data.bytes) };
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_session_get_data(pair.client.session, data.bytes, &data.size), -EINVAL);
	pair_handshake(&pair);
	ASSERT_EQ(quic_session_get_data(pair.server.session, data.bytes, &data.size), -EINVAL);
	ASSERT_EQ(quic_session_get_data(pair.client.session, NULL, &data.size), -EINVAL);
	data.size = 1;
	ASSERT_EQ(quic_session_get_data(pair.client.session, data.bytes, &data.size),
		  GNUTLS_E_SHORT_MEMORY_BUFFER);
	ASSERT(data.size > 1);
	pair_destroy(&pair);
}
