// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets bound to a device.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

static void bind_device(int fd, const char *name)
{
	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name)));
}

static struct pair pair_on_devices(const char *host, const char *server, const char *client)
{
	struct pair pair = { .server = -1, .cipher = TLS_CIPHER_AES_GCM_128 };
	struct address addr = address(host, 0);

	pair.listener = quic_socket(AF_INET);
	bind_device(pair.listener, server);
	ASSERT_OK(address_bind(pair.listener, &addr));
	ASSERT_OK(listen(pair.listener, 4));
	pair.client = quic_socket(AF_INET);
	bind_device(pair.client, client);
	return pair;
}

static void connect_and_echo(struct pair *pair)
{
	pair_connect(pair);
	pair_hello(pair);
	pair_handshake(pair);
	pair_echo(pair, 0);
	pair_close(pair);
}

TEST("S2.15 loopback device")
{
	struct pair pair = pair_on_devices("127.0.0.1", "lo", "lo");

	connect_and_echo(&pair);
}

TEST("S2.15 other device does not receive")
{
	struct pair pair;

	ASSERT_OK(unshare(CLONE_NEWNET));
	shell("ip link set lo up && ip link add veth0 type veth peer name veth1 && ip link set veth0 up");
	pair = pair_on_devices("127.0.0.1", "veth0", "lo");
	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	usleep(200000);
	ASSERT_EQ(poll_events(pair.listener), 0);
	pair_close(&pair);
}

/* Two devices of one namespace, back to back, the server's in a VRF. */
TEST("T049 vrf")
{
	struct pair pair;

	ASSERT_OK(unshare(CLONE_NEWNET));
	shell("ip link set lo up && "
	      "ip link add vrf0 type vrf table 10 && ip link set vrf0 up && "
	      "ip link add veth0 type veth peer name veth1 && "
	      "ip link set veth1 master vrf0 && "
	      "ip addr add 10.9.0.1/24 dev veth0 && ip addr add 10.9.0.2/24 dev veth1 && "
	      "ip link set veth0 up && ip link set veth1 up && "
	      /* A VRF's routes come before the local ones of everybody. */
	      "ip rule add pref 32765 table local && ip rule del pref 0");
	pair = pair_on_devices("10.9.0.2", "veth1", "veth0");
	connect_and_echo(&pair);
}
