// SPDX-License-Identifier: GPL-2.0-only
/* Explicit congestion notification of one path (RFC 9000, 13.4.2, 13.4.2.2 and A.4). */
#include "ecn.h"

/* RFC 9000, A.4: as many packets, and probe timeouts, as a test takes. */
#define TEST_PACKETS	10
#define TEST_TIMEOUTS	2

void quic_ecn_init(struct quic_ecn *ecn)
{
	memset(ecn, 0, sizeof(*ecn));
}

void quic_ecn_prepare(struct quic_ecn *ecn)
{
	ecn->marking = ecn->state == QUIC_ECN_CAPABLE ||
		       (ecn->state == QUIC_ECN_TESTING && ecn->tested < TEST_PACKETS);
}

void quic_ecn_sent(struct quic_ecn *ecn)
{
	if (ecn->state == QUIC_ECN_TESTING && ecn->tested < TEST_PACKETS)
		ecn->tested++;
}

bool quic_ecn_acked(struct quic_ecn *ecn, bool plausible, bool proved)
{
	if (!plausible)
		ecn->state = QUIC_ECN_FAILED;
	else if (proved && ecn->state == QUIC_ECN_TESTING)
		ecn->state = QUIC_ECN_CAPABLE;
	return ecn->state == QUIC_ECN_CAPABLE;
}

/*
 * Marks end after a few of them on a path that does not answer. They begin again if one of those
 * that were sent turns out to have arrived.
 */
void quic_ecn_timeout(struct quic_ecn *ecn, u32 pto_count)
{
	if (pto_count < TEST_TIMEOUTS || ecn->state == QUIC_ECN_FAILED)
		return;
	ecn->state = QUIC_ECN_TESTING;
	ecn->tested = TEST_PACKETS;
}
