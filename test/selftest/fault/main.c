// SPDX-License-Identifier: GPL-2.0-only
/*
 * The selftests once more, while memory runs out (P07, P15): a test is run as often as the module
 * allocates memory in it, and each time another of these allocations fails. It has to pass every time,
 * with no more help than that calls refused for lack of memory are repeated (retry.c). Packets that were
 * lost this way are the protocol's to repair.
 *
 *	fault [-s STEP] [-p NUMBER] [-k PART/PARTS] TEST...
 *
 * Every STEP-th allocation only; only allocation NUMBER, of which the kernel's log shows the callers; only
 * that part of the tests, so that VMs can share them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness.h"
#include "inject.h"

/* A test that fails so often has shown what there is to see. */
#define FAILURES_MAX	3

static unsigned long step = 1, only;
static unsigned int part = 1, parts = 1;

/* Without a failure the kernel's count is not known: run until there is one. */
static bool resynchronise(const struct test *test, enum inject_kind kind)
{
	int tries = 20;

	while (!inject_happened(kind)) {
		if (!tries-- || !test_run(test))
			return false;
	}
	return true;
}

/* Return: did it pass every time? *@count is how many allocations failed. */
static bool sweep(const struct test *test, enum inject_kind kind, unsigned long *count)
{
	unsigned long n = only ? only : 1;
	int failures = 0;
	bool ok;

	for (*count = 0; ; n += step) {
		inject_arm(kind, n);
		ok = test_run(test);
		if (!ok) {
			printf("# %s with %s allocation %lu\n", test->name, inject_names[kind], n);
			fflush(stdout);
			failures++;
		}
		if (!inject_happened(kind))
			return resynchronise(test, kind) && !failures;
		(*count)++;
		if (only || failures == FAILURES_MAX)
			return !failures;
	}
}

int main(int argc, char **argv)
{
	unsigned int number = 0, failed = 0, selected = 0;
	const struct test *test;
	unsigned long count;
	int option, kind;
	bool ok;

	while ((option = getopt(argc, argv, "s:p:k:")) != -1) {
		if (option == 's')
			step = strtoul(optarg, NULL, 0);
		else if (option == 'p')
			only = strtoul(optarg, NULL, 0);
		else if (option != 'k' || sscanf(optarg, "%u/%u", &part, &parts) != 2)
			return 2;
	}
	argv[--optind] = argv[0];
	if (optind + 1 >= argc || !step || !parts) {
		fprintf(stderr, "usage: %s [-s STEP] [-p NUMBER] [-k PART/PARTS] TEST...\n", argv[0]);
		return 2;
	}
	inject_init(only);
	printf("TAP version 13\n");
	for (test = test_first(); test; test = test->next) {
		if (!test_selected(test, argc - optind, argv + optind) || selected++ % parts != part % parts)
			continue;
		for (kind = 0; kind < INJECT_KINDS; kind++) {
			ok = sweep(test, kind, &count);
			failed += !ok;
			printf("%sok %u - %s, while each of %lu %s allocations fails\n",
			       ok ? "" : "not ", ++number, test->name, count, inject_names[kind]);
			fflush(stdout);
		}
	}
	printf("1..%u\n# suite fault: %u passed, %u failed\n", number, number - failed, failed);
	return failed || !number;
}
