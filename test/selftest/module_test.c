// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module itself: what keeps it, and that it can come and go at any time.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "module.h"
#include "netns.h"
#include "pair.h"

#define RELOADS		4
#define NAMESPACES	8

TEST("module stays while sockets exist")
{
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(module_try_remove(), EAGAIN);
	close(fd);
}

static int udp_socket(struct address *addr)
{
	int fd = patient_socket(AF_INET, SOCK_DGRAM, 0);

	*addr = address("127.0.0.1", 0);
	ASSERT_OK(address_bind(fd, addr));
	*addr = address_local(fd);
	return fd;
}

/* The first datagram of a client, as a server would see it. */
static ssize_t first_datagram(uint8_t *data, size_t size)
{
	int client = quic_socket(AF_INET), fd;
	struct address addr;
	ssize_t len;

	fd = udp_socket(&addr);
	ASSERT_OK(address_connect(client, &addr));
	ASSERT_EQ(handshake_send(client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	len = recv(fd, data, size, 0);
	ASSERT(len >= 1200);
	close(client);
	close(fd);
	return len;
}

/* Nobody has made a key or loaded a cipher yet when softirq sees it. */
TEST("P06 an Initial is the first packet after the module was loaded")
{
	struct pair pair = { 0 };
	struct address addr, from;
	uint8_t data[1500];
	ssize_t len;
	int fd;

	len = first_datagram(data, sizeof(data));
	module_remove();
	module_insert();
	pair = pair_listening("127.0.0.1");
	addr = address_local(pair.listener);
	fd = udp_socket(&from);
	ASSERT_EQ(sendto(fd, data, len, 0, &addr.sa, addr.len), len);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "client hello");
	pair_close(&pair);
}

struct traffic {
	_Atomic bool stop;
	int fd;
	struct address to;
	uint8_t data[1500];
	ssize_t len;
};

static void *traffic_send(void *arg)
{
	struct traffic *traffic = arg;

	while (!traffic->stop) {
		/* Refused whenever nobody has bound the port. */
		sendto(traffic->fd, traffic->data, traffic->len, 0, &traffic->to.sa, traffic->to.len);
		/* Another connection each time. */
		traffic->data[10]++;
	}
	return NULL;
}

TEST_LIMIT("P27 the module comes and goes under traffic", 120)
{
	static struct traffic traffic;
	struct address from;
	pthread_t thread;
	int fd, i;

	traffic.len = first_datagram(traffic.data, sizeof(traffic.data));
	fd = udp_socket(&traffic.to);
	/* While the port is taken, so that it does not get the same. */
	traffic.fd = udp_socket(&from);
	close(fd);
	ASSERT_EQ(pthread_create(&thread, NULL, traffic_send, &traffic), 0);
	for (i = 0; i < RELOADS; i++) {
		module_remove();
		module_insert();
		fd = quic_socket(AF_INET);
		ASSERT_OK(address_bind(fd, &traffic.to));
		ASSERT_OK(listen(fd, 4));
		usleep(20000);
		close(fd);
	}
	traffic.stop = true;
	pthread_join(thread, NULL);
	close(traffic.fd);
}

/* Each ends with a connection that nobody closed but the end of the process. */
TEST_LIMIT("P27 S2.51 namespaces come and go with connections in them", 120)
{
	struct pair pair;
	int i, status;
	pid_t child;

	for (i = 0; i < NAMESPACES; i++) {
		child = fork();
		ASSERT_OK(child);
		if (!child) {
			ASSERT_OK(unshare(CLONE_NEWNET));
			shell("ip link set lo up");
			pair = pair_connected();
			if (i % 2)
				pair_echo(&pair, 0);
			_exit(0);
		}
		ASSERT_EQ(waitpid(child, &status, 0), child);
		ASSERT_EQ(status, 0);
	}
}

TEST_LIMIT("P27 sockets are made while the module is being removed", 60)
{
	int i, fd, status;
	pid_t child = fork();

	ASSERT_OK(child);
	if (!child) {
		for (;;) {
			fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_QUIC);
			if (fd >= 0)
				close(fd);
			else if (errno != EPROTONOSUPPORT && errno != ESOCKTNOSUPPORT &&
				 /* found it, but it is leaving; which of both, kernels differ in */
				 errno != ENOBUFS && errno != ENOMEM)
				_exit(errno);
			/* Leave the module a moment without a socket: each is freed after a grace period. */
			usleep(100000);
		}
	}
	for (i = 0; i < RELOADS; i++) {
		module_remove();
		module_insert();
	}
	kill(child, SIGKILL);
	ASSERT_EQ(waitpid(child, &status, 0), child);
	/* If not by the signal, it ended with an errno in the upper byte. */
	ASSERT_EQ(status, SIGKILL);
}

/* Nobody is there to answer the neighbour solicitation of the last packets. */
TEST("module leaves although packets wait for a neighbour")
{
	struct netns netns = netns_create();
	struct address addr = address("10.9.0.77", 4433);
	int fd;

	netns_enter(netns.near);
	/* They wait longer than the test does. */
	shell("echo 1000 >/proc/sys/net/ipv4/neigh/veth0/mcast_solicit");
	fd = quic_socket(AF_INET);
	ASSERT_OK(address_connect(fd, &addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	close(fd);
	module_remove();
	module_insert();
}
