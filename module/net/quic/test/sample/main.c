// SPDX-License-Identifier: GPL-2.0-only
/* quic_sample_test.ko: its parameters. Loading it runs the test, and fails if the test does (S10.5). */
#define pr_fmt(fmt) "quic_test: " fmt

#include <linux/inet.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>

#include "sample.h"

static char *role = "client";
module_param(role, charp, 0444);
MODULE_PARM_DESC(role, "client (default) or server");

static char *ip = "127.0.0.1";
module_param(ip, charp, 0444);
MODULE_PARM_DESC(ip, "the server's IPv4 or IPv6 address (127.0.0.1)");

static ushort port = 1234;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "the server's port (1234)");

static char *dev = "";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "device to bind to (none)");

static char *alpn = "sample";
module_param(alpn, charp, 0444);
MODULE_PARM_DESC(alpn, "application protocol (sample); \"ticket\" tests resumption");

static int psk;
module_param(psk, int, 0444);
MODULE_PARM_DESC(psk, "serial number of the key with the pre-shared key; 0 (default): certificates");

static int parse_address(struct sample *sample)
{
	char service[6];
	int err;

	snprintf(service, sizeof(service), "%u", port);
	err = inet_pton_with_scope(current->nsproxy->net_ns, AF_UNSPEC, ip, service, &sample->addr);
	if (err) {
		pr_err("\"%s\" is no IP address\n", ip);
		return err;
	}
	sample->addr_len = sample->addr.ss_family == AF_INET ? sizeof(struct sockaddr_in) :
							       sizeof(struct sockaddr_in6);
	return 0;
}

static int run(const struct sample *sample)
{
	bool ticket = !strcmp(alpn, "ticket");

	if (!strcmp(role, "client"))
		return ticket ? sample_ticket_client(sample) : sample_client(sample);
	if (!strcmp(role, "server"))
		return sample_server(sample, ticket ? 2 : 1);
	pr_err("role \"%s\" is neither client nor server\n", role);
	return -EINVAL;
}

static int __init sample_init(void)
{
	struct sample sample = { .dev = dev, .alpn = alpn, .psk = psk };
	int err;

	err = sample_handshake_supported();
	if (!err)
		err = parse_address(&sample);
	if (!err)
		err = run(&sample);
	if (err)
		pr_err("the %s's test failed: %d\n", role, err);
	else
		pr_info("the %s's test passed\n", role);
	return err;
}

/* What the test opened it also closed. */
static void __exit sample_exit(void)
{
}

module_init(sample_init);
module_exit(sample_exit);
MODULE_DESCRIPTION("QUIC: a sample of a kernel consumer");
MODULE_LICENSE("GPL");
