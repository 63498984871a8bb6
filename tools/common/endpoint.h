/* SPDX-License-Identifier: MIT */
/* Sockets: from a host and a port to a socket that is connected or listens. */
#ifndef _TOOLS_ENDPOINT_H
#define _TOOLS_ENDPOINT_H

#include <stdint.h>
#include <sys/socket.h>
#include <netinet/quic.h>

/* Room for "ADDRESS port N" */
#define ENDPOINT_NAME_SIZE 64

/**
 * struct endpoint - where to connect to, or where to listen
 * @host: name or address; NULL for all addresses of this machine
 * @port: UDP port, 0 lets the kernel choose one to listen on
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for both
 * @config: settings of the socket; zeros leave the kernel's defaults
 */
struct endpoint {
	const char *host;
	uint16_t port;
	int family;
	struct quic_config config;
};

/* These return a non-blocking socket, or end the program with a message and status 1. */
int endpoint_connect(const struct endpoint *endpoint);
int endpoint_listen(const struct endpoint *endpoint, int backlog);

/* The names of a socket's two ends, for messages: the local one, or the peer as it was known. */
void endpoint_local_name(int fd, char name[ENDPOINT_NAME_SIZE]);
void endpoint_peer_name(int fd, char name[ENDPOINT_NAME_SIZE]);

#endif /* _TOOLS_ENDPOINT_H */
