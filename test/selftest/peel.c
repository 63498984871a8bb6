// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "peel.h"

int peel_try(int fd, int64_t sid, uint32_t flags)
{
	struct quic_stream_peeloff value = { .stream_id = sid, .flags = flags, .sd = -1 };
	socklen_t len = sizeof(value);
	int sd = getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_PEELOFF, &value, &len);

	if (sd >= 0) {
		ASSERT_EQ(value.sd, sd);
		ASSERT_EQ(len, sizeof(value));
	}
	return sd;
}

int peel(int fd, int64_t sid)
{
	int sd = peel_try(fd, sid, O_CLOEXEC);

	ASSERT_OK(sd);
	return sd;
}

struct peeled peeled_server(int64_t sid, const char *text)
{
	struct peeled peeled = { .pair = pair_connected(), .sid = sid };
	struct message message;

	stream_write(peeled.pair.client, sid, NEW, text);
	ASSERT_OK(message_recv(peeled.pair.server, &message, MESSAGE_SIZE, MSG_PEEK));
	ASSERT_EQ(message.sid, sid);
	peeled.fd = peel(peeled.pair.server, sid);
	return peeled;
}

void peeled_close(struct peeled *peeled)
{
	close(peeled->fd);
	pair_close(&peeled->pair);
}

struct quic_stream_status stream_status(int fd)
{
	struct quic_stream_status status;
	socklen_t len = sizeof(status);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_STATUS, &status, &len));
	ASSERT_EQ(len, sizeof(status));
	return status;
}

int socket_error(int fd)
{
	int error;
	socklen_t len = sizeof(error);

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len));
	return error;
}

void read_expect(int fd, const char *text)
{
	char data[4096] = "";
	ssize_t len = read(fd, data, sizeof(data) - 1);

	ASSERT_OK(len);
	if (len != (ssize_t)strlen(text) || memcmp(data, text, len))
		test_fail(__FILE__, __LINE__, "read %zd bytes \"%.40s\", not \"%s\"", len, data, text);
}
