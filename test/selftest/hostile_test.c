// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs and machines do to a socket beside using it: calls in every state, whatever the
 * arguments; others that look at its packets; keys in use.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"
#include "state.h"

/* ---- P30 ---- */

/* Options of all numbers, known or not, with lengths and contents that nobody meant. */
static void any_option(int fd)
{
	static const unsigned int sizes[] = { 0, 1, 4, 8, 16, 56, 64, 4096 };
	unsigned char value[4096];
	unsigned int number, i, j;
	socklen_t len;

	for (number = 0; number < 24; number++) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			for (j = 0; j < sizeof(value); j++)
				value[j] = random();
			len = sizes[i];
			getsockopt(fd, SOL_QUIC, number, value, &len);
			ASSERT(len <= sizeof(value));
			setsockopt(fd, SOL_QUIC, number, value, sizes[i]);
		}
	}
}

/* Control messages and flags at random. */
static void any_message(int fd)
{
	char data[3000] = "", control[128];
	struct iovec iov = { data, random() % sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg = (struct cmsghdr *)control;
	unsigned int i;

	for (i = 0; i < sizeof(control); i++)
		control[i] = random() % 4 ? 0 : random();
	cmsg->cmsg_len = random() % 4 ? CMSG_LEN(16) : random() % sizeof(control);
	cmsg->cmsg_level = random() % 4 ? SOL_QUIC : random();
	cmsg->cmsg_type = random() % 4;
	if (random() % 4) {
		msg.msg_control = control;
		msg.msg_controllen = random() % 2 ? CMSG_SPACE(16) : random() % sizeof(control);
	}
	if (random() % 2)
		sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT | (random() % 4 ? 0 : random()));
	else
		recvmsg(fd, &msg, MSG_DONTWAIT | (random() % 4 ? 0 : random() & ~MSG_WAITALL));
}

/* Files and pipes on either side of it. */
static void any_transfer(int fd)
{
	int file = open("/proc/self/exe", O_RDONLY), pipes[2];
	loff_t zero = 0;

	ASSERT_OK(file);
	ASSERT_OK(pipe2(pipes, O_NONBLOCK));
	sendfile(fd, file, NULL, 1000);
	splice(file, &zero, pipes[1], NULL, 1000, SPLICE_F_NONBLOCK);
	splice(pipes[0], NULL, fd, NULL, 1000, SPLICE_F_NONBLOCK);
	splice(fd, NULL, pipes[1], NULL, 1000, SPLICE_F_NONBLOCK);
	close(pipes[0]);
	close(pipes[1]);
	close(file);
}

TEST_LIMIT("P30 calls with any arguments in every state leave the machine alive", 120)
{
	int state, fd, i;

	signal(SIGPIPE, SIG_IGN);
	srandom(1);
	for (state = FRESH; state < STATES; state++) {
		struct pair pair = pair_in_state(state, &fd);

		for (i = 0; i < 200; i++)
			any_message(fd);
		any_transfer(fd);
		any_option(fd);
		for (i = 0; i < 200; i++)
			any_message(fd);
		poll_events(fd);
		pair_close(&pair);
	}
	/* and nothing was broken for others */
	{
		struct pair pair = pair_connected();

		pair_echo(&pair, 0);
		pair_close(&pair);
	}
}

/* ---- P33 ---- */

TEST("P33 an orderly close shows no error to epoll")
{
	struct pair pair = pair_connected();
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP };
	int epoll = epoll_create1(0), error;
	socklen_t len = sizeof(error);

	ASSERT_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.server, &event));
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_EQ(epoll_wait(epoll, &event, 1, -1), 1);
	ASSERT(event.events & EPOLLHUP);
	ASSERT(event.events & EPOLLRDHUP);
	ASSERT(!(event.events & EPOLLERR));
	ASSERT_OK(getsockopt(pair.server, SOL_SOCKET, SO_ERROR, &error, &len));
	ASSERT_EQ(error, 0);
	ASSERT(!(poll_events(pair.client) & POLLERR));
	close(epoll);
	pair_close(&pair);
}

TEST("P33 a fresh socket shows no error")
{
	int fd = quic_socket(AF_INET);

	ASSERT(poll_events(fd) & POLLHUP);
	ASSERT(!(poll_events(fd) & POLLERR));
	close(fd);
}

/* ---- P08 ---- */

#define SECRET		"what only the two ends may ever read"
#define SECRETS		20000
#define CAPTURED_MIN	50

static int sniffer_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), size = 4 << 20;

	ASSERT_OK(fd);
	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	return fd;
}

/*
 * A packet that somebody else looks at too is not decrypted in their copy, and what they hold does
 * not change what arrives.
 */
TEST("P08 packets that a sniffer shares stay encrypted and arrive whole")
{
	struct pair pair = pair_connected();
	int fd = sniffer_open(), captured = 0, i;
	static struct message message;
	static char packet[70000];
	size_t len = strlen(SECRET), total = 0;
	ssize_t got;
	pid_t child = fork();

	ASSERT_OK(child);
	if (!child) {
		for (i = 0; i < SECRETS; i++)
			stream_write(pair.client, 0, i ? 0 : NEW, SECRET);
		_exit(0);
	}
	while (total < SECRETS * len) {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		for (i = 0; i < message.len; i++)
			ASSERT_EQ(message.data[i], SECRET[(total + i) % len]);
		total += message.len;
	}
	while ((got = recv(fd, packet, sizeof(packet), MSG_DONTWAIT)) >= 0) {
		captured++;
		ASSERT(!memmem(packet, got, SECRET, len));
	}
	ASSERT(captured >= CAPTURED_MIN);
	close(fd);
	pair_close(&pair);
}

/* ---- P05 ---- */

/* Algorithms that somebody uses (more than their own registration) and that may be asynchronous. */
static int count_async_users(void)
{
	FILE *file = fopen("/proc/crypto", "r");
	char line[256];
	int refs = 0, users = 0;

	ASSERT(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "refcnt : %d", &refs) == 1)
			continue;
		if (!strncmp(line, "async ", 6) && strstr(line, "yes") && refs > 1)
			users++;
	}
	fclose(file);
	return users;
}

TEST("P05 no key in use is asynchronous")
{
	static const uint32_t ciphers[] = {
		TLS_CIPHER_AES_GCM_128, TLS_CIPHER_AES_GCM_256, TLS_CIPHER_AES_CCM_128,
		TLS_CIPHER_CHACHA20_POLY1305,
	};
	struct pair pairs[4];
	int before = count_async_users(), i;

	for (i = 0; i < 4; i++) {
		pairs[i] = pair_listening("127.0.0.1");
		pairs[i].cipher = ciphers[i];
		pair_connect(&pairs[i]);
		pair_hello(&pairs[i]);
		pair_handshake(&pairs[i]);
		pair_echo(&pairs[i], 0);
	}
	ASSERT_EQ(count_async_users(), before);
	for (i = 0; i < 4; i++)
		pair_close(&pairs[i]);
}
