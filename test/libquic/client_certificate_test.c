// SPDX-License-Identifier: MIT
/*
 * Servers that ask for a certificate, in sessions that the program prepares. A client's TLS is done before the
 * server has looked at its certificate (RFC 8446, 2): a refusal reaches it as a close with an alert.
 */
#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "../selftest/harness.h"
#include "logged.h"
#include "pair.h"
#include "socket_double.h"

static void pair_asking(struct pair *pair, const struct certificate *shown)
{
	pair_create(pair, &pki.server, 0);
	ASSERT_EQ(gnutls_certificate_set_x509_trust(pair->server.cred, &pki.authority.crt, 1), 1);
	gnutls_certificate_server_set_request(pair->server.session, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert(pair->server.session, NULL, 0);
	/* A client that was told the authorities keeps a certificate of another to itself. */
	gnutls_certificate_send_x509_rdn_sequence(pair->server.session, 1);
	if (shown) {
		gnutls_x509_crt_t crt = shown->crt;

		ASSERT(gnutls_certificate_set_x509_key(pair->client.cred, &crt, 1, shown->key) >=
		       0);
	}
}

static void assert_refused(struct pair *pair, int error, int alert)
{
	pair_init(pair);
	pair_run(pair);
	ASSERT_EQ(pair->client.result, 0);
	ASSERT_EQ(pair->server.result, error);
	ASSERT_EQ(quic_session_get_alert(pair->server.session), alert);
	ASSERT_EQ(double_close_code(CLIENT_FD), QUIC_TRANSPORT_ERROR_CRYPTO + alert);
	/* Nothing of the client can be read. */
	ASSERT(!double_has_secret(SERVER_FD, QUIC_CRYPTO_APP, false));
	pair_destroy(pair);
}

TEST("S9.2 a client's certificate is verified and known to the server")
{
	const gnutls_datum_t *certs;
	struct pair pair;
	unsigned int count;
	char name[32];
	size_t size = sizeof(name);
	gnutls_x509_crt_t crt;

	pair_asking(&pair, &pki.client);
	pair_handshake(&pair);
	certs = gnutls_certificate_get_peers(pair.server.session, &count);
	ASSERT_EQ(count, 1);
	ASSERT_EQ(gnutls_x509_crt_init(&crt), 0);
	ASSERT_EQ(gnutls_x509_crt_import(crt, certs, GNUTLS_X509_FMT_DER), 0);
	ASSERT_EQ(
		gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size),
		0);
	ASSERT_MEM(name, "client.test", 11);
	gnutls_x509_crt_deinit(crt);
	pair_destroy(&pair);
}

TEST("S9.2 a client without a certificate is refused with certificate_required")
{
	struct pair pair;

	pair_asking(&pair, NULL);
	assert_refused(&pair, GNUTLS_E_CERTIFICATE_REQUIRED, GNUTLS_A_CERTIFICATE_REQUIRED);
}

TEST("S9.2 a client whose certificate nobody vouches for is refused with unknown_ca")
{
	struct pair pair;

	logged_begin();
	pair_asking(&pair, &pki.stranger);
	assert_refused(&pair, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, GNUTLS_A_UNKNOWN_CA);
	assert_logged(LOG_ERR, "the peer's certificate was refused: its issuer is not trusted");
}

TEST("S9.2 a server that only requests a certificate does without")
{
	struct pair pair;

	pair_asking(&pair, NULL);
	gnutls_certificate_server_set_request(pair.server.session, GNUTLS_CERT_REQUEST);
	gnutls_session_set_verify_function(pair.server.session, NULL);
	pair_handshake(&pair);
	pair_destroy(&pair);
}
