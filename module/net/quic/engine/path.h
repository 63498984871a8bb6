/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network path: addresses, validation, anti-amplification, MTU (RFC 9000, 8, 9, 14).
 */
#ifndef QUIC_ENGINE_PATH_H
#define QUIC_ENGINE_PATH_H

#include "addr.h"
#include "challenge.h"
#include "cid.h"
#include "pmtud.h"
#include "recovery.h"

/* The active one, the one to return to, one that this end migrates to, one that the peer tries. */
#define QUIC_PATHS_MAX		4
#define QUIC_MTU_MIN		1200	/* UDP payload, RFC 9000, 14 */

/**
 * struct quic_path - one path
 * @used: this slot describes a path
 * @local, @remote: its addresses
 * @validated: the peer's address was proved (RFC 9000, 8.1, 8.2)
 * @received, @sent: UDP payload bytes while not validated: at most 3 times @received may be sent
 *	(RFC 9000, 8; padding and tags count, P20)
 * @dcid_seq: sequence number of the destination connection ID used here, QUIC_SEQ_NONE while there
 *	is none to use
 * @peer_seq: sequence number of the connection ID that the peer last used here
 * @follow: it becomes the active path as soon as it is validated: the peer is there already
 * @left: this end has migrated from it to the active one; the peer comes later
 * @flow: its number in records of sent packets; a path that differs from the last one in a port only
 *	takes it over, and with it congestion state and RTT (RFC 9000, 9.4)
 * @measured: @capacity is known, from when it was the active path
 * @drop_at: when it is forgotten, unless it is in use
 * @mtu: UDP payload bytes that may be sent in one datagram now
 * @mtu_max: limit given by the route; @pmtu: limit that a router has named, U32_MAX none, believed
 *	until @pmtu_until
 * @pmtud: the search for a larger @mtu
 */
struct quic_path {
	bool used, validated, follow, left, measured;
	struct quic_addr local, remote;
	u64 received, sent;
	u64 dcid_seq, peer_seq;
	u32 mtu, mtu_max, pmtu;
	u64 pmtu_until;
	struct quic_pmtud pmtud;
	u8 flow;
	struct quic_capacity capacity;
	struct quic_challenge challenge;
	struct quic_responses responses;
	u64 drop_at;
};

/* UDP payload bytes that may be sent before validation; U64_MAX on a validated path. */
u64 quic_path_allowance(const struct quic_path *path);

#endif
