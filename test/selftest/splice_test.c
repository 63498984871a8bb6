// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice() and sendfile().
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "harness.h"
#include "message.h"
#include "pair.h"
#include "pattern.h"

#define LARGE	(3 * 524288 + 4321)

static void file_check(int fd, size_t size)
{
	uint8_t *data;
	size_t i;

	data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT(data != MAP_FAILED);
	for (i = 0; i < size; i++)
		if (data[i] != pattern(i))
			test_fail(__FILE__, __LINE__, "byte %zu is wrong", i);
	munmap(data, size);
}

/* Stream 0 becomes the active one. */
static void open_stream(int fd)
{
	struct quic_stream_info info = { .stream_id = 0 };
	socklen_t len = sizeof(info);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len));
}

/* A process that reads @size bytes of the pattern. */
static pid_t expect_pattern(int fd, size_t size)
{
	struct message message;
	size_t done = 0;
	ssize_t i;
	pid_t pid = fork();

	ASSERT_OK(pid);
	if (pid)
		return pid;
	while (done < size) {
		ASSERT_OK(message_recv(fd, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.sid, 0);
		for (i = 0; i < message.len; i++, done++)
			ASSERT_EQ(message.data[i], pattern(done));
	}
	_exit(0);
}

static void expect_end(pid_t pid)
{
	int status;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT_EQ(status, 0);
}

TEST("S2.49 F14 sendfile sends a large file on the active stream")
{
	struct pair pair = pair_connected();
	int file = pattern_file(LARGE);
	off_t offset = 0;
	pid_t reader;

	open_stream(pair.client);
	reader = expect_pattern(pair.server, LARGE);
	while (offset < LARGE)
		ASSERT(sendfile(pair.client, file, &offset, LARGE - offset) > 0);
	expect_end(reader);
	pair_close(&pair);
}

TEST("S2.49 F14 sendfile holds nothing back when the file ends before its count")
{
	struct pair pair = pair_connected();
	int file = pattern_file(5000);

	open_stream(pair.client);
	ASSERT_EQ(sendfile(pair.client, file, NULL, 1 << 20), 5000);
	expect_end(expect_pattern(pair.server, 5000));
	pair_close(&pair);
}

TEST("S2.49 F14 sendfile without an active stream fails")
{
	struct pair pair = pair_connected();
	int file = pattern_file(5000);

	ASSERT_ERRNO(sendfile(pair.client, file, NULL, 5000), EINVAL);
	pair_close(&pair);
}

TEST("S2.49 F14 sendfile to a socket that does not block sends what fits")
{
	struct quic_transport_param none = { 0 }, small = {
		.max_stream_data_bidi_remote = 10000,
	};
	struct pair pair = pair_connected_params(none, small);
	int file = pattern_file(LARGE);

	open_stream(pair.client);
	ASSERT_OK(fcntl(pair.client, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(sendfile(pair.client, file, NULL, LARGE), 10000);
	ASSERT_ERRNO(sendfile(pair.client, file, NULL, LARGE), EAGAIN);
	expect_end(expect_pattern(pair.server, 10000));
	pair_close(&pair);
}

TEST("S2.49 F14 a pipe full of a program's pages is spliced into the active stream")
{
	static uint8_t pages[32768];
	struct iovec iov = { .iov_base = pages, .iov_len = sizeof(pages) };
	struct pair pair = pair_connected();
	ssize_t left = sizeof(pages), n;
	int ends[2];
	size_t i;

	for (i = 0; i < sizeof(pages); i++)
		pages[i] = pattern(i);
	ASSERT_OK(pipe(ends));
	open_stream(pair.client);
	ASSERT_EQ(vmsplice(ends[1], &iov, 1, 0), sizeof(pages));
	while (left) {
		n = splice(ends[0], NULL, pair.client, NULL, left, 0);
		ASSERT(n > 0);
		left -= n;
	}
	/* They are the program's again. */
	memset(pages, 0, sizeof(pages));
	expect_end(expect_pattern(pair.server, sizeof(pages)));
	pair_close(&pair);
}

TEST("S2.49 splice from the socket reads a large stream")
{
	struct pair pair = pair_connected();
	int ends[2], from = pattern_file(LARGE), to = memfd_create("copy", MFD_CLOEXEC);
	ssize_t done = 0, n, m;
	pid_t sender;

	ASSERT_OK(to);
	ASSERT_OK(pipe(ends));
	open_stream(pair.client);
	sender = fork();
	ASSERT_OK(sender);
	if (!sender) {
		off_t offset = 0;

		while (offset < LARGE)
			ASSERT(sendfile(pair.client, from, &offset, LARGE - offset) > 0);
		_exit(0);
	}
	while (done < LARGE) {
		n = splice(pair.server, NULL, ends[1], NULL, 65536, 0);
		ASSERT(n > 0);
		for (done += n; n; n -= m) {
			m = splice(ends[0], NULL, to, NULL, n, 0);
			ASSERT(m > 0);
		}
	}
	file_check(to, LARGE);
	expect_end(sender);
	pair_close(&pair);
}

TEST("S2.49 splice from the socket fails as recv does")
{
	struct pair pair = pair_connected();
	int ends[2], fresh = quic_socket(AF_INET);

	ASSERT_OK(pipe(ends));
	ASSERT_ERRNO(splice(fresh, NULL, ends[1], NULL, 100, 0), ENOTCONN);
	ASSERT_OK(fcntl(pair.server, F_SETFL, O_NONBLOCK));
	ASSERT_ERRNO(splice(pair.server, NULL, ends[1], NULL, 100, 0), EAGAIN);
	stream_write(pair.client, 0, NEW, "one");
	stream_write(pair.client, 4, NEW, "two");
	EVENTUALLY(queued(pair.server, SIOCINQ) == 6);
	/* Streams are not mixed. */
	ASSERT_EQ(splice(pair.server, NULL, ends[1], NULL, 100, 0), 3);
	ASSERT_EQ(splice(pair.server, NULL, ends[1], NULL, 100, 0), 3);
	ASSERT_OK(shutdown(pair.client, SHUT_RDWR));
	EVENTUALLY(poll_events(pair.server) & POLLHUP);
	ASSERT_ERRNO(splice(pair.server, NULL, ends[1], NULL, 100, 0), ENOTCONN);
	pair_close(&pair);
}
