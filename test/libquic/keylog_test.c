// SPDX-License-Identifier: MIT
/*
 * Key log: GnuTLS writes it where SSLKEYLOGFILE says, and what it writes is what the socket was given, so
 * that Wireshark can read a recording.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

#define FILE_NAME   "keys.log"
#define SECRET_SIZE 32 /* of the ciphers with SHA-256, of which the first is chosen */

/* The secret of the line "LABEL RANDOM SECRET", with the client's random in hexadecimal. */
static void find_secret(const char *label, const char *random, char *secret)
{
	char format[100], found[100];
	FILE *file = fopen(FILE_NAME, "re");
	char line[512];

	ASSERT(file);
	snprintf(format, sizeof(format), "%s %s ", label, random);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, format, strlen(format)))
			continue;
		ASSERT_EQ(sscanf(line + strlen(format), "%99s", found), 1);
		strcpy(secret, found);
		fclose(file);
		return;
	}
	test_fail(__FILE__, __LINE__, "no %s of this connection in the key log", label);
}

static void assert_logged_secret(const char *label, const char *random, int fd, int level)
{
	const struct quic_crypto_secret *secret = double_secret(fd, level, true);
	char hex[2 * SECRET_SIZE + 1], found[100];
	int i;

	for (i = 0; i < SECRET_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", secret->secret[i]);
	find_secret(label, random, found);
	ASSERT_EQ(strlen(found), 2 * SECRET_SIZE);
	ASSERT_MEM(found, hex, 2 * SECRET_SIZE);
}

TEST("S9.8 the secrets of a connection are in the key log that SSLKEYLOGFILE names")
{
	gnutls_datum_t random, unused;
	struct pair pair;
	char hex[65];
	unsigned int i;

	unlink(FILE_NAME);
	ASSERT_OK(setenv("SSLKEYLOGFILE", FILE_NAME, 1));
	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	gnutls_session_get_random(pair.client.session, &random, &unused);
	ASSERT_EQ(random.size, 32);
	for (i = 0; i < random.size; i++)
		sprintf(hex + 2 * i, "%02x", random.data[i]);

	assert_logged_secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", hex, CLIENT_FD,
			     QUIC_CRYPTO_HANDSHAKE);
	assert_logged_secret("SERVER_HANDSHAKE_TRAFFIC_SECRET", hex, SERVER_FD,
			     QUIC_CRYPTO_HANDSHAKE);
	assert_logged_secret("CLIENT_TRAFFIC_SECRET_0", hex, CLIENT_FD, QUIC_CRYPTO_APP);
	assert_logged_secret("SERVER_TRAFFIC_SECRET_0", hex, SERVER_FD, QUIC_CRYPTO_APP);
	pair_destroy(&pair);
	unlink(FILE_NAME);
}
