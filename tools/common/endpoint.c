// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "endpoint.h"

static struct addrinfo *resolve(const struct endpoint *endpoint, int flags)
{
	/* Names of services and types of sockets are UDP's: getaddrinfo() does not know QUIC. */
	struct addrinfo hints = {
		.ai_family = endpoint->family,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = flags | AI_NUMERICSERV,
	};
	struct addrinfo *list;
	char port[8];
	int ret;

	snprintf(port, sizeof(port), "%u", endpoint->port);
	ret = getaddrinfo(endpoint->host, port, &hints, &list);
	if (ret)
		errx(1, "cannot resolve %s: %s", endpoint->host,
		     ret == EAI_SYSTEM ? strerror(errno) : gai_strerror(ret));
	return list;
}

/* A socket with the endpoint's settings; -1 with errno if this family is not to be had. */
static int make_socket(const struct endpoint *endpoint, int family)
{
	int fd;

	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_QUIC);
	if (fd < 0) {
		if (errno == EPROTONOSUPPORT)
			errx(1, "this kernel has no QUIC sockets: is the module quic loaded?");
		return -1;
	}
	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &endpoint->config,
		       sizeof(endpoint->config)))
		err(1, "cannot configure the socket");
	return fd;
}

/* connect() sends nothing (S2.32): the first address that has a route is taken. */
int endpoint_connect(const struct endpoint *endpoint)
{
	struct addrinfo *list = resolve(endpoint, 0), *ai;
	int fd = -1, error = 0;

	for (ai = list; ai; ai = ai->ai_next) {
		fd = make_socket(endpoint, ai->ai_family);
		if (fd >= 0 && !connect(fd, ai->ai_addr, ai->ai_addrlen))
			break;
		error = errno;
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	if (fd < 0)
		errx(1, "cannot connect to %s port %u: %s", endpoint->host, endpoint->port,
		     strerror(error));
	return fd;
}

static int listen_at(const struct endpoint *endpoint, const struct addrinfo *ai, int backlog)
{
	int error, fd = make_socket(endpoint, ai->ai_family);

	if (fd < 0)
		return -1;
	if (!bind(fd, ai->ai_addr, ai->ai_addrlen) && !listen(fd, backlog))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int endpoint_listen(const struct endpoint *endpoint, int backlog)
{
	struct endpoint all = *endpoint;
	struct addrinfo *list;
	int fd;

	/* A socket of IPv6 takes clients of IPv4 too (S2.22). */
	if (!all.host)
		all.host = all.family == AF_INET ? "0.0.0.0" : "::";
	list = resolve(&all, AI_PASSIVE);
	fd = listen_at(&all, list, backlog);
	freeaddrinfo(list);
	/* Without IPv6 there is still IPv4. */
	if (fd < 0 && errno == EAFNOSUPPORT && !endpoint->host && all.family == AF_UNSPEC) {
		all.family = AF_INET;
		all.host = NULL;
		return endpoint_listen(&all, backlog);
	}
	if (fd < 0)
		err(1, "cannot listen on %s port %u", all.host, all.port);
	return fd;
}

typedef int (*name_function)(int fd, struct sockaddr *addr, socklen_t *len);

static void name_of(int fd, name_function get, char name[ENDPOINT_NAME_SIZE])
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	char host[ENDPOINT_NAME_SIZE - 16], port[8];

	if (get(fd, (struct sockaddr *)&addr, &len) ||
	    getnameinfo((struct sockaddr *)&addr, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		strcpy(name, "the peer");
	else
		snprintf(name, ENDPOINT_NAME_SIZE, "%s port %s", host, port);
}

void endpoint_local_name(int fd, char name[ENDPOINT_NAME_SIZE])
{
	name_of(fd, getsockname, name);
}

void endpoint_peer_name(int fd, char name[ENDPOINT_NAME_SIZE])
{
	name_of(fd, getpeername, name);
}
