// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"
#include "netns.h"

void shell(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command))
		test_fail(__FILE__, __LINE__, "failed: %s", command);
}

void netns_enter(int netns)
{
	ASSERT_OK(setns(netns, CLONE_NEWNET));
}

static int netns_new(void)
{
	int fd;

	ASSERT_OK(unshare(CLONE_NEWNET));
	shell("ip link set lo up");
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_OK(fd);
	return fd;
}

struct netns netns_create(void)
{
	struct netns netns;
	int pid = getpid();

	netns.far = netns_new();
	netns.near = netns_new();
	shell("ip link add veth0 type veth peer name veth1");
	shell("ip link set veth1 netns /proc/%d/fd/%d", pid, netns.far);
	shell("ip addr add 10.9.0.1/24 dev veth0 && ip addr add fd09::1/64 dev veth0 nodad && "
	      "ip link set veth0 up");
	netns_enter(netns.far);
	shell("ip addr add 10.9.0.2/24 dev veth1 && ip addr add fd09::2/64 dev veth1 nodad && "
	      "ip link set veth1 up");
	netns_enter(netns.near);
	return netns;
}

/* Only a sysfs of its own shows a namespace's devices. */
static void receive_on_first(int netns, const char *device)
{
	netns_enter(netns);
	shell("unshare -m sh -c 'mount -t sysfs sysfs /sys && f=/sys/class/net/%s/queues/rx-0/rps_cpus && "
	      "if [ -e $f ]; then echo 1 >$f; fi'", device);
}

void netns_keep_order(const struct netns *netns)
{
	receive_on_first(netns->far, "veth1");
	receive_on_first(netns->near, "veth0");
}

void netns_hold(const char *device)
{
	shell("tc qdisc add dev %s root netem delay 200s limit 10000", device);
}

void netns_drop(const char *device)
{
	shell("tc qdisc del dev %s root", device);
}

struct pair netns_pair(const struct netns *netns, const char *host)
{
	struct pair pair = { .server = -1, .cipher = TLS_CIPHER_AES_GCM_128 };

	netns_enter(netns->far);
	pair.listener = quic_listener(host);
	netns_enter(netns->near);
	pair.client = quic_socket(address_local(pair.listener).sa.sa_family);
	return pair;
}

struct netns netns_routed(unsigned int mtu)
{
	struct netns netns = netns_create();
	int pid = getpid(), router = netns.far;

	/* The new one is the server's. */
	netns.far = netns_new();
	netns_enter(router);
	shell("ip link add veth2 type veth peer name veth3");
	shell("ip link set veth3 netns /proc/%d/fd/%d", pid, netns.far);
	shell("ip addr add 10.8.0.2/24 dev veth2 && ip addr add fd08::2/64 dev veth2 nodad && "
	      "ip link set veth2 mtu %u up", mtu);
	shell("echo 1 >/proc/sys/net/ipv4/ip_forward && "
	      "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
	netns_enter(netns.far);
	shell("ip addr add 10.8.0.1/24 dev veth3 && ip addr add fd08::1/64 dev veth3 nodad && "
	      "ip link set veth3 mtu %u up && ip route add default via 10.8.0.2 && "
	      "ip route add default via fd08::2", mtu);
	netns_enter(netns.near);
	shell("ip route add default via 10.9.0.2 && ip route add default via fd09::2");
	return netns;
}
