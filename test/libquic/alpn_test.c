// SPDX-License-Identifier: MIT
/*
 * quic_session_set_alpn() and quic_session_get_alpn().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"

static int set_alpn(struct pair *pair, const char *list)
{
	return quic_session_set_alpn(pair->client.session, list, strlen(list));
}

/* RFC 9001, 8.1 */
TEST("S9.2 the protocol selected is known at both ends")
{
	size_t size = 2;
	struct pair pair;
	char name[2];

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(set_alpn(&pair, "aa, bb,  cc"), 0);
	ASSERT_EQ(quic_session_set_alpn(pair.server.session, "bb", 2), 0);
	pair_handshake(&pair);
	ASSERT_EQ(quic_session_get_alpn(pair.client.session, name, &size), 0);
	ASSERT_EQ(size, 2);
	ASSERT_MEM(name, "bb", 2);
	ASSERT_EQ(quic_session_get_alpn(pair.server.session, name, &size), 0);
	ASSERT_MEM(name, "bb", 2);

	size = 1;
	ASSERT_EQ(quic_session_get_alpn(pair.client.session, name, &size), -EINVAL);
	pair_destroy(&pair);
}

TEST("S9.2 without a protocol asking for it is a GnuTLS error")
{
	struct pair pair;
	char name[8];
	size_t size = sizeof(name);

	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	ASSERT_EQ(quic_session_get_alpn(pair.client.session, name, &size),
		  GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
	pair_destroy(&pair);
}

TEST("T183 S9.2 a list of protocols has up to 63 bytes and 8 names")
{
	const char *list = "a2345678901234567890,b2345678901234567890,c23456789012345678901";
	struct pair pair;
	char longer[65];

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(strlen(list), 63);
	ASSERT_EQ(set_alpn(&pair, list), 0);
	snprintf(longer, sizeof(longer), "%sx", list);
	ASSERT_EQ(set_alpn(&pair, longer), -EINVAL);
	ASSERT_EQ(set_alpn(&pair, ""), -EINVAL);
	ASSERT_EQ(set_alpn(&pair, "a,,b"), -EINVAL);
	ASSERT_EQ(set_alpn(&pair, "a, "), -EINVAL);
	ASSERT_EQ(set_alpn(&pair, "a,b,c,d,e,f,g,h"), 0);
	ASSERT_EQ(set_alpn(&pair, "a,b,c,d,e,f,g,h,i"), -EINVAL);
	ASSERT_EQ(quic_session_set_alpn(pair.client.session, NULL, 3), -EINVAL);
	pair_destroy(&pair);
}
