/* SPDX-License-Identifier: GPL-2.0-only */
/* A QUIC socket for a test, released with it. */
#ifndef QUIC_TEST_SOCKET_H
#define QUIC_TEST_SOCKET_H

#include <kunit/test.h>
#include <linux/net.h>

#include "../socket/sock.h"

static inline void quic_test_release(void *sock)
{
	sock_release(sock);
}

static inline struct socket *quic_test_socket(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, 0,
			sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_QUIC, &sock));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, quic_test_release, sock));
	return sock;
}

#endif
