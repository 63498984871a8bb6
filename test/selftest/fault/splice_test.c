// SPDX-License-Identifier: GPL-2.0-only
/* Pages between files, pipes and sockets while there is no memory for some of them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "../harness.h"
#include "../message.h"
#include "../pair.h"
#include "../peel.h"

#define SIZE	9000
#define TRIES	3

static char data[SIZE], got[SIZE];

static int make_file(void)
{
	int file = memfd_create("file", MFD_CLOEXEC);
	size_t i;

	for (i = 0; i < SIZE; i++)
		data[i] = i * 7 + i / 256;
	ASSERT_EQ(write(file, data, SIZE), SIZE);
	ASSERT_EQ(lseek(file, 0, SEEK_SET), 0);
	return file;
}

/* All of it, though some calls may be refused or take a part. */
static void send_file(int to, int from)
{
	size_t done = 0;
	int tries = TRIES;
	ssize_t n;

	while (done < SIZE) {
		n = sendfile(to, from, NULL, SIZE - done);
		if (n < 0 && errno == ENOMEM && --tries)
			continue;
		ASSERT_OK(n);
		done += n;
	}
}

static void splice_from(int from)
{
	size_t done = 0;
	int tries = TRIES, pipes[2];
	ssize_t n;

	ASSERT_OK(pipe(pipes));
	while (done < SIZE) {
		n = splice(from, NULL, pipes[1], NULL, SIZE - done, 0);
		if (n < 0 && errno == ENOMEM && --tries)
			continue;
		ASSERT_OK(n);
		ASSERT_EQ(read(pipes[0], got + done, n), n);
		done += n;
	}
	close(pipes[0]);
	close(pipes[1]);
}

TEST("P15 S2.49 sendfile and splice carry everything")
{
	struct pair pair = pair_connected();
	struct quic_stream_info info = { .stream_id = 0 };
	socklen_t len = sizeof(info);
	int file = make_file();

	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len));
	send_file(pair.client, file);
	splice_from(pair.server);
	ASSERT_MEM(got, data, SIZE);
	pair_close(&pair);
}

TEST("P15 PO.6 PO.12 PO.24 streams' sockets carry everything, and end")
{
	struct pair pair = pair_connected();
	int file = make_file(), from, to;
	struct message message;

	stream_write(pair.client, 0, NEW, "x");
	ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, MSG_PEEK));
	to = peel_try(pair.server, 0, O_CLOEXEC);
	ASSERT_OK(to);
	ASSERT_EQ(recv(to, got, 1, 0), 1);
	send_file(to, file);
	from = peel_try(pair.client, 0, QUIC_STREAM_PEELOFF_RDONLY);
	ASSERT_OK(from);
	splice_from(from);
	ASSERT_MEM(got, data, SIZE);
	close(to);
	ASSERT_EQ(recv(from, got, 1, 0), 0);
	close(from);
	pair_close(&pair);
}
