// SPDX-License-Identifier: MIT
/* TCP and QUIC behind one interface. */
#include "transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/quic.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char *transport_cert, *transport_key;

#define BENCH_ALPN "kquic-bench"

int transport_socket(int protocol, unsigned short *port, int connecting)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int fd, rc;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr.sin_port = connecting ? htons(*port) : 0;
	fd = socket(AF_INET, SOCK_STREAM, protocol);
	if (fd < 0) {
		perror("socket");
		return -1;
	}
	if (connecting)
		rc = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	else
		rc = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1) ||
		     getsockname(fd, (struct sockaddr *)&addr, &len);
	if (rc) {
		perror(connecting ? "connect" : "listen");
		close(fd);
		return -1;
	}
	*port = ntohs(addr.sin_port);
	return fd;
}

static int tcp_nodelay(int fd)
{
	int on = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int tcp_listen(unsigned short *port)
{
	return transport_socket(0, port, 0);
}

static int tcp_accept(int listener)
{
	return tcp_nodelay(accept(listener, NULL, NULL));
}

static int tcp_connect(unsigned short port)
{
	return tcp_nodelay(transport_socket(0, &port, 1));
}

static ssize_t tcp_send(int fd, const void *buf, size_t len)
{
	return send(fd, buf, len, MSG_NOSIGNAL);
}

static ssize_t tcp_recv(int fd, void *buf, size_t len)
{
	return recv(fd, buf, len, 0);
}

const struct transport transport_tcp = {
	.name = "tcp",
	.listen = tcp_listen,
	.accept = tcp_accept,
	.connect = tcp_connect,
	.send = tcp_send,
	.recv = tcp_recv,
};

/* The same congestion controller as TCP, no holding of small writes: what TCP_NODELAY is there. */
static int quic_configure(int fd)
{
	struct quic_config config = {
		.congestion_control_algo = QUIC_CONG_ALG_CUBIC,
		.stream_data_nodelay = 1,
	};

	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config, sizeof(config));
}

static int quic_listen(unsigned short *port)
{
	int fd = transport_socket(IPPROTO_QUIC, port, 0);

	if (fd >= 0 && quic_configure(fd)) {
		perror("QUIC_SOCKOPT_CONFIG");
		close(fd);
		return -1;
	}
	return fd;
}

static int handshake_done(int fd, int rc)
{
	if (!rc)
		return fd;
	fprintf(stderr, "handshake: %d (%s)\n", rc, gnutls_strerror(rc));
	close(fd);
	return -1;
}

static int quic_accept(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return -1;
	return handshake_done(fd,
			      quic_server_handshake(fd, transport_key, transport_cert, BENCH_ALPN));
}

static int quic_connect(unsigned short port)
{
	int fd = transport_socket(IPPROTO_QUIC, &port, 1);

	if (fd < 0 || quic_configure(fd))
		return -1;
	return handshake_done(fd, quic_client_handshake(fd, NULL, NULL, BENCH_ALPN));
}

/* Everything goes over the client's first bidirectional stream; opening it again is no error here. */
static ssize_t quic_send(int fd, const void *buf, size_t len)
{
	ssize_t n = quic_sendmsg(fd, buf, len, 0, MSG_NOSIGNAL);

	if (n < 0 && errno == EINVAL)
		n = quic_sendmsg(fd, buf, len, 0, MSG_QUIC_STREAM_NEW | MSG_NOSIGNAL);
	return n;
}

static ssize_t quic_recv(int fd, void *buf, size_t len)
{
	return quic_recvmsg(fd, buf, len, NULL, NULL);
}

const struct transport transport_quic = {
	.name = "quic",
	.listen = quic_listen,
	.accept = quic_accept,
	.connect = quic_connect,
	.send = quic_send,
	.recv = quic_recv,
};
