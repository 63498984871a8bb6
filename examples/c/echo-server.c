// SPDX-License-Identifier: MIT
/* A QUIC server in 60 lines: sends everything back on the stream it came on. docs/c.md explains it. */
#include <netinet/in.h>
#include <netinet/quic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

static void echo(int fd)
{
	char data[65536];
	int64_t id = -1;

	for (;;) {
		uint32_t flags = 0;
		ssize_t n = quic_recvmsg(fd, data, sizeof(data), &id, &flags);

		if (n < 0) /* ENOTCONN: the connection is over */
			return;
		if (id & QUIC_STREAM_TYPE_UNI_MASK) /* a stream that has no way back */
			continue;
		if (quic_sendmsg(fd, data, n, id, (flags & MSG_QUIC_STREAM_FIN) | MSG_NOSIGNAL) < 0)
			perror("quic_sendmsg"); /* the client gave this stream up; others go on */
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = in6addr_any };
	int listener, fd;

	if (argc < 3) {
		fprintf(stderr, "usage: %s PORT PSK_FILE | PORT KEY CERTIFICATE\n", argv[0]);
		return 2;
	}
	addr.sin6_port = htons(atoi(argv[1]));
	listener = socket(AF_INET6, SOCK_STREAM, IPPROTO_QUIC);
	if (listener < 0 || bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, 64)) {
		perror("cannot listen");
		return 1;
	}
	quic_set_log_level(LOG_ERR); /* says why a handshake fails */
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0) {
			perror("accept");
			continue;
		}
		if (fork() == 0) { /* a process for each: handshakes wait for their clients */
			if (!quic_server_handshake(fd, argv[2], argv[3], "echo"))
				echo(fd);
			return 0;
		}
		close(fd);
	}
}
