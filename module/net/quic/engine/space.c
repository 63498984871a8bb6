// SPDX-License-Identifier: GPL-2.0-only
/* The receiving side of a packet number space: when acknowledgements are due (RFC 9000, 13.2). */
#include "recovery.h"

/* RFC 9000, 13.2.2 */
#define ACK_EVERY	2

/* ECN codepoints (RFC 3168, 5) */
enum {
	ECN_ECT1 = 1,
	ECN_ECT0,
	ECN_CE,
};

void quic_space_on_received(struct quic_space *space, u64 pn, bool ack_eliciting, bool at_once,
			    u64 max_ack_delay, u8 ecn, u64 now)
{
	u64 largest = quic_ackset_largest(&space->received);
	bool newest = largest == U64_MAX || pn > largest;

	/* RFC 9000, 13.2.1: it was overtaken, or packets before it are missing. */
	if (!newest || (largest != U64_MAX && quic_ackset_gap_before(&space->received, pn)))
		at_once = true;

	quic_ackset_add(&space->received, pn);
	if (newest)
		space->largest_at = now;

	switch (ecn) {
	case ECN_ECT0:
		space->ecn[0]++;
		break;
	case ECN_ECT1:
		space->ecn[1]++;
		break;
	case ECN_CE:
		space->ecn[2]++;
		at_once = true;
		break;
	}

	if (!ack_eliciting)
		return;
	space->ack_waiting++;
	if (at_once || space->ack_waiting >= ACK_EVERY)
		max_ack_delay = 0;
	space->ack_at = min(space->ack_at, now + max_ack_delay);
}

void quic_space_ack_sent(struct quic_space *space)
{
	space->ack_at = QUIC_NEVER;
	space->ack_waiting = 0;
}
