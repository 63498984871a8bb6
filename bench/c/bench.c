// SPDX-License-Identifier: MIT
/*
 * Bulk and request/response over loopback, QUIC beside TCP in one run: the ratio is the result, the
 * absolute figures depend on the machine and, in an emulated one, mean little.
 *
 *	bench --cert FILE --key FILE [--megabytes N] [--requests N]
 */
#include "transport.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WRITE_SIZE   (64 * 1024)
#define REQUEST_SIZE 1024

static size_t megabytes = 64;
static size_t requests = 2000;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void die(const struct transport *t, const char *what)
{
	fprintf(stderr, "%s: ", t->name);
	perror(what);
	exit(1);
}

static void send_all(const struct transport *t, int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = t->send(fd, buf, len);

		if (n <= 0)
			die(t, "send");
		buf += n;
		len -= n;
	}
}

static void recv_all(const struct transport *t, int fd, char *buf, size_t size, size_t len)
{
	while (len) {
		ssize_t n = t->recv(fd, buf, len < size ? len : size);

		if (n <= 0)
			die(t, "recv");
		len -= n;
	}
}

/* The receiver's one byte at the end makes sure that all of it has arrived. */
static void bulk(const struct transport *t, int fd, int sending, char *buf)
{
	size_t i;

	if (sending) {
		for (i = 0; i < megabytes * (1024 * 1024 / WRITE_SIZE); i++)
			send_all(t, fd, buf, WRITE_SIZE);
		recv_all(t, fd, buf, WRITE_SIZE, 1);
	} else {
		recv_all(t, fd, buf, WRITE_SIZE, megabytes * 1024 * 1024);
		send_all(t, fd, buf, 1);
	}
}

static void request_response(const struct transport *t, int fd, int client, char *buf)
{
	size_t i;

	for (i = 0; i < requests; i++) {
		if (client)
			send_all(t, fd, buf, REQUEST_SIZE);
		recv_all(t, fd, buf, WRITE_SIZE, REQUEST_SIZE);
		if (!client)
			send_all(t, fd, buf, REQUEST_SIZE);
	}
}

typedef void (*workload)(const struct transport *t, int fd, int client, char *buf);

static double run(const struct transport *t, workload work)
{
	static char buf[WRITE_SIZE];
	unsigned short port = 0;
	double start, elapsed;
	int listener, fd, status;
	pid_t server;

	memset(buf, 'k', sizeof(buf));
	listener = t->listen(&port);
	if (listener < 0)
		exit(1);
	server = fork();
	if (server < 0)
		die(t, "fork");
	if (!server) {
		fd = t->accept(listener);
		if (fd < 0)
			die(t, "accept");
		work(t, fd, 0, buf);
		/* The client closes first: its last answer must not be cut off by our exit. */
		t->recv(fd, buf, sizeof(buf));
		_exit(0);
	}
	fd = t->connect(port);
	if (fd < 0)
		die(t, "connect");
	start = seconds();
	work(t, fd, 1, buf);
	elapsed = seconds() - start;
	close(fd);
	close(listener);
	if (waitpid(server, &status, 0) != server || status) {
		fprintf(stderr, "%s: the server failed\n", t->name);
		exit(1);
	}
	return elapsed;
}

static void report(const char *what, const char *unit, double work, workload load)
{
	double tcp = work / run(&transport_tcp, load);
	double quic = work / run(&transport_quic, load);

	printf("%-18s quic %10.1f %s   tcp %10.1f %s   ratio %.3f\n", what, quic, unit, tcp, unit,
	       quic / tcp);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cert", required_argument, NULL, 'c' },
		{ "key", required_argument, NULL, 'k' },
		{ "megabytes", required_argument, NULL, 'm' },
		{ "requests", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			transport_cert = optarg;
			break;
		case 'k':
			transport_key = optarg;
			break;
		case 'm':
			megabytes = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			requests = strtoul(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	}
	if (!transport_cert || !transport_key || !megabytes || !requests) {
		fprintf(stderr, "usage: %s --cert FILE --key FILE [--megabytes N] [--requests N]\n",
			argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	report("bulk, 64 KB writes", "Mbit/s", megabytes * 8.388608, bulk);
	report("1 KB request", "req/s ", requests, request_response);
	return 0;
}
