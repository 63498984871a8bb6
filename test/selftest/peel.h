/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Streams with a socket of their own (QUIC_SOCKOPT_STREAM_PEELOFF).
 */
#ifndef _PEEL_H
#define _PEEL_H

#include <stdint.h>
#include <linux/quic.h>

#include "pair.h"

/* The option: the socket of stream @sid, or -1 and errno. */
int peel_try(int fd, int64_t sid, uint32_t flags);
/* The same, successfully; reading gives up after some seconds, as on the connection's socket. */
int peel(int fd, int64_t sid);

/* A connection whose client has opened stream @sid by sending @text on it, and the server's socket of it. */
struct peeled {
	struct pair pair;
	int64_t sid;
	int fd;
};

struct peeled peeled_server(int64_t sid, const char *text);
void peeled_close(struct peeled *peeled);

struct quic_stream_status stream_status(int fd);
/* SO_ERROR */
int socket_error(int fd);

/* Reading gives this text, in one piece. */
void read_expect(int fd, const char *text);

#endif /* _PEEL_H */
