// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/quic.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"
#include "pair.h"

static bool file_contains(const char *name, const char *text)
{
	bool found = false;
	char line[512];
	FILE *file = fopen(name, "re");

	ASSERT(file);
	while (fgets(line, sizeof(line), file))
		found |= !!strstr(line, text);
	fclose(file);
	return found;
}

TEST("T186 S10.3 listeners")
{
	int fd = quic_listener("127.0.0.1");
	struct address addr = address_local(fd);
	char text[32];

	snprintf(text, sizeof(text), "127.0.0.1:%u\t", address_port(&addr));
	ASSERT(file_contains("/proc/net/quic/eps", text));
	close(fd);
	ASSERT(!file_contains("/proc/net/quic/eps", text));
}

TEST("T187 S10.3 counters")
{
	static const char *const names[] = {
		"QuicConnCurrentEstabs", "QuicConnPassiveEstabs", "QuicConnActiveEstabs",
		"QuicPktRcvFastpaths", "QuicPktDecFastpaths", "QuicPktEncFastpaths",
		"QuicPktRcvBacklogs", "QuicPktDecBacklogs", "QuicPktEncBacklogs",
		"QuicPktInvHdrDrop", "QuicPktInvNumDrop", "QuicPktInvFrmDrop",
		"QuicPktRcvDrop", "QuicPktDecDrop", "QuicPktEncDrop", "QuicFrmRcvBufDrop",
		"QuicFrmRetrans", "QuicFrmOutCloses", "QuicFrmInCloses",
	};
	FILE *file = fopen("/proc/net/quic/snmp", "re");
	unsigned long long value;
	char line[128], name[64];
	size_t i;

	ASSERT(file);
	for (i = 0; i < 19; i++) {
		ASSERT(fgets(line, sizeof(line), file));
		ASSERT_EQ(sscanf(line, "%63s\t%llu", name, &value), 2);
		ASSERT(!strcmp(name, names[i]));
		ASSERT_EQ(line[32], '\t');
	}
	ASSERT(!fgets(line, sizeof(line), file));
	fclose(file);
}

TEST("S10.3 connections")
{
	struct pair pair = pair_connected();
	struct address addr = address_local(pair.client);
	char text[32];

	snprintf(text, sizeof(text), "127.0.0.1:%u\t", address_port(&addr));
	ASSERT(file_contains("/proc/net/quic/conns", text));
	pair_close(&pair);
	ASSERT(!file_contains("/proc/net/quic/conns", text));
}

static long long counter(const char *name)
{
	FILE *file = fopen("/proc/thread-self/net/quic/snmp", "re");
	long long value = -1, found;
	char line[128], text[64];

	ASSERT(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s\t%lld", text, &found) == 2 && !strcmp(text, name))
			value = found;
	fclose(file);
	ASSERT(value >= 0);
	return value;
}

TEST("S10.4 connections, packets and closes are counted")
{
	struct pair pair;

	netns_create();
	pair = pair_connected();
	ASSERT_EQ(counter("QuicConnCurrentEstabs"), 2);
	ASSERT_EQ(counter("QuicConnPassiveEstabs"), 1);
	ASSERT_EQ(counter("QuicConnActiveEstabs"), 1);
	ASSERT(counter("QuicPktEncFastpaths") > 0);
	ASSERT(counter("QuicPktDecFastpaths") > 0);
	ASSERT(counter("QuicPktRcvFastpaths") + counter("QuicPktRcvBacklogs") > 0);
	ASSERT_EQ(counter("QuicFrmOutCloses"), 0);
	pair_close(&pair);
	EVENTUALLY(counter("QuicConnCurrentEstabs") == 0);
	ASSERT_EQ(counter("QuicConnPassiveEstabs"), 1);
	ASSERT_EQ(counter("QuicPktDecDrop"), 0);
}

TEST("S10.4 a close during the handshake is a transport close, sent and received")
{
	struct pair pair;

	netns_create();
	pair = pair_listening("127.0.0.1");
	pair_connect(&pair);
	pair_hello(&pair);
	close(pair.server);
	EVENTUALLY(counter("QuicFrmInCloses") == 1);
	ASSERT_EQ(counter("QuicFrmOutCloses"), 1);
	ASSERT_EQ(counter("QuicConnCurrentEstabs"), 0);
}

TEST("S10.4 packets that waited for their keys are counted as decrypted later")
{
	struct pair pair;

	netns_create();
	pair = pair_listening("127.0.0.1");
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_EQ(counter("QuicPktDecBacklogs"), 0);
	/* The server's flight reaches the client before the secrets do. */
	pair_handshake(&pair);
	ASSERT(counter("QuicPktDecBacklogs") > 0);
	pair_close(&pair);
}
