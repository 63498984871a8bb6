// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static int connect_to(int fd, const char *host, unsigned short port)
{
	struct address addr = address(host, port);

	return address_connect(fd, &addr);
}

/* Connect to a UDP socket and see that nothing reaches it. */
static void connect_silently(int flags)
{
	int udp = socket(AF_INET, SOCK_DGRAM, 0), fd = quic_socket(AF_INET);
	struct address addr = address("127.0.0.1", 0);
	char byte;

	ASSERT_OK(address_bind(udp, &addr));
	addr = address_local(udp);
	ASSERT_OK(fcntl(fd, F_SETFL, flags));
	ASSERT_EQ(address_connect(fd, &addr), 0);
	ASSERT_ERRNO(recv(udp, &byte, 1, MSG_DONTWAIT), EAGAIN);
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	/* RFC 9000, 14.1: that one is there, and padded. */
	ASSERT(recv(udp, &byte, 1, MSG_TRUNC) >= 1200);
}

TEST("T035 S2.32 connect sends nothing")
{
	connect_silently(0);
	connect_silently(O_NONBLOCK);
}

TEST("T036 S2.9 S2.33 bad connects")
{
	struct address addr = address("127.0.0.1", 4433);
	int fd = quic_socket(AF_INET);

	addr.sa.sa_family = AF_UNSPEC;
	ASSERT_ERRNO(address_connect(fd, &addr), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "0.0.0.0", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "224.0.0.1", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "::1", 4433), EINVAL);
	/* None of these spoiled the socket. */
	ASSERT_OK(connect_to(fd, "127.0.0.1", 4433));
	ASSERT_ERRNO(connect_to(fd, "127.0.0.1", 4433), EINVAL);
}

TEST("T037 S2.17 no listen while connecting")
{
	int fd = quic_socket(AF_INET);

	ASSERT_OK(connect_to(fd, "127.0.0.1", 4433));
	ASSERT_ERRNO(listen(fd, 1), EINVAL);
}

TEST("T038 S2.7 ipv6 socket connects to ipv4")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address peer, addr = address_local(pair.listener);

	close(pair.client);
	pair.client = quic_socket(AF_INET6);
	pair_connect(&pair);
	peer = address_peer(pair.client);
	ASSERT_EQ(peer.sa.sa_family, AF_INET);
	ASSERT_EQ(peer.len, 16);
	ASSERT_MEM(&peer.in, &addr.in, sizeof(peer.in));
	pair_hello(&pair);
	pair_handshake(&pair);
	stream_write(pair.client, 0, NEW, "hello");
	stream_expect(pair.server, 0, 0, "hello");
	pair_close(&pair);
}

TEST("S2.34 connect binds")
{
	int fd = quic_socket(AF_INET);
	struct address addr;

	ASSERT_OK(connect_to(fd, "127.0.0.1", 4433));
	addr = address_local(fd);
	ASSERT_EQ(addr.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	ASSERT(address_port(&addr) != 0);
	ASSERT_ERRNO(address_bind(fd, &addr), EINVAL);
}

TEST("connection over ipv6")
{
	struct pair pair = pair_listening("::1");
	struct address peer;

	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	peer = address_peer(pair.server);
	ASSERT_EQ(peer.sa.sa_family, AF_INET6);
	ASSERT_EQ(peer.len, 28);
	stream_write(pair.client, 0, NEW | FIN, "hello");
	stream_expect(pair.server, 0, FIN, "hello");
	pair_close(&pair);
}

TEST("S2.9 bad connects of an ipv6 socket")
{
	struct address addr = address("::1", 4433);
	int fd = quic_socket(AF_INET6), on = 1;

	ASSERT_ERRNO(connect(fd, &addr.sa, sizeof(addr.in6) - 1), EINVAL);
	ASSERT_ERRNO(connect(fd, &addr.sa, 4), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "::", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "ff02::1", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "fe80::1", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "::ffff:224.0.0.1", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "::ffff:0.0.0.0", 4433), EINVAL);
	ASSERT_OK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)));
	ASSERT_ERRNO(connect_to(fd, "127.0.0.1", 4433), EINVAL);
	ASSERT_ERRNO(connect_to(fd, "::ffff:127.0.0.1", 4433), EINVAL);
	/* S2.8 */
	ASSERT_OK(connect(fd, &addr.sa, sizeof(addr.storage)));
}

TEST("F26 a wildcard address becomes the concrete one")
{
	struct address addr = address("0.0.0.0", 0), local;
	int fd = quic_socket(AF_INET);

	ASSERT_OK(address_bind(fd, &addr));
	addr = address_local(fd);
	ASSERT_OK(connect_to(fd, "127.0.0.1", 4433));
	local = address_local(fd);
	ASSERT_EQ(local.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	ASSERT_EQ(address_port(&local), address_port(&addr));
}
