// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which stream a send or STREAM_OPEN means, and when there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static const struct quic_transport_param defaults;

static int stream_open(int fd, int64_t *sid, uint32_t *flags)
{
	struct quic_stream_info info = { .stream_id = *sid, .stream_flags = *flags };
	socklen_t len = sizeof(info);
	int ret = getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len);

	*sid = info.stream_id;
	*flags = info.stream_flags;
	return ret;
}

/* Open a given stream, or fail. */
static int stream_open_id(int fd, int64_t sid, uint32_t flags)
{
	return stream_open(fd, &sid, &flags);
}

/* A unidirectional stream that was sent, received and acknowledged. */
static void finish_uni(struct pair *pair, int64_t sid)
{
	stream_write(pair->client, sid, NEW | FIN, "x");
	stream_expect(pair->server, sid, FIN, "x");
}

/* Whether the kernel has forgotten a stream of this end: ENOSTR. */
static bool is_gone(int fd, int64_t sid)
{
	return stream_send(fd, sid, 0, "x", 1) == -1 && errno == ENOSTR;
}

TEST("T054 S3.10 no active stream")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(write(pair.client, "x", 1), EINVAL);
	ASSERT_ERRNO(send(pair.client, "x", 1, 0), EINVAL);
	pair_close(&pair);
}

TEST("T055 S3.10 send opens stream 0")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(send(pair.client, "x", 1, MSG_SYN), 1);
	stream_expect(pair.server, 0, 0, "x");
	ASSERT_ERRNO(send(pair.client, "x", 1, MSG_SYN), EINVAL);
	ASSERT_EQ(write(pair.client, "y", 1), 1);
	stream_expect(pair.server, 0, 0, "y");
	pair_close(&pair);
}

TEST("T056 S3.11 fin ends the active stream")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(send(pair.client, "a", 1, MSG_SYN), 1);
	stream_expect(pair.server, 0, 0, "a");
	ASSERT_EQ(send(pair.client, "b", 1, MSG_FIN), 1);
	stream_expect(pair.server, 0, FIN, "b");
	ASSERT_ERRNO(write(pair.client, "x", 1), EINVAL);
	ASSERT_EQ(send(pair.client, "c", 1, MSG_SYN | MSG_FIN), 1);
	stream_expect(pair.server, 4, FIN, "c");
	pair_close(&pair);
}

TEST("T057 S3.10 S8.1 unidirectional")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(send(pair.client, "x", 1, MSG_SYN | MSG_FIN | UNI), 1);
	stream_expect(pair.server, 2, FIN, "x");
	ASSERT_EQ(send(pair.server, "x", 1, MSG_SYN | MSG_FIN | UNI), 1);
	stream_expect(pair.client, 3, FIN, "x");
	ASSERT_EQ(send(pair.server, "x", 1, MSG_SYN), 1);
	stream_expect(pair.client, 1, 0, "x");
	pair_close(&pair);
}

TEST("T058 S3.13 S3.15 lower ids are opened")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 4, NEW, "four");
	stream_expect(pair.server, 4, 0, "four");
	stream_write(pair.client, 0, 0, "zero");
	stream_expect(pair.server, 0, 0, "zero");
	pair_close(&pair);
}

TEST("T059 S3.13 unopened without new")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send(pair.client, 0, 0, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 2, FIN, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("T060 S3.13 streams of the peer")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send(pair.client, 1, 0, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 1, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 3, NEW, "x", 1), EINVAL);
	/* Also when it exists: it carries data one way only. */
	stream_write(pair.server, 3, NEW, "x");
	stream_expect(pair.client, 3, 0, "x");
	ASSERT_ERRNO(stream_send(pair.client, 3, 0, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("T061 S3.13 S8.4 finished unidirectional stream")
{
	struct pair pair = pair_connected();

	finish_uni(&pair, 2);
	EVENTUALLY(is_gone(pair.client, 2));
	ASSERT_ERRNO(stream_send(pair.client, 2, NEW, "x", 1), ENOSTR);
	ASSERT_ERRNO(stream_open_id(pair.client, 2, 0), ENOSTR);
	pair_close(&pair);
}

TEST("T062 S3.14 S8.2 after fin")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW | FIN, "x");
	stream_expect(pair.server, 0, FIN, "x");
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 0, FIN, "", 0), EINVAL);
	pair_close(&pair);
}

TEST("T063 S3.14 new on a used stream")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "x");
	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("T064 S3.14 S6.7 stream open then send")
{
	struct pair pair = pair_connected();
	uint32_t flags = 0;
	int64_t sid = -1;

	ASSERT_OK(stream_open(pair.client, &sid, &flags));
	ASSERT_EQ(sid, 0);
	ASSERT_EQ(flags, NEW);
	stream_write(pair.client, sid, NEW, "a");
	stream_expect(pair.server, 0, 0, "a");

	sid = -1;
	flags = UNI;
	ASSERT_OK(stream_open(pair.client, &sid, &flags));
	ASSERT_EQ(sid, 2);
	ASSERT_EQ(flags, NEW | UNI);
	stream_write(pair.client, sid, 0, "b");
	stream_expect(pair.server, 2, 0, "b");
	pair_close(&pair);
}

TEST("S6.5 stream open makes active")
{
	struct pair pair = pair_connected();
	uint32_t flags = 0;
	int64_t sid = 8;

	ASSERT_OK(stream_open(pair.client, &sid, &flags));
	ASSERT_EQ(write(pair.client, "x", 1), 1);
	stream_expect(pair.server, 8, 0, "x");
	/* The struct that came back may be passed in again, for a stream not sent on. */
	sid = 4;
	ASSERT_OK(stream_open(pair.client, &sid, &flags));
	ASSERT_EQ(sid, 4);
	pair_close(&pair);
}

TEST("S6.5 stream open refusals")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(stream_open_id(pair.client, -1, 0), EPIPE);
	ASSERT_ERRNO(stream_open_id(pair.listener, -1, 0), EPIPE);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	ASSERT_ERRNO(stream_open_id(pair.client, -1, MSG_QUIC_DATAGRAM), EINVAL);
	ASSERT_ERRNO(stream_open_id(pair.client, 1, 0), EINVAL);
	ASSERT_ERRNO(stream_open_id(pair.client, 3, 0), EINVAL);
	ASSERT_EQ(stream_open_id(pair.client, -7, 0), -1);
	pair_close(&pair);
}

TEST("T065 S3.10 new without id means the active stream")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "x");
	ASSERT_ERRNO(stream_send(pair.client, -1, NEW | UNI, "x", 1), EINVAL);
	stream_write(pair.client, -1, 0, "y");
	stream_drain(pair.server, 2);
	pair_close(&pair);
}

TEST("T066 S3.10 message flags beside stream info")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send_flags(pair.client, 0, 0, "x", 1, MSG_SYN), EINVAL);
	stream_write(pair.client, 0, NEW, "x");
	/* FIN in msg_flags has no effect either. */
	ASSERT_EQ(stream_send_flags(pair.client, 0, 0, "y", 1, MSG_FIN), 1);
	stream_drain(pair.server, 2);
	stream_write(pair.client, 0, FIN, "z");
	stream_expect(pair.server, 0, FIN, "z");
	pair_close(&pair);
}

TEST("T067 S3.11 answer without stream info")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW | FIN, "question");
	stream_expect(pair.server, 0, FIN, "question");
	ASSERT_EQ(send(pair.server, "answer", 6, MSG_SYN | MSG_FIN), 6);
	stream_expect(pair.client, 0, FIN, "answer");
	pair_close(&pair);
}

TEST("S3.11 peers unidirectional stream is not active")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 2, NEW, "x");
	stream_expect(pair.server, 2, 0, "x");
	ASSERT_ERRNO(write(pair.server, "x", 1), EINVAL);
	pair_close(&pair);
}

/* The server permits two bidirectional streams; both are open. */
static struct pair pair_at_limit(void)
{
	struct quic_transport_param server = { .max_streams_bidi = 2 };
	struct pair pair = pair_connected_params(defaults, server);

	stream_write(pair.client, 0, NEW, "0");
	stream_expect(pair.server, 0, 0, "0");
	stream_write(pair.client, 4, NEW, "4");
	stream_expect(pair.server, 4, 0, "4");
	return pair;
}

TEST("T069 S3.16 S6.8 limit without waiting")
{
	struct pair pair = pair_at_limit();
	uint32_t flags = NOWAIT;
	int64_t sid = -1;

	ASSERT_ERRNO(stream_send(pair.client, 8, NEW | NOWAIT, "x", 1), EAGAIN);
	ASSERT_ERRNO(stream_send_flags(pair.client, 8, NEW, "x", 1, MSG_DONTWAIT), EAGAIN);
	ASSERT_ERRNO(stream_open(pair.client, &sid, &flags), EAGAIN);
	/* The other type has its own limit. */
	stream_write(pair.client, 2, NEW, "x");
	pair_close(&pair);
}

TEST("T070 S3.16 waiting for the limit")
{
	struct pair pair = pair_at_limit();
	pid_t child = fork();
	int status;

	ASSERT_OK(child);
	if (!child) {
		stream_write(pair.client, 8, NEW, "8");
		_exit(0);
	}
	usleep(100000);
	message_expect_none(pair.server);
	stream_write(pair.client, 0, FIN, "");
	stream_expect(pair.server, 0, FIN, "");
	stream_write(pair.server, 0, FIN, "");
	stream_expect(pair.server, 8, 0, "8");
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	pair_close(&pair);
}

TEST("T071 S3.16 S6.8 limit with timeout")
{
	struct timeval time = { .tv_sec = 1 };
	struct pair pair = pair_at_limit();

	ASSERT_OK(setsockopt(pair.client, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)));
	ASSERT_ERRNO(stream_send(pair.client, 8, NEW, "x", 1), EAGAIN);
	ASSERT_ERRNO(stream_open_id(pair.client, 8, 0), EAGAIN);
	pair_close(&pair);
}

/* A stream that the client opened, echoed and gone at both ends. */
static void expect_limit_after(int gone, int64_t highest)
{
	struct pair pair = pair_connected();
	int i;

	for (i = 0; i < gone; i++)
		pair_echo(&pair, 4 * i);
	ASSERT_ERRNO(stream_send(pair.client, highest + 4, NEW | NOWAIT, "x", 1), EAGAIN);
	pair_echo(&pair, 4 * gone);
	EVENTUALLY(stream_send(pair.client, highest + 4, NEW | NOWAIT, "x", 1) == 1);
	pair_close(&pair);
}

TEST("T166 S8.5 S8.6 S8.11 bidirectional limit moves")
{
	expect_limit_after(3, 408);
}

TEST("T167 S8.5 S8.6 unidirectional limit moves")
{
	struct pair pair = pair_connected();
	int i;

	for (i = 0; i < 3; i++)
		finish_uni(&pair, 2 + 4 * i);
	ASSERT_ERRNO(stream_send(pair.client, 414, NEW | NOWAIT, "x", 1), EAGAIN);
	finish_uni(&pair, 14);
	EVENTUALLY(stream_send(pair.client, 414, NEW | NOWAIT, "x", 1) == 1);
	pair_close(&pair);
}

TEST("T172 S6.6 open of an implicitly opened stream")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 8, NEW, "x");
	ASSERT_OK(stream_open_id(pair.client, 4, 0));
	stream_write(pair.client, 4, 0, "x");
	ASSERT_ERRNO(stream_open_id(pair.client, 4, 0), EINVAL);
	pair_close(&pair);
}

TEST("T173 S3.12 uni beside an explicit id")
{
	struct pair pair = pair_connected();

	ASSERT_OK(stream_open_id(pair.client, 0, UNI));
	stream_write(pair.client, 4, NEW | UNI, "x");
	stream_expect(pair.server, 4, 0, "x");
	stream_write(pair.server, 4, 0, "back");
	stream_expect(pair.client, 4, 0, "back");
	pair_close(&pair);
}

TEST("T174 S3.13 S3.15 high id opens all below")
{
	struct pair pair = pair_connected();
	uint32_t flags = NOWAIT;
	int64_t sid = -1;
	int i;

	for (i = 0; i < 6; i++)
		pair_echo(&pair, 4 * i);
	stream_write(pair.client, 416, NEW, "x");
	stream_expect(pair.server, 416, 0, "x");
	for (i = 24; i < 416; i += 4)
		ASSERT_EQ(stream_send(pair.client, i, 0, "y", 1), 1);
	EVENTUALLY(!stream_open(pair.client, &sid, &flags));
	ASSERT_EQ(sid, 420);
	pair_close(&pair);
}

TEST("S3.11 the active stream does not fall back to the one before")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "0");
	stream_write(pair.client, 4, NEW, "4");
	stream_write(pair.client, 4, FIN, "");
	ASSERT_ERRNO(send(pair.client, "x", 1, MSG_NOSIGNAL), EINVAL);
	/* The earlier one is there all the same. */
	stream_write(pair.client, 0, 0, "1");
	pair_close(&pair);
}

TEST("F41 negative ids other than -1 mean no stream")
{
	struct quic_errinfo info = { .stream_id = -2 };
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send(pair.client, -2, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, INT64_MIN, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, INT64_MAX & ~3, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_open_id(pair.client, -2, 0), EINVAL);
	ASSERT_ERRNO(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &info,
				sizeof(info)), EINVAL);
	ASSERT_ERRNO(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info,
				sizeof(info)), EINVAL);
	pair_close(&pair);
}

TEST("F3 S3.16 O_NONBLOCK waits for no stream either")
{
	struct pair pair = pair_at_limit();

	ASSERT_OK(fcntl(pair.client, F_SETFL, O_NONBLOCK));
	ASSERT_ERRNO(stream_send(pair.client, 8, NEW, "x", 1), EAGAIN);
	ASSERT_ERRNO(stream_open_id(pair.client, 8, 0), EAGAIN);
	pair_close(&pair);
}

TEST("F22 a refused send of nothing opens no stream")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "", 0), EMSGSIZE);
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, "x", 1), EINVAL);
	pair_close(&pair);
}

TEST("F23 S6.6 a stream of the peer that was not sent on may be opened")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "x");
	stream_expect(pair.server, 0, 0, "x");
	ASSERT_OK(stream_open_id(pair.server, 0, 0));
	stream_write(pair.server, 0, 0, "y");
	ASSERT_ERRNO(stream_open_id(pair.server, 0, 0), EINVAL);
	pair_close(&pair);
}
