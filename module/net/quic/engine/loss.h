/* SPDX-License-Identifier: GPL-2.0-only */
/* Declaring packets lost, and the timer: shared by recovery.c, loss.c, pto.c and settle.c only. */
#ifndef QUIC_ENGINE_LOSS_H
#define QUIC_ENGINE_LOSS_H

#include "recovery.h"

/*
 * DetectAndRemoveLostPackets() and OnPacketsLost() of RFC 9002, A.10 and B.8. Records that an ACK
 * frame has just acknowledged are marked, but still live. The caller trims the queue.
 */
/* RFC 9002, 6.1.1: did enough later packets arrive to give @pn up? */
bool quic_loss_by_number(const struct quic_space *sp, u64 pn);
void quic_loss_detect(struct quic_recovery *rec, enum quic_space_id space, u64 now);

/*
 * Loss or ECN-CE of a packet that was sent at @sent_at (RFC 9002, B.6). What the host has taken already
 * was sent before the recovery period begins, although it may leave later.
 */
void quic_loss_congestion(struct quic_recovery *rec, u64 sent_at, u64 now);

/* RFC 9002, A.8: PeerCompletedAddressValidation() */
bool quic_pto_peer_validated(const struct quic_recovery *rec);

#endif
