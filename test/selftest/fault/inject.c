// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel counts the allocations that pass its filters, and lets those fail whose number is a
 * multiple of "interval", "times" of them; it does not count while "times" is 0. The count cannot be
 * set or read. It begins at 0, though, and a multiple of an interval larger than the count is that
 * interval itself: so after each failure the count is known.
 */
#include <stdio.h>

#include "../harness.h"
#include "inject.h"

/*
 * Where x86 puts modules, of which there is one. Allocations count that have an address in there among
 * their callers.
 */
#define MODULES_START	"0xffffffffa0000000"
#define MODULES_END	"0xffffffffff000000"

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

void inject_init(bool verbose)
{
	int kind;

	for (kind = 0; kind < INJECT_KINDS; kind++) {
		set(kind, "times", "0");
		set(kind, "verbose", verbose ? "2" : "0");
		set(kind, "require-start", MODULES_START);
		set(kind, "require-end", MODULES_END);
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
