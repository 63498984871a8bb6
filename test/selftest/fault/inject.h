/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's fault injection (Documentation/fault-injection), so that exactly one allocation fails:
 * the n-th of those that the module asks for, in whatever context.
 */
#ifndef _INJECT_H
#define _INJECT_H

#include <stdbool.h>

/* What can fail: objects of a slab, or pages. */
enum inject_kind {
	INJECT_SLAB,
	INJECT_PAGE,
	INJECT_KINDS
};

extern const char *const inject_names[INJECT_KINDS];

/* Before the first use. With @verbose the kernel's log shows where the failure was. */
void inject_init(bool verbose);
/* The @n-th allocation from now on fails, @n > 0; only that one. */
void inject_arm(enum inject_kind kind, unsigned long n);
/* Were there as many allocations? If not, it is still armed. */
bool inject_happened(enum inject_kind kind);

#endif /* _INJECT_H */
