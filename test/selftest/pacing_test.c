// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pacing by fq and by the connection's own timer, and ECN marks on the way (RFC 9002, 7.1 and 7.7).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "message.h"
#include "netns.h"
#include "transfer.h"

#define SIZE	200000
#define RATE	200000		/* bytes per second */

static struct pair connected(const struct netns *netns, bool cap_server)
{
	struct pair pair = netns_pair(netns, FAR_ADDRESS);
	unsigned int rate = RATE;

	if (cap_server)
		ASSERT_OK(setsockopt(pair.listener, SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
				     sizeof(rate)));
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	return pair;
}

/* What `tc -s` says last behind @word. */
static unsigned long counted(const char *device, const char *word)
{
	char command[100], text[4096], *at, *last = NULL;
	FILE *pipe;
	size_t len;

	snprintf(command, sizeof(command), "tc -s qdisc show dev %s", device);
	pipe = popen(command, "r");
	ASSERT(pipe);
	len = fread(text, 1, sizeof(text) - 1, pipe);
	text[len] = 0;
	ASSERT_EQ(pclose(pipe), 0);
	for (at = text; (at = strstr(at, word)); at += strlen(word))
		last = at + strlen(word);
	return last ? strtoul(last, NULL, 10) : 0;
}

/*
 * The bytes of one transfer per second, by the clock. Only too fast can be wrong: however slow the
 * machine is, what is capped takes its time.
 */
static unsigned long measured(int from, int to, int64_t sid)
{
	struct timespec start, end;
	unsigned long ms;

	clock_gettime(CLOCK_MONOTONIC, &start);
	transfer(from, to, sid, SIZE);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
	return SIZE * 1000UL / (ms + 1);
}

static void cap(int fd)
{
	unsigned int rate = RATE;

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)));
}

TEST("RFC 9002, 7.7 fq waits for the departure of trains")
{
	/* With a round trip of that length a window is spread over many trains, also by a slow machine. */
	unsigned int delay = 30 * test_slowness();
	struct netns netns = netns_create();
	struct pair pair;

	netns_keep_order(&netns);
	netns_enter(netns.far);
	shell("tc qdisc replace dev veth1 root netem delay %ums limit 10000", delay);
	netns_enter(netns.near);
	shell("tc qdisc replace dev veth0 root fq");
	pair = connected(&netns, false);
	transfer(pair.client, pair.server, 2, 1000000);
	ASSERT(counted("veth0", "throttled ") > 0);
	ASSERT_EQ(stats(pair.client).packets_lost, 0);
	/* The wait for the departure is no part of it. */
	ASSERT(stats(pair.client).min_rtt >= delay * 1000);
	pair_close(&pair);
}

TEST("RFC 9002, 7.7 fq that takes no notice of rates leaves the waiting to the connection")
{
	struct netns netns = netns_create();
	struct pair pair;

	shell("tc qdisc replace dev veth0 root fq nopacing");
	pair = connected(&netns, false);
	cap(pair.client);
	ASSERT(measured(pair.client, pair.server, 2) < 2 * RATE);
	ASSERT_EQ(counted("veth0", "throttled "), 0);
	pair_close(&pair);
}

TEST("S2.45 SO_MAX_PACING_RATE holds where fq waits")
{
	struct netns netns = netns_create();
	struct pair pair;

	shell("tc qdisc replace dev veth0 root fq");
	pair = connected(&netns, false);
	cap(pair.client);
	ASSERT(measured(pair.client, pair.server, 2) < 2 * RATE);
	ASSERT(counted("veth0", "throttled ") > 0);
	pair_close(&pair);
}

TEST("S2.45 SO_MAX_PACING_RATE of a connection holds without fq")
{
	struct pair pair = pair_connected();

	cap(pair.client);
	ASSERT(measured(pair.client, pair.server, 2) < 2 * RATE);
	/* And only in one direction. */
	cap(pair.server);
	ASSERT(measured(pair.server, pair.client, 3) < 2 * RATE);
	pair_close(&pair);
}

TEST("S2.45 SO_MAX_PACING_RATE of a listener holds for its connections")
{
	struct netns netns = netns_create();
	struct pair pair = connected(&netns, true);

	ASSERT(measured(pair.server, pair.client, 3) < 2 * RATE);
	pair_close(&pair);
}

TEST("RFC 9002, 7.1 RFC 9000, 13.4.2 a mark on the way shrinks the window and nothing is lost")
{
	struct netns netns = netns_create();
	struct pair pair;

	netns_keep_order(&netns);
	pair = connected(&netns, false);
	/* The first packets prove that the path carries marks. */
	transfer(pair.client, pair.server, 2, 20000);
	shell("tc qdisc replace dev veth0 root netem loss 20%% ecn limit 10000");
	transfer(pair.client, pair.server, 6, 1000000);
	ASSERT(stats(pair.server).ecn_ce_received > 0);
	ASSERT(stats(pair.client).congestion_events > 0);
	ASSERT_EQ(stats(pair.client).packets_lost, 0);
	pair_close(&pair);
}
