// SPDX-License-Identifier: MIT
/*
 * Many handshakes at once, each with a thread for either end, while the log is set to and fro. make check-threads
 * runs these tests with the thread sanitizer.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <syslog.h>

#include "../selftest/harness.h"
#include "blocking.h"
#include "pair.h"
#include "socket_double.h"

#define ROUNDS 6

static atomic_bool finished;
static atomic_uint lines;

static void count_line(int level, const char *text)
{
	(void)level;
	(void)text;
	lines++;
}

static void *change_log(void *unused)
{
	while (!finished) {
		quic_set_log_func(count_line);
		quic_set_log_level(LOG_DEBUG);
		quic_set_log_level(-1);
	}
	return unused;
}

/* Handshakes of every kind, successful and not. */
static void *make_handshakes(void *data)
{
	int pair = *(int *)data, i;

	for (i = 0; i < ROUNDS; i++) {
		struct server_arguments psk = { .pair = pair, .key_file = PSK_SERVER_FILE };
		struct server_arguments cert = {
			.pair = pair,
			.key_file = SERVER_KEY_FILE,
			.cert_file = SERVER_CERT_FILE,
			.alpns = "aa,bb",
		};

		ASSERT_EQ(blocking_handshake(&psk, PSK_CLIENT_FILE, NULL, NULL), 0);
		ASSERT_EQ(psk.result, 0);
		ASSERT_EQ(blocking_handshake(&cert, NULL, "server.test", "bb"), 0);
		ASSERT_EQ(cert.result, 0);
		ASSERT_EQ(blocking_handshake(&cert, NULL, "other.test", "bb"),
			  GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
		ASSERT_EQ(cert.result, -ENOTCONN);
		ASSERT_EQ(double_close_code(DOUBLE_SERVER(pair)),
			  QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_BAD_CERTIFICATE);
		ASSERT_EQ(blocking_handshake(&cert, NULL, NULL, "cc"), -ENOTCONN);
		ASSERT_EQ(cert.result, GNUTLS_E_NO_APPLICATION_PROTOCOL);
		ASSERT_EQ(quic_client_handshake(DOUBLE_CLIENT(pair), "missing.psk", NULL, NULL),
			  -EINVAL);
	}
	double_reset_pair(pair);
	return NULL;
}

TEST_LIMIT("S9.2 S9.13 threads that make handshakes at once do not disturb each other", 120)
{
	pthread_t threads[DOUBLE_PAIRS], logger;
	int pairs[DOUBLE_PAIRS], i;

	ASSERT_EQ(pthread_create(&logger, NULL, change_log, NULL), 0);
	for (i = 0; i < DOUBLE_PAIRS; i++) {
		pairs[i] = i;
		ASSERT_EQ(pthread_create(&threads[i], NULL, make_handshakes, &pairs[i]), 0);
	}
	for (i = 0; i < DOUBLE_PAIRS; i++)
		ASSERT_EQ(pthread_join(threads[i], NULL), 0);
	finished = true;
	ASSERT_EQ(pthread_join(logger, NULL), 0);
	ASSERT(lines > 0);
}
