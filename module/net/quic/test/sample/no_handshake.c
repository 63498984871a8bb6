// SPDX-License-Identifier: GPL-2.0-only
/* In place of handshake.c on kernels without net/handshake, such as 6.1 (S10.1). */
#define pr_fmt(fmt) "quic_test: " fmt

#include <linux/errno.h>
#include <linux/printk.h>

#include "sample.h"

int sample_handshake_supported(void)
{
	pr_err("this kernel has no net/handshake (CONFIG_NET_HANDSHAKE, Linux 6.4 and newer)\n");
	return -EOPNOTSUPP;
}

int sample_handshake(const struct sample *sample, struct socket *sock, bool server)
{
	return -EOPNOTSUPP;
}
