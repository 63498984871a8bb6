// SPDX-License-Identifier: MIT
/*
 * Handshakes of which one message is not what the peer sent. Whatever it is, the receiver says so with an alert,
 * or waits for more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

#define HEADER_SIZE 4 /* RFC 8446, 4 */
#define MUTATIONS   300

/* Returns whether that end failed because of what it received. */
static bool refused(const struct end *end)
{
	return quic_session_get_tls_error(end->session) < 0;
}

static void assert_answered(const struct end *end, const struct end *peer)
{
	int alert = quic_session_get_alert(end->session);

	ASSERT_EQ(quic_session_get_tls_error(end->session), end->result);
	ASSERT(alert > 0);
	ASSERT_EQ(double_close_code(peer->fd), QUIC_TRANSPORT_ERROR_CRYPTO + alert);
	/* What comes last, a client's Finished, is received when the client is done. */
	ASSERT(peer->result == -ENOTCONN || peer->result == -EPIPE || !peer->step);
}

static void overwrite(uint8_t *bytes, size_t len, void *arg)
{
	int *n = arg;

	if ((*n)-- == 0)
		memset(bytes + HEADER_SIZE, 0xff, len - HEADER_SIZE);
}

TEST("S9.6 whichever message is garbage, an alert is the answer")
{
	struct pair pair;
	int number, n;

	/* ClientHello; ServerHello to Finished; the client's Finished. */
	for (number = 0; number < 1 + 5 + 1; number++) {
		n = number;
		pair_create(&pair, &pki.server, 0);
		pair_run_spoiled(&pair, overwrite, &n);
		if (refused(&pair.client))
			assert_answered(&pair.client, &pair.server);
		else
			assert_answered(&pair.server, &pair.client);
		pair_destroy(&pair);
	}
	ASSERT_EQ(n, -1);
}

struct mutation {
	int message; /* counted down */
	unsigned int position;
	uint8_t bits;
};

static void mutate(uint8_t *bytes, size_t len, void *arg)
{
	struct mutation *mutation = arg;

	if (mutation->message-- == 0)
		bytes[mutation->position % len] ^= mutation->bits;
}

TEST_LIMIT("S9.6 no change of a byte goes unnoticed, or does harm", 120)
{
	int i;

	srandom(9001);
	for (i = 0; i < MUTATIONS; i++) {
		struct mutation mutation = {
			.message = random() % 7,
			.position = random(),
			.bits = 1 << random() % 8,
		};
		struct pair pair;

		pair_create(&pair, &pki.server, 0);
		pair_verify(&pair, "server.test");
		pair_run_spoiled(&pair, mutate, &mutation);
		ASSERT(!pair.client.done || !pair.server.done || pair.client.result ||
		       pair.server.result);
		if (refused(&pair.client))
			assert_answered(&pair.client, &pair.server);
		else if (refused(&pair.server))
			assert_answered(&pair.server, &pair.client);
		pair_destroy(&pair);
	}
}
