// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"
#include "module.h"
#include "pair.h"

int module_try_remove(void)
{
	return syscall(SYS_delete_module, "quic", O_NONBLOCK);
}

int module_try_insert(void)
{
	/* The VM says where it is; elsewhere it is installed. */
	const char *path = getenv("KQUIC_MODULE");
	int fd, ret;

	if (!path)
		return system("modprobe quic") ? -1 : 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_OK(fd);
	ret = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return ret;
}

void module_remove(void)
{
	EVENTUALLY(!module_try_remove());
}

void module_insert(void)
{
	ASSERT_OK(module_try_insert());
}
