// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "cid.h"
#include "harness.h"
#include "migration.h"
#include "pair.h"

int migrate(int fd, const struct address *addr)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_MIGRATION, &addr->storage,
			  addr->len);
}

unsigned short port_free(void)
{
	struct address addr = address("0.0.0.0", 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_OK(address_bind(fd, &addr));
	addr = address_local(fd);
	close(fd);
	return address_port(&addr);
}

static unsigned short port_of(int fd, struct address (*name)(int fd))
{
	struct address addr = name(fd);

	return address_port(&addr);
}

void expect_port(int fd, struct address (*name)(int fd), unsigned short port)
{
	EVENTUALLY(port_of(fd, name) == port);
}

void cid_expect_active(int fd, bool dest, uint32_t active)
{
	EVENTUALLY(cid_get(fd, dest).active == active);
}
