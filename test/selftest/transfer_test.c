// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transfers far larger than any window, over good and bad networks.
 */
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"
#include "transfer.h"

#define MEGABYTE	(1 << 20)

static void connect_pair(struct pair *pair)
{
	pair_connect(pair);
	pair_hello(pair);
	pair_handshake(pair);
}

static void transfer_both_ways(struct pair *pair, size_t up, size_t down)
{
	transfer(pair->client, pair->server, 0, up);
	transfer(pair->server, pair->client, 1, down);
	pair_close(pair);
}

TEST_LIMIT("transfer over loopback", 120)
{
	struct pair pair = pair_connected();

	transfer_both_ways(&pair, 8 * MEGABYTE, 4 * MEGABYTE);
}

TEST_LIMIT("transfer in both directions at once", 120)
{
	struct pair pair = pair_connected();
	pid_t up, down, reader;

	up = transfer_send(pair.client, 0, 4 * MEGABYTE);
	down = transfer_send(pair.server, 1, 4 * MEGABYTE);
	reader = fork();
	ASSERT_OK(reader);
	if (!reader) {
		transfer_receive(pair.client, 1, 4 * MEGABYTE);
		_exit(0);
	}
	transfer_receive(pair.server, 0, 4 * MEGABYTE);
	transfer_wait(up);
	transfer_wait(down);
	transfer_wait(reader);
	pair_close(&pair);
}

TEST_LIMIT("transfer over veth", 120)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	connect_pair(&pair);
	transfer_both_ways(&pair, 4 * MEGABYTE, 4 * MEGABYTE);
}

TEST_LIMIT("transfer over veth ipv6", 120)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS6);

	connect_pair(&pair);
	transfer_both_ways(&pair, 2 * MEGABYTE, 2 * MEGABYTE);
}

TEST_LIMIT("transfer over the smallest mtu", 120)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	shell("ip link set veth0 mtu 1280");
	connect_pair(&pair);
	transfer_both_ways(&pair, MEGABYTE, MEGABYTE);
}

TEST_LIMIT("transfer with delay", 120)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	shell("tc qdisc add dev veth0 root netem delay 30ms limit 10000");
	connect_pair(&pair);
	transfer_both_ways(&pair, 2 * MEGABYTE, 2 * MEGABYTE);
}

TEST_LIMIT("transfer with loss", 200)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	connect_pair(&pair);
	shell("tc qdisc add dev veth0 root netem loss 3%% delay 2ms limit 10000");
	transfer_both_ways(&pair, MEGABYTE, MEGABYTE);
}

TEST_LIMIT("transfer with reordering and duplicates", 200)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	connect_pair(&pair);
	shell("tc qdisc add dev veth0 root netem delay 4ms 2ms duplicate 5%% limit 10000");
	transfer_both_ways(&pair, MEGABYTE, MEGABYTE);
}

TEST_LIMIT("transfer with corruption", 200)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	connect_pair(&pair);
	shell("tc qdisc add dev veth0 root netem corrupt 3%% delay 2ms limit 10000");
	transfer_both_ways(&pair, MEGABYTE, MEGABYTE);
}

TEST_LIMIT("transfer into a short queue", 200)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	connect_pair(&pair);
	shell("tc qdisc add dev veth0 root tbf rate 20mbit burst 20kb limit 60kb");
	transfer_both_ways(&pair, MEGABYTE, MEGABYTE);
}

TEST_LIMIT("transfer on many streams", 120)
{
	struct pair pair = pair_connected();
	static struct message message;
	size_t got[20] = { 0 };
	int i, done = 0;
	pid_t children[20];

	for (i = 0; i < 20; i++)
		children[i] = transfer_send(pair.client, 2 + 4 * i, 100000);
	while (done < 20) {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		ASSERT(message.sid >= 2 && message.sid < 82 && message.sid % 4 == 2);
		got[message.sid / 4] += message.len;
		if (message.stream_flags & FIN) {
			ASSERT_EQ(got[message.sid / 4], 100000);
			done++;
		}
	}
	for (i = 0; i < 20; i++)
		transfer_wait(children[i]);
	pair_close(&pair);
}

TEST_LIMIT("transfer by each congestion control", 120)
{
	static const int algorithms[] = { QUIC_CONG_ALG_RENO, QUIC_CONG_ALG_CUBIC };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct pair pair = pair_listening("127.0.0.1");
		struct quic_config config = { .congestion_control_algo = algorithms[i] };

		config_set(pair.listener, config);
		config_set(pair.client, config);
		connect_pair(&pair);
		transfer_both_ways(&pair, 2 * MEGABYTE, 2 * MEGABYTE);
	}
}
