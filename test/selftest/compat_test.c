// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structures whose size depends on the ABI: 16 bytes, or 12 on 32-bit x86 (1.7 of the API).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* What CMSG_SPACE() of a structure of this ABI holds is enough. */
TEST("S2.50 S1.7 the stream's control message has the size of the program's structure")
{
	struct pair pair = pair_connected();
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct quic_stream_info))];
	} control;
	char data[16];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	stream_write(pair.client, 0, NEW | FIN, "text");
	ASSERT_EQ(recvmsg(pair.server, &msg, 0), 4);
	ASSERT_EQ(msg.msg_flags & MSG_CTRUNC, 0);
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT(cmsg);
	ASSERT_EQ(cmsg->cmsg_len, CMSG_LEN(sizeof(struct quic_stream_info)));
	ASSERT(!CMSG_NXTHDR(&msg, cmsg));
	pair_close(&pair);
}

TEST("S2.50 F34 options take the 12 bytes of a 32-bit program's structures")
{
	struct quic_errinfo reset = { .stream_id = 0, .errcode = 7 };
	struct quic_stream_info open = { .stream_id = 4 };
	struct pair pair = pair_connected();
	socklen_t len = 12;

	stream_write(pair.client, 0, NEW, "text");
	stream_expect(pair.server, 0, 0, "text");
	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &reset, 12));
	EVENTUALLY(stream_send(pair.client, 0, 0, "x", 1) < 0);
	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &reset, 12));
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &open, &len));
	ASSERT_EQ(len, 12);
	ASSERT_EQ(open.stream_id, 4);
	pair_close(&pair);
}
