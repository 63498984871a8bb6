/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client socket connected to a server socket of the same process, without TLS: fixed secrets are
 * installed on both ends, and the handshake messages are a few arbitrary words.
 */
#ifndef _PAIR_H
#define _PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/quic.h>
#include <linux/tls.h>

#include "address.h"

struct pair {
	int listener;
	int client;
	int server;		/* -1 until accepted */
	uint32_t cipher;
};

/* A socket whose receiving calls give up (EAGAIN) after some time, so that tests end. */
int patient_socket(int family, int type, int protocol);
int quic_socket(int family);
/* A listener at an address and any port, on the backlog of 16. */
int quic_listener(const char *host);

void params_set(int fd, struct quic_transport_param params);
struct quic_transport_param params_get(int fd, bool remote);
void config_set(int fd, struct quic_config config);
struct quic_conn_stats stats(int fd);

/* Install a fixed secret. Returns what setsockopt() does. */
int secret_set(int fd, int level, bool send, bool from_client, uint32_t cipher);

/* The whole way to two connected sockets, in defaults. */
struct pair pair_connected(void);
/* The same with transport parameters of either side, of which 0 means the default. */
struct pair pair_connected_params(struct quic_transport_param client,
				  struct quic_transport_param server);

/* The parts of it. */
struct pair pair_listening(const char *host);			/* listener and unconnected client */
void pair_connect(struct pair *pair);				/* client is HANDSHAKING */
void pair_hello(struct pair *pair);				/* client's first message, accept */
void pair_handshake(struct pair *pair);				/* everything after pair_hello() */
/* The same on a bad network; both ends wait so long for each message. */
void pair_handshake_within(struct pair *pair, int seconds);

void pair_close(struct pair *pair);

/* Echo one short stream that the client opens, until it is gone at both ends. */
void pair_echo(struct pair *pair, int64_t sid);

/* Of poll_events(): all that poll() says now. */
#define READABLE	(POLLIN | POLLRDNORM)
#define WRITABLE	(POLLOUT | POLLWRNORM)
int poll_events(int fd);
/* SIOCINQ and the like: bytes. */
int queued(int fd, unsigned long command);

/* For conditions that become true when packets arrive. */
#define EVENTUALLY(condition)						\
	do {								\
		int tries = 2500 * test_slowness();			\
									\
		while (!(condition) && --tries)				\
			usleep(2000);					\
		if (!tries)						\
			test_fail(__FILE__, __LINE__, "never true: %s", #condition); \
	} while (0)

#endif /* _PAIR_H */
