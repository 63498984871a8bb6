// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals and the calls that wait: EINTR, or they go on waiting where SA_RESTART asks for that.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* A child of the test sees them, too. */
static _Atomic unsigned int *signals;

static void count_signal(int number)
{
	(void)number;
	++*signals;
}

/* The other process has had some from now on: it waits, whatever it did before. */
static void others_wait(void)
{
	unsigned int before = *signals;

	while (*signals < before + 3)
		usleep(10000);
}

static void signals_share(void)
{
	if (signals)
		return;
	signals = mmap(NULL, sizeof(*signals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT(signals != MAP_FAILED);
}

/* SIGUSR1 at short intervals, from now on. */
static void signals_begin(int flags)
{
	struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };
	struct itimerspec often = {
		.it_interval = { .tv_nsec = 50000000 },
		.it_value = { .tv_nsec = 50000000 },
	};
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	signals_share();
	ASSERT_OK(sigaction(SIGUSR1, &action, NULL));
	ASSERT_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
	ASSERT_OK(timer_settime(timer, 0, &often, NULL));
}

static void wait_for_ever(int fd)
{
	struct timeval never = { 0 };

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never)));
}

TEST("S2.28 a signal ends accept")
{
	int fd = quic_listener("127.0.0.1");

	wait_for_ever(fd);
	signals_begin(0);
	ASSERT_ERRNO(accept(fd, NULL, NULL), EINTR);
	/* The listener is as it was. */
	ASSERT_OK(listen(fd, 3));
	close(fd);
}

TEST("S4.12 a signal ends recv")
{
	struct pair pair = pair_connected();
	char byte;

	wait_for_ever(pair.client);
	signals_begin(0);
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), EINTR);
	signal(SIGUSR1, SIG_IGN);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("a signal ends recv although the handler asks for a restart, because it has a timeout")
{
	struct pair pair = pair_connected();
	char byte;

	signals_begin(SA_RESTART);
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), EINTR);
	pair_close(&pair);
}

TEST("S3.6 a signal ends send, which waits for the peer to read")
{
	struct quic_transport_param small = { .max_data = 1200 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, small);
	char data[5000] = { 0 };

	signals_begin(0);
	/* What was taken before is told first. */
	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, sizeof(data)), 1200);
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, data, sizeof(data)), EINTR);
	pair_close(&pair);
}

TEST("S3.6 a signal ends send, which waits for the peer to allow a stream")
{
	struct quic_transport_param one = { .max_streams_bidi = 1 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, one);

	stream_write(pair.client, 0, NEW, "x");
	signals_begin(0);
	ASSERT_ERRNO(stream_send(pair.client, 4, NEW, "x", 1), EINTR);
	pair_close(&pair);
}

TEST("recv and accept begin again after a signal")
{
	struct pair pair = pair_listening("127.0.0.1");
	pid_t child;
	char byte;

	signals_share();
	child = fork();
	ASSERT_OK(child);
	if (!child) {
		others_wait();
		pair_connect(&pair);
		ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "a", 1, 0), 1);
		others_wait();
		ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "b", 1, 0), 1);
		pause();
	}
	wait_for_ever(pair.listener);
	signals_begin(SA_RESTART);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	wait_for_ever(pair.server);
	ASSERT_EQ(recv(pair.server, &byte, 1, 0), 1);
	ASSERT_EQ(recv(pair.server, &byte, 1, 0), 1);
	ASSERT_EQ(byte, 'b');
	kill(child, SIGKILL);
	pair_close(&pair);
}
