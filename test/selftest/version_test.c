// SPDX-License-Identifier: GPL-2.0-only
/*
 * QUIC versions: CONFIG.version of either side (S5.7, S5.8, S6.48).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"
#include "relay.h"

/* Listener and client with these versions, 0: the default, and a relay between them. */
static struct pair pair_versions(uint32_t client, uint32_t server, struct relay *relay)
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);

	config_set(pair.listener, (struct quic_config){ .version = server });
	config_set(pair.client, (struct quic_config){ .version = client });
	*relay = relay_start(&addr);
	ASSERT_OK(address_connect(pair.client, &relay->addr));
	return pair;
}

static void handshake(struct pair *pair)
{
	pair_hello(pair);
	pair_handshake(pair);
	pair_echo(pair, 0);
}

/* RFC 9368, 2.5 */
TEST("T110 S5.8 a server of version 2 upgrades a client of version 1")
{
	struct relay relay;
	struct pair pair = pair_versions(0, QUIC_VERSION_V2, &relay);

	handshake(&pair);
	ASSERT(relay.count->v1[TO_SERVER] > 0);
	/* RFC 9369, 4.1: the client goes on in the version of the server's answer. */
	ASSERT(relay.count->v2[TO_CLIENT] > 0);
	ASSERT(relay.count->v2[TO_SERVER] > 0);
	ASSERT_EQ(relay.count->negotiation[TO_CLIENT], 0);
	pair_close(&pair);
}

TEST("S5.8 S5.9 RFC 9368, 7.1: a Retry comes in the client's version, before version 2 is chosen")
{
	struct relay relay;
	struct pair pair = pair_versions(0, QUIC_VERSION_V2, &relay);

	config_set(pair.listener, (struct quic_config){ .validate_peer_address = 1 });
	handshake(&pair);
	ASSERT(relay.count->retry[TO_CLIENT] > 0);
	ASSERT(relay.count->v2[TO_CLIENT] > 0);
	pair_close(&pair);
}

TEST("T110 S5.8 a client that disabled compatible versions keeps its own")
{
	struct relay relay;
	struct pair pair = pair_versions(0, QUIC_VERSION_V2, &relay);

	params_set(pair.client, (struct quic_transport_param){ .disable_compatible_version = 1 });
	handshake(&pair);
	ASSERT_EQ(relay.count->v2[TO_CLIENT], 0);
	ASSERT_EQ(relay.count->v2[TO_SERVER], 0);
	pair_close(&pair);
}

TEST("T110 S5.8 a client's version 2 is kept by a server without preference")
{
	struct relay relay;
	struct pair pair = pair_versions(QUIC_VERSION_V2, 0, &relay);

	handshake(&pair);
	ASSERT_EQ(relay.count->v1[TO_CLIENT], 0);
	ASSERT_EQ(relay.count->v1[TO_SERVER], 0);
	pair_close(&pair);
}

TEST("T111 S5.8 an unknown preference is ignored, also after connect")
{
	struct relay relay;
	struct pair pair = pair_versions(0, 0x0a0a, &relay);

	config_set(pair.client, (struct quic_config){ .version = 0x0a0a });
	handshake(&pair);
	ASSERT_EQ(relay.count->other[TO_SERVER], 0);
	ASSERT_EQ(relay.count->v2[TO_CLIENT], 0);
	pair_close(&pair);
}

TEST("T112 S5.7 an unknown version makes Version Negotiation, then the highest is used")
{
	struct relay relay;
	struct pair pair = pair_versions(0x0a0a, 0, &relay);

	handshake(&pair);
	ASSERT(relay.count->other[TO_SERVER] > 0);
	ASSERT(relay.count->negotiation[TO_CLIENT] > 0);
	ASSERT_EQ(relay.count->other[TO_CLIENT], 0);
	ASSERT_EQ(relay.count->v1[TO_SERVER], 0);
	ASSERT(relay.count->v2[TO_SERVER] > 0);
	pair_close(&pair);
}

static void ext_get(int fd, uint8_t *bytes, socklen_t *len)
{
	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, len));
}

/* Where the body of version_information (0x11) begins. */
static uint8_t *versions_in(uint8_t *bytes, socklen_t len)
{
	socklen_t i;

	for (i = 0; i + 2 < len; i++)
		if (bytes[i] == 0x11 && bytes[i + 1] == 0x0c && !bytes[i + 2])
			return bytes + i + 2;
	test_fail(__FILE__, __LINE__, "no version_information");
}

TEST("S5.8 a version that is not that of the packets is refused with EPROTONOSUPPORT")
{
	struct quic_connection_close info = { 0 };
	struct pair pair = pair_listening("127.0.0.1");
	socklen_t len = 256, info_len = sizeof(info);
	uint8_t bytes[256], *versions, other[4];
	char byte;

	pair_connect(&pair);
	pair_hello(&pair);
	ext_get(pair.client, bytes, &len);
	versions = versions_in(bytes, len);
	/* The client says that it chose the other version of its list. */
	memcpy(other, memcmp(versions + 4, versions, 4) ? versions + 4 : versions + 8, 4);
	memcpy(versions, other, 4);
	ASSERT_ERRNO(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, len),
		     EPROTONOSUPPORT);
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), ENOTCONN);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &info_len));
	ASSERT_EQ(info.errcode, QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION);
	pair_close(&pair);
}
