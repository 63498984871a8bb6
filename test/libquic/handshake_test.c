// SPDX-License-Identifier: MIT
/*
 * The blocking calls, one end in a thread of its own.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

struct server_arguments {
	const char *key_file;
	const char *cert_file;
	const char *alpns;
	int result;
};

/* The system's trust store, as far as the library under test can see: our authority. */
int __wrap_gnutls_certificate_set_x509_system_trust(gnutls_certificate_credentials_t cred);
int __wrap_gnutls_certificate_set_x509_system_trust(gnutls_certificate_credentials_t cred)
{
	return gnutls_certificate_set_x509_trust(cred, &pki.authority.crt, 1);
}

static void *run_server(void *data)
{
	struct server_arguments *args = data;

	args->result = quic_server_handshake(SERVER_FD, args->key_file, args->cert_file,
					     args->alpns);
	if (args->result)
		double_close(SERVER_FD);
	return NULL;
}

/* Returns the client's result; the server's is in @args. */
static int handshake(struct server_arguments *args, const char *psk_file, const char *hostname,
		     const char *alpns)
{
	pthread_t thread;
	int ret;

	double_reset();
	ASSERT_EQ(pthread_create(&thread, NULL, run_server, args), 0);
	ret = quic_client_handshake(CLIENT_FD, psk_file, hostname, alpns);
	if (ret)
		double_close(CLIENT_FD);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	return ret;
}

static void assert_both_have_keys(void)
{
	ASSERT(double_has_secret(CLIENT_FD, QUIC_CRYPTO_APP, true));
	ASSERT(double_has_secret(CLIENT_FD, QUIC_CRYPTO_APP, false));
	ASSERT(double_has_secret(SERVER_FD, QUIC_CRYPTO_APP, true));
	ASSERT(double_has_secret(SERVER_FD, QUIC_CRYPTO_APP, false));
}

TEST("T175 psk")
{
	struct server_arguments args = { .key_file = PSK_SERVER_FILE };

	ASSERT_EQ(handshake(&args, PSK_CLIENT_FILE, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	assert_both_have_keys();
	/* The first line of the server's own file works as well. */
	ASSERT_EQ(handshake(&args, PSK_SERVER_FILE, NULL, "sample"), GNUTLS_E_NO_APPLICATION_PROTOCOL);
	args.alpns = "other, sample";
	ASSERT_EQ(handshake(&args, PSK_SERVER_FILE, NULL, "sample"), 0);
	ASSERT_EQ(args.result, 0);
	double_reset();
}

TEST("psk unknown to the server")
{
	struct server_arguments args = { .key_file = PSK_SERVER_FILE };
	FILE *file = fopen("unknown.psk", "we");

	fputs("third:00112233445566778899aabbccddeeff\n", file);
	fclose(file);
	ASSERT(handshake(&args, "unknown.psk", NULL, NULL) < 0);
	ASSERT(args.result < 0);
	ASSERT(double_close_code(CLIENT_FD) >= QUIC_TRANSPORT_ERROR_CRYPTO);
	unlink("unknown.psk");
	double_reset();
}

TEST("T176 certificate without hostname")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE, .cert_file = SERVER_CERT_FILE,
	};

	ASSERT_EQ(handshake(&args, NULL, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	assert_both_have_keys();
	double_reset();
}

TEST("certificate with hostname")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE, .cert_file = SERVER_CERT_FILE, .alpns = "aa,bb",
	};

	ASSERT_EQ(handshake(&args, NULL, "server.test", "bb"), 0);
	ASSERT_EQ(args.result, 0);
	assert_both_have_keys();
	double_reset();
}

TEST("certificate with wrong hostname")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE, .cert_file = SERVER_CERT_FILE,
	};

	ASSERT_EQ(handshake(&args, NULL, "other.test", NULL),
		  GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	ASSERT_EQ(args.result, -ENOTCONN);
	ASSERT_EQ(double_close_code(SERVER_FD),
		  QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_BAD_CERTIFICATE);
	/* An address is not in the certificate either. */
	ASSERT_EQ(handshake(&args, NULL, "127.0.0.1", NULL),
		  GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	double_reset();
}

TEST("T177 blocking without common protocol")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE, .cert_file = SERVER_CERT_FILE, .alpns = "aa",
	};

	ASSERT_EQ(handshake(&args, NULL, NULL, "bb"), -ENOTCONN);
	ASSERT_EQ(args.result, GNUTLS_E_NO_APPLICATION_PROTOCOL);
	double_reset();
}

TEST("T185 psk file errors")
{
	static const char *const bad[] = {
		"", "\n", "name\n", ":00\n", "name:\n", "name:0\n", "name:xy\n", "name:00 \n",
	};
	size_t i;

	double_reset();
	ASSERT_EQ(quic_client_handshake(CLIENT_FD, "missing.psk", NULL, NULL), -EINVAL);
	ASSERT_EQ(quic_server_handshake(SERVER_FD, "missing.psk", NULL, NULL), -EINVAL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		FILE *file = fopen("bad.psk", "we");

		fputs(bad[i], file);
		fclose(file);
		ASSERT_EQ(quic_client_handshake(CLIENT_FD, "bad.psk", NULL, NULL), -EINVAL);
		ASSERT_EQ(quic_server_handshake(SERVER_FD, "bad.psk", NULL, NULL), -EINVAL);
	}
	unlink("bad.psk");
}

TEST("server file errors")
{
	double_reset();
	ASSERT(quic_server_handshake(SERVER_FD, "missing.pem", SERVER_CERT_FILE, NULL) < 0);
	ASSERT(quic_server_handshake(SERVER_FD, SERVER_KEY_FILE, "missing.pem", NULL) < 0);
	ASSERT_EQ(quic_server_handshake(SERVER_FD, NULL, SERVER_CERT_FILE, NULL), -EINVAL);
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

TEST("not a quic socket")
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_OK(fd);
	ASSERT(quic_client_handshake(fd, NULL, NULL, NULL) < 0);
	ASSERT_EQ(quic_client_handshake(-1, NULL, NULL, NULL), -EBADF);
	close(fd);
}
