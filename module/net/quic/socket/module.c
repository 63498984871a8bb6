// SPDX-License-Identifier: GPL-2.0-only
/* The module: what begins and ends with it. The protocol is registered last, when all else works (P27). */
#include <linux/module.h>

#include "../crypto/crypto.h"
#include "../udp/cid_table.h"
#include "../udp/endpoint.h"
#include "family.h"
#include "memory.h"
#include "net.h"
#include "sock.h"

static int __init quic_init(void)
{
	int err;

	err = quic_memory_init();
	if (err)
		return err;
	err = quic_sysctl_init();
	if (err)
		goto free_memory;
	err = quic_crypto_init();
	if (err)
		goto free_sysctl;
	err = quic_cid_table_init();
	if (err)
		goto free_crypto;
	err = quic_endpoint_init();
	if (err)
		goto free_table;
	err = quic_net_register();
	if (err)
		goto free_endpoints;
	err = quic_family_register();
	if (err)
		goto free_net;
	return 0;
free_net:
	quic_net_unregister();
free_endpoints:
	quic_endpoint_exit();
free_table:
	quic_cid_table_exit();
free_crypto:
	quic_crypto_exit();
free_sysctl:
	quic_sysctl_exit();
free_memory:
	quic_memory_exit();
	return err;
}

static void __exit quic_exit(void)
{
	quic_family_unregister();
	quic_net_unregister();
	quic_endpoint_exit();
	quic_cid_table_exit();
	quic_crypto_exit();
	quic_sysctl_exit();
	quic_memory_exit();
}

module_init(quic_init);
module_exit(quic_exit);

/* IPPROTO_QUIC is 261; the macros want the bare number. SOCK_STREAM is 1, SOCK_DGRAM 2. */
/* S2.3: loaded by the first program that asks for the protocol. */
MODULE_ALIAS_NET_PF_PROTO(PF_INET, 261);
MODULE_ALIAS_NET_PF_PROTO(PF_INET6, 261);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET, 261, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET, 261, 2);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET6, 261, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET6, 261, 2);
MODULE_DESCRIPTION("QUIC: A UDP-Based Multiplexed and Secure Transport (IPPROTO_QUIC)");
MODULE_LICENSE("GPL");
