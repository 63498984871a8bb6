// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/* An emulated kernel that checks every access to memory. */
#define SLOWNESS_DEBUG	16

/* A program that does; and any on a machine that is busy with other things, and stops for seconds. */
#ifdef __SANITIZE_ADDRESS__
#define SLOWNESS_PROGRAM	8
#else
#define SLOWNESS_PROGRAM	4
#endif

/* Of a test that did not end in time, and how long its exit handlers may take. */
#define STATUS_HANGS	77
#define GOODBYE_SECONDS	5

static struct test *tests;

unsigned int test_slowness(void)
{
	const char *vm = getenv("KQUIC_VM");

	return vm && !strcmp(vm, "debug") ? SLOWNESS_DEBUG : SLOWNESS_PROGRAM;
}

/* Keeps the list in the order of names, so that it does not depend on the linker. */
void test_register(struct test *test)
{
	struct test **position = &tests;

	while (*position && strcmp((*position)->name, test->name) < 0)
		position = &(*position)->next;
	test->next = *position;
	*position = test;
}

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("# %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	/* What a test set for all is set back by its exit handlers. */
	exit(1);
}

void test_equal(const char *file, int line, const char *what, long long value, long long expected)
{
	if (value != expected)
		test_fail(file, line, "%s is %lld (0x%llx), not %lld (0x%llx)", what, value, value,
			  expected, expected);
}

void test_errno(const char *file, int line, const char *what, long long ret, int expected)
{
	int error = errno;

	if (ret != -1)
		test_fail(file, line, "%s returned %lld, not %s", what, ret,
			  strerrorname_np(expected));
	if (error != expected)
		test_fail(file, line, "%s failed with %s, not %s", what, strerrorname_np(error),
			  strerrorname_np(expected));
}

void test_success(const char *file, int line, const char *what, long long ret)
{
	if (ret < 0)
		test_fail(file, line, "%s failed with %s", what, strerrorname_np(errno));
}

void test_memory(const char *file, int line, const char *what, const void *value,
		 const void *expected, size_t len)
{
	const unsigned char *a = value, *b = expected;
	size_t i;

	for (i = 0; i < len; i++) {
		if (a[i] != b[i])
			test_fail(file, line, "%s differs at byte %zu: %02x, not %02x", what, i,
				  a[i], b[i]);
	}
}

const struct test *test_first(void)
{
	return tests;
}

/* The time is up: leave as after a failure, or be killed. */
static void hang(int signal __attribute__((unused)))
{
	alarm(GOODBYE_SECONDS);
	exit(STATUS_HANGS);
}

bool test_run(const struct test *test)
{
	/* Only once, and without blocking itself. */
	struct sigaction action = { .sa_handler = hang, .sa_flags = SA_RESETHAND | SA_NODEFER };
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid) {
		setpgid(0, 0);
		sigaction(SIGALRM, &action, NULL);
		alarm(test->seconds * test_slowness());
		test->run();
		exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* Whatever the test started ends with it. */
	kill(-pid, SIGKILL);

	if ((WIFEXITED(status) && WEXITSTATUS(status) == STATUS_HANGS) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM))
		printf("# hangs: no end after %u s\n", test->seconds * test_slowness());
	else if (WIFSIGNALED(status))
		printf("# killed by %s\n", strsignal(WTERMSIG(status)));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

bool test_selected(const struct test *test, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strstr(test->name, argv[i]))
			return true;
	}
	return argc < 2;
}

int test_main(const char *suite, int argc, char **argv)
{
	unsigned int number = 0, failed = 0, count = 0;
	const struct test *test;

	for (test = tests; test; test = test->next)
		count += test_selected(test, argc, argv);
	if (argc > 1 && !strcmp(argv[1], "-l")) {
		for (test = tests; test; test = test->next)
			printf("%s\n", test->name);
		return 0;
	}

	printf("TAP version 13\n1..%u\n", count);
	for (test = tests; test; test = test->next) {
		bool ok;

		if (!test_selected(test, argc, argv))
			continue;
		ok = test_run(test);
		failed += !ok;
		printf("%sok %u - %s\n", ok ? "" : "not ", ++number, test->name);
		fflush(stdout);
	}
	printf("# suite %s: %u passed, %u failed\n", suite, number - failed, failed);
	/* A filter that selects nothing is a mistake, not a success. */
	return failed || !number;
}
