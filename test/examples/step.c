// SPDX-License-Identifier: MIT
/*
 * The event loop of quic_handshake_step(3) and functions of quic(7), as the pages have them, in a client of echo-server
 * that never blocks: step PORT IDENTITY KEY TEXT. Prints what comes back, and on stderr how often the handshake was
 * continued.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/example.c"

static int connected(const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_QUIC);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror("connect");
		exit(1);
	}
	return fd;
}

static void readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	poll(&pfd, 1, -1);
}

static int handshake(int fd, const char *identity, const char *digits)
{
	const gnutls_datum_t key = { (unsigned char *)digits, strlen(digits) };
	struct quic_handshake_step *step = NULL;
	gnutls_psk_client_credentials_t psk;
	gnutls_session_t session;
	int ret, calls = 0;

	gnutls_psk_allocate_client_credentials(&psk);
	gnutls_psk_set_client_credentials(psk, identity, &key, GNUTLS_PSK_KEY_HEX);
	gnutls_init(&session, GNUTLS_CLIENT);
	gnutls_credentials_set(session, GNUTLS_CRD_PSK, psk);
	gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL);
	gnutls_transport_set_int(session, fd);
	ret = quic_session_set_alpn(session, "echo", 4);
	if (!ret) {
		while (calls++, (ret = go_on(session, fd, &step)) > 0)
			readable(fd);
	}
	gnutls_deinit(session);
	gnutls_psk_free_client_credentials(psk);
	fprintf(stderr, "continued %d times, returned %d\n", calls, ret);
	return ret;
}

int main(int argc, char **argv)
{
	char text[256] = "";
	int fd;

	if (argc != 5)
		return 2;
	fd = connected(argv[1]);
	if (be_generous(fd) || handshake(fd, argv[2], argv[3]) || watch_the_end(fd) ||
	    send_on_new_stream(fd, argv[4], strlen(argv[4])) < 0)
		return 1;
	readable(fd);
	if (quic_recvmsg(fd, text, sizeof(text) - 1, NULL, NULL) < 0)
		return 1;
	puts(text);
	return 0;
}
