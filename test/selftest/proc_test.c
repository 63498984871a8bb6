// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/quic.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "migration.h"
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

TEST("S10.3 S6.23 a connection that has migrated shows its new address and endpoint")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", port_free()), server = address_local(pair.server);
	char text[64];

	pair_echo(&pair, 0);
	ASSERT_OK(migrate(pair.client, &to));
	expect_port(pair.client, address_local, address_port(&to));
	snprintf(text, sizeof(text), "127.0.0.1:%u\t127.0.0.1:%u\t127.0.0.1:%u\t", address_port(&to),
		 address_port(&server), address_port(&to));
	ASSERT(file_contains("/proc/net/quic/conns", text));
	pair_close(&pair);
}

TEST("S10.3 everybody may read the files and nobody write them")
{
	static const char *const names[] = { "eps", "conns", "snmp" };
	char path[64];
	struct stat st;
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/proc/net/quic/%s", names[i]);
		ASSERT_OK(stat(path, &st));
		ASSERT_EQ(st.st_mode & 07777, 0444);
	}
}
