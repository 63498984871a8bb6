// SPDX-License-Identifier: MIT
/* agent -c FILE: wait for requests, and serve each in a process of its own. */
#include <netlink/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "netlink.h"
#include "session.h"

static struct agent_config config;

static int serve(void)
{
	struct nl_sock *sock = netlink_open();
	struct agent_request request;
	int status;

	if (!sock)
		return 1;
	/* Others may have been quicker, and the consumer may have given up. */
	if (netlink_accept(sock, &request))
		return 0;
	status = session_run(&request, &config);
	fprintf(stderr, "agent: %s handshake: %s\n", request.server ? "server" : "client",
		status ? strerror(status) : "done");
	return netlink_done(sock, request.fd, status) ? 1 : 0;
}

static void ready(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(serve());
	if (pid < 0)
		perror("agent: fork");
}

int main(int argc, char **argv)
{
	struct nl_sock *sock;
	int err;

	if (argc != 3 || strcmp(argv[1], "-c")) {
		fprintf(stderr, "usage: agent -c FILE\n");
		return 2;
	}
	if (config_read(argv[2], &config))
		return 1;
	signal(SIGCHLD, SIG_IGN);
	sock = netlink_open();
	if (!sock)
		return 1;
	err = netlink_listen(sock, ready);
	fprintf(stderr, "agent: %s\n", nl_geterror(err));
	return 1;
}
