// SPDX-License-Identifier: MIT
/*
 * The blocking calls of both ends.
 */
#include <errno.h>
#include <pthread.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "blocking.h"
#include "logged.h"
#include "pair.h"
#include "socket_double.h"

static void assert_both_have_keys(void)
{
	ASSERT(double_has_secret(CLIENT_FD, QUIC_CRYPTO_APP, true));
	ASSERT(double_has_secret(CLIENT_FD, QUIC_CRYPTO_APP, false));
	ASSERT(double_has_secret(SERVER_FD, QUIC_CRYPTO_APP, true));
	ASSERT(double_has_secret(SERVER_FD, QUIC_CRYPTO_APP, false));
}

TEST("T175 S9.10 the client's first key is found on any line of the server's file")
{
	struct server_arguments args = { .key_file = PSK_SERVER_FILE };

	ASSERT_EQ(blocking_handshake(&args, PSK_CLIENT_FILE, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	assert_both_have_keys();
	/* The first line of the server's own file works as well. */
	ASSERT_EQ(blocking_handshake(&args, PSK_SERVER_FILE, NULL, "sample"),
		  GNUTLS_E_NO_APPLICATION_PROTOCOL);
	args.alpns = "other, sample";
	ASSERT_EQ(blocking_handshake(&args, PSK_SERVER_FILE, NULL, "sample"), 0);
	ASSERT_EQ(args.result, 0);
	double_reset();
}

TEST("T176 S9.2 without a hostname any certificate will do")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE,
		.cert_file = SERVER_CERT_FILE,
	};

	ASSERT_EQ(blocking_handshake(&args, NULL, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	assert_both_have_keys();
	double_reset();
}

TEST("F48 S9.11 with a hostname the chain is verified, and a protocol selected")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE,
		.cert_file = SERVER_CERT_FILE,
		.alpns = "aa,bb",
	};

	ASSERT_EQ(blocking_handshake(&args, NULL, "server.test", "bb"), 0);
	ASSERT_EQ(args.result, 0);
	assert_both_have_keys();
	double_reset();
}

TEST("F48 S9.12 a certificate for another name is refused, and the server told why")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE,
		.cert_file = SERVER_CERT_FILE,
	};

	ASSERT_EQ(blocking_handshake(&args, NULL, "other.test", NULL),
		  GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	ASSERT_EQ(args.result, -ENOTCONN);
	ASSERT_EQ(double_close_code(SERVER_FD),
		  QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_BAD_CERTIFICATE);
	/* An address is not in the certificate either. */
	ASSERT_EQ(blocking_handshake(&args, NULL, "127.0.0.1", NULL),
		  GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	double_reset();
}

/* RFC 5280, 4.2.1.12 */
TEST("F48 S9.2 a certificate that is for clients only does not make a server")
{
	struct server_arguments args = { .key_file = "client-key.pem",
					 .cert_file = "client-cert.pem" };
	const time_t now = time(NULL);
	struct certificate cert;

	certificate_create(&cert, &pki.authority, "server.test", now - 1000, now + 1000);
	ASSERT_EQ(gnutls_x509_crt_set_key_purpose_oid(cert.crt, GNUTLS_KP_TLS_WWW_CLIENT, 0), 0);
	ASSERT_EQ(gnutls_x509_crt_sign2(cert.crt, pki.authority.crt, pki.authority.key,
					GNUTLS_DIG_SHA256, 0),
		  0);
	certificate_write(&cert, args.cert_file, args.key_file);
	certificate_destroy(&cert);

	logged_begin();
	ASSERT_EQ(blocking_handshake(&args, NULL, "server.test", NULL),
		  GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	ASSERT_EQ(double_close_code(SERVER_FD),
		  QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_UNSUPPORTED_CERTIFICATE);
	assert_logged(LOG_ERR, "it is for another purpose");
	double_reset();
}

TEST("T177 S9.11 without a common protocol both calls fail")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE,
		.cert_file = SERVER_CERT_FILE,
		.alpns = "aa",
	};

	ASSERT_EQ(blocking_handshake(&args, NULL, NULL, "bb"), -ENOTCONN);
	ASSERT_EQ(args.result, GNUTLS_E_NO_APPLICATION_PROTOCOL);
	double_reset();
}

TEST("S9.12 a peer that is gone is ENOTCONN, whether we send or wait")
{
	double_reset();
	double_close(SERVER_FD);
	ASSERT_EQ(quic_client_handshake(CLIENT_FD, NULL, NULL, NULL), -ENOTCONN);
	double_reset();
	double_close(CLIENT_FD);
	ASSERT_EQ(quic_server_handshake(SERVER_FD, SERVER_KEY_FILE, SERVER_CERT_FILE, NULL),
		  -ENOTCONN);
	double_reset();
}

static void *disturbed_server(void *data)
{
	*(int *)data = quic_server_handshake(SERVER_FD, SERVER_KEY_FILE, SERVER_CERT_FILE, NULL);
	return NULL;
}

/* A client that may not send yet, and a server to which nothing came yet: poll() gives up, and they try again. */
TEST("S9.2 a call that is interrupted, or would block, is tried again")
{
	pthread_t thread;
	int result;

	double_reset();
	double_disturb(CLIENT_FD, 2);
	double_disturb(SERVER_FD, 1);
	ASSERT_EQ(pthread_create(&thread, NULL, disturbed_server, &result), 0);
	ASSERT_EQ(quic_client_handshake(CLIENT_FD, NULL, NULL, NULL), 0);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT_EQ(result, 0);
	assert_both_have_keys();
	double_reset();
}

TEST("S9.2 what is no QUIC socket is an errno")
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_OK(fd);
	ASSERT(quic_client_handshake(fd, NULL, NULL, NULL) < 0);
	ASSERT_EQ(quic_client_handshake(-1, NULL, NULL, NULL), -EBADF);
	close(fd);
}
