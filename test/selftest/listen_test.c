// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static int set_alpn(int fd, const char *list)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, list, strlen(list));
}

/* A socket bound to the same address as @other. */
static int bound_like(int other)
{
	struct address addr = address_local(other);
	int fd = quic_socket(addr.sa.sa_family);

	ASSERT_OK(address_bind(fd, &addr));
	return fd;
}

TEST("T018 S2.16 listen binds")
{
	int fd = quic_socket(AF_INET);
	struct address addr;

	ASSERT_OK(listen(fd, 1));
	addr = address_local(fd);
	ASSERT(address_port(&addr) != 0);
	ASSERT_EQ(addr.in.sin_addr.s_addr, htonl(INADDR_ANY));
}

TEST("T019 S2.17 S2.28 listen with zero")
{
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(listen(fd, 0), EINVAL);
	ASSERT_OK(listen(fd, 1));
	ASSERT_OK(listen(fd, 0));
	ASSERT_ERRNO(accept(fd, NULL, NULL), EINVAL);
}

TEST("T020 S2.17 listen again")
{
	int fd = quic_socket(AF_INET);

	ASSERT_OK(listen(fd, 1));
	ASSERT_OK(listen(fd, 3));
	ASSERT_OK(listen(fd, 0));
	ASSERT_OK(listen(fd, 2));
}

TEST("T021 S2.19 second listener without alpn")
{
	ASSERT_ERRNO(listen(bound_like(quic_listener("127.0.0.1")), 1), EADDRINUSE);
}

TEST("T022 S2.19 reuseport listeners")
{
	struct address addr = address("127.0.0.1", 0);
	int first = quic_socket(AF_INET), second, on = 1;

	ASSERT_OK(setsockopt(first, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
	ASSERT_OK(address_bind(first, &addr));
	ASSERT_OK(listen(first, 1));
	second = bound_like(first);
	ASSERT_ERRNO(listen(second, 1), EADDRINUSE);
	ASSERT_OK(setsockopt(second, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
	ASSERT_OK(listen(second, 1));
}

TEST("T023 S2.19 listeners with and without alpn")
{
	int second = bound_like(quic_listener("127.0.0.1"));

	ASSERT_OK(set_alpn(second, "zz,yy"));
	ASSERT_OK(listen(second, 1));
}

TEST("T024 S2.19 listeners with a common name")
{
	struct address addr = address("127.0.0.1", 0);
	int first = quic_socket(AF_INET), second, third;

	ASSERT_OK(address_bind(first, &addr));
	ASSERT_OK(set_alpn(first, "zz,yy"));
	ASSERT_OK(listen(first, 1));
	second = bound_like(first);
	ASSERT_OK(set_alpn(second, "yy"));
	ASSERT_ERRNO(listen(second, 1), EADDRINUSE);
	third = bound_like(first);
	ASSERT_OK(set_alpn(third, "xx"));
	ASSERT_OK(listen(third, 1));
}

TEST("T025 S2.21 S6.51 no alpn on a listener")
{
	ASSERT_ERRNO(set_alpn(quic_listener("127.0.0.1"), "aa"), EINVAL);
}

TEST("T026 S2.40 poll of a listener")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_EQ(poll_events(pair.listener), 0);
	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	EVENTUALLY(poll_events(pair.listener));
	ASSERT_EQ(poll_events(pair.listener), POLLIN | POLLRDNORM);
	pair_close(&pair);
}

TEST("T027 S2.28 accept of nothing")
{
	struct timeval second = { .tv_sec = 1 };
	int fd = quic_listener("127.0.0.1");

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)));
	ASSERT_ERRNO(accept(fd, NULL, NULL), EAGAIN);
	ASSERT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	ASSERT_ERRNO(accept(fd, NULL, NULL), EAGAIN);
}

TEST("T028 S2.28 accept without listen")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(accept(pair.client, NULL, NULL), EINVAL);
	pair_connect(&pair);
	ASSERT_ERRNO(accept(pair.client, NULL, NULL), EINVAL);
}

TEST("T029 calls that make no sense on a listener")
{
	int fd = quic_listener("127.0.0.1"), other = quic_listener("127.0.0.1"), value;
	struct address addr = address_local(other);
	char byte;

	ASSERT_ERRNO(recv(fd, &byte, 1, 0), ENOTCONN);
	ASSERT_ERRNO(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	ASSERT_ERRNO(address_connect(fd, &addr), EINVAL);
	ASSERT_ERRNO(ioctl(fd, SIOCINQ, &value), EINVAL);
}

TEST("T030 S2.35 shutdown of a listener")
{
	int fd = quic_listener("127.0.0.1");

	ASSERT_ERRNO(shutdown(fd, SHUT_RD), EOPNOTSUPP);
	ASSERT_ERRNO(shutdown(fd, SHUT_RDWR), EOPNOTSUPP);
	ASSERT_OK(shutdown(fd, SHUT_WR));
	ASSERT_EQ(poll_events(fd), 0);
}

TEST("S2.5 listen after the connection ended")
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_ERRNO(listen(pair.client, 1), EINVAL);
}

TEST("S2.45 acceptconn")
{
	int fd = quic_socket(AF_INET), value = -1;
	socklen_t len = sizeof(value);

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len));
	ASSERT_EQ(value, 0);
	ASSERT_OK(listen(fd, 1));
	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len));
	ASSERT_EQ(value, 1);
}

TEST("S2.17 listen(0) drops what waits, and what comes again is accepted again")
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	EVENTUALLY(poll_events(pair.listener) == (POLLIN | POLLRDNORM));
	ASSERT_OK(listen(pair.listener, 0));
	ASSERT(poll_events(pair.listener) & POLLHUP);
	ASSERT_OK(listen(pair.listener, 4));
	ASSERT_EQ(poll_events(pair.listener), 0);
	/* The client repeats its Initial. */
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "client hello");
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S2.17 a listener that was switched off is a client again")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct pair other = pair_listening("127.0.0.1");

	close(pair.client);
	pair.client = other.listener;
	ASSERT_OK(listen(pair.client, 0));
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

/* A socket bound to @addr (port 0: to a new one, which is put there) that shares it, listening. */
static int reuseport_listener(struct address *addr, const char *alpn)
{
	int fd = quic_socket(addr->sa.sa_family), on = 1;

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
	ASSERT_OK(address_bind(fd, addr));
	*addr = address_local(fd);
	if (alpn)
		ASSERT_OK(set_alpn(fd, alpn));
	return listen(fd, 100) ? -1 : fd;
}

static bool takes_request(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

TEST("S2.19 a group of listeners shares the load")
{
	struct address addr = address("127.0.0.1", 0);
	int listeners[2], count[2] = { 0 }, i, j;

	for (i = 0; i < 2; i++) {
		listeners[i] = reuseport_listener(&addr, NULL);
		ASSERT_OK(listeners[i]);
		ASSERT_OK(fcntl(listeners[i], F_SETFL, O_NONBLOCK));
	}
	for (i = 0; i < 40; i++) {
		int fd = quic_socket(AF_INET);

		ASSERT_OK(address_connect(fd, &addr));
		ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
		j = -1;
		EVENTUALLY((takes_request(listeners[0]) && !(j = 0)) ||
			   (takes_request(listeners[1]) && (j = 1)));
		count[j]++;
		close(fd);
	}
	ASSERT(count[0] > 0 && count[1] > 0);
}

TEST("S2.19 lists with a common name are never together, equal ones only in a group")
{
	struct address addr = address("127.0.0.1", 0);

	ASSERT_OK(reuseport_listener(&addr, "aa,bb"));
	ASSERT_OK(reuseport_listener(&addr, "aa,bb"));
	ASSERT_ERRNO(reuseport_listener(&addr, "bb"), EADDRINUSE);
	ASSERT_ERRNO(reuseport_listener(&addr, "bb,aa"), EADDRINUSE);
	ASSERT_OK(reuseport_listener(&addr, "cc"));
	ASSERT_OK(reuseport_listener(&addr, NULL));
}

static int listener_at(const char *host, unsigned short port)
{
	struct address addr = address(host, port);
	int fd = quic_socket(addr.sa.sa_family);

	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 4));
	return fd;
}

/* A client of @host reaches @listener, and not @other. */
static void expect_reaches(int listener, int other, const char *host, unsigned short port)
{
	struct address addr = address(host, port);
	int fd = quic_socket(addr.sa.sa_family);

	ASSERT_OK(address_connect(fd, &addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	EVENTUALLY(poll_events(listener));
	ASSERT(takes_request(listener));
	ASSERT_EQ(poll_events(other), 0);
	close(fd);
}

TEST("S2.22 a listener of an address comes before one of all")
{
	int any = listener_at("0.0.0.0", 0), one;
	struct address addr = address_local(any);
	unsigned short port = address_port(&addr);

	one = listener_at("127.0.0.1", port);
	expect_reaches(one, any, "127.0.0.1", port);
	expect_reaches(any, one, "127.0.0.2", port);
}

TEST("S2.22 for ipv4 a listener of all ipv4 comes before one of all ipv6")
{
	int any6 = listener_at("::", 0), any4;
	struct address addr = address_local(any6);
	unsigned short port = address_port(&addr);

	any4 = listener_at("0.0.0.0", port);
	expect_reaches(any4, any6, "127.0.0.1", port);
	expect_reaches(any6, any4, "::1", port);
	ASSERT_OK(listen(any4, 0));
	expect_reaches(any6, quic_listener("127.0.0.1"), "127.0.0.1", port);
}

TEST("S2.22 an ipv6 listener with V6ONLY gets no ipv4")
{
	struct address addr = address("::", 0);
	int fd = quic_socket(AF_INET6), client = quic_socket(AF_INET), on = 1;

	ASSERT_OK(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)));
	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 4));
	addr = address_local(fd);
	addr = address("127.0.0.1", address_port(&addr));
	ASSERT_OK(address_connect(client, &addr));
	ASSERT_EQ(handshake_send(client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	usleep(100000);
	ASSERT_EQ(poll_events(fd), 0);
}
