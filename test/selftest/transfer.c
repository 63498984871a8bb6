// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "transfer.h"

#define CHUNK	65536

static void fill_pattern(uint8_t *bytes, size_t offset, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = (offset + i) * 31 >> 3;
}

pid_t transfer_send(int fd, int64_t sid, size_t total)
{
	static uint8_t bytes[CHUNK];
	size_t offset, len;
	pid_t child = fork();

	ASSERT_OK(child);
	if (child)
		return child;
	for (offset = 0; offset < total; offset += len) {
		len = total - offset < CHUNK ? total - offset : CHUNK;
		fill_pattern(bytes, offset, len);
		ASSERT_EQ(stream_send(fd, sid, offset ? 0 : NEW, bytes, len), len);
	}
	ASSERT_EQ(stream_send(fd, sid, FIN, "", 0), 0);
	_exit(0);
}

void transfer_receive(int fd, int64_t sid, size_t total)
{
	static uint8_t expected[MESSAGE_SIZE];
	static struct message message;
	size_t offset = 0;

	do {
		ASSERT_OK(message_recv(fd, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.sid, sid);
		fill_pattern(expected, offset, message.len);
		ASSERT_MEM(message.data, expected, message.len);
		offset += message.len;
	} while (!(message.stream_flags & FIN));
	ASSERT_EQ(offset, total);
}

pid_t transfer_receiver(int fd, int64_t sid, size_t total)
{
	pid_t child = fork();

	ASSERT_OK(child);
	if (child)
		return child;
	transfer_receive(fd, sid, total);
	_exit(0);
}

void transfer_wait(pid_t child)
{
	int status;

	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
}

bool transfer_done(pid_t child)
{
	int status;
	pid_t ended = waitpid(child, &status, WNOHANG);

	ASSERT_OK(ended);
	if (ended)
		ASSERT_EQ(status, 0);
	return ended;
}

void transfer(int from, int to, int64_t sid, size_t total)
{
	pid_t child = transfer_send(from, sid, total);

	transfer_receive(to, sid, total);
	transfer_wait(child);
}
