/* SPDX-License-Identifier: GPL-2.0-only */
/* Transport parameters (RFC 9000, 7.4 and 18; RFC 9221, 3; RFC 9287; RFC 9368, 3). */
#ifndef QUIC_ENGINE_PARAMS_H
#define QUIC_ENGINE_PARAMS_H

#include "addr.h"
#include "cid.h"

#define QUIC_PARAMS_VERSIONS_MAX	8
#define QUIC_PARAMS_MAX_LEN		512	/* S5.17 */
#define QUIC_PARAMS_STREAMS_MAX		4096	/* S5.18 */

/* Everything that either end may say. Times are in the unit of the wire unless named otherwise. */
struct quic_params {
	u64 max_idle_timeout;		/* ms, 0: none */
	u64 max_udp_payload_size;
	u64 max_data;
	u64 max_stream_data_bidi_local, max_stream_data_bidi_remote, max_stream_data_uni;
	u64 max_streams_bidi, max_streams_uni;
	u64 ack_delay_exponent;
	u64 max_ack_delay;		/* ms */
	u64 active_connection_id_limit;
	u64 max_datagram_frame_size;	/* 0: off */
	bool disable_active_migration;
	bool grease_quic_bit;
	bool disable_1rtt_encryption;

	bool has_initial_scid, has_original_dcid, has_retry_scid, has_reset_token, has_preferred;
	struct quic_cid initial_scid, original_dcid, retry_scid;
	u8 reset_token[QUIC_RESET_TOKEN_LEN];
	struct quic_addr preferred_v4, preferred_v6;
	struct quic_cid preferred_cid;
	u8 preferred_token[QUIC_RESET_TOKEN_LEN];

	bool has_versions;		/* version_information */
	u32 chosen_version;
	u8 version_count;
	u32 versions[QUIC_PARAMS_VERSIONS_MAX];	/* the first ones offered */
};

/* What holds when a parameter is absent (RFC 9000, 18.2). */
void quic_params_defaults(struct quic_params *params);

/**
 * quic_params_parse() - the peer's extension body
 * @from_server: who sent it: server-only parameters from a client are an error
 *
 * Applies defaults, checks every rule of RFC 9000, 18.2 and of S5.18 that needs no connection
 * state. Brings down what may be larger than this end can use: max_idle_timeout to 2^32 - 1 ms,
 * max_udp_payload_size to 65527,
 * max_streams to 4096 (S5.18), active_connection_id_limit to QUIC_CID_LIMIT_MAX (F33).
 *
 * Return: 0 or TRANSPORT_PARAM, also for malformed version_information (RFC 9368, 4). Whether valid
 * version_information fits the connection is the connection's to judge.
 */
int quic_params_parse(struct quic_params *params, const u8 *data, size_t len, bool from_server);

/* Return: bytes written, or -EINVAL if @room is too small. Defaults are left out (S5.16). */
int quic_params_encode(const struct quic_params *params, bool from_server, u8 *buf, size_t room);

#endif
