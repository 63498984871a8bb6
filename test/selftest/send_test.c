// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flags, control messages, and how much a send takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <linux/sockios.h>
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

TEST("T076 S3.19 S2.45 blocking send takes all")
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

	ASSERT_EQ(stream_send(pair.client, 0, NEW, "0123456789", 10), 10);
	ASSERT_EQ(queued(pair.client, SIOCOUTQNSD), 0);
	stream_expect(pair.server, 0, 0, "0123456789");
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

TEST("S3.4 handshake info comes before datagram and stream info")
{
	struct quic_handshake_info info = { .crypto_level = QUIC_CRYPTO_APP };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(1) +
						CMSG_SPACE(sizeof(struct quic_stream_info))] = { 0 };
	struct iovec iov = { .iov_base = "x", .iov_len = 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct quic_stream_info stream = { .stream_id = 0, .stream_flags = NEW | FIN };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	struct pair pair = pair_connected();

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	cmsg = CMSG_NXTHDR(&msg, cmsg);
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_STREAM_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(stream));
	memcpy(CMSG_DATA(cmsg), &stream, sizeof(stream));
	/* An empty handshake message: as a stream send this were a FIN, as a datagram EINVAL. */
	ASSERT_ERRNO(sendmsg(pair.client, &msg, MSG_QUIC_DATAGRAM), EMSGSIZE);
	ASSERT_ERRNO(sendmsg(pair.client, &msg, 0), EMSGSIZE);
	pair_close(&pair);
}

TEST("S3.8 more holds a handshake message")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct pollfd pfd = { .fd = pair.listener, .events = POLLIN };

	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "client ", 7, MSG_MORE), 7);
	ASSERT_EQ(poll(&pfd, 1, 100), 0);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "client hello");
	pair_close(&pair);
}

TEST("S3.23 a send without more releases what another stream holds")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW | FIN, "held", 4, MSG_MORE), 4);
	usleep(50000);
	message_expect_none(pair.server);
	stream_write(pair.client, 4, NEW, "now");
	stream_expect(pair.server, 0, FIN, "held");
	stream_expect(pair.server, 4, 0, "now");
	pair_close(&pair);
}

TEST("S3.23 close sends what more holds")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW | FIN, "held", 4, MSG_MORE), 4);
	close(pair.client);
	stream_expect(pair.server, 0, FIN, "held");
	close(pair.server);
	close(pair.listener);
}

TEST("S3.24 small writes of which all wait for one acknowledgement arrive with their fin")
{
	struct pair pair = pair_connected();
	struct message message;
	size_t len = 0;
	int i;

	for (i = 0; i < 100; i++)
		stream_write(pair.client, 0, i ? 0 : NEW, "x");
	stream_write(pair.client, 0, FIN, "y");
	do {
		ASSERT_OK(message_recv(pair.server, &message, 1000, 0));
		len += message.len;
	} while (!(message.stream_flags & FIN));
	ASSERT_EQ(len, 101);
	pair_close(&pair);
}

struct blocked {
	int fd;
	int64_t sid;
	_Atomic pid_t tid;
	int error;
};

/* Waits for credit that does not come. */
static void *send_blocked(void *arg)
{
	struct blocked *blocked = arg;

	blocked->tid = gettid();
	blocked->error = stream_send(blocked->fd, blocked->sid, 0, data, 1) < 0 ? errno : 0;
	return NULL;
}

/* A thread that has begun to wait does nothing else any more. */
static bool is_waiting(const struct blocked *blocked)
{
	char path[64], state = 'R';
	FILE *file;

	if (!blocked->tid)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", blocked->tid);
	file = fopen(path, "re");
	ASSERT(file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
	fclose(file);
	return state == 'S';
}

static int stream_reset(int fd, int64_t sid)
{
	struct quic_errinfo info = { .stream_id = sid, .errcode = 1 };

	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info));
}

TEST("P01 S3.21 a send waits while the stream is reset by another thread")
{
	struct pair pair = pair_small_window();
	struct blocked blocked = { .fd = pair.client };
	pthread_t thread;

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
	ASSERT_EQ(pthread_create(&thread, NULL, send_blocked, &blocked), 0);
	EVENTUALLY(is_waiting(&blocked));
	ASSERT_OK(stream_reset(pair.client, 0));
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT_EQ(blocked.error, EINVAL);
	pair_close(&pair);
}

TEST("P01 S3.21 a send waits while the peer stops the stream and the stream goes")
{
	struct quic_transport_param server = { .max_stream_data_uni = 4096 };
	struct pair pair = pair_connected_params(defaults, server);
	struct blocked blocked = { .fd = pair.client, .sid = 2 };
	struct quic_errinfo info = { .stream_id = 2, .errcode = 1 };
	pthread_t thread;

	ASSERT_EQ(stream_send(pair.client, 2, NEW, data, 4096), 4096);
	ASSERT_EQ(pthread_create(&thread, NULL, send_blocked, &blocked), 0);
	EVENTUALLY(is_waiting(&blocked));
	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info,
			     sizeof(info)));
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT_EQ(blocked.error, EINVAL);
	EVENTUALLY(stream_reset(pair.client, 2) == -1 && errno == ENOSTR);
	pair_close(&pair);
}

TEST("P01 S3.6 a send waits while another thread shuts the socket down")
{
	struct pair pair = pair_small_window();
	struct blocked blocked = { .fd = pair.client };
	pthread_t thread;

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, 4096), 4096);
	ASSERT_EQ(pthread_create(&thread, NULL, send_blocked, &blocked), 0);
	EVENTUALLY(is_waiting(&blocked));
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT_EQ(blocked.error, EPIPE);
	pair_close(&pair);
}

struct storm {
	int fd;
	atomic_bool stop;
};

/* Writes to streams that others reset and stop all the time. */
static void *send_storm(void *arg)
{
	struct storm *storm = arg;
	int64_t sid;

	for (sid = 0; !atomic_load(&storm->stop); sid += 4)
		while (stream_send_flags(storm->fd, sid, NEW, data, 20000, MSG_DONTWAIT) < 0 &&
		       errno == EAGAIN && !atomic_load(&storm->stop))
			usleep(1000);
	return NULL;
}

/* All that is there now. */
static void read_away(int fd)
{
	static struct message message;

	while (message_recv(fd, &message, MESSAGE_SIZE, MSG_DONTWAIT) >= 0)
		;
}

TEST_LIMIT("P01 P02 streams are reset and stopped while a thread writes to them", 60)
{
	struct pair pair = pair_connected();
	struct storm storm = { .fd = pair.client };
	struct quic_errinfo info = { .errcode = 1 };
	pthread_t thread;
	int64_t sid;

	ASSERT_EQ(pthread_create(&thread, NULL, send_storm, &storm), 0);
	for (sid = 0; sid < 4000; sid += 4) {
		info.stream_id = sid;
		read_away(pair.server);
		stream_reset(pair.client, sid);
		setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info,
			   sizeof(info));
		stream_reset(pair.server, sid);
	}
	atomic_store(&storm.stop, true);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	EVENTUALLY((read_away(pair.server), poll_events(pair.client) & POLLOUT));
	pair_close(&pair);
}

/* A client that knows from an earlier connection what the server permits, and is still HANDSHAKING. */
static struct pair pair_remembering(uint16_t max_streams)
{
	struct quic_transport_param params;
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	params = params_get(pair.client, false);
	params.remote = 1;
	params.max_streams_bidi = max_streams;
	params.max_streams_uni = max_streams;
	params_set(pair.client, params);
	return pair;
}

TEST("T088 S3.27 early data without early keys is delivered after the handshake")
{
	struct pair pair = pair_remembering(10);

	stream_write(pair.client, 2, NEW | FIN, "early");
	pair_hello(&pair);
	pair_handshake(&pair);
	stream_expect(pair.server, 2, FIN, "early");
	pair_close(&pair);
}

TEST("T089 S3.16 early data beyond the remembered stream limit")
{
	struct pair pair = pair_remembering(3);

	stream_write(pair.client, 8, NEW, "x");
	ASSERT_ERRNO(stream_send(pair.client, 12, NEW, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 12, NEW | NOWAIT, "x", 1), EINVAL);
	ASSERT_ERRNO(stream_send(pair.client, 14, NEW, "x", 1), EINVAL);
	pair_close(&pair);
}
