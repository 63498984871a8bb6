// SPDX-License-Identifier: GPL-2.0-only
/* Pacing at the granularity of trains (RFC 9002, 7.7). */
#include "cong.h"
#include "pacer.h"

/* A train is what leaves in this time. */
#define QUANTUM		QUIC_MSEC
#define BURST_MAX	65536

void quic_pacer_init(struct quic_pacer *pacer)
{
	memset(pacer, 0, sizeof(*pacer));
	pacer->max_rate = U64_MAX;
}

/* How long @bytes take at the current rate; @bytes < 2^32. */
static u64 duration(const struct quic_pacer *pacer, u64 bytes)
{
	return div64_u64(bytes * QUIC_SEC, pacer->rate);
}

/*
 * RFC 9002, 7.7: an initial window may leave at once, so a timer need not be set for less. Where the
 * network waits, nothing speaks for more than two packets.
 */
static void limit(struct quic_pacer *pacer, u32 mtu)
{
	u64 floor = pacer->ahead ? 2ULL * mtu : quic_cong_initial_window(mtu), quantum;

	pacer->rate = pacer->max_rate;
	if (pacer->window_rate)
		pacer->rate = min(pacer->rate, pacer->window_rate);
	else if (pacer->rate == U64_MAX)
		pacer->rate = 0;
	quantum = div_u64(pacer->rate, QUIC_SEC / QUANTUM);
	pacer->burst = max(floor, min_t(u64, quantum, BURST_MAX));
}

void quic_pacer_set(struct quic_pacer *pacer, u64 max_rate, u64 ahead, u32 mtu)
{
	if (pacer->max_rate == max_rate && pacer->ahead == ahead)
		return;
	/* Whoever waits for a rate that is permitted no more need not wait on. */
	if (max_rate > pacer->max_rate)
		pacer->next_at = 0;
	pacer->max_rate = max(max_rate, 1ULL);
	pacer->ahead = ahead;
	limit(pacer, mtu);
}

bool quic_pacer_capped(const struct quic_pacer *pacer)
{
	return pacer->rate == pacer->max_rate;
}

void quic_pacer_update(struct quic_pacer *pacer, u64 window, u64 srtt, bool slow_start, u32 mtu)
{
	/* Times 5/4, or 2 while the window doubles in every round trip; no overflow below 8 GB. */
	window = min(window, 1ULL << 33);
	window = slow_start ? 2 * window : window + window / 4;
	pacer->window_rate = max(div64_u64(window * (QUIC_SEC / 16), max(srtt / 16, 1ULL)), 1ULL);
	limit(pacer, mtu);
}

u64 quic_pacer_room(const struct quic_pacer *pacer, u64 now, u32 mtu)
{
	u64 late, burst = max_t(u64, pacer->burst, mtu);

	if (!pacer->rate)
		return U64_MAX;
	if (now < quic_pacer_deadline(pacer))
		return 0;
	/* Who comes late may catch up, by one train at most. */
	late = min(now - min(now, pacer->next_at), duration(pacer, burst));
	return burst + div_u64(late * pacer->rate, QUIC_SEC);
}

u64 quic_pacer_deadline(const struct quic_pacer *pacer)
{
	return pacer->next_at - min(pacer->next_at, pacer->ahead);
}

u64 quic_pacer_departure(const struct quic_pacer *pacer, u64 now)
{
	return pacer->ahead ? max(pacer->next_at, now) : now;
}

void quic_pacer_sent(struct quic_pacer *pacer, u64 bytes, u64 now)
{
	u64 earliest;

	if (!pacer->rate)
		return;
	earliest = duration(pacer, pacer->burst);
	earliest = now > earliest ? now - earliest : 0;
	pacer->next_at = max(pacer->next_at, earliest) + duration(pacer, bytes);
}
