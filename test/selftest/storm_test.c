// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that come and go while packets for them arrive.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define THREADS		4

struct storm {
	int fd;
	_Atomic bool stop;
};

/* Datagrams as fast as the window lets them go, each with a stream of its own. */
static void *storm_send(void *arg)
{
	struct storm *storm = arg;
	uint8_t data[3000] = { 0 };

	while (!storm->stop) {
		if (stream_send_flags(storm->fd, -1, NEW | FIN, data, sizeof(data), MSG_DONTWAIT) < 0 &&
		    errno == EPIPE)
			break;
	}
	return NULL;
}

static void storm_start(struct storm *storm, int fd, pthread_t *thread)
{
	storm->fd = fd;
	storm->stop = false;
	ASSERT_EQ(pthread_create(thread, NULL, storm_send, storm), 0);
}

TEST_LIMIT("P03 close during a storm of packets for the socket", 90)
{
	struct quic_transport_param params = { .max_streams_bidi = 4096 };
	pthread_t threads[2];
	struct storm storms[2];
	struct pair pair;
	int i;

	for (i = 0; i < 12; i++) {
		pair = pair_connected_params(params, params);
		storm_start(&storms[0], pair.client, &threads[0]);
		storm_start(&storms[1], dup(pair.server), &threads[1]);
		usleep(random() % 8000);
		/* One end is gone at once, the other while the first one says so. */
		if (i % 2)
			ASSERT_OK(shutdown(pair.server, SHUT_RDWR));
		storms[1].stop = true;
		pthread_join(threads[1], NULL);
		close(storms[1].fd);
		close(pair.server);
		storms[0].stop = true;
		pthread_join(threads[0], NULL);
		pair.server = -1;
		pair_close(&pair);
	}
}

static _Atomic bool storm_over;

static void *hellos(void *arg)
{
	const struct address *to = arg;
	int fd;

	while (!storm_over) {
		fd = quic_socket(AF_INET);
		ASSERT_OK(address_connect(fd, to));
		handshake_send(fd, QUIC_CRYPTO_INITIAL, "client hello", 12, 0);
		close(fd);
	}
	return NULL;
}

/* The lookup of a listener, and of what its queue holds, against its end. */
TEST_LIMIT("P03 listeners close during a storm of new connections", 60)
{
	struct address addr = address("127.0.0.1", 0);
	pthread_t threads[THREADS - 1];
	int fd, child, i;

	fd = quic_listener("127.0.0.1");
	addr = address_local(fd);
	for (i = 0; i < THREADS - 1; i++)
		ASSERT_EQ(pthread_create(&threads[i], NULL, hellos, &addr), 0);
	for (i = 0; i < 16; i++) {
		child = accept(fd, NULL, NULL);
		ASSERT_OK(child);
		if (i % 2)
			close(child);
		close(fd);
		if (!(i % 2))
			close(child);
		fd = quic_socket(AF_INET);
		ASSERT_OK(address_bind(fd, &addr));
		ASSERT_OK(listen(fd, i % 8 + 1));
	}
	storm_over = true;
	for (i = 0; i < THREADS - 1; i++)
		pthread_join(threads[i], NULL);
	close(fd);
}

static void *children(void *arg)
{
	int listener = *(int *)arg, fd;

	while (!storm_over) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		/* The child is used, and its listener asked, while packets for both arrive. */
		handshake_send(fd, QUIC_CRYPTO_INITIAL, "server hello", 12, 0);
		params_get(listener, false);
		params_get(fd, false);
		close(fd);
	}
	return NULL;
}

/* Locks are taken in one order: endpoint, listener, child. The debug kernel's lockdep watches (P28). */
TEST_LIMIT("P28 a listener and its children are used at once by those who accept, ask, refuse and close", 60)
{
	pthread_t senders[2], takers[2];
	struct address addr;
	int fd, i;

	fd = quic_listener("127.0.0.1");
	addr = address_local(fd);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(pthread_create(&senders[i], NULL, hellos, &addr), 0);
		ASSERT_EQ(pthread_create(&takers[i], NULL, children, &fd), 0);
	}
	for (i = 0; i < 200; i++) {
		/* What waits is dropped, and the backlog changes. */
		ASSERT_OK(listen(fd, 0));
		ASSERT_OK(listen(fd, i % 8 + 1));
		usleep(2000);
	}
	storm_over = true;
	for (i = 0; i < 2; i++)
		pthread_join(senders[i], NULL);
	ASSERT_OK(shutdown(fd, SHUT_WR));
	for (i = 0; i < 2; i++)
		pthread_join(takers[i], NULL);
	close(fd);
}

static void *binds(void *arg)
{
	const struct address *addr = arg;
	int fd, i;

	for (i = 0; i < 60; i++) {
		fd = quic_socket(AF_INET);
		ASSERT_OK(address_bind(fd, addr));
		if (i % 3 == 0 && listen(fd, 1) < 0)
			ASSERT_EQ(errno, EADDRINUSE);
		close(fd);
	}
	return NULL;
}

TEST_LIMIT("P09 S2.39 storms of bind and close on one port", 60)
{
	struct address addr = address("127.0.0.1", 0);
	pthread_t threads[THREADS];
	int fd, i;

	fd = quic_socket(AF_INET);
	ASSERT_OK(address_bind(fd, &addr));
	addr = address_local(fd);
	close(fd);
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(pthread_create(&threads[i], NULL, binds, &addr), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* Nothing of them is left: another protocol gets the port. */
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_OK(fd);
	EVENTUALLY(!address_bind(fd, &addr));
}

/* Processes die at every point of a handshake. */
TEST_LIMIT("P03 processes are killed in the middle of handshakes", 60)
{
	struct pair pair;
	int i, status;
	pid_t child;

	for (i = 0; i < 12; i++) {
		child = fork();
		ASSERT_OK(child);
		if (!child) {
			pair = pair_connected();
			pause();
		}
		usleep(random() % 12000);
		kill(child, SIGKILL);
		ASSERT_EQ(waitpid(child, &status, 0), child);
		ASSERT(WIFSIGNALED(status));
	}
	pair = pair_connected();
	pair_echo(&pair, 0);
	pair_close(&pair);
}
