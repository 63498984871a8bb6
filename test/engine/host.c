// SPDX-License-Identifier: GPL-2.0-only
/* Memory, references and random numbers for the engine in a program. */
#include <malloc.h>

#include "host.h"

static u64 blocks, bytes;
static u64 random_state;
static long long fail_after = -1;
static bool fail_happened;

void host_fail_alloc_after(unsigned int count)
{
	fail_after = count;
	fail_happened = false;
}

bool host_alloc_failed(void)
{
	bool happened = fail_happened;

	fail_after = -1;
	fail_happened = false;
	return happened;
}

bool host_alloc_fails(void)
{
	if (fail_after < 0 || fail_after--)
		return false;
	fail_happened = true;
	return true;
}

u64 host_blocks(void)
{
	return blocks;
}

u64 host_bytes(void)
{
	return bytes;
}

void host_count_block(int change)
{
	blocks += change;
}

void host_seed(u64 seed)
{
	random_state = seed;
}

void host_reset(void)
{
	host_alloc_failed();
	host_seed(1);
	blocks = 0;
	bytes = 0;
}

static bool charge(struct quic_mem *mem, size_t size)
{
	if (!size || host_alloc_fails() || mem->used > mem->limit ||
	    size > mem->limit - mem->used)
		return false;
	mem->used += size;
	bytes += size;
	blocks++;
	return true;
}

void *quic_alloc(struct quic_mem *mem, size_t size)
{
	void *ptr;

	if (!charge(mem, size))
		return NULL;
	ptr = calloc(1, size);
	if (!ptr)
		abort();
	return ptr;
}

void *quic_alloc_data(struct quic_mem *mem, size_t size, bool may_sleep __maybe_unused)
{
	void *ptr;

	if (!charge(mem, size))
		return NULL;
	ptr = malloc(size);
	if (!ptr)
		abort();
	memset(ptr, 0xa5, size);
	return ptr;
}

void quic_free(struct quic_mem *mem, void *ptr, size_t size)
{
	if (!ptr)
		return;
	/* The sanitizer's allocator knows the exact size; others may round it up. */
	if (size > malloc_usable_size(ptr) || mem->used < size || !blocks) {
		fprintf(stderr, "quic_free(%zu bytes): size or account is wrong\n", size);
		abort();
	}
#ifdef __SANITIZE_ADDRESS__
	if (size != malloc_usable_size(ptr)) {
		fprintf(stderr, "quic_free(%zu bytes) of a block of %zu\n", size,
			malloc_usable_size(ptr));
		abort();
	}
#endif
	mem->used -= size;
	bytes -= size;
	blocks--;
	free(ptr);
}

/* SplitMix64. */
static u64 random_u64(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void quic_random(void *buf, size_t len)
{
	u8 *pos = buf;
	size_t part;
	u64 value;

	while (len) {
		value = random_u64();
		part = min_t(size_t, len, sizeof(value));
		memcpy(pos, &value, part);
		pos += part;
		len -= part;
	}
}

struct quic_ref *host_ref_new(size_t len)
{
	struct quic_ref *ref = malloc(sizeof(*ref));
	u8 *data = malloc(len ? len : 1);

	if (!ref || !data)
		abort();
	ref->count = 1;
	ref->len = len;
	ref->data = data;
	bytes += len;
	blocks++;
	return ref;
}

void quic_ref_get(struct quic_ref *ref)
{
	if (!ref->count)
		abort();
	ref->count++;
}

void quic_ref_put(struct quic_ref *ref)
{
	if (!ref->count)
		abort();
	if (--ref->count)
		return;
	bytes -= ref->len;
	blocks--;
	free(ref->data);
	free(ref);
}
