// SPDX-License-Identifier: GPL-2.0-only
#include <sys/socket.h>
#include <unistd.h>

#include "cid.h"
#include "harness.h"
#include "pair.h"

struct quic_connection_id_info cid_get(int fd, bool dest)
{
	struct quic_connection_id_info info = { .dest = dest };
	socklen_t len = sizeof(info);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_ID, &info, &len));
	ASSERT_EQ(len, sizeof(info));
	ASSERT_EQ(info.dest, dest);
	return info;
}

int cid_set(int fd, bool dest, uint32_t active, uint32_t prior_to)
{
	struct quic_connection_id_info info = {
		.dest = dest, .active = active, .prior_to = prior_to,
	};

	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_ID, &info, sizeof(info));
}

static bool is(int fd, bool dest, uint32_t active, uint32_t prior_to)
{
	struct quic_connection_id_info info = cid_get(fd, dest);

	return info.active == active && info.prior_to == prior_to;
}

void cid_expect(int fd, bool dest, uint32_t active, uint32_t prior_to)
{
	EVENTUALLY(is(fd, dest, active, prior_to));
}
