// SPDX-License-Identifier: MIT
/*
 * PSK, certificate and key files that cannot be used: which error, and what the log says. The socket is as
 * before (S9.15): a good file works on it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "blocking.h"
#include "logged.h"
#include "pair.h"
#include "socket_double.h"

#define BAD_FILE "bad.file"

static void write_bytes(const char *name, const void *data, size_t len)
{
	FILE *file = fopen(name, "we");

	ASSERT(file);
	ASSERT_EQ(fwrite(data, 1, len, file), len);
	ASSERT_EQ(fclose(file), 0);
}

static void write_text(const char *text)
{
	write_bytes(BAD_FILE, text, strlen(text));
}

static void assert_psk_refused_by_server(const char *name, const char *why)
{
	logged_begin();
	ASSERT_EQ(quic_server_handshake(SERVER_FD, name, NULL, NULL), -EINVAL);
	assert_logged(LOG_ERR, name);
	assert_logged(LOG_ERR, why);
}

static void assert_psk_refused(const char *name, const char *why)
{
	logged_begin();
	ASSERT_EQ(quic_client_handshake(CLIENT_FD, name, NULL, NULL), -EINVAL);
	assert_logged(LOG_ERR, name);
	assert_logged(LOG_ERR, why);
	assert_psk_refused_by_server(name, why);
}

TEST("T185 S9.10 a PSK file that cannot be read is EINVAL, and the log says why")
{
	double_reset();
	assert_psk_refused("missing.psk", "No such file or directory");
	assert_psk_refused(".", "Is a directory");
	assert_psk_refused(PSK_CLIENT_FILE "/file", "Not a directory");

	write_text("name:00\n");
	ASSERT_OK(chmod(BAD_FILE, 0));
	/* Root may read it. */
	ASSERT_OK(setuid(geteuid() ? geteuid() : 65534));
	assert_psk_refused(BAD_FILE, "Permission denied");
}

TEST("S9.10 a PSK file whose first line is malformed is EINVAL, and the log says how")
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "is empty" },
		{ "\n", "line 1: no colon" },
		{ "name\n", "line 1: no colon" },
		{ ":00\n", "line 1: the identity is empty" },
		{ "name:\n", "line 1: the key" },
		{ "name:0\n", "odd number of hexadecimal digits" },
		{ "name:012", "odd number of hexadecimal digits" },
		{ "name:xy\n", "hexadecimal is not" },
		{ "name:00 \n", "hexadecimal is not" },
		{ "name:00:00\n", "hexadecimal is not" },
		{ "#6:00\n", "odd number of hexadecimal digits" },
		{ "#:00\n", "the key or identity is empty" },
		{ "name:00\r\n", "a carriage return" },
	};
	size_t i;

	double_reset();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_text(cases[i].text);
		assert_psk_refused(BAD_FILE, cases[i].why);
	}
	write_bytes(BAD_FILE, "na\0me:00\n", 9);
	assert_psk_refused(BAD_FILE, "a NUL byte");
	write_bytes(BAD_FILE, "name:00\0\n", 9);
	assert_psk_refused(BAD_FILE, "a NUL byte");
	/* S9.2: keys are nobody's business. */
	write_text("name:00112233x\n");
	assert_psk_refused(BAD_FILE, BAD_FILE);
	ASSERT(!logged(LOG_ERR, "0011"));
}

TEST("S9.10 a PSK file with a line without end is EINVAL")
{
	static char text[100000];

	memset(text, '0', sizeof(text));
	memcpy(text, "name:", 5);
	write_bytes(BAD_FILE, text, sizeof(text));
	double_reset();
	assert_psk_refused(BAD_FILE, "line 1: longer than");
	assert_psk_refused("/dev/zero", "line 1: longer than");
}

TEST("S9.10 a server refuses a file of which any line is malformed, a client reads the first")
{
	struct server_arguments args = { .key_file = BAD_FILE };

	double_reset();
	write_text("second:ffeeddccbbaa99887766554433221100\n\nthird:00\n");
	assert_psk_refused_by_server(BAD_FILE, "line 2: no colon");
	write_text("second:ffeeddccbbaa99887766554433221100\nfirst:0011\nthird:0\n");
	assert_psk_refused_by_server(BAD_FILE, "line 3: an odd number");
	args.key_file = PSK_SERVER_FILE;
	ASSERT_EQ(blocking_handshake(&args, BAD_FILE, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	double_reset();
}

TEST("S9.10 the newline at the end of a file may be missing")
{
	struct server_arguments args = { .key_file = BAD_FILE };

	write_text("first:0011\nsecond:ffeeddccbbaa99887766554433221100");
	ASSERT_EQ(blocking_handshake(&args, PSK_CLIENT_FILE, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	double_reset();
}

TEST("S9.10 both ends read an identity in hexadecimal, after a #")
{
	struct server_arguments args = { .key_file = BAD_FILE };

	write_text("#6100ff3a:00112233445566778899aabbccddeeff\n");
	ASSERT_EQ(blocking_handshake(&args, BAD_FILE, NULL, NULL), 0);
	ASSERT_EQ(args.result, 0);
	/* "second" */
	write_text("#7365636f6e64:ffeeddccbbaa99887766554433221100\n");
	args.key_file = PSK_SERVER_FILE;
	ASSERT_EQ(blocking_handshake(&args, BAD_FILE, NULL, NULL), 0);
	double_reset();
}

static void assert_pem_refused(const char *cert, const char *key, int error, const char *why)
{
	logged_begin();
	ASSERT_EQ(quic_server_handshake(SERVER_FD, key, cert, NULL), error);
	assert_logged(LOG_ERR, why);
}

TEST("S9.2 certificate and key files that cannot be read: the log says which and why")
{
	double_reset();
	assert_pem_refused("missing.pem", SERVER_KEY_FILE, GNUTLS_E_FILE_ERROR,
			   "cannot read certificate file missing.pem: No such file or directory");
	assert_pem_refused(SERVER_CERT_FILE, "missing.pem", GNUTLS_E_FILE_ERROR,
			   "cannot read key file missing.pem: No such file or directory");
	assert_pem_refused(SERVER_CERT_FILE, ".", GNUTLS_E_FILE_ERROR,
			   "cannot read key file .: Is a directory");
	/* Both are bad, both are named. */
	assert_pem_refused("missing1.pem", "missing2.pem", GNUTLS_E_FILE_ERROR, "missing1.pem");
	assert_logged(LOG_ERR, "missing2.pem");
	logged_begin();
	ASSERT_EQ(quic_server_handshake(SERVER_FD, NULL, SERVER_CERT_FILE, NULL), -EINVAL);
	assert_logged(LOG_ERR, "needs the name of a key");
}

TEST("S9.2 certificate and key files of the wrong kind: the log says which and why")
{
	double_reset();
	assert_pem_refused(SERVER_KEY_FILE, SERVER_CERT_FILE, GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE,
			   "no usable certificate in file " SERVER_KEY_FILE ": No certificate");
	assert_logged(LOG_ERR, "no usable key in file " SERVER_CERT_FILE ": ");
	assert_pem_refused(SERVER_CERT_FILE, OTHER_KEY_FILE, GNUTLS_E_CERTIFICATE_KEY_MISMATCH,
			   "certificate " SERVER_CERT_FILE " and key " OTHER_KEY_FILE ": ");
	write_text("");
	assert_pem_refused(BAD_FILE, SERVER_KEY_FILE, GNUTLS_E_BASE64_DECODING_ERROR,
			   "no usable certificate in file " BAD_FILE);
	assert_pem_refused(SERVER_CERT_FILE, BAD_FILE, GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE,
			   "no usable key in file " BAD_FILE);
}

TEST("S9.2 an encrypted key: the log says so")
{
	gnutls_datum_t pem;

	ASSERT_EQ(gnutls_x509_privkey_export2_pkcs8(pki.server.key, GNUTLS_X509_FMT_PEM, "secret",
						    GNUTLS_PKCS_PBES2_AES_128, &pem),
		  0);
	write_bytes(BAD_FILE, pem.data, pem.size);
	gnutls_free(pem.data);
	double_reset();
	assert_pem_refused(SERVER_CERT_FILE, BAD_FILE, GNUTLS_E_DECRYPTION_FAILED,
			   "no usable key in file " BAD_FILE ": Decryption has failed");
}

TEST("S9.13 of a long file name the log shows the end, and what is wrong")
{
	char name[4000];

	memset(name, 'd', sizeof(name));
	strcpy(name + sizeof(name) - 9, "/key.psk");
	double_reset();
	logged_begin();
	ASSERT_EQ(quic_client_handshake(CLIENT_FD, name, NULL, NULL), -EINVAL);
	assert_logged(LOG_ERR, "dd/key.psk: File name too long");
	ASSERT(quic_server_handshake(SERVER_FD, name, name, NULL) < 0);
	assert_logged(LOG_ERR, "cannot read certificate file ddd");
	assert_logged(LOG_ERR, "dd/key.psk: File name too long");
	/* S9.13: one line, whatever the name is. */
	ASSERT_EQ(quic_client_handshake(CLIENT_FD, "new\nline", NULL, NULL), -EINVAL);
	assert_logged(LOG_ERR, "PSK file new?line");
}

TEST("S9.15 after a bad file a good one works on the same socket")
{
	struct quic_connection_close untouched = { 0 }, info;
	socklen_t len = sizeof(info);
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT(quic_client_handshake(CLIENT_FD, "missing.psk", NULL, NULL) < 0);
	ASSERT(quic_server_handshake(SERVER_FD, "missing.psk", NULL, NULL) < 0);
	ASSERT(quic_server_handshake(SERVER_FD, "missing.pem", "missing.pem", NULL) < 0);
	ASSERT(quic_server_handshake(SERVER_FD, SERVER_KEY_FILE, SERVER_CERT_FILE, ",") < 0);
	ASSERT_OK(getsockopt(SERVER_FD, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len));
	ASSERT_MEM(&info, &untouched, sizeof(info));
	pair_handshake(&pair);
	pair_destroy(&pair);
}
