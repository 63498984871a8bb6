/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tiny test harness. Each test_*.c becomes a program that runs its TEST()s in the order of the
 * file, or those whose names contain the first argument, and prints TAP. A failed CHECK ends its
 * test; memory of the engine that a test leaves behind fails it too.
 *
 *	TEST("a reader stops at the end")
 *	{
 *		CHECK_EQ(quic_varint_len(63), 1);
 *	}
 */
#ifndef TEST_ENGINE_CHECK_H
#define TEST_ENGINE_CHECK_H

#include "host.h"

struct check_test {
	const char *name;
	void (*run)(void);
	struct check_test *next;
};

void check_register(struct check_test *test);
void check_failed(const char *file, int line, const char *fmt, ...)
	__attribute__((__format__(printf, 3, 4), __noreturn__));
void check_eq(const char *file, int line, const char *a_text, u64 a, const char *b_text, u64 b);
void check_mem(const char *file, int line, const char *text, const void *a, const void *b,
	       size_t len);

/* Names of their own for the functions behind a test, which has a sentence for a name. */
#define CHECK_JOIN_(a, b)	a##b
#define CHECK_JOIN(a, b)	CHECK_JOIN_(a, b)

#define CHECK_TEST(function, text)						\
	static void function(void);						\
	static struct check_test CHECK_JOIN(function, _entry) = { (text), function, NULL };	\
	__attribute__((__constructor__)) static void CHECK_JOIN(function, _register)(void)	\
	{									\
		check_register(&CHECK_JOIN(function, _entry));			\
	}									\
	static void function(void)

#define TEST(text)	CHECK_TEST(CHECK_JOIN(test_, __LINE__), text)

#define CHECK(cond) do {						\
	if (!(cond))							\
		check_failed(__FILE__, __LINE__, "%s", #cond);		\
} while (0)
/* Of integers, pointers excluded; negative numbers may be compared with negative ones. */
#define CHECK_EQ(a, b)		check_eq(__FILE__, __LINE__, #a, (u64)(a), #b, (u64)(b))
#define CHECK_MEM(a, b, len)	check_mem(__FILE__, __LINE__, #a " == " #b, a, b, len)

/* Bytes from hexadecimal digits; blanks are skipped. Return: how many, at most @room. */
size_t check_hex(const char *hex, u8 *out, size_t room);

#endif
