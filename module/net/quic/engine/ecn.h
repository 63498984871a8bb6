/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explicit congestion notification of one path: may packets be marked with ECT(0), and are the
 * peer's counts believed (RFC 9000, 13.4.2 and A.4)?
 */
#ifndef QUIC_ENGINE_ECN_H
#define QUIC_ENGINE_ECN_H

#include "os.h"

#define QUIC_ECN_ECT0	2	/* RFC 3168, 5 */

enum quic_ecn_state {
	QUIC_ECN_TESTING,	/* the first packets are marked; then it waits for what they prove */
	QUIC_ECN_CAPABLE,
	QUIC_ECN_FAILED,
};

/**
 * struct quic_ecn - state of a path
 * @state: enum quic_ecn_state
 * @tested: marked packets sent while testing, until there were enough
 * @marking: packets of the train that is being built are marked
 */
struct quic_ecn {
	u8 state;
	u8 tested;
	bool marking;
};

void quic_ecn_init(struct quic_ecn *ecn);
/* A train begins: all of it is marked, or nothing. */
void quic_ecn_prepare(struct quic_ecn *ecn);
/* A packet that is marked left. */
void quic_ecn_sent(struct quic_ecn *ecn);
/*
 * An ACK frame counts marks: @plausible, as RFC 9000, 13.4.2.1 says; @proved: it acknowledges marked
 * packets. Return: are its CE marks congestion?
 */
bool quic_ecn_acked(struct quic_ecn *ecn, bool plausible, bool proved);
/* Another probe timeout in a row: perhaps the path drops what is marked. */
void quic_ecn_timeout(struct quic_ecn *ecn, u32 pto_count);

#endif
