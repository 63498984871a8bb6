// SPDX-License-Identifier: MIT
/*
 * Handshakes that fail: certificates, protocols, and the alert that both ends see.
 */
#include <errno.h>
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

/* The client refuses: it knows the alert, stores it for the close, and the server hears of it. */
static void assert_client_refused(struct pair *pair, int error, int alert)
{
	pair_init(pair);
	pair_run(pair);
	ASSERT_EQ(pair->client.result, error);
	ASSERT_EQ(quic_session_get_tls_error(pair->client.session), error);
	ASSERT_EQ(quic_session_get_alert(pair->client.session), alert);
	ASSERT_EQ(double_close_code(CLIENT_FD), QUIC_TRANSPORT_ERROR_CRYPTO + alert);

	ASSERT_EQ(pair->server.result, -ENOTCONN);
	ASSERT_EQ(quic_session_get_tls_error(pair->server.session), 0);
	ASSERT_EQ(quic_session_get_alert(pair->server.session), alert);
	/* No secret for data was accepted from a server that cannot be trusted. */
	ASSERT(!double_has_secret(CLIENT_FD, QUIC_CRYPTO_APP, true));
}

static void assert_server_refused(struct pair *pair, int error, int alert)
{
	pair_init(pair);
	pair_run(pair);
	ASSERT_EQ(pair->server.result, error);
	ASSERT_EQ(quic_session_get_alert(pair->server.session), alert);
	ASSERT_EQ(double_close_code(SERVER_FD), QUIC_TRANSPORT_ERROR_CRYPTO + alert);
	ASSERT_EQ(pair->client.result, -ENOTCONN);
	ASSERT_EQ(quic_session_get_alert(pair->client.session), alert);
}

/* RFC 9001, 4.4 */
TEST("F48 S9.2 a certificate that verifies is accepted")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_verify(&pair, "server.test");
	pair_handshake(&pair);
	ASSERT_EQ(quic_session_get_alert(pair.client.session), -1);
	ASSERT_EQ(quic_session_get_tls_error(pair.client.session), 0);
	ASSERT_EQ(quic_session_get_alert(pair.server.session), -1);
	pair_destroy(&pair);
}

TEST("F48 S9.2 an untrusted certificate is refused with unknown_ca")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	gnutls_session_set_verify_cert(pair.client.session, "server.test", 0);
	assert_client_refused(&pair, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, GNUTLS_A_UNKNOWN_CA);
	pair_destroy(&pair);
}

TEST("F48 S9.2 a certificate for another name is refused with bad_certificate")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_verify(&pair, "other.test");
	assert_client_refused(&pair, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR,
			      GNUTLS_A_BAD_CERTIFICATE);
	pair_destroy(&pair);
}

TEST("F48 S9.2 an expired certificate is refused with certificate_expired")
{
	struct pair pair;

	pair_create(&pair, &pki.expired, 0);
	pair_verify(&pair, "server.test");
	assert_client_refused(&pair, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR,
			      GNUTLS_A_CERTIFICATE_EXPIRED);
	pair_destroy(&pair);
}

TEST("T177 S9.2 without a common protocol the server says no_application_protocol")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_session_set_alpn(pair.client.session, "aa, bb", 6), 0);
	ASSERT_EQ(quic_session_set_alpn(pair.server.session, "cc,dd", 5), 0);
	assert_server_refused(&pair, GNUTLS_E_NO_APPLICATION_PROTOCOL,
			      GNUTLS_A_NO_APPLICATION_PROTOCOL);
	pair_destroy(&pair);
}

TEST("T177 S9.2 a server that wants a protocol refuses a client without")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_session_set_alpn(pair.server.session, "cc", 2), 0);
	assert_server_refused(&pair, GNUTLS_E_NO_APPLICATION_PROTOCOL,
			      GNUTLS_A_NO_APPLICATION_PROTOCOL);
	pair_destroy(&pair);
}

TEST("T177 S9.2 a client that wants a protocol refuses a server without")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_session_set_alpn(pair.client.session, "aa", 2), 0);
	assert_client_refused(&pair, GNUTLS_E_NO_APPLICATION_PROTOCOL,
			      GNUTLS_A_NO_APPLICATION_PROTOCOL);
	pair_destroy(&pair);
}

TEST("S9.2 without a common cipher the server says handshake_failure")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(gnutls_priority_set_direct(pair.client.session,
					     QUIC_PRIORITY ":-CIPHER-ALL:+AES-256-GCM", NULL),
		  0);
	ASSERT_EQ(gnutls_priority_set_direct(pair.server.session,
					     QUIC_PRIORITY ":-CIPHER-ALL:+CHACHA20-POLY1305", NULL),
		  0);
	assert_server_refused(&pair, GNUTLS_E_NO_CIPHER_SUITES, GNUTLS_A_HANDSHAKE_FAILURE);
	pair_destroy(&pair);
}

/* A client that does TLS without QUIC: its ClientHello lacks the transport parameters. */
static int plain_hello(gnutls_session_t session, gnutls_record_encryption_level_t level,
		       gnutls_handshake_description_t type, const void *data, size_t size)
{
	struct iovec iov = { .iov_base = (void *)data, .iov_len = size };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(1)] = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	(void)session;
	(void)level;
	(void)type;
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = QUIC_CRYPTO_INITIAL;
	return sendmsg(CLIENT_FD, &msg, 0) < 0;
}

TEST("S9.8 a peer without transport parameters is refused with missing_extension")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	gnutls_handshake_set_read_function(pair.client.session, plain_hello);
	ASSERT_EQ(gnutls_handshake(pair.client.session), GNUTLS_E_AGAIN);

	ASSERT_EQ(quic_handshake_init(pair.server.session, &pair.server.step), 0);
	ASSERT(end_perform(&pair.server));
	ASSERT_EQ(quic_handshake_step(pair.server.session, &pair.server.step),
		  GNUTLS_E_MISSING_EXTENSION);
	ASSERT_EQ(quic_session_get_alert(pair.server.session), GNUTLS_A_MISSING_EXTENSION);
	ASSERT_EQ(double_close_code(SERVER_FD), 0x16d);
	ASSERT(!double_has_secret(SERVER_FD, QUIC_CRYPTO_HANDSHAKE, true));
	pair_destroy(&pair);
}
