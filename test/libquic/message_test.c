// SPDX-License-Identifier: MIT
/*
 * What quic_sendmsg() and quic_recvmsg() do that the kernel cannot see: over an ordinary socket.
 */
#include <errno.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "pair.h"

TEST("T182 S9.2 quic_recvmsg leaves the stream ID alone if none came")
{
	uint32_t flags = 0;
	int64_t sid = 77;
	char buffer[8];
	int fds[2];

	ASSERT_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
	ASSERT_EQ(send(fds[0], "event", 5, 0), 5);
	ASSERT_EQ(quic_recvmsg(fds[1], buffer, sizeof(buffer), &sid, &flags), 5);
	ASSERT_MEM(buffer, "event", 5);
	ASSERT_EQ(sid, 77);
	ASSERT_EQ(flags, 0);

	flags = MSG_DONTWAIT;
	ASSERT_ERRNO(quic_recvmsg(fds[1], buffer, sizeof(buffer), &sid, &flags), EAGAIN);
	ASSERT_EQ(send(fds[0], "x", 1, 0), 1);
	ASSERT_EQ(quic_recvmsg(fds[1], buffer, sizeof(buffer), NULL, NULL), 1);
	close(fds[0]);
	close(fds[1]);
}
