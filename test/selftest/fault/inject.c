// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel counts the allocations that pass its filters, and lets those fail whose number is a
 * multiple of "interval", "times" of them; it does not count while "times" is 0. The count cannot be
 * set or read. It begins at 0, though, and a multiple of an interval larger than the count is that
 * interval itself: so after each failure the count is known. An allocation passes that has an address of
 * the module among its callers.
 */
#include <stdio.h>
#include <string.h>

#include "../harness.h"
#include "inject.h"

/* The module may be loaded again, to another place, that near. No other is, and the kernel is farther. */
#define MODULE_RANGE	(8UL << 20)

const char *const inject_names[INJECT_KINDS] = { "slab", "page" };

static const char *const folders[INJECT_KINDS] = { "failslab", "fail_page_alloc" };
/* What the kernel's count is, and what it will be at the failure. */
static unsigned long counts[INJECT_KINDS], targets[INJECT_KINDS];

static void set(enum inject_kind kind, const char *name, const char *value)
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", folders[kind], name);
	file = fopen(path, "we");
	if (!file || fputs(value, file) < 0 || fclose(file))
		test_fail(__FILE__, __LINE__, "%s is not set to %s", path, value);
}

static long get(enum inject_kind kind, const char *name)
{
	char path[100];
	long value;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", folders[kind], name);
	file = fopen(path, "re");
	ASSERT(file && fscanf(file, "%li", &value) == 1);
	fclose(file);
	return value;
}

static unsigned long module_address(void)
{
	char name[64];
	unsigned long address;
	FILE *file = fopen("/proc/modules", "re");

	ASSERT(file);
	while (fscanf(file, "%63s %*s %*s %*s %*s %lx%*[^\n]", name, &address) == 2) {
		if (!strcmp(name, "quic")) {
			fclose(file);
			return address;
		}
	}
	fclose(file);
	test_fail(__FILE__, __LINE__, "quic.ko is not loaded");
}

void inject_init(bool verbose)
{
	unsigned long address = module_address();
	char start[30], end[30];
	int kind;

	snprintf(start, sizeof(start), "%#lx", address - MODULE_RANGE);
	snprintf(end, sizeof(end), "%#lx", address + MODULE_RANGE);
	for (kind = 0; kind < INJECT_KINDS; kind++) {
		set(kind, "times", "0");
		set(kind, "verbose", verbose ? "2" : "0");
		set(kind, "require-start", start);
		set(kind, "require-end", end);
		set(kind, "stacktrace-depth", "32");
		set(kind, "ignore-gfp-wait", "N");
		set(kind, "probability", "100");
	}
	set(INJECT_PAGE, "ignore-gfp-highmem", "N");
	set(INJECT_PAGE, "min-order", "0");
}

void inject_arm(enum inject_kind kind, unsigned long n)
{
	char interval[30];

	targets[kind] = counts[kind] + n;
	/* An interval of 1 counts nothing. */
	if (targets[kind] == 1)
		targets[kind] = 2;
	snprintf(interval, sizeof(interval), "%lu", targets[kind]);
	set(kind, "interval", interval);
	set(kind, "times", "1");
}

bool inject_happened(enum inject_kind kind)
{
	if (get(kind, "times"))
		return false;
	counts[kind] = targets[kind];
	return true;
}
