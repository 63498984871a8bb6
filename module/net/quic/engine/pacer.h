/* SPDX-License-Identifier: GPL-2.0-only */
/* Pacing at the granularity of trains, by departure time (RFC 9002, 7.7). */
#ifndef QUIC_ENGINE_PACER_H
#define QUIC_ENGINE_PACER_H

#include "os.h"

/**
 * struct quic_pacer - when the next train may leave
 * @rate: bytes per second now; 0 before it is known: no pacing
 * @max_rate: SO_MAX_PACING_RATE, U64_MAX if not set
 * @next_at: departure time of the next train
 * @burst: bytes that may leave at once: an initial window, then what one scheduling quantum holds
 */
struct quic_pacer {
	u64 rate, max_rate;
	u64 next_at;
	u32 burst;
};

void quic_pacer_init(struct quic_pacer *pacer);
/* 5/4 of window per smoothed RTT (2 of it in slow start), bounded by max_rate. */
void quic_pacer_update(struct quic_pacer *pacer, u64 window, u64 srtt, bool slow_start, u32 mtu);
/*
 * Bytes that may leave now without exceeding the rate, at least one MTU when the time has come,
 * else 0.
 */
u64 quic_pacer_room(const struct quic_pacer *pacer, u64 now, u32 mtu);
/* A train of @bytes leaves at @now: moves next_at. */
void quic_pacer_sent(struct quic_pacer *pacer, u64 bytes, u64 now);

#endif
