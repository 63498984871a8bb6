/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine takes from its surroundings, and the only header through which it does.
 *
 * In quic.ko these names come from the kernel; in a program they come from test/engine/user.h.
 * The functions declared here are supplied by the host: by ../socket and ../crypto in the kernel,
 * by test/engine/ in a program. Everything else in this folder is plain C on plain memory.
 *
 * Conventions of the whole engine:
 * - Time is u64 nanoseconds of one monotonic clock, given by the caller as `now`; durations are u64
 *   nanoseconds too. QUIC_NEVER means "no deadline".
 * - A function that handles something from the peer returns 0, or a negative errno when this end
 *   could not handle it (no memory: the packet must not be acknowledged), or a positive transport
 *   error code (RFC 9000, 20.1) with which the connection must be closed.
 * - A function called for the application returns 0 (or a count) or a negative errno.
 * - One connection is touched by one thread at a time: the caller holds its lock (in the kernel,
 *   the socket lock). No function here sleeps, except where a may_sleep argument says so.
 */
#ifndef QUIC_ENGINE_OS_H
#define QUIC_ENGINE_OS_H

#ifdef __KERNEL__
#include <crypto/algapi.h>	/* crypto_memneq() */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include "user.h"
#endif

#include <uapi/linux/quic.h>

#define QUIC_NEVER	U64_MAX
#define QUIC_USEC	1000ULL
#define QUIC_MSEC	1000000ULL
#define QUIC_SEC	1000000000ULL

/**
 * struct quic_mem - an owner of engine memory
 * @used: bytes allocated on its account, overhead of the allocator included as far as known
 * @limit: allocations beyond this fail
 * @host: for the host, who pays, NULL nobody; @received: it is for what came from the peer
 *
 * Each connection has one for what it sends, one for what it received and one for control state, so
 * that nothing a peer does to one of them can starve another.
 */
struct quic_mem {
	u64 used;
	u64 limit;
	void *host;
	bool received;
};

/* Zeroed memory charged to @mem, or NULL. Never sleeps. */
void *quic_alloc(struct quic_mem *mem, size_t size);
/* Memory that is not zeroed, for payload. May sleep if @may_sleep (process context only). */
void *quic_alloc_data(struct quic_mem *mem, size_t size, bool may_sleep);
/* Free @ptr (may be NULL) that was allocated with @size on the account of @mem. */
void quic_free(struct quic_mem *mem, void *ptr, size_t size);

/* Unpredictable bytes: connection IDs, tokens, path challenges (RFC 9000, 21.11). */
void quic_random(void *buf, size_t len);

/*
 * What the bytes of a received datagram live in: a packet of the kernel, a counted malloc in a
 * program. Received payload is never copied before the application reads it; whoever keeps a
 * pointer into a datagram keeps a reference.
 */
struct quic_ref;

void quic_ref_get(struct quic_ref *ref);
void quic_ref_put(struct quic_ref *ref);

#endif
