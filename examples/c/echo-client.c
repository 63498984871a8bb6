// SPDX-License-Identifier: MIT
/* The client for echo-server: sends a text on a stream of its own and prints what comes back. */
#include <netdb.h>
#include <netinet/quic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list, *address;
	int fd = -1, err;

	err = getaddrinfo(host, port, &hints, &list);
	if (err) {
		fprintf(stderr, "%s: %s\n", host, gai_strerror(err));
		return -1;
	}
	for (address = list; address && fd < 0; address = address->ai_next) {
		fd = socket(address->ai_family, SOCK_STREAM, IPPROTO_QUIC);
		if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen)) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	if (fd < 0)
		perror(host);
	return fd;
}

static void complain(int level, const char *message)
{
	(void)level;
	fprintf(stderr, "%s\n", message);
}

static int exchange(int fd, const char *text)
{
	int64_t id = -1; /* the kernel chooses a stream: 0, the first of a client */
	uint32_t flags = MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN | MSG_NOSIGNAL;
	char data[4096];
	ssize_t len;

	if (quic_sendmsg(fd, text, strlen(text), id, flags) < 0) {
		perror("quic_sendmsg");
		return 1;
	}
	do {
		flags = 0;
		len = quic_recvmsg(fd, data, sizeof(data), &id, &flags);
		if (len < 0) {
			perror("quic_recvmsg");
			return 1;
		}
		fwrite(data, 1, len, stdout);
	} while (!(flags & MSG_QUIC_STREAM_FIN));
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	int fd, err = 1;

	if (argc < 4) {
		fprintf(stderr, "usage: %s HOST PORT TEXT [PSK_FILE]\n", argv[0]);
		return 2;
	}
	fd = connect_to(argv[1], argv[2]);
	if (fd < 0)
		return 1;
	quic_set_log_level(LOG_ERR);
	quic_set_log_func(complain);
	/* Without a PSK the server shows a certificate, which has to be HOST's. */
	if (!quic_client_handshake(fd, argv[4], argv[1], "echo"))
		err = exchange(fd, argv[3]);
	close(fd);
	return err;
}
