// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

static int bind_to(int fd, const char *host, unsigned short port)
{
	struct address addr = address(host, port);

	return address_bind(fd, &addr);
}

/* A socket bound to some free port. */
static unsigned short bound_port(int fd, const char *host)
{
	struct address addr;

	ASSERT_OK(bind_to(fd, host, 0));
	addr = address_local(fd);
	return address_port(&addr);
}

static void set_v6only(int fd)
{
	int on = 1;

	ASSERT_OK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)));
}

TEST("T008 S2.6 S2.9 bad addresses")
{
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(bind(fd, &addr.sa, 8), EINVAL);
	ASSERT_ERRNO(bind_to(fd, "::1", 0), EINVAL);
	ASSERT_ERRNO(bind_to(fd, "224.0.0.1", 0), EINVAL);
	addr.sa.sa_family = AF_UNSPEC;
	ASSERT_ERRNO(address_bind(fd, &addr), EINVAL);
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET6), "ff02::1", 0), EINVAL);
}

TEST("T009 S2.13 foreign address")
{
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET), "192.0.2.1", 0), EADDRNOTAVAIL);
}

TEST("T010 S2.11 second bind")
{
	int fd = quic_socket(AF_INET);

	ASSERT_OK(bind_to(fd, "127.0.0.1", 0));
	ASSERT_ERRNO(bind_to(fd, "127.0.0.1", 0), EINVAL);
}

TEST("T011 quic sockets share a port")
{
	unsigned short port = bound_port(quic_socket(AF_INET), "127.0.0.1");

	ASSERT_OK(bind_to(quic_socket(AF_INET), "127.0.0.1", port));
	ASSERT_OK(bind_to(quic_socket(AF_INET), "127.0.0.1", port));
}

TEST("T012 S2.13 udp sockets do not share with quic")
{
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned short port;

	port = bound_port(quic_socket(AF_INET), "127.0.0.1");
	ASSERT_ERRNO(bind_to(udp, "127.0.0.1", port), EADDRINUSE);
	port = bound_port(udp, "127.0.0.1");
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET), "127.0.0.1", port), EADDRINUSE);
}

TEST("T013 S2.12 port zero picks one")
{
	ASSERT(bound_port(quic_socket(AF_INET), "0.0.0.0") != 0);
}

TEST("T014 S2.7 ipv4 address on ipv6 socket")
{
	int fd = quic_socket(AF_INET6);
	struct address addr;

	ASSERT_OK(bind_to(fd, "127.0.0.1", 0));
	addr = address_local(fd);
	ASSERT_EQ(addr.sa.sa_family, AF_INET);
	ASSERT_EQ(addr.len, 16);
	ASSERT_EQ(addr.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

TEST("T015 S2.7 S2.10 mapped address is reported as ipv4")
{
	int fd = quic_socket(AF_INET6);
	struct address addr;

	ASSERT_OK(bind_to(fd, "::ffff:127.0.0.1", 0));
	addr = address_local(fd);
	ASSERT_EQ(addr.sa.sa_family, AF_INET);
	ASSERT_EQ(addr.len, 16);
}

TEST("T016 S2.7 S2.9 v6only refuses ipv4")
{
	int fd = quic_socket(AF_INET6);

	set_v6only(fd);
	ASSERT_ERRNO(bind_to(fd, "127.0.0.1", 0), EINVAL);
	ASSERT_ERRNO(bind_to(fd, "::ffff:127.0.0.1", 0), EINVAL);
	ASSERT_OK(bind_to(fd, "::1", 0));
}

TEST("T017 S2.9 link local needs a scope")
{
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET6), "fe80::1", 0), EINVAL);
}

TEST("S2.8 longer lengths are accepted")
{
	struct address addr = address("127.0.0.1", 0);
	struct address any = address("::1", 0);

	ASSERT_OK(bind(quic_socket(AF_INET), &addr.sa, sizeof(addr.storage)));
	ASSERT_OK(bind(quic_socket(AF_INET6), &any.sa, sizeof(any.storage)));
}

TEST("P29 S2.10 unused bytes of an address are zero")
{
	struct address expected, addr;
	int fd = quic_socket(AF_INET);

	expected = address("127.0.0.1", bound_port(fd, "127.0.0.1"));
	memset(&addr, 0, sizeof(addr));
	addr.len = sizeof(addr.storage);
	memset(&addr.in.sin_zero, 0xff, sizeof(addr.in.sin_zero));
	ASSERT_OK(getsockname(fd, &addr.sa, &addr.len));
	ASSERT_MEM(&addr.storage, &expected.storage, sizeof(addr.storage));
}

TEST("S2.14 specific address beside the wildcard")
{
	unsigned short port = bound_port(quic_socket(AF_INET), "0.0.0.0");

	ASSERT_OK(bind_to(quic_socket(AF_INET), "127.0.0.1", port));
}

TEST("S2.14 wildcard beside a specific address")
{
	unsigned short port = bound_port(quic_socket(AF_INET), "127.0.0.1");

	ASSERT_ERRNO(bind_to(quic_socket(AF_INET), "0.0.0.0", port), EADDRINUSE);
}

TEST("S2.10 flow label and scope of an address are zero where they mean nothing")
{
	struct address addr = address("::1", 0), got;
	int fd = quic_socket(AF_INET6);

	addr.in6.sin6_flowinfo = htonl(5);
	addr.in6.sin6_scope_id = 7;
	ASSERT_OK(address_bind(fd, &addr));
	got = address_local(fd);
	addr.in6.sin6_flowinfo = 0;
	addr.in6.sin6_scope_id = 0;
	addr.in6.sin6_port = got.in6.sin6_port;
	ASSERT_EQ(got.len, sizeof(addr.in6));
	ASSERT_MEM(&got.storage, &addr.storage, sizeof(addr.storage));
}

/* Leaves one port to choose: 40001. */
static void one_port(void)
{
	ASSERT_OK(unshare(CLONE_NEWNET));
	shell("ip link set lo up && cd /proc/sys/net/ipv4 && echo 40000 40001 >ip_local_port_range && "
	      "echo 40000 >ip_local_reserved_ports");
}

TEST("S2.12 an ephemeral port is one of the range and not reserved")
{
	one_port();
	ASSERT_EQ(bound_port(quic_socket(AF_INET), "127.0.0.1"), 40001);
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET), "127.0.0.1", 0), EADDRINUSE);
}

TEST("S2.33 connect without a free port, and again with one")
{
	struct address addr = address("127.0.0.1", 4433);
	int udp, fd;

	one_port();
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_OK(bind_to(udp, "0.0.0.0", 40001));
	fd = quic_socket(AF_INET);
	ASSERT_ERRNO(address_connect(fd, &addr), EADDRINUSE);
	close(udp);
	ASSERT_OK(address_connect(fd, &addr));
}

TEST("S2.13 privileged ports are for the privileged, also those in use")
{
	int used;

	ASSERT_OK(unshare(CLONE_NEWNET));
	shell("ip link set lo up");
	used = quic_socket(AF_INET);
	ASSERT_OK(bind_to(used, "127.0.0.1", 81));
	ASSERT_OK(setresuid(65534, 65534, 65534));
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET), "127.0.0.1", 80), EACCES);
	ASSERT_ERRNO(bind_to(quic_socket(AF_INET), "127.0.0.1", 81), EACCES);
	ASSERT_OK(bind_to(quic_socket(AF_INET), "127.0.0.1", 4433));
}
