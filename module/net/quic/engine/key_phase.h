/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a connection is with its key updates (RFC 9001, 6). */
#ifndef QUIC_ENGINE_KEY_PHASE_H
#define QUIC_ENGINE_KEY_PHASE_H

#include "os.h"

/**
 * struct quic_key_phase - the current phase of both directions
 * @first_rx: lowest packet number that the current key has opened, U64_MAX none
 * @last_old: highest packet number that an earlier key has opened
 * @old_until: the previous receiving key is dropped then, QUIC_NEVER if there is none
 * @first_tx: lowest packet number of the current sending key
 * @sent_at: when a packet was first sent with it, QUIC_NEVER not yet
 * @unfinished: the last update is not over (S6.35)
 * @wanted: the application asked for an update that is not permitted yet
 */
struct quic_key_phase {
	u64 first_rx, last_old, old_until;
	u64 first_tx, sent_at;
	bool unfinished, wanted;
};

#endif
