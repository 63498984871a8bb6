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

TEST("T018 listen binds")
{
	int fd = quic_socket(AF_INET);
	struct address addr;

	ASSERT_OK(listen(fd, 1));
	addr = address_local(fd);
	ASSERT(address_port(&addr) != 0);
	ASSERT_EQ(addr.in.sin_addr.s_addr, htonl(INADDR_ANY));
}

TEST("T019 listen with zero")
{
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(listen(fd, 0), EINVAL);
	ASSERT_OK(listen(fd, 1));
	ASSERT_OK(listen(fd, 0));
	ASSERT_ERRNO(accept(fd, NULL, NULL), EINVAL);
}

TEST("T020 listen again")
{
	int fd = quic_socket(AF_INET);

	ASSERT_OK(listen(fd, 1));
	ASSERT_OK(listen(fd, 3));
	ASSERT_OK(listen(fd, 0));
	ASSERT_OK(listen(fd, 2));
}

TEST("T021 second listener without alpn")
{
	ASSERT_ERRNO(listen(bound_like(quic_listener("127.0.0.1")), 1), EADDRINUSE);
}

TEST("T022 reuseport listeners")
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

TEST("T023 listeners with and without alpn")
{
	int second = bound_like(quic_listener("127.0.0.1"));

	ASSERT_OK(set_alpn(second, "zz,yy"));
	ASSERT_OK(listen(second, 1));
}

TEST("T024 listeners with a common name")
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

TEST("T025 no alpn on a listener")
{
	ASSERT_ERRNO(set_alpn(quic_listener("127.0.0.1"), "aa"), EINVAL);
}

TEST("T026 poll of a listener")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_EQ(poll_events(pair.listener), 0);
	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	EVENTUALLY(poll_events(pair.listener));
	ASSERT_EQ(poll_events(pair.listener), POLLIN | POLLRDNORM);
	pair_close(&pair);
}

TEST("T027 accept of nothing")
{
	struct timeval second = { .tv_sec = 1 };
	int fd = quic_listener("127.0.0.1");

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)));
	ASSERT_ERRNO(accept(fd, NULL, NULL), EAGAIN);
	ASSERT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	ASSERT_ERRNO(accept(fd, NULL, NULL), EAGAIN);
}

TEST("T028 accept without listen")
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

TEST("T030 shutdown of a listener")
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
