// SPDX-License-Identifier: GPL-2.0-only
/*
 * A server's preferred address (S6.21, S6.32).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "migration.h"
#include "netns.h"

static struct pair pair_accepted(const char *host)
{
	struct pair pair = pair_listening(host);

	pair_connect(&pair);
	pair_hello(&pair);
	return pair;
}

TEST("T127 both ends go to the preferred address")
{
	struct pair pair = pair_accepted("127.0.0.1");
	struct address preferred = address("127.0.0.1", port_free());

	ASSERT_OK(migrate(pair.server, &preferred));
	pair_handshake(&pair);
	expect_port(pair.client, address_peer, address_port(&preferred));
	expect_port(pair.server, address_local, address_port(&preferred));
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("T127 the preferred address may be of another family")
{
	struct pair pair = { .server = -1, .cipher = TLS_CIPHER_AES_GCM_128 };
	struct address preferred = address("::1", port_free());

	pair.listener = quic_listener("::");
	pair.client = quic_socket(AF_INET6);
	{
		struct address listener = address_local(pair.listener);
		struct address four = address("127.0.0.1", address_port(&listener));

		ASSERT_OK(address_connect(pair.client, &four));
	}
	pair_hello(&pair);
	ASSERT_EQ(address_peer(pair.client).sa.sa_family, AF_INET);
	ASSERT_OK(migrate(pair.server, &preferred));
	pair_handshake(&pair);
	EVENTUALLY(address_peer(pair.client).sa.sa_family == AF_INET6);
	EVENTUALLY(address_local(pair.server).sa.sa_family == AF_INET6);
	expect_port(pair.client, address_peer, address_port(&preferred));
	ASSERT_EQ(address_local(pair.client).sa.sa_family, AF_INET6);
	expect_port(pair.server, address_local, address_port(&preferred));
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S6.32 an IPv4 client ignores a preferred IPv6 address")
{
	struct pair pair = { .server = -1, .cipher = TLS_CIPHER_AES_GCM_128 };
	struct address preferred = address("::1", port_free()), four;

	pair.listener = quic_listener("::");
	pair.client = quic_socket(AF_INET);
	four = address("127.0.0.1", ntohs(address_local(pair.listener).in6.sin6_port));
	ASSERT_OK(address_connect(pair.client, &four));
	pair_hello(&pair);
	ASSERT_OK(migrate(pair.server, &preferred));
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	ASSERT_EQ(ntohs(address_peer(pair.client).in.sin_port), address_port(&four));
	pair_close(&pair);
}

TEST("T128 a client has no preferred address")
{
	struct pair pair = pair_accepted("127.0.0.1");
	struct address preferred = address("127.0.0.1", port_free());

	ASSERT_ERRNO(migrate(pair.client, &preferred), EINVAL);
	pair_handshake(&pair);
	pair_close(&pair);
}

TEST("S6.21 a client that forbids migration is not told of a preferred address")
{
	struct quic_transport_param stay = { .disable_active_migration = 1 };
	struct pair pair = pair_listening("127.0.0.1");
	struct address preferred = address("127.0.0.1", port_free());
	uint8_t bytes[256];
	socklen_t len = sizeof(bytes);

	params_set(pair.client, stay);
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, len));
	ASSERT_ERRNO(migrate(pair.server, &preferred), EINVAL);
	pair_close(&pair);
}

TEST_LIMIT("S6.32 RFC 9000, 9.6 a client leaves from where the route to the preferred address begins", 120)
{
	struct netns netns = netns_create();
	struct address preferred;
	struct pair pair;

	pair = netns_pair(&netns, FAR_ADDRESS);
	netns_enter(netns.far);
	shell("ip addr add 10.6.0.2/24 dev veth1");
	netns_enter(netns.near);
	shell("ip addr add 10.6.0.1/24 dev veth0");
	pair_connect(&pair);
	pair_hello(&pair);
	preferred = address("10.6.0.2", port_free());
	ASSERT_OK(migrate(pair.server, &preferred));
	pair_handshake(&pair);
	expect_port(pair.client, address_peer, address_port(&preferred));
	expect_port(pair.server, address_local, address_port(&preferred));
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST_LIMIT("RFC 9000, 21.5.3 a client on a network is not sent to its own loopback device", 120)
{
	struct netns netns = netns_create();
	struct address preferred = address("127.0.0.1", port_free());
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	int victim = socket(AF_INET, SOCK_DGRAM, 0);
	char byte;

	ASSERT_OK(address_bind(victim, &preferred));
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_OK(migrate(pair.server, &preferred));
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	usleep(100000);
	ASSERT_ERRNO(recv(victim, &byte, 1, MSG_DONTWAIT), EAGAIN);
	ASSERT_EQ(address_peer(pair.client).in.sin_addr.s_addr, inet_addr(FAR_ADDRESS));
	pair_close(&pair);
}
