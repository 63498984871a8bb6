/* SPDX-License-Identifier: GPL-2.0-only */
/* Estimating the round-trip time (RFC 9002, 5). */
#ifndef QUIC_ENGINE_RTT_H
#define QUIC_ENGINE_RTT_H

#include "os.h"

#define QUIC_RTT_GRANULARITY	QUIC_MSEC		/* kGranularity, RFC 9002, 6.1.2 */
#define QUIC_RTT_INITIAL	(333 * QUIC_MSEC)	/* kInitialRtt, RFC 9002, 6.2.2 */

/**
 * struct quic_rtt - round-trip time of a path, ns
 * @smoothed, @var: as RFC 9002, 5.3 says
 * @first_sample_at: 0: no sample yet
 * @initial: assumed before the first sample
 */
struct quic_rtt {
	u64 latest, smoothed, var, min;
	u64 first_sample_at;
	u64 initial;
};

/* @initial: 0 means kInitialRtt. */
void quic_rtt_init(struct quic_rtt *rtt, u64 initial);
/*
 * @latest: measured; @ack_delay: as reported, already limited to max_ack_delay where that is due.
 */
void quic_rtt_update(struct quic_rtt *rtt, u64 latest, u64 ack_delay, u64 now);
/* smoothed_rtt + max(4 * rttvar, kGranularity): the PTO without max_ack_delay (6.2.1). */
u64 quic_rtt_timeout(const struct quic_rtt *rtt);
/* How long a packet may be overtaken before it counts as lost (6.1.2). */
u64 quic_rtt_loss_delay(const struct quic_rtt *rtt);

#endif
