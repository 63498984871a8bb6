/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of tests: on the loopback device.
 */
#ifndef _ADDRESS_H
#define _ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

struct address {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage storage;
	};
	socklen_t len;
};

/* From text, "127.0.0.1" or "::1"; the family follows from it. */
struct address address(const char *text, unsigned short port);

struct address address_local(int fd);
struct address address_peer(int fd);
unsigned short address_port(const struct address *addr);

int address_bind(int fd, const struct address *addr);
int address_connect(int fd, const struct address *addr);

#endif /* _ADDRESS_H */
