/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program supplies to the engine (os.h), and how tests steer it. */
#ifndef TEST_ENGINE_HOST_H
#define TEST_ENGINE_HOST_H

#include "os.h"

/*
 * Received bytes with a count of references. The data is an allocation of its own, so that the
 * address sanitizer sees both of its ends.
 */
struct quic_ref {
	unsigned int count;
	size_t len;
	u8 *data;
};

/* One reference, held by the caller, on @len bytes that are not initialised. Never fails. */
struct quic_ref *host_ref_new(size_t len);

/* An account without a limit, for tests that do not look at it. */
#define HOST_MEM_UNLIMITED	{ .used = 0, .limit = U64_MAX }

/*
 * Let @count more allocations of the engine succeed, then one fail, then all succeed again. A loop
 * over count = 0, 1, ... until host_alloc_failed() stays false visits every allocation of a piece
 * of code.
 */
void host_fail_alloc_after(unsigned int count);
/* Has the failure happened? Switches the injection off. */
bool host_alloc_failed(void);
/* For other parts of the host that allocate: shall this allocation fail? */
bool host_alloc_fails(void);

/* Allocations and references not yet freed. */
u64 host_blocks(void);
/* The bytes of both: all that the engine holds, and the datagrams that it pins. */
u64 host_bytes(void);
/* Called by the parts of the host that make engine objects themselves (keys). */
void host_count_block(int change);

/* quic_random() is deterministic: the same seed gives the same bytes. */
void host_seed(u64 seed);

/* Before each test: injection off, seed 1, blocks left behind by a failed test forgotten. */
void host_reset(void);

#endif
