// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

TEST("module stays while sockets exist")
{
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(syscall(SYS_delete_module, "quic", O_NONBLOCK), EAGAIN);
	close(fd);
}
