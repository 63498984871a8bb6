/* SPDX-License-Identifier: GPL-2.0-only */
/* 0-RTT: data of the client's first flight (RFC 9001, 4.6; S3.27 to S3.29 of the API). */
#ifndef QUIC_ENGINE_EARLY_DATA_H
#define QUIC_ENGINE_EARLY_DATA_H

#include "os.h"

/**
 * struct quic_early_data - what is particular to 0-RTT
 * @refused: client: the connection began anew in another version, to which the ticket does not
 *	belong (RFC 9369, 5): nothing leaves in 0-RTT packets any more
 * @reduced: client: the server's limits lie below the remembered ones
 * @accepted: client: a 0-RTT packet was acknowledged, which is how it shows
 * @drop_at: server: when the keys are discarded, QUIC_NEVER: not yet
 */
struct quic_early_data {
	bool refused, reduced, accepted;
	u64 drop_at;
};

#endif
