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

#define SIZE	9000
#define TRIES	3

static char data[SIZE], got[SIZE];

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
	int file = memfd_create("file", MFD_CLOEXEC);
	size_t i;

	for (i = 0; i < SIZE; i++)
		data[i] = i * 7 + i / 256;
	ASSERT_EQ(write(file, data, SIZE), SIZE);
	ASSERT_EQ(lseek(file, 0, SEEK_SET), 0);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len));
	send_file(pair.client, file);
	splice_from(pair.server);
	ASSERT_MEM(got, data, SIZE);
	pair_close(&pair);
}
