// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "counter.h"
#include "harness.h"

long long counter(const char *name)
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
