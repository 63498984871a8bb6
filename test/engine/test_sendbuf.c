// SPDX-License-Identifier: GPL-2.0-only
/* quic_sendbuf against a model: one state for each byte. */
#include "check.h"
#include "sendbuf.h"

#define BYTES	60000

static u8 pattern(u64 offset)
{
	return offset * 13 + (offset >> 8);
}

static u32 pick(u32 below)
{
	u32 value;

	quic_random(&value, sizeof(value));
	return value % below;
}

static size_t put(struct quic_sendbuf *sb, struct quic_mem *mem, size_t len)
{
	size_t room, done, i;
	u8 *to;

	for (done = 0; done < len; done += room) {
		to = quic_sendbuf_reserve(sb, mem, len - done, false, &room);
		if (!to)
			break;
		CHECK(room >= 1 && room <= len - done);
		for (i = 0; i < room; i++)
			to[i] = pattern(sb->end + i);
		quic_sendbuf_commit(sb, room);
	}
	return done;
}

static void check_copy(struct quic_sendbuf *sb, u64 offset, size_t len)
{
	u8 *bytes = malloc(len);
	size_t i;

	CHECK(bytes);
	quic_sendbuf_copy(sb, offset, bytes, len);
	for (i = 0; i < len; i++)
		CHECK_EQ(bytes[i], pattern(offset + i));
	free(bytes);
}

TEST("bytes come back in order")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;
	u64 offset, len;

	quic_sendbuf_init(&sb);
	CHECK(quic_sendbuf_done(&sb));
	CHECK(!quic_sendbuf_next(&sb, &offset, &len));
	CHECK_EQ(put(&sb, &mem, 100000), 100000);
	CHECK(!quic_sendbuf_done(&sb));
	CHECK(quic_sendbuf_next(&sb, &offset, &len));
	CHECK_EQ(offset, 0);
	CHECK_EQ(len, 100000);
	while (quic_sendbuf_next(&sb, &offset, &len)) {
		len = min_t(u64, len, 1111);
		check_copy(&sb, offset, len);
		quic_sendbuf_sent(&sb, offset, len);
	}
	CHECK_EQ(sb.next, 100000);
	quic_sendbuf_acked(&sb, &mem, 0, 100000);
	CHECK(quic_sendbuf_done(&sb));
	CHECK_EQ(mem.used, 0);
}

TEST("an acknowledged beginning is freed at once")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;
	u64 before;

	quic_sendbuf_init(&sb);
	put(&sb, &mem, 200000);
	quic_sendbuf_sent(&sb, 0, 200000);
	before = mem.used;
	quic_sendbuf_acked(&sb, &mem, 0, 100000);
	CHECK(mem.used < before * 6 / 10);
	check_copy(&sb, 100000, 100000);
	quic_sendbuf_clear(&sb, &mem);
	CHECK_EQ(sb.end, 200000);
	CHECK(quic_sendbuf_done(&sb));
	CHECK_EQ(mem.used, 0);
}

TEST("a short message costs little memory")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;

	quic_sendbuf_init(&sb);
	put(&sb, &mem, 10);
	CHECK(mem.used < 1024);
	quic_sendbuf_clear(&sb, &mem);
}

TEST("many tiny writes share chunks")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;
	unsigned int i;

	quic_sendbuf_init(&sb);
	for (i = 0; i < 100000; i++)
		put(&sb, &mem, 1);
	CHECK(mem.used < 130000);
	CHECK(host_blocks() < 20);
	quic_sendbuf_clear(&sb, &mem);
}

TEST("the account leaves room for acknowledged ranges")
{
	struct quic_mem mem = { .used = 0, .limit = 65536 };
	struct quic_sendbuf sb;
	size_t held, room;
	u64 i;

	quic_sendbuf_init(&sb);
	held = put(&sb, &mem, 100000);
	CHECK(held > 55000 && held < 65536);
	CHECK(!quic_sendbuf_reserve(&sb, &mem, 1, false, &room));
	quic_sendbuf_sent(&sb, 0, held);
	for (i = 1; i < 40; i += 2)
		quic_sendbuf_acked(&sb, &mem, i * 1000, 1000);
	CHECK_EQ(sb.lost_count, 0);
	for (i = 0; i < 40; i += 2)
		quic_sendbuf_acked(&sb, &mem, i * 1000, 1000);
	CHECK_EQ(sb.start, 40000);
	CHECK(quic_sendbuf_reserve(&sb, &mem, 1, false, &room));
	quic_sendbuf_clear(&sb, &mem);
}

TEST("an account smaller than a chunk still carries bytes")
{
	struct quic_mem mem = { .used = 0, .limit = 4096 };
	struct quic_sendbuf sb;
	u64 total = 0;
	size_t len;

	quic_sendbuf_init(&sb);
	while (total < 100000) {
		len = put(&sb, &mem, 10000);
		CHECK(len > 3000);
		quic_sendbuf_sent(&sb, total, len);
		quic_sendbuf_acked(&sb, &mem, total, len);
		total += len;
	}
	CHECK_EQ(mem.used, 0);
}

TEST("the closest lost ranges are joined when there are too many")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;
	u64 i;

	quic_sendbuf_init(&sb);
	put(&sb, &mem, 50000);
	quic_sendbuf_sent(&sb, 0, 50000);
	for (i = 0; i < QUIC_SENDBUF_LOST_MAX; i++)
		quic_sendbuf_lost(&sb, i * 5000, 100);
	CHECK_EQ(sb.lost_count, QUIC_SENDBUF_LOST_MAX);
	CHECK_EQ(quic_sendbuf_lost_bytes(&sb), QUIC_SENDBUF_LOST_MAX * 100);
	quic_sendbuf_lost(&sb, 20150, 10);
	CHECK_EQ(sb.lost_count, QUIC_SENDBUF_LOST_MAX);
	CHECK_EQ(sb.lost[4].start, 20000);
	CHECK_EQ(sb.lost[4].end, 20160);
	quic_sendbuf_clear(&sb, &mem);
}

TEST("without memory for the record acknowledged bytes are sent again")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;
	u64 offset, len;

	quic_sendbuf_init(&sb);
	put(&sb, &mem, 3000);
	quic_sendbuf_sent(&sb, 0, 3000);
	host_fail_alloc_after(0);
	quic_sendbuf_acked(&sb, &mem, 1000, 1000);
	CHECK(host_alloc_failed());
	CHECK(quic_sendbuf_next(&sb, &offset, &len));
	CHECK_EQ(offset, 1000);
	CHECK_EQ(len, 1000);
	quic_sendbuf_sent(&sb, 1000, 1000);
	quic_sendbuf_acked(&sb, &mem, 0, 3000);
	CHECK(quic_sendbuf_done(&sb));
	CHECK_EQ(mem.used, 0);
}

TEST("a large chunk that cannot be had is replaced by a small one")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;
	size_t room;

	quic_sendbuf_init(&sb);
	host_fail_alloc_after(0);
	CHECK(quic_sendbuf_reserve(&sb, &mem, 10000, false, &room));
	CHECK(host_alloc_failed());
	CHECK(room > 0 && room < 10000);
	quic_sendbuf_clear(&sb, &mem);

	host_fail_alloc_after(0);
	CHECK(!quic_sendbuf_reserve(&sb, &mem, 10, false, &room));
	CHECK(host_alloc_failed());
	CHECK_EQ(mem.used, 0);
}

TEST("lost all spares what was acknowledged")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	struct quic_sendbuf sb;

	quic_sendbuf_init(&sb);
	put(&sb, &mem, 5000);
	quic_sendbuf_sent(&sb, 0, 4000);
	quic_sendbuf_acked(&sb, &mem, 0, 1000);
	quic_sendbuf_acked(&sb, &mem, 2000, 1000);
	quic_sendbuf_lost_all(&sb);
	CHECK_EQ(sb.lost_count, 2);
	CHECK_EQ(sb.lost[0].start, 1000);
	CHECK_EQ(sb.lost[0].end, 2000);
	CHECK_EQ(sb.lost[1].start, 3000);
	CHECK_EQ(sb.lost[1].end, 4000);
	quic_sendbuf_clear(&sb, &mem);
}

/* ---- the model ---- */

enum byte_state { NEW, FLYING, LOST, ACKED };

struct flight {
	u64 offset;
	size_t len;
};

/*
 * Every byte that is lost in the model must be lost in the buffer, or else it would never arrive.
 * The buffer may repeat more than that, but nothing that it no longer holds.
 */
static void check_model(const struct quic_sendbuf *sb, const u8 *state)
{
	u64 i, prefix = 0, at = sb->start;
	u8 r = 0;

	while (prefix < BYTES && state[prefix] == ACKED)
		prefix++;
	CHECK_EQ(sb->start, prefix);
	for (i = 0; i < sb->lost_count; i++) {
		CHECK(sb->lost[i].start >= at && sb->lost[i].start < sb->lost[i].end);
		CHECK(sb->lost[i].end <= sb->next);
		at = sb->lost[i].end + 1;
	}
	for (i = sb->start; i < sb->next; i++) {
		while (r < sb->lost_count && sb->lost[r].end <= i)
			r++;
		if (state[i] == LOST)
			CHECK(r < sb->lost_count && sb->lost[r].start <= i);
	}
}

static void run_model(u64 seed, u32 alloc_failures)
{
	static u8 state[BYTES];
	static struct flight flights[4096];
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	unsigned int count = 0, steps = 0, n;
	struct quic_sendbuf sb;
	struct flight *f;
	u64 offset, len, i;

	host_seed(seed);
	memset(state, NEW, sizeof(state));
	quic_sendbuf_init(&sb);
	while (sb.start < BYTES) {
		CHECK(++steps < 200000);
		if (alloc_failures && !pick(alloc_failures))
			host_fail_alloc_after(pick(4));
		switch (pick(5)) {
		case 0:
			put(&sb, &mem, min_t(u64, BYTES - sb.end, pick(3000)));
			break;
		case 1:
		case 2:
			if (count == ARRAY_SIZE(flights) || !quic_sendbuf_next(&sb, &offset, &len))
				break;
			len = min_t(u64, len, 1 + pick(1200));
			check_copy(&sb, offset, len);
			quic_sendbuf_sent(&sb, offset, len);
			flights[count].offset = offset;
			flights[count++].len = len;
			for (i = offset; i < offset + len; i++)
				if (state[i] != ACKED)
					state[i] = FLYING;
			break;
		default:
			if (!count)
				break;
			n = pick(min(count, 40U));
			f = &flights[n];
			if (pick(3)) {
				host_alloc_failed();
				if (alloc_failures && !pick(alloc_failures))
					host_fail_alloc_after(0);
				quic_sendbuf_acked(&sb, &mem, f->offset, f->len);
				for (i = f->offset; i < f->offset + f->len; i++)
					if (state[i] != ACKED)
						state[i] = ACKED;
				if (host_alloc_failed())
					for (i = max(f->offset, sb.start); i < f->offset + f->len; i++)
						state[i] = LOST;
			} else {
				quic_sendbuf_lost(&sb, f->offset, f->len);
				for (i = f->offset; i < f->offset + f->len; i++)
					if (state[i] != ACKED)
						state[i] = LOST;
			}
			memmove(f, f + 1, (--count - n) * sizeof(*f));
			break;
		}
		if (!(steps % 16) || !count)
			check_model(&sb, state);
	}
	host_alloc_failed();
	CHECK(quic_sendbuf_done(&sb));
	CHECK_EQ(mem.used, 0);
}

TEST("random loss and acknowledgement in any order")
{
	u64 seed;

	for (seed = 1; seed <= 40; seed++)
		run_model(seed, 0);
}

TEST("random loss and acknowledgement while memory fails")
{
	u64 seed;

	for (seed = 1; seed <= 40; seed++)
		run_model(seed, 3);
}
