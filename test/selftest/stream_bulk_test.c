// SPDX-License-Identifier: GPL-2.0-only
/*
 * Much data on the socket of a stream, files, threads, and what is left of it all (docs/peeloff.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "harness.h"
#include "message.h"
#include "module.h"
#include "pattern.h"
#include "peel.h"
#include "transfer.h"

#define LARGE	(1 << 20)
#define ROUNDS	20

/* Read the pattern until the end. Return: bytes. */
static size_t expect_pattern(int fd)
{
	static uint8_t data[65536];
	size_t done = 0;
	ssize_t n, i;

	while ((n = read(fd, data, sizeof(data))) > 0)
		for (i = 0; i < n; i++, done++)
			ASSERT_EQ(data[i], pattern(done));
	ASSERT_OK(n);
	return done;
}

/* Both ends of stream @sid, which the client opens. */
static void peel_both(const struct pair *pair, int64_t sid, int fd[2])
{
	struct message message;

	ASSERT_EQ(stream_send(pair->client, sid, NEW, "\0", 1), 1);
	fd[0] = peel(pair->client, sid);
	ASSERT_OK(message_recv(pair->server, &message, 1, 0));
	ASSERT_EQ(message.sid, sid);
	fd[1] = peel(pair->server, sid);
}

TEST("PO.12 PO.15 a megabyte each way at the same time")
{
	struct pair pair = pair_connected();
	int fd[2], file = pattern_file(LARGE), i, status;
	uint8_t *data = mmap(NULL, LARGE, PROT_READ, MAP_SHARED, file, 0);
	pid_t writer[2];

	ASSERT(data != MAP_FAILED);
	peel_both(&pair, 0, fd);
	for (i = 0; i < 2; i++) {
		writer[i] = fork();
		if (!writer[i])
			_exit(write(fd[i], data, LARGE) != LARGE || shutdown(fd[i], SHUT_WR));
	}
	ASSERT_EQ(expect_pattern(fd[0]), LARGE);
	ASSERT_EQ(expect_pattern(fd[1]), LARGE);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(waitpid(writer[i], &status, 0), writer[i]);
		ASSERT_EQ(status, 0);
		close(fd[i]);
	}
	pair_close(&pair);
}

TEST("PO.24 sendfile to a stream, and more behind it")
{
	struct pair pair = pair_connected();
	int fd[2], file = pattern_file(LARGE);
	off_t offset = 0;
	pid_t sender;
	int status;

	peel_both(&pair, 0, fd);
	sender = fork();
	if (!sender) {
		while (offset < LARGE - 1000)
			if (sendfile(fd[0], file, &offset, LARGE - 1000 - offset) <= 0)
				_exit(1);
		/* To the end of the file, though more is asked for. */
		if (sendfile(fd[0], file, &offset, LARGE) != 1000)
			_exit(2);
		_exit(shutdown(fd[0], SHUT_WR));
	}
	ASSERT_EQ(expect_pattern(fd[1]), LARGE);
	ASSERT_EQ(waitpid(sender, &status, 0), sender);
	ASSERT_EQ(status, 0);
	close(fd[0]);
	close(fd[1]);
	pair_close(&pair);
}

TEST("PO.24 sendfile that does not wait")
{
	struct quic_transport_param params = { .max_stream_data_bidi_remote = 65536 };
	struct pair pair = pair_connected_params(params, params);
	int fd[2], file = pattern_file(LARGE), status;
	struct pollfd room = { .events = POLLOUT };
	off_t offset = 0;
	ssize_t n;
	pid_t reader;

	peel_both(&pair, 0, fd);
	ASSERT_OK(fcntl(fd[0], F_SETFL, O_NONBLOCK));
	room.fd = fd[0];
	reader = fork();
	if (!reader) {
		close(fd[0]);
		_exit(expect_pattern(fd[1]) != LARGE);
	}
	while (offset < LARGE) {
		n = sendfile(fd[0], file, &offset, LARGE - offset);
		if (n > 0)
			continue;
		ASSERT_ERRNO(n, EAGAIN);
		ASSERT_EQ(poll(&room, 1, 10000 * test_slowness()), 1);
	}
	ASSERT_OK(shutdown(fd[0], SHUT_WR));
	ASSERT_EQ(waitpid(reader, &status, 0), reader);
	ASSERT_EQ(status, 0);
	close(fd[0]);
	close(fd[1]);
	pair_close(&pair);
}

TEST("PO.24 splice from a stream to a pipe")
{
	struct peeled p = peeled_server(0, "through a pipe");
	int ends[2];

	ASSERT_OK(pipe(ends));
	ASSERT_EQ(splice(p.fd, NULL, ends[1], NULL, 4096, 0), 14);
	read_expect(ends[0], "through a pipe");
	stream_write(p.pair.client, 0, FIN, "");
	ASSERT_EQ(splice(p.fd, NULL, ends[1], NULL, 4096, 0), 0);
	peeled_close(&p);
}

struct race {
	int fd[2];
};

static void *reading(void *argument)
{
	struct race *race = argument;
	char data[1000];
	ssize_t n;

	do
		n = recv(race->fd[1], data, sizeof(data), 0);
	while (n > 0);
	return NULL;
}

static void *writing(void *argument)
{
	static char data[20000];
	struct race *race = argument;

	while (send(race->fd[0], data, sizeof(data), MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

/* Under all of them: a descriptor is replaced, and so closed when the last call on it ends. */
static void replace(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	ASSERT_OK(dup2(null, fd));
	close(null);
}

TEST_LIMIT("PO.16 PO.18 threads read and write while the stream and the connection are closed", 120)
{
	struct race race;
	pthread_t threads[4];
	struct pair pair;
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		pair = pair_connected();
		peel_both(&pair, 0, race.fd);
		for (i = 0; i < 4; i++)
			ASSERT_EQ(pthread_create(&threads[i], NULL, i % 2 ? writing : reading, &race), 0);
		usleep(round * 500);
		if (round % 4 == 1)
			ASSERT_OK(shutdown(pair.client, SHUT_RDWR));
		if (round % 4 == 2)
			close(pair.server);
		/* STOP_SENDING or FIN let the others go on. */
		shutdown(race.fd[round % 2], SHUT_RDWR);
		replace(race.fd[round % 2]);
		shutdown(race.fd[!(round % 2)], SHUT_RDWR);
		for (i = 0; i < 4; i++)
			ASSERT_EQ(pthread_join(threads[i], NULL), 0);
		close(race.fd[0]);
		close(race.fd[1]);
		if (round % 4 == 2)
			pair.server = -1;
		pair_close(&pair);
	}
}

TEST("PO.25 what a stream's socket held is given back")
{
	struct pair pair = pair_connected();
	int fd[2], i, bytes;
	char data[1000] = { 0 };

	for (i = 0; i < 150; i++) {
		peel_both(&pair, 4 * i, fd);
		ASSERT_EQ(write(fd[0], data, sizeof(data)), sizeof(data));
		EVENTUALLY(!ioctl(fd[1], SIOCINQ, &bytes) && bytes == sizeof(data));
		/* Unread, and then the answer to what was not. */
		close(fd[1]);
		close(fd[0]);
	}
	EVENTUALLY(!ioctl(pair.client, SIOCOUTQ, &bytes) && !bytes);
	ASSERT_OK(ioctl(pair.server, SIOCINQ, &bytes));
	ASSERT_EQ(bytes, 0);
	/* The peer has opened and seen the end of more streams than it may have open. */
	ASSERT(stats(pair.server).streams_accepted == 150);
	pair_close(&pair);
}

TEST("PO.8 the module stays while only a stream's socket is left")
{
	struct peeled p = peeled_server(0, "x");

	close(p.pair.client);
	close(p.pair.server);
	close(p.pair.listener);
	EVENTUALLY(poll_events(p.fd) & POLLHUP);
	ASSERT_ERRNO(module_try_remove(), EAGAIN);
	read_expect(p.fd, "x");
	close(p.fd);
}
