// SPDX-License-Identifier: GPL-2.0-only
/* HyStart++ (RFC 9406, 4.2 and 4.3), with packets that are paced: L is infinite. */
#include "hystart.h"

#define MIN_RTT_THRESH		(4 * QUIC_MSEC)
#define MAX_RTT_THRESH		(16 * QUIC_MSEC)
#define MIN_RTT_DIVISOR		8
#define N_RTT_SAMPLE		8
#define CSS_GROWTH_DIVISOR	4
#define CSS_ROUNDS		5

void quic_hystart_init(struct quic_hystart *hs)
{
	memset(hs, 0, sizeof(*hs));
	hs->last_min = QUIC_NEVER;
	hs->current_min = QUIC_NEVER;
}

static void next_round(struct quic_hystart *hs, u64 now)
{
	hs->round_start = now;
	hs->last_min = hs->current_min;
	hs->current_min = QUIC_NEVER;
	hs->samples = 0;
	if (hs->phase == QUIC_HYSTART_CONSERVATIVE && ++hs->rounds == CSS_ROUNDS)
		hs->phase = QUIC_HYSTART_DONE;
}

static void judge(struct quic_hystart *hs)
{
	u64 threshold;

	if (hs->samples < N_RTT_SAMPLE)
		return;
	if (hs->phase == QUIC_HYSTART_CONSERVATIVE) {
		/* It was a spurious exit. */
		if (hs->current_min < hs->baseline)
			hs->phase = QUIC_HYSTART_SLOW_START;
		return;
	}
	if (hs->last_min == QUIC_NEVER)
		return;
	threshold = clamp(div_u64(hs->last_min, MIN_RTT_DIVISOR), MIN_RTT_THRESH, MAX_RTT_THRESH);
	if (hs->current_min < hs->last_min + threshold)
		return;
	hs->phase = QUIC_HYSTART_CONSERVATIVE;
	hs->baseline = hs->current_min;
	hs->rounds = 0;
}

u64 quic_hystart_ack(struct quic_hystart *hs, u64 bytes, u64 sent_at, u64 now)
{
	if (sent_at > hs->round_start)
		next_round(hs, now);
	if (now >= sent_at) {
		hs->current_min = min(hs->current_min, now - sent_at);
		hs->samples++;
	}
	if (hs->phase != QUIC_HYSTART_DONE)
		judge(hs);
	return hs->phase == QUIC_HYSTART_SLOW_START ? bytes : bytes / CSS_GROWTH_DIVISOR;
}
