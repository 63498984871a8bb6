/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small test harness: each test is a process of its own with a time limit, so that a crash or a
 * hang fails that test only. Output is TAP.
 *
 *	TEST("T002 seqpacket is refused")
 *	{
 *		ASSERT_ERRNO(socket(AF_INET, SOCK_SEQPACKET, IPPROTO_QUIC), ESOCKTNOSUPPORT);
 *	}
 */
#ifndef _HARNESS_H
#define _HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#define TEST_SECONDS	30

struct test {
	const char *name;
	void (*run)(void);
	unsigned int seconds;
	struct test *next;
};

void test_register(struct test *test);

/* Names of their own for the functions behind a test, which has a sentence for a name. */
#define TEST_JOIN_(a, b)	a##b
#define TEST_JOIN(a, b)		TEST_JOIN_(a, b)

#define TEST_DEFINE(function, text, limit)					\
	static void function(void);						\
	static struct test TEST_JOIN(function, _entry) = {			\
		.name = (text), .run = function, .seconds = (limit),		\
	};									\
	__attribute__((constructor)) static void TEST_JOIN(function, _register)(void)	\
	{									\
		test_register(&TEST_JOIN(function, _entry));			\
	}									\
	static void function(void)

/* A test that may take longer than TEST_SECONDS, of a machine that is quick and idle: test_slowness(). */
#define TEST_LIMIT(text, limit)	TEST_DEFINE(TEST_JOIN(test_, __LINE__), text, limit)
#define TEST(text)		TEST_LIMIT(text, TEST_SECONDS)

__attribute__((noreturn, format(printf, 3, 4)))
void test_fail(const char *file, int line, const char *format, ...);

void test_equal(const char *file, int line, const char *what, long long value, long long expected);
void test_errno(const char *file, int line, const char *what, long long ret, int expected);
void test_success(const char *file, int line, const char *what, long long ret);
void test_memory(const char *file, int line, const char *what, const void *value,
		 const void *expected, size_t len);

#define ASSERT(condition)							\
	do {									\
		if (!(condition))						\
			test_fail(__FILE__, __LINE__, "not true: %s", #condition);	\
	} while (0)

/* Equal integers. */
#define ASSERT_EQ(value, expected)						\
	test_equal(__FILE__, __LINE__, #value, (long long)(value), (long long)(expected))

/* A system call that fails with -1 and this errno. */
#define ASSERT_ERRNO(call, expected)						\
	test_errno(__FILE__, __LINE__, #call, (long long)(call), (expected))

/* A system call that does not fail. */
#define ASSERT_OK(call)								\
	test_success(__FILE__, __LINE__, #call, (long long)(call))

#define ASSERT_MEM(value, expected, len)					\
	test_memory(__FILE__, __LINE__, #value, (value), (expected), (len))

/* How many times as long may things take here? For limits that only a hang should exceed. */
unsigned int test_slowness(void);

/* For programs that run tests in a way of their own: all tests, one run, and test_main()'s choice. */
const struct test *test_first(void);
bool test_run(const struct test *test);
bool test_selected(const struct test *test, int argc, char **argv);

/* Run all registered tests, or those whose name contains one of the arguments; -l lists them. */
int test_main(const char *suite, int argc, char **argv);

#endif /* _HARNESS_H */
