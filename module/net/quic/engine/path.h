/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network path: addresses, validation, anti-amplification, MTU (RFC 9000, 8, 9, 14).
 */
#ifndef QUIC_ENGINE_PATH_H
#define QUIC_ENGINE_PATH_H

#include "addr.h"
#include "cid.h"
#include "pmtud.h"

#define QUIC_PATHS_MAX		2	/* the active one, and one being validated */
#define QUIC_MTU_MIN		1200	/* UDP payload, RFC 9000, 14 */

/**
 * struct quic_path - one path
 * @used: this slot describes a path
 * @local, @remote: its addresses
 * @validated: the peer's address was proved (RFC 9000, 8.1, 8.2)
 * @received, @sent: UDP payload bytes while not validated: at most 3 times @received may be sent
 *	(RFC 9000, 8; padding and tags count, P20)
 * @dcid_seq: sequence number of the destination connection ID used here
 * @mtu: UDP payload bytes that may be sent in one datagram now
 * @mtu_max: limit given by the route; @pmtu: limit that a router has named, U32_MAX none, believed
 *	until @pmtu_until
 * @pmtud: the search for a larger @mtu
 * @challenge: PATH_CHALLENGE data outstanding; @challenge_pending must be sent (again);
 *	@challenge_count: how often it was sent; @challenge_at: when it is sent again
 * @response: PATH_RESPONSE data owed; @response_pending
 */
struct quic_path {
	bool used, validated;
	struct quic_addr local, remote;
	u64 received, sent;
	u64 dcid_seq;
	u32 mtu, mtu_max, pmtu;
	u64 pmtu_until;
	struct quic_pmtud pmtud;
	bool challenge_pending, response_pending;
	u8 challenge_count;
	u8 challenge[8], response[8];
	u64 challenge_at;
};

/* UDP payload bytes that may be sent before validation; U64_MAX on a validated path. */
u64 quic_path_allowance(const struct quic_path *path);

#endif
