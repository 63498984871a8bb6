// SPDX-License-Identifier: GPL-2.0-only
/* net.quic: quic_mem, quic_rmem, quic_wmem, in the initial namespace only (S10.2). */
#include <linux/mm.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "../compat.h"
#include "memory.h"

long quic_sysctl_mem[3];
int quic_sysctl_rmem[3], quic_sysctl_wmem[3];

static struct ctl_table table[] = {
	{
		.procname	= "quic_mem",
		.data		= quic_sysctl_mem,
		.maxlen		= sizeof(quic_sysctl_mem),
		.mode		= 0644,
		.proc_handler	= proc_doulongvec_minmax,
	},
	{
		.procname	= "quic_rmem",
		.data		= quic_sysctl_rmem,
		.maxlen		= sizeof(quic_sysctl_rmem),
		.mode		= 0644,
		.proc_handler	= proc_dointvec_minmax,
		.extra1		= SYSCTL_ONE,
	},
	{
		.procname	= "quic_wmem",
		.data		= quic_sysctl_wmem,
		.maxlen		= sizeof(quic_sysctl_wmem),
		.mode		= 0644,
		.proc_handler	= proc_dointvec_minmax,
		.extra1		= SYSCTL_ONE,
	},
	QUIC_SYSCTL_END
};

static struct ctl_table_header *header;

static void defaults(void)
{
	unsigned long limit = max(nr_free_buffer_pages() / 8, 128UL);
	int share = min(limit << (PAGE_SHIFT - 7), 4UL << 20);

	quic_sysctl_mem[0] = limit / 4 * 3;
	quic_sysctl_mem[1] = limit;
	quic_sysctl_mem[2] = quic_sysctl_mem[0] * 2;
	quic_sysctl_rmem[0] = PAGE_SIZE;
	quic_sysctl_rmem[1] = 1 << 20;
	quic_sysctl_rmem[2] = max(1 << 20, share);
	quic_sysctl_wmem[0] = PAGE_SIZE;
	quic_sysctl_wmem[1] = 16 << 10;
	quic_sysctl_wmem[2] = max(64 << 10, share);
}

int quic_sysctl_init(void)
{
	defaults();
	header = register_net_sysctl(&init_net, "net/quic", table);
	return header || !IS_ENABLED(CONFIG_SYSCTL) ? 0 : -ENOMEM;
}

void quic_sysctl_exit(void)
{
	if (header)
		unregister_net_sysctl_table(header);
}
