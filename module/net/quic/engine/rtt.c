// SPDX-License-Identifier: GPL-2.0-only
/* Estimating the round-trip time (RFC 9002, 5.2, 5.3 and A.7). */
#include "rtt.h"

void quic_rtt_init(struct quic_rtt *rtt, u64 initial)
{
	memset(rtt, 0, sizeof(*rtt));
	rtt->initial = initial ? initial : QUIC_RTT_INITIAL;
	rtt->smoothed = rtt->initial;
	rtt->var = rtt->initial / 2;
}

void quic_rtt_update(struct quic_rtt *rtt, u64 latest, u64 ack_delay, u64 now)
{
	u64 adjusted = latest, deviation;

	rtt->latest = latest;
	if (!rtt->first_sample_at) {
		rtt->min = latest;
		rtt->smoothed = latest;
		rtt->var = latest / 2;
		rtt->first_sample_at = now;
		return;
	}

	rtt->min = min(rtt->min, latest);
	/* RFC 9002, 5.3: a delay that would take the sample below min_rtt is not plausible. */
	if (ack_delay <= latest && latest - ack_delay >= rtt->min)
		adjusted = latest - ack_delay;

	deviation = rtt->smoothed > adjusted ? rtt->smoothed - adjusted : adjusted - rtt->smoothed;
	rtt->var = (3 * rtt->var + deviation) / 4;
	rtt->smoothed = (7 * rtt->smoothed + adjusted) / 8;
}

u64 quic_rtt_timeout(const struct quic_rtt *rtt)
{
	return rtt->smoothed + max(4 * rtt->var, QUIC_RTT_GRANULARITY);
}

u64 quic_rtt_loss_delay(const struct quic_rtt *rtt)
{
	/* kTimeThreshold = 9/8 */
	u64 delay = max(rtt->latest, rtt->smoothed);

	return max(delay + delay / 8, QUIC_RTT_GRANULARITY);
}
