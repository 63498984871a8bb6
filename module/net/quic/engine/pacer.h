/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pacing at the granularity of trains, by departure time (RFC 9002, 7.7).
 *
 * Who does the waiting? A host whose network delivers packets at a departure time given with them
 * takes trains a little before it, and lets the network wait; its trains are short. Other hosts
 * take a train when its time has come.
 */
#ifndef QUIC_ENGINE_PACER_H
#define QUIC_ENGINE_PACER_H

#include "os.h"

/**
 * struct quic_pacer - when the next train may leave
 * @rate: bytes per second now: the smaller one of the next two; 0: no pacing
 * @window_rate: what the congestion window permits; 0 before it is known
 * @max_rate: SO_MAX_PACING_RATE, U64_MAX if not set
 * @ahead: how long before its departure the host takes a train, ns; 0: the host does not wait
 * @next_at: departure time of the next train
 * @burst: bytes that may leave at once: what one scheduling quantum holds, and not less than an
 *	initial window, or two packets if the network waits
 */
struct quic_pacer {
	u64 rate, window_rate, max_rate;
	u64 ahead;
	u64 next_at;
	u32 burst;
};

void quic_pacer_init(struct quic_pacer *pacer);
/* What the host demands; cheap when nothing changes. */
void quic_pacer_set(struct quic_pacer *pacer, u64 max_rate, u64 ahead, u32 mtu);
/* Is it the host's bound that holds back, not the network's? */
bool quic_pacer_capped(const struct quic_pacer *pacer);
/* 5/4 of window per smoothed RTT (2 of it in slow start), bounded by max_rate. */
void quic_pacer_update(struct quic_pacer *pacer, u64 window, u64 srtt, bool slow_start, u32 mtu);
/*
 * Bytes that the host may take now without exceeding the rate, at least one MTU when the time has
 * come, else 0.
 */
u64 quic_pacer_room(const struct quic_pacer *pacer, u64 now, u32 mtu);
/* When that becomes more than 0, or did. */
u64 quic_pacer_deadline(const struct quic_pacer *pacer);
/* When a train leaves that the host takes now. */
u64 quic_pacer_departure(const struct quic_pacer *pacer, u64 now);
/* A train of @bytes was taken at @now: moves next_at. */
void quic_pacer_sent(struct quic_pacer *pacer, u64 bytes, u64 now);

#endif
