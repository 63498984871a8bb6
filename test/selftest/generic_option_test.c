// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of all sockets, and of IP.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

#define DSCP	0x28
#define ECN	0x03

static int get_int(int fd, int level, int option)
{
	socklen_t len = sizeof(int);
	int value = -1;

	ASSERT_OK(getsockopt(fd, level, option, &value, &len));
	return value;
}

static void set_int(int fd, int level, int option, int value)
{
	ASSERT_OK(setsockopt(fd, level, option, &value, sizeof(value)));
}

TEST("S2.30 what an accepted socket has from its listener, and what not")
{
	struct timeval time = { .tv_sec = 7 };
	struct pair pair = pair_listening("127.0.0.1");
	uint8_t ticket[64], got[64];
	struct address addr = address("127.0.0.1", 0);
	socklen_t len = sizeof(time);
	char device[16];
	int fd;

	close(pair.listener);
	pair.listener = fd = socket(AF_INET, SOCK_STREAM, IPPROTO_QUIC);
	ASSERT_OK(fd);
	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 1));
	/* The rest after listen(): S2.21. */
	set_int(fd, SOL_SOCKET, SO_SNDBUF, 50000);
	set_int(fd, SOL_SOCKET, SO_RCVBUF, 60000);
	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)));
	set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	memset(ticket, 0xaa, sizeof(ticket));
	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, ticket, sizeof(ticket)));

	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_EQ(get_int(pair.server, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	ASSERT_EQ(get_int(pair.server, SOL_SOCKET, SO_PROTOCOL), IPPROTO_QUIC);
	ASSERT_EQ(get_int(pair.server, SOL_SOCKET, SO_SNDBUF), get_int(fd, SOL_SOCKET, SO_SNDBUF));
	ASSERT_EQ(get_int(pair.server, SOL_SOCKET, SO_RCVBUF), get_int(fd, SOL_SOCKET, SO_RCVBUF));
	ASSERT_EQ(get_int(pair.server, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_PROBE);
	time.tv_sec = 0;
	ASSERT_OK(getsockopt(pair.server, SOL_SOCKET, SO_SNDTIMEO, &time, &len));
	ASSERT_EQ(time.tv_sec, 7);
	len = sizeof(device);
	ASSERT_OK(getsockopt(pair.server, SOL_SOCKET, SO_BINDTODEVICE, device, &len));
	ASSERT(!strcmp(device, "lo"));
	len = sizeof(got);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, got, &len));
	ASSERT(memcmp(got, ticket, sizeof(got)));
	pair_close(&pair);
}

TEST("S2.45 options without an effect")
{
	struct linger linger = { .l_onoff = 1, .l_linger = 20 };
	struct pair pair = pair_connected();
	char byte;

	set_int(pair.server, SOL_SOCKET, SO_RCVLOWAT, 1000);
	set_int(pair.server, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(pair.server, SOL_SOCKET, SO_KEEPALIVE, 1);
	ASSERT_OK(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	stream_write(pair.client, 0, NEW, "x");
	EVENTUALLY(poll_events(pair.server));
	ASSERT_EQ(recv(pair.server, &byte, 1, 0), 1);
	ASSERT_EQ(get_int(pair.server, SOL_SOCKET, SO_ERROR), 0);
	/* It does not linger, though nobody reads this. */
	stream_write(pair.client, 0, 0, "y");
	pair_close(&pair);
}

TEST("S2.45 F30 the send buffer holds a write of 64 KiB from the beginning")
{
	struct pair pair = pair_connected();

	ASSERT(get_int(pair.client, SOL_SOCKET, SO_SNDBUF) >= 65536);
	pair_close(&pair);
}

TEST("S2.45 SO_MARK chooses the route")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, "0.0.0.0");
	struct address addr = address_local(pair.listener);

	netns_enter(netns.far);
	shell("ip addr add 192.0.2.9/32 dev lo");
	netns_enter(netns.near);
	shell("ip rule add fwmark 7 table 100 && "
	      "ip route add 192.0.2.0/24 via 10.9.0.2 dev veth0 table 100");
	addr = address("192.0.2.9", address_port(&addr));
	ASSERT_ERRNO(address_connect(pair.client, &addr), ENETUNREACH);
	set_int(pair.client, SOL_SOCKET, SO_MARK, 7);
	ASSERT_OK(address_connect(pair.client, &addr));
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

/* The type of service that a UDP socket sees with the first packet of a client. */
static int seen_tos(const char *host, int level, int option, int wanted)
{
	bool v6 = level == IPPROTO_IPV6;
	struct address addr = address(host, 0);
	int udp = socket(addr.sa.sa_family, SOCK_DGRAM, 0), client = quic_socket(addr.sa.sa_family);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	char data[2000];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	ASSERT_OK(address_bind(udp, &addr));
	addr = address_local(udp);
	set_int(udp, level, v6 ? IPV6_RECVTCLASS : IP_RECVTOS, 1);
	set_int(client, level, option, wanted);
	ASSERT_OK(address_connect(client, &addr));
	ASSERT_EQ(handshake_send(client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	ASSERT(recvmsg(udp, &msg, 0) >= 1200);
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT(cmsg);
	ASSERT_EQ(cmsg->cmsg_type, v6 ? IPV6_TCLASS : IP_TOS);
	return *CMSG_DATA(cmsg);
}

TEST("S2.46 the type of service is the program's, but for the ECN bits")
{
	int tos = seen_tos("127.0.0.1", IPPROTO_IP, IP_TOS, DSCP | ECN);

	ASSERT_EQ(tos & ~ECN, DSCP);
	ASSERT(tos != (DSCP | ECN));
	tos = seen_tos("::1", IPPROTO_IPV6, IPV6_TCLASS, DSCP | ECN);
	ASSERT_EQ(tos & ~ECN, DSCP);
	ASSERT(tos != (DSCP | ECN));
}

TEST("S2.46 options of IP are there")
{
	int v4 = quic_socket(AF_INET), v6 = quic_socket(AF_INET6);

	set_int(v4, IPPROTO_IP, IP_TTL, 9);
	ASSERT_EQ(get_int(v4, IPPROTO_IP, IP_TTL), 9);
	ASSERT_EQ(get_int(v6, IPPROTO_IPV6, IPV6_V6ONLY), 0);
	set_int(v6, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	ASSERT_EQ(get_int(v6, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	/* An IPv6 socket's IPv4 connections have IP's options. */
	set_int(v6, IPPROTO_IP, IP_TOS, DSCP);
	ASSERT_ERRNO(setsockopt(v4, IPPROTO_IPV6, IPV6_V6ONLY, &v4, sizeof(v4)), ENOPROTOOPT);
}
