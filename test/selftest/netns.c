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

struct pair netns_pair(const struct netns *netns, const char *host)
{
	struct pair pair = { .server = -1, .cipher = TLS_CIPHER_AES_GCM_128 };

	netns_enter(netns->far);
	pair.listener = quic_listener(host);
	netns_enter(netns->near);
	pair.client = quic_socket(address_local(pair.listener).sa.sa_family);
	return pair;
}
