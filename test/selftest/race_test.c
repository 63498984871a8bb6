// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads and processes use the same sockets.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define THREADS		4
#define SOCKETS		6
#define OPERATIONS	500

static struct address bound[SOCKETS];
static int sockets[SOCKETS];

/* Whatever a call may say to a socket in whatever state; anything else is a mistake. */
static void expect_plain(const char *call, long long ret)
{
	static const int plain[] = {
		EINVAL, EAGAIN, ENOTCONN, EPIPE, EOPNOTSUPP, EADDRINUSE, EADDRNOTAVAIL, EBADF, ENOSPC,
		ECONNREFUSED, EBADMSG, EMSGSIZE, EINPROGRESS,
	};
	size_t i;

	if (ret >= 0)
		return;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (errno == plain[i])
			return;
	test_fail(__FILE__, __LINE__, "%s: %s", call, strerrorname_np(errno));
}

static void replace(int n)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_QUIC);

	ASSERT_OK(fd);
	/* Closes what was there, under the eyes of those who use it. */
	ASSERT_OK(dup2(fd, sockets[n]));
	close(fd);
}

static void operate(unsigned int what, int n, const struct address *to)
{
	struct sockaddr disconnect = { .sa_family = AF_UNSPEC };
	int fd = sockets[n], child;
	struct message message;

	switch (what) {
	case 0:
		expect_plain("bind", address_bind(fd, &bound[n]));
		break;
	case 1:
		expect_plain("listen", listen(fd, 4));
		break;
	case 2:
		expect_plain("listen 0", listen(fd, 0));
		break;
	case 3:
		expect_plain("connect", address_connect(fd, to));
		break;
	case 4:
		expect_plain("shutdown", shutdown(fd, SHUT_RDWR));
		break;
	case 5:
		child = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
		expect_plain("accept", child);
		if (child >= 0)
			close(child);
		break;
	case 6:
		/* P04: a socket is never disconnected. */
		ASSERT_EQ(connect(fd, &disconnect, sizeof(disconnect)), -1);
		expect_plain("disconnect", -1);
		break;
	case 7:
		expect_plain("hello", handshake_send(fd, QUIC_CRYPTO_INITIAL, "client hello", 12, 0));
		break;
	case 8:
		expect_plain("recv", message_recv(fd, &message, 100, 0));
		break;
	case 9:
		replace(n);
		break;
	}
}

static void *operations(void *arg)
{
	unsigned int seed = (uintptr_t)arg, i;

	for (i = 0; i < OPERATIONS; i++) {
		unsigned int what = rand_r(&seed) % 10;
		int n = rand_r(&seed) % SOCKETS;

		operate(what, n, &bound[rand_r(&seed) % SOCKETS]);
	}
	return NULL;
}

TEST_LIMIT("P04 bind listen connect shutdown accept and close in random order from four threads", 120)
{
	pthread_t threads[THREADS];
	struct pair pair;
	uintptr_t i;

	for (i = 0; i < SOCKETS; i++) {
		sockets[i] = quic_socket(AF_INET);
		ASSERT_OK(fcntl(sockets[i], F_SETFL, O_NONBLOCK));
		bound[i] = address("127.0.0.1", 0);
		ASSERT_OK(address_bind(sockets[i], &bound[i]));
		bound[i] = address_local(sockets[i]);
	}
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(pthread_create(&threads[i], NULL, operations, (void *)(i + 1)), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < SOCKETS; i++)
		close(sockets[i]);
	pair = pair_connected();
	pair_echo(&pair, 0);
	pair_close(&pair);
}

static void *sending(void *arg)
{
	const int *fd = arg;
	uint8_t data[2000] = { 0 };

	while (stream_send(*fd, -1, NEW | FIN, data, sizeof(data)) >= 0 || errno == EAGAIN)
		;
	return NULL;
}

static void *receiving(void *arg)
{
	struct message *message = malloc(sizeof(*message));
	const int *fd = arg;

	while (message_recv(*fd, message, 1000, 0) >= 0 || errno == EAGAIN)
		;
	free(message);
	return NULL;
}

static void *setting(void *arg)
{
	struct quic_transport_param params;
	struct quic_config config = { .stream_data_nodelay = 1 };
	struct quic_errinfo info = { .errcode = 7 };
	socklen_t len;
	const int *fd = arg;
	int id = 0;

	do {
		event_enable(*fd, QUIC_EVENT_STREAM_UPDATE, id & 4);
		info.stream_id = id;
		setsockopt(*fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info, sizeof(info));
		setsockopt(*fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info));
		setsockopt(*fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config, sizeof(config));
		memset(&params, 0, sizeof(params));
		params.remote = 1;
		len = sizeof(params);
		getsockopt(*fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, &len);
		id += 4;
	} while (!(poll_events(*fd) & POLLHUP));
	return NULL;
}

/* P01: what sleeps in one of them finds its stream reset, or the connection gone. */
TEST_LIMIT("P01 P04 one socket is used by threads that send, receive, set options and shut down", 90)
{
	struct quic_transport_param params = { .max_streams_bidi = 2000 };
	void *(*const roles[])(void *) = { sending, receiving, setting, receiving, sending };
	pthread_t threads[5];
	struct pair pair;
	int round, i;

	for (round = 0; round < 6; round++) {
		pair = pair_connected_params(params, params);
		for (i = 0; i < 5; i++)
			ASSERT_EQ(pthread_create(&threads[i], NULL, roles[i],
						 i < 3 ? &pair.client : &pair.server), 0);
		usleep(20000 + random() % 30000);
		ASSERT_OK(shutdown(round % 2 ? pair.client : pair.server, SHUT_RDWR));
		for (i = 0; i < 5; i++)
			pthread_join(threads[i], NULL);
		pair_close(&pair);
	}
}

static void pass(int channel, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	ASSERT_EQ(sendmsg(channel, &msg, 0), 1);
}

static int passed(int channel)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	ASSERT_EQ(recvmsg(channel, &msg, 0), 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

TEST("a connection is passed to another process and lives on there")
{
	int channel[2], fd, status;
	struct pair pair;
	pid_t child;

	ASSERT_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, channel));
	child = fork();
	ASSERT_OK(child);
	if (!child) {
		fd = passed(channel[1]);
		stream_expect(fd, 0, FIN, "ping");
		stream_write(fd, 0, FIN, "pong");
		/* The other end has read it when it closes. */
		ASSERT_EQ(message_recv(fd, &(struct message){ 0 }, 1, 0), -1);
		ASSERT_EQ(errno, ENOTCONN);
		_exit(0);
	}
	pair = pair_connected();
	stream_write(pair.client, 0, NEW | FIN, "ping");
	pass(channel[0], pair.server);
	close(pair.server);
	stream_expect(pair.client, 0, FIN, "pong");
	close(pair.client);
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
}

TEST("a listener is shared by processes that accept")
{
	struct pair pair = pair_listening("127.0.0.1");
	int i, status, clients[THREADS];
	pid_t children[THREADS];
	struct address addr = address_local(pair.listener);

	for (i = 0; i < THREADS; i++) {
		children[i] = fork();
		ASSERT_OK(children[i]);
		if (!children[i]) {
			pair.server = accept(pair.listener, NULL, NULL);
			ASSERT_OK(pair.server);
			handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "client hello");
			_exit(0);
		}
	}
	for (i = 0; i < THREADS; i++) {
		clients[i] = quic_socket(AF_INET);
		ASSERT_OK(address_connect(clients[i], &addr));
		ASSERT_EQ(handshake_send(clients[i], QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	}
	/* Each of them got one. */
	for (i = 0; i < THREADS; i++) {
		ASSERT_EQ(waitpid(children[i], &status, 0), children[i]);
		ASSERT_EQ(status, 0);
	}
}
