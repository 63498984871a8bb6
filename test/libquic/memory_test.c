// SPDX-License-Identifier: MIT
/*
 * The library's allocations, which fail one after the other. GnuTLS's own do not.
 */
#include <errno.h>
#include <stdlib.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

static int countdown = -1; /* allocations that still succeed; below 0 all do */

static bool exhausted(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return exhausted() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return exhausted() ? NULL : __real_calloc(count, size);
}

/* One end, up to its failure or to the end of the handshake. */
static int advance(struct end *end, int allowed)
{
	int ret = 0;

	if (!end_perform(end))
		return 0;
	countdown = allowed;
	ret = quic_handshake_step(end->session, &end->step);
	countdown = -1;
	return ret;
}

TEST("S9.6 init without memory is ENOMEM, and works when there is some again")
{
	struct pair pair;
	int allowed;

	/* The context, the buffer for messages, the ClientHello. */
	for (allowed = 0; allowed < 3; allowed++) {
		pair_create(&pair, &pki.server, 0);
		countdown = allowed;
		ASSERT_EQ(quic_handshake_init(pair.client.session, &pair.client.step), -ENOMEM);
		countdown = -1;
		ASSERT(!pair.client.step);
		/* What went wrong inside TLS is not done again. */
		if (allowed < 2)
			pair_handshake(&pair);
		pair_destroy(&pair);
	}
}

TEST("S9.6 a step without memory is ENOMEM, whichever message it is for")
{
	struct pair pair;
	int allowed, ret = -ENOMEM;

	for (allowed = 0; ret; allowed++) {
		ASSERT(allowed < 20);
		pair_create(&pair, &pki.server, 0);
		pair_init(&pair);
		ASSERT_EQ(advance(&pair.client, -1), 0);
		/* The server's whole flight comes of one message. */
		ret = advance(&pair.server, allowed);
		if (ret) {
			ASSERT_EQ(ret, -ENOMEM);
			ASSERT_EQ(quic_session_get_tls_error(pair.server.session), 0);
		}
		pair_destroy(&pair);
	}
	/* ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished. */
	ASSERT_EQ(allowed, 6);
}
