/* SPDX-License-Identifier: GPL-2.0-only */
/* Path validation, both ways (RFC 9000, 8.2): part of a path. */
#ifndef QUIC_ENGINE_CHALLENGE_H
#define QUIC_ENGINE_CHALLENGE_H

#include "os.h"

#define QUIC_CHALLENGE_LEN	8
#define QUIC_CHALLENGES_MAX	3	/* PATH_CHALLENGE frames of one validation */
#define QUIC_RESPONSES_MAX	4	/* PATH_RESPONSE frames owed on one path */

/**
 * struct quic_challenge - validating a path
 * @data: what was sent, each time something else (RFC 9000, 8.2.1); @count: how many of them
 * @running: a validation is in progress; @due: a PATH_CHALLENGE is to be sent
 * @small: bits of those that left in a datagram that was not a full one
 * @interval: ns from one to the next, which is due at @again_at; @fail_at: the end of patience
 */
struct quic_challenge {
	u8 data[QUIC_CHALLENGES_MAX][QUIC_CHALLENGE_LEN];
	u8 count, small;
	bool running, due;
	u64 interval, again_at, fail_at;
};

/**
 * struct quic_responses - what the peer's validation is owed: one PATH_RESPONSE for each
 *	PATH_CHALLENGE, @count of them
 */
struct quic_responses {
	u8 data[QUIC_RESPONSES_MAX][QUIC_CHALLENGE_LEN];
	u8 count;
};

#endif
