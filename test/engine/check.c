// SPDX-License-Identifier: GPL-2.0-only
/* The harness's main program. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include "check.h"

static struct check_test *first, **last = &first;
static jmp_buf escape;

void check_register(struct check_test *test)
{
	*last = test;
	last = &test->next;
}

void check_failed(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	longjmp(escape, 1);
}

void check_eq(const char *file, int line, const char *a_text, u64 a, const char *b_text, u64 b)
{
	if (a != b)
		check_failed(file, line, "%s is %lld (%#llx), not %s = %lld (%#llx)", a_text,
			     (long long)a, (long long)a, b_text, (long long)b, (long long)b);
}

void check_mem(const char *file, int line, const char *text, const void *a, const void *b,
	       size_t len)
{
	const u8 *x = a, *y = b;
	size_t i;

	for (i = 0; i < len; i++)
		if (x[i] != y[i])
			check_failed(file, line, "%s: byte %zu of %zu is %02x, not %02x", text, i,
				     len, x[i], y[i]);
}

size_t check_hex(const char *hex, u8 *out, size_t room)
{
	unsigned int byte;
	size_t len = 0;

	while (*hex) {
		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		if (len == room || sscanf(hex, "%2x", &byte) != 1)
			abort();
		out[len++] = byte;
		hex += 2;
	}
	return len;
}

static bool run(struct check_test *test)
{
	host_reset();
	if (setjmp(escape))
		return false;
	test->run();
	if (host_blocks())
		check_failed(test->name, 0, "%llu blocks of engine memory were left behind",
			     (unsigned long long)host_blocks());
	return true;
}

int main(int argc, char **argv)
{
	unsigned int count = 0, failed = 0;
	struct check_test *test;
	bool ok;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (test = first; test; test = test->next) {
		if (argc > 1 && !strstr(test->name, argv[1]))
			continue;
		ok = run(test);
		failed += !ok;
		printf("%s %u - %s\n", ok ? "ok" : "not ok", ++count, test->name);
	}
	printf("1..%u\n", count);
	/* A test that failed left memory behind: no report about leaks. */
	fflush(stdout);
	if (failed)
		_exit(1);
	return 0;
}
