// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the other tests take for granted: a loaded module, and a network namespace.
 */
#include <errno.h>
#include <sched.h>

#include "../harness.h"
#include "../module.h"
#include "../netns.h"
#include "../pair.h"

TEST("P07 P27 the module is loaded, and loaded again if there was no memory for it")
{
	struct pair pair;

	module_remove();
	if (module_try_insert()) {
		/* proto_register() of the kernel says ENOBUFS. */
		ASSERT(errno == ENOMEM || errno == ENOBUFS);
		module_insert();
	}
	pair = pair_connected();
	pair_close(&pair);
}

TEST("P07 P27 S2.51 a namespace is made")
{
	struct pair pair;

	ASSERT_OK(unshare(CLONE_NEWNET));
	shell("ip link set lo up");
	pair = pair_connected();
	pair_echo(&pair, 0);
	pair_close(&pair);
}
