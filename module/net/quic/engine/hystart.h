/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HyStart++ (RFC 9406): leaving the initial slow start when the round-trip time begins to grow,
 * that is, before a queue overflows.
 */
#ifndef QUIC_ENGINE_HYSTART_H
#define QUIC_ENGINE_HYSTART_H

#include "os.h"

enum quic_hystart_phase {
	QUIC_HYSTART_SLOW_START,
	QUIC_HYSTART_CONSERVATIVE,	/* CSS */
	QUIC_HYSTART_DONE,
};

/**
 * struct quic_hystart - state of the search
 * @round_start: a packet sent after it ends the round
 * @last_min, @current_min: smallest round-trip time of the last and of this round, QUIC_NEVER none
 * @baseline: cssBaselineMinRtt
 * @samples: in this round
 * @rounds: completed in CSS
 */
struct quic_hystart {
	u64 round_start;
	u64 last_min, current_min, baseline;
	u32 samples;
	u8 rounds;
	u8 phase;		/* enum quic_hystart_phase */
};

void quic_hystart_init(struct quic_hystart *hs);
/**
 * quic_hystart_ack() - @bytes were acknowledged, the last of them sent at @sent_at
 *
 * Return: bytes by which the window grows. When the phase has become DONE, the window is the slow
 * start threshold.
 */
u64 quic_hystart_ack(struct quic_hystart *hs, u64 bytes, u64 sent_at, u64 now);

#endif
