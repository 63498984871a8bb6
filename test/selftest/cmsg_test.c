// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages of sendmsg() that are several, or none at all (S3.3, S3.4).
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
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

/* Room for some control messages, and what was put there. */
struct control {
	_Alignas(struct cmsghdr) char bytes[256];
	size_t len;
};

static void put(struct control *control, int level, int type, const void *value, size_t len)
{
	struct cmsghdr *cmsg = (struct cmsghdr *)(control->bytes + control->len);

	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), value, len);
	control->len += CMSG_SPACE(len);
}

static void put_stream(struct control *control, int64_t sid, uint32_t flags)
{
	struct quic_stream_info info = { .stream_id = sid, .stream_flags = flags };

	put(control, SOL_QUIC, QUIC_STREAM_INFO, &info, sizeof(info));
}

static ssize_t send_x(int fd, struct control *control)
{
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control->bytes, .msg_controllen = control->len,
	};

	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

TEST("S3.3 the last control message of a type wins")
{
	struct control control = { 0 };
	struct pair pair = pair_connected();

	put_stream(&control, 0, NEW | FIN);
	put_stream(&control, 2, NEW);
	ASSERT_EQ(send_x(pair.client, &control), 1);
	stream_expect(pair.server, 2, 0, "x");
	/* Each of them has to be right. */
	control.len = 0;
	put_stream(&control, 4, NEW | MSG_QUIC_DATAGRAM);
	put_stream(&control, 4, NEW);
	ASSERT_ERRNO(send_x(pair.client, &control), EINVAL);
	pair_close(&pair);
}

TEST("S3.3 a short last message leaves nothing of the one before")
{
	struct control control = { 0 };
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "y");
	stream_expect(pair.server, 0, 0, "y");
	put_stream(&control, 4, NEW | FIN);
	/* Nothing of it: stream -1, the active one, and no flags. */
	put(&control, SOL_QUIC, QUIC_STREAM_INFO, "", 0);
	ASSERT_EQ(send_x(pair.client, &control), 1);
	stream_expect(pair.server, 0, 0, "x");
	pair_close(&pair);
}

TEST("S3.3 a control message of an impossible length is refused")
{
	static const size_t lengths[] = { 0, 1, sizeof(struct cmsghdr) - 1, 1000, (size_t)-1 };
	struct pair pair = pair_connected();
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct control control = { 0 };

		put_stream(&control, 0, NEW);
		((struct cmsghdr *)control.bytes)->cmsg_len = lengths[i];
		ASSERT_ERRNO(send_x(pair.client, &control), EINVAL);
	}
	pair_close(&pair);
}

TEST("S3.3 what is meant for others is skipped, wherever it stands")
{
	struct control control = { 0 };
	struct pair pair = pair_connected();

	put(&control, SOL_QUIC + 1, 99, "12345", 5);
	put_stream(&control, 0, NEW);
	put(&control, SOL_QUIC + 1, QUIC_STREAM_INFO, "12345", 5);
	ASSERT_EQ(send_x(pair.client, &control), 1);
	stream_expect(pair.server, 0, 0, "x");
	put(&control, SOL_QUIC, 2, "12345", 5);
	ASSERT_ERRNO(send_x(pair.client, &control), EINVAL);
	pair_close(&pair);
}

TEST("F56 S3.5 only a handshake message that has no connection raises a signal")
{
	struct quic_handshake_info info = { .crypto_level = QUIC_CRYPTO_EARLY };
	struct pair pair = pair_listening("127.0.0.1");
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct control control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes };

	put(&control, SOL_QUIC, QUIC_HANDSHAKE_INFO, &info, sizeof(info));
	msg.msg_controllen = control.len;
	signal(SIGPIPE, count_pipe);
	ASSERT_ERRNO(sendmsg(pair.client, &msg, 0), EPIPE);
	ASSERT_EQ(pipes, 1);
	pair_connect(&pair);
	ASSERT_ERRNO(sendmsg(pair.client, &msg, 0), EINVAL);
	ASSERT_EQ(pipes, 1);
	pair_close(&pair);
}
