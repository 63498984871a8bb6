// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flags, control messages, and how much a send takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static const struct quic_transport_param defaults;
static char data[100000];

/* sendmsg() of one byte with a control message of any kind. */
static ssize_t send_control(int fd, int level, int type, const void *value, size_t len)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(64)] = { 0 };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(len),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), value, len);
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

TEST("T051 S3.1 unknown flags")
{
	static const int flags[] = { MSG_EOR, MSG_OOB, MSG_DONTROUTE, MSG_ZEROCOPY, MSG_FASTOPEN };
	struct pair pair = pair_connected();
	size_t i;

	stream_write(pair.client, 0, NEW, "x");
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		ASSERT_ERRNO(send(pair.client, "x", 1, flags[i]), EINVAL);
		ASSERT_ERRNO(stream_send_flags(pair.client, 0, 0, "x", 1, flags[i]), EINVAL);
	}
	ASSERT_EQ(send(pair.client, "x", 1, MSG_WAITALL | MSG_NOSIGNAL), 1);
	pair_close(&pair);
}

TEST("T052 S3.3 control messages")
{
	struct quic_stream_info info = { .stream_id = 0, .stream_flags = NEW };
	struct pair pair = pair_connected();

	ASSERT_ERRNO(send_control(pair.client, SOL_QUIC, 7, &info, sizeof(info)), EINVAL);
	ASSERT_EQ(send_control(pair.client, SOL_QUIC, QUIC_STREAM_INFO, &info, sizeof(info)), 1);
	/* At another level it is nothing to us: the active stream is used. */
	ASSERT_EQ(send_control(pair.client, SOL_SOCKET + 1000, 7, &info, sizeof(info)), 1);
	stream_drain(pair.server, 2);
	pair_close(&pair);
}

TEST("S3.3 short and long control messages")
{
	struct {
		struct quic_stream_info info;
		char more[16];
	} value = { .info = { .stream_id = 4, .stream_flags = NEW } };
	struct pair pair = pair_connected();

	/* 12 bytes are the structure of 32-bit programs, and enough. */
	ASSERT_EQ(send_control(pair.client, SOL_QUIC, QUIC_STREAM_INFO, &value, 12), 1);
	stream_expect(pair.server, 4, 0, "x");
	/* Only the ID: flags are 0. */
	value.info.stream_flags = FIN;
	ASSERT_EQ(send_control(pair.client, SOL_QUIC, QUIC_STREAM_INFO, &value, 8), 1);
	stream_expect(pair.server, 4, 0, "x");
	ASSERT_EQ(send_control(pair.client, SOL_QUIC, QUIC_STREAM_INFO, &value, sizeof(value)), 1);
	stream_expect(pair.server, 4, FIN, "x");
	pair_close(&pair);
}

TEST("T053 S3.3 bad stream flags")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send(pair.client, 0, NEW | MSG_QUIC_DATAGRAM, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 0, NEW | MSG_DONTWAIT, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("T068 S3.18 zero length")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "x");
	stream_expect(pair.server, 0, 0, "x");
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, "", 0), EMSGSIZE);
	ASSERT_EQ(stream_send(pair.client, 0, FIN, "", 0), 0);
	stream_expect(pair.server, 0, FIN, "");
	pair_close(&pair);
}

/* A client whose stream 0 may carry 4096 bytes. */
static struct pair pair_small_window(void)
{
	struct quic_transport_param server = { .max_stream_data_bidi_remote = 4096 };

	return pair_connected_params(defaults, server);
}

TEST("P34 T072 S3.19 exhausted window")
{
	struct pair pair = pair_small_window();

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
	ASSERT_ERRNO(stream_send_flags(pair.client, 0, 0, data, 1, MSG_DONTWAIT), ENOSPC);
	ASSERT_ERRNO(send(pair.client, data, 1, MSG_DONTWAIT), EAGAIN);
	/* Other streams have windows of their own. */
	stream_write(pair.client, 4, NEW, "x");
	pair_close(&pair);
}

TEST("T072 S3.19 send timeout")
{
	struct timeval time = { .tv_usec = 200000 };
	struct pair pair = pair_small_window();

	ASSERT_OK(setsockopt(pair.client, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)));
	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 5000), 4096);
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, data, 1), ENOSPC);
	ASSERT_ERRNO(send(pair.client, data, 1, MSG_NOSIGNAL), EAGAIN);
	pair_close(&pair);
}

TEST("T073 S3.19 short count")
{
	struct pair pair = pair_small_window();

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, data, 10000, MSG_DONTWAIT), 4096);
	stream_drain(pair.server, 4096);
	pair_close(&pair);
}

TEST("T074 S4.16 reading gives credit")
{
	struct pair pair = pair_small_window();
	int round;

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
	for (round = 0; round < 20; round++) {
		stream_drain(pair.server, 4096);
		ASSERT_EQ(stream_send(pair.client, 0, 0, data, 4096), 4096);
	}
	pair_close(&pair);
}

TEST("T074 S4.16 reading gives connection credit")
{
	struct quic_transport_param server = { .max_data = 4096 };
	struct pair pair = pair_connected_params(defaults, server);
	int round;

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
	ASSERT_ERRNO(stream_send_flags(pair.client, 4, NEW, data, 1, MSG_DONTWAIT), ENOSPC);
	for (round = 0; round < 20; round++) {
		stream_drain(pair.server, 4096);
		ASSERT_EQ(stream_send(pair.client, 0, 0, data, 4096), 4096);
	}
	pair_close(&pair);
}

TEST("T076 S3.19 blocking send takes all")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 65536), 65536);
	stream_drain(pair.server, 65536);
	pair_close(&pair);
}

TEST("T077 S3.20 fin of a short write is not sent")
{
	struct pair pair = pair_small_window();
	struct message message;
	ssize_t got = 0;

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW | FIN, data, 5000, MSG_DONTWAIT), 4096);
	while (got < 4096) {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.stream_flags, 0);
		got += message.len;
	}
	ASSERT_EQ(stream_send(pair.client, 0, FIN, data, 904), 904);
	while (got < 5000) {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		got += message.len;
	}
	ASSERT_EQ(message.stream_flags, FIN);
	pair_close(&pair);
}

TEST("T078 S3.24 small send leaves at once")
{
	struct pair pair = pair_connected();
	struct message message;

	ASSERT_EQ(stream_send(pair.client, 0, NEW, "0123456789", 10), 10);
	ASSERT_EQ(message_recv(pair.server, &message, 100, MSG_DONTWAIT), 10);
	pair_close(&pair);
}

TEST("T079 S3.23 msg more holds")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, "one ", 4, MSG_MORE), 4);
	ASSERT_EQ(stream_send_flags(pair.client, 0, 0, "two ", 4, MSG_MORE), 4);
	usleep(100000);
	message_expect_none(pair.server);
	stream_write(pair.client, 0, 0, "three");
	stream_expect(pair.server, 0, 0, "one two three");
	pair_close(&pair);
}

TEST("S3.26 bad buffer")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, (void *)8, 100), EFAULT);
	pair_close(&pair);
}

TEST("S3.6 waiting sender learns of the end")
{
	struct pair pair = pair_small_window();
	pid_t child = fork();
	int status;

	ASSERT_OK(child);
	if (!child) {
		close(pair.server);
		ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
		ASSERT_ERRNO(stream_send(pair.client, 0, 0, data, 1), EPIPE);
		_exit(0);
	}
	stream_drain(pair.server, 4096 / 32);
	usleep(100000);
	ASSERT_OK(shutdown(pair.server, SHUT_WR));
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	pair_close(&pair);
}
