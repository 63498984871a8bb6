// SPDX-License-Identifier: MIT
/*
 * Pre-shared keys on which the two ends do not agree: who fails with what, and which alert travels.
 */
#include <errno.h>
#include <stdio.h>

#include "../selftest/harness.h"
#include "blocking.h"
#include "pair.h"
#include "socket_double.h"

#define FILE_NAME "wrong.psk"

static void write_psk(const char *text)
{
	FILE *file = fopen(FILE_NAME, "we");

	ASSERT(file);
	ASSERT(fputs(text, file) >= 0);
	ASSERT_EQ(fclose(file), 0);
}

/* The server does not tell which of the two is wrong. */
static void assert_server_refuses(void)
{
	const int alert = GNUTLS_A_ILLEGAL_PARAMETER;
	struct server_arguments args = { .key_file = PSK_SERVER_FILE };

	ASSERT_EQ(blocking_handshake(&args, FILE_NAME, NULL, NULL), -ENOTCONN);
	ASSERT_EQ(args.result, GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER);
	ASSERT_EQ(double_close_code(SERVER_FD), QUIC_TRANSPORT_ERROR_CRYPTO + alert);
	ASSERT_EQ(double_close_code(CLIENT_FD), QUIC_TRANSPORT_ERROR_CRYPTO + alert);
	ASSERT(!double_has_secret(SERVER_FD, QUIC_CRYPTO_APP, false));
	double_reset();
}

TEST("S9.10 another key for a known identity is refused")
{
	write_psk("second:00000000000000000000000000000000\n");
	assert_server_refuses();
}

TEST("S9.10 an identity that the server has not is refused in the same way")
{
	write_psk("third:00112233445566778899aabbccddeeff\n");
	assert_server_refuses();
}

TEST("S9.10 a client with a key and a server with a certificate do not agree")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE,
		.cert_file = SERVER_CERT_FILE,
	};

	ASSERT(blocking_handshake(&args, PSK_CLIENT_FILE, NULL, NULL) < 0);
	ASSERT(args.result < 0);
	ASSERT(double_close_code(CLIENT_FD) >= QUIC_TRANSPORT_ERROR_CRYPTO);
	ASSERT_EQ(double_close_code(CLIENT_FD), double_close_code(SERVER_FD));
	double_reset();
}
