/* SPDX-License-Identifier: GPL-2.0-only */
/* Packet numbers received in one space: what ACK frames say (RFC 9000, 13.2.3, 13.2.4). */
#ifndef QUIC_ENGINE_ACKSET_H
#define QUIC_ENGINE_ACKSET_H

#include "frame.h"

#define QUIC_ACK_RANGES_MAX	64

struct quic_ack_range {
	u64 first, last;	/* inclusive */
};

/**
 * struct quic_ackset - received packet numbers as ranges, highest first
 * @floor: everything below was forgotten; such packets are dropped as duplicates (P16), since they
 *	cannot be told from replays (RFC 9000, 12.3)
 */
struct quic_ackset {
	struct quic_ack_range ranges[QUIC_ACK_RANGES_MAX];
	u16 count;
	u64 floor;
};

/* Was @pn received already, or is it below the floor? */
bool quic_ackset_has(const struct quic_ackset *set, u64 pn);
/* Record @pn; when there are too many ranges the lowest is forgotten. */
void quic_ackset_add(struct quic_ackset *set, u64 pn);
/*
 * The peer has seen acknowledgements up to @pn: forget ranges wholly at or below it (RFC 9000,
 * 13.2.4).
 */
void quic_ackset_forget(struct quic_ackset *set, u64 pn);
/* Largest received, U64_MAX if none. */
u64 quic_ackset_largest(const struct quic_ackset *set);
/* Is there a gap right below @pn (it arrived out of order or after a loss, RFC 9000, 13.2.1)? */
bool quic_ackset_gap_before(const struct quic_ackset *set, u64 pn);
/*
 * As many ranges as fit. @ecn: ECT(0), ECT(1), CE counts or NULL. False if not even the first
 * fits.
 */
bool quic_ackset_write(const struct quic_ackset *set, struct quic_writer *w, u64 delay,
		       const u64 ecn[3]);

#endif
