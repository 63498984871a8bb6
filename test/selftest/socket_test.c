// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fresh socket.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static volatile sig_atomic_t pipes;

static void count_pipe(int number)
{
	(void)number;
	pipes++;
}

TEST("T001 families and types")
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	int i, fd, value;
	socklen_t len;

	for (i = 0; i < 4; i++) {
		fd = socket(families[i / 2], types[i % 2], IPPROTO_QUIC);
		ASSERT_OK(fd);
		len = sizeof(value);
		ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len));
		ASSERT_EQ(value, types[i % 2]);
		ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &len));
		ASSERT_EQ(value, 261);
		close(fd);
	}
}

TEST("T002 seqpacket fails")
{
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_QUIC);

	ASSERT_EQ(fd, -1);
	ASSERT(errno == ESOCKTNOSUPPORT || errno == EPROTONOSUPPORT);
}

TEST("T003 recv is enotconn")
{
	int fd = quic_socket(AF_INET);
	char byte;

	ASSERT_ERRNO(recv(fd, &byte, 1, 0), ENOTCONN);
	ASSERT_ERRNO(recv(fd, &byte, 1, MSG_DONTWAIT), ENOTCONN);
}

TEST("T004 S3.2 S3.5 send is epipe with sigpipe")
{
	int fd = quic_socket(AF_INET);

	signal(SIGPIPE, count_pipe);
	ASSERT_ERRNO(send(fd, "x", 1, 0), EPIPE);
	ASSERT_EQ(pipes, 1);
	ASSERT_ERRNO(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	ASSERT_EQ(pipes, 1);
}

TEST("T005 S3.1 bad flag is einval even when closed")
{
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(send(fd, "x", 1, MSG_OOB), EINVAL);
}

TEST("T006 names and shutdown")
{
	struct sockaddr_storage storage;
	socklen_t len = sizeof(storage);
	int fd = quic_socket(AF_INET);
	struct address addr;

	ASSERT_ERRNO(shutdown(fd, SHUT_RDWR), ENOTCONN);
	ASSERT_ERRNO(shutdown(fd, SHUT_WR), ENOTCONN);
	ASSERT_ERRNO(getpeername(fd, (struct sockaddr *)&storage, &len), ENOTCONN);
	addr = address_local(fd);
	ASSERT_EQ(addr.sa.sa_family, AF_INET);
	ASSERT_EQ(address_port(&addr), 0);
}

TEST("T007 poll shows hangup")
{
	int fd = quic_socket(AF_INET);

	/* No POLLERR: S2.40's deliberate difference. */
	ASSERT_EQ(poll_events(fd), POLLIN | POLLRDNORM | POLLRDHUP | POLLOUT | POLLWRNORM | POLLHUP);
}

TEST("S2.46 other option levels")
{
	int fd = quic_socket(AF_INET), value = 0x20;
	socklen_t len = sizeof(value);

	ASSERT_OK(setsockopt(fd, IPPROTO_IP, IP_TOS, &value, sizeof(value)));
	ASSERT_ERRNO(setsockopt(fd, IPPROTO_UDP, 1, &value, sizeof(value)), ENOPROTOOPT);
	ASSERT_ERRNO(getsockopt(fd, IPPROTO_TCP, 1, &value, &len), ENOPROTOOPT);
}

TEST("S2.45 receive buffer follows max data")
{
	int fd = quic_socket(AF_INET), value;
	socklen_t len = sizeof(value);

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len));
	ASSERT_EQ(value, 8388480);
	params_set(fd, (struct quic_transport_param){ .max_data = 100000 });
	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len));
	ASSERT_EQ(value, 400000);
}
