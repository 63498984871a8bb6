/* SPDX-License-Identifier: MIT */
/* What a benchmark needs of a transport: a connected pair over loopback, one byte stream, both ways. */
#ifndef BENCH_TRANSPORT_H
#define BENCH_TRANSPORT_H

#include <stddef.h>
#include <sys/types.h>

struct transport {
	const char *name;
	int (*listen)(unsigned short *port); /* listening fd, or -1 */
	int (*accept)(int listener);	     /* connected fd with its handshake done, or -1 */
	int (*connect)(unsigned short port);
	ssize_t (*send)(int fd, const void *buf, size_t len);
	ssize_t (*recv)(int fd, void *buf, size_t len);
};

extern const struct transport transport_tcp, transport_quic;

/* Certificate and key of the QUIC server, PEM. */
extern const char *transport_cert, *transport_key;

/* Listening or connected socket on 127.0.0.1, of @protocol (0: TCP). */
int transport_socket(int protocol, unsigned short *port, int connecting);

#endif
