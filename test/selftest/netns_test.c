// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

TEST("S2.51 ports are per namespace")
{
	struct netns netns = netns_create();
	struct address addr;
	int near = quic_listener("0.0.0.0"), far;

	addr = address_local(near);
	netns_enter(netns.far);
	far = quic_socket(AF_INET);
	ASSERT_OK(address_bind(far, &addr));
	ASSERT_OK(listen(far, 1));
}

TEST("S2.51 proc is per namespace")
{
	struct netns netns = netns_create();
	char line[512];
	int lines = 0;
	FILE *file;

	quic_listener("0.0.0.0");
	netns_enter(netns.far);
	file = fopen("/proc/thread-self/net/quic/eps", "re");
	ASSERT(file);
	while (fgets(line, sizeof(line), file))
		lines++;
	fclose(file);
	ASSERT_EQ(lines, 1);
}

TEST("S2.9 link local with scope")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, "::");
	struct address addr = { 0 }, peer;
	char text[INET6_ADDRSTRLEN];
	FILE *pipe;

	netns_enter(netns.far);
	pipe = popen("ip -6 -o addr show dev veth1 scope link | "
		     "sed 's/.*inet6 \\([^/]*\\).*/\\1/'", "re");
	ASSERT(pipe && fgets(text, sizeof(text), pipe));
	pclose(pipe);
	text[strcspn(text, "\n")] = '\0';
	netns_enter(netns.near);

	peer = address_local(pair.listener);
	addr = address(text, address_port(&peer));
	ASSERT_ERRNO(address_connect(pair.client, &addr), EINVAL);
	addr.in6.sin6_scope_id = 9999;
	ASSERT_ERRNO(address_connect(pair.client, &addr), EINVAL);
	addr.in6.sin6_scope_id = if_nametoindex("veth0");
	/* Duplicate address detection takes its time. */
	EVENTUALLY(!address_connect(pair.client, &addr));
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	peer = address_peer(pair.client);
	ASSERT_EQ(peer.in6.sin6_scope_id, addr.in6.sin6_scope_id);
	pair_close(&pair);
}

TEST("S2.33 no route")
{
	struct netns netns = netns_create();
	struct address addr = address("192.0.2.1", 4433), good;
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	ASSERT_ERRNO(address_connect(pair.client, &addr), ENETUNREACH);
	/* It may be tried again. */
	good = address_local(pair.listener);
	ASSERT_OK(address_connect(pair.client, &good));
	pair_close(&pair);
}

/* The cable is pulled out: the connection ends after the idle timeout, at both ends. */
TEST("peer out of reach")
{
	struct quic_transport_param params = { .max_idle_timeout = 2000000 };
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	char byte;

	params_set(pair.client, params);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	shell("ip link set veth0 down");
	stream_send_flags(pair.client, 0, NEW, "x", 1, MSG_DONTWAIT);
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), ENOTCONN);
	ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
	pair_close(&pair);
}

TEST("S3.26 S3.30 S3.7 sending without a route")
{
	struct quic_transport_param params = { .max_datagram_frame_size = 1400 };
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	params_set(pair.client, params);
	params_set(pair.listener, params);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	shell("ip link set veth0 down");
	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "x", 1), ENETUNREACH);
	ASSERT_ERRNO(send(pair.client, "x", 1, MSG_QUIC_DATAGRAM), ENETUNREACH);
	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_APP, "x", 1, 0), ENETUNREACH);
	shell("ip link set veth0 up");
	ASSERT_EQ(stream_send(pair.client, 0, NEW, "y", 1), 1);
	stream_expect(pair.server, 0, 0, "y");
	pair_close(&pair);
}
