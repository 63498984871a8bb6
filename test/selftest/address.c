// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <string.h>

#include "address.h"
#include "harness.h"

struct address address(const char *text, unsigned short port)
{
	struct address addr = { 0 };

	if (strchr(text, ':')) {
		addr.in6.sin6_family = AF_INET6;
		addr.in6.sin6_port = htons(port);
		ASSERT_EQ(inet_pton(AF_INET6, text, &addr.in6.sin6_addr), 1);
		addr.len = sizeof(addr.in6);
	} else {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(port);
		ASSERT_EQ(inet_pton(AF_INET, text, &addr.in.sin_addr), 1);
		addr.len = sizeof(addr.in);
	}
	return addr;
}

struct address address_local(int fd)
{
	struct address addr = { .len = sizeof(addr.storage) };

	ASSERT_OK(getsockname(fd, &addr.sa, &addr.len));
	return addr;
}

struct address address_peer(int fd)
{
	struct address addr = { .len = sizeof(addr.storage) };

	ASSERT_OK(getpeername(fd, &addr.sa, &addr.len));
	return addr;
}

unsigned short address_port(const struct address *addr)
{
	return ntohs(addr->sa.sa_family == AF_INET ? addr->in.sin_port : addr->in6.sin6_port);
}

int address_bind(int fd, const struct address *addr)
{
	return bind(fd, &addr->sa, addr->len);
}

int address_connect(int fd, const struct address *addr)
{
	return connect(fd, &addr->sa, addr->len);
}
