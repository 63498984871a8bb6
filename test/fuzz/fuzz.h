/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzz targets share. */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include "host.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* A broken promise of the engine ends the program, which is how libFuzzer notices. */
#define REQUIRE(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

/* Does a view lie within what was parsed? */
static inline bool within(const u8 *data, size_t size, const u8 *view, u64 len)
{
	return !len || (view >= data && len <= size && (size_t)(view - data) <= size - len);
}

#endif
