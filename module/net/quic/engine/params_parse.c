// SPDX-License-Identifier: GPL-2.0-only
/* The peer's transport parameters (RFC 9000, 7.4, 18 and 18.1). */
#include "params.h"
#include "params_id.h"
#include "wire.h"

#define TRANSPORT_PARAM	QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM

/* Parameters seen, for duplicates. The few high numbers get bits behind the low ones. */
static u64 seen_bit(u64 id)
{
	switch (id) {
	case QUIC_PARAM_ORIGINAL_DCID ... QUIC_PARAM_VERSIONS:
	case QUIC_PARAM_MAX_DATAGRAM_FRAME_SIZE:
		return 1ULL << id;
	case QUIC_PARAM_GREASE_QUIC_BIT:
		return 1ULL << 62;
	case QUIC_PARAM_DISABLE_1RTT_ENCRYPTION:
		return 1ULL << 63;
	default:
		return 0;
	}
}

static bool server_only(u64 id)
{
	return id == QUIC_PARAM_ORIGINAL_DCID || id == QUIC_PARAM_STATELESS_RESET_TOKEN ||
	       id == QUIC_PARAM_PREFERRED_ADDRESS || id == QUIC_PARAM_RETRY_SCID;
}

/* An integer that fills its value exactly and lies within limits. */
static bool read_int(struct quic_reader *r, u64 low, u64 high, u64 *value)
{
	return quic_read_varint(r, value) && !quic_reader_left(r) && *value >= low &&
	       *value <= high;
}

/* Presence is the value: the body is empty. */
static bool read_flag(struct quic_reader *r, bool *value)
{
	*value = true;
	return !quic_reader_left(r);
}

static bool read_cid(struct quic_reader *r, struct quic_cid *cid, bool *has)
{
	if (quic_reader_left(r) > QUIC_CID_LEN_MAX)
		return false;
	cid->len = quic_reader_left(r);
	memcpy(cid->id, r->pos, cid->len);
	*has = true;
	return true;
}

static void set_addr(struct quic_addr *addr, u8 family, const u8 *ip, u16 port)
{
	static const u8 none[16];
	size_t len = family == 4 ? 4 : 16;

	/* An address of zeroes says that there is none of its family. */
	if (!port && !memcmp(ip, none, len))
		return;
	addr->family = family;
	addr->port = port;
	memcpy(addr->ip, ip, len);
}

/* RFC 9000, 18.2, figure 22 */
static bool read_preferred(struct quic_reader *r, struct quic_params *params)
{
	const u8 *v4, *v6, *id, *token;
	u16 v4_port, v6_port;
	u8 len;

	if (!quic_read_bytes(r, &v4, 4) || !quic_read_u16(r, &v4_port) ||
	    !quic_read_bytes(r, &v6, 16) || !quic_read_u16(r, &v6_port) || !quic_read_u8(r, &len) ||
	    len < 1 || len > QUIC_CID_LEN_MAX || !quic_read_bytes(r, &id, len) ||
	    !quic_read_bytes(r, &token, QUIC_RESET_TOKEN_LEN) || quic_reader_left(r))
		return false;
	set_addr(&params->preferred_v4, 4, v4, v4_port);
	set_addr(&params->preferred_v6, 6, v6, v6_port);
	params->preferred_cid.len = len;
	memcpy(params->preferred_cid.id, id, len);
	memcpy(params->preferred_token, token, QUIC_RESET_TOKEN_LEN);
	params->has_preferred = true;
	return true;
}

/* RFC 9368, 3 and 4 */
static bool read_versions(struct quic_reader *r, struct quic_params *params, bool from_server)
{
	bool chosen_listed = false;
	u32 version;

	if (!quic_read_u32(r, &params->chosen_version) || !params->chosen_version)
		return false;
	while (quic_reader_left(r)) {
		if (!quic_read_u32(r, &version) || !version)
			return false;
		chosen_listed |= version == params->chosen_version;
		if (params->version_count < QUIC_PARAMS_VERSIONS_MAX)
			params->versions[params->version_count++] = version;
	}
	params->has_versions = true;
	return from_server || chosen_listed;
}

static bool read_param(struct quic_params *params, u64 id, struct quic_reader *r, bool from_server)
{
	const u8 *token;

	switch (id) {
	case QUIC_PARAM_ORIGINAL_DCID:
		return read_cid(r, &params->original_dcid, &params->has_original_dcid);
	case QUIC_PARAM_MAX_IDLE_TIMEOUT:
		return read_int(r, 0, QUIC_VARINT_MAX, &params->max_idle_timeout);
	case QUIC_PARAM_STATELESS_RESET_TOKEN:
		if (!quic_read_bytes(r, &token, QUIC_RESET_TOKEN_LEN) || quic_reader_left(r))
			return false;
		memcpy(params->reset_token, token, QUIC_RESET_TOKEN_LEN);
		params->has_reset_token = true;
		return true;
	case QUIC_PARAM_MAX_UDP_PAYLOAD_SIZE:
		return read_int(r, 1200, QUIC_VARINT_MAX, &params->max_udp_payload_size);
	case QUIC_PARAM_MAX_DATA:
		return read_int(r, 0, QUIC_VARINT_MAX, &params->max_data);
	case QUIC_PARAM_MAX_STREAM_DATA_BIDI_LOCAL:
		return read_int(r, 0, QUIC_VARINT_MAX, &params->max_stream_data_bidi_local);
	case QUIC_PARAM_MAX_STREAM_DATA_BIDI_REMOTE:
		return read_int(r, 0, QUIC_VARINT_MAX, &params->max_stream_data_bidi_remote);
	case QUIC_PARAM_MAX_STREAM_DATA_UNI:
		return read_int(r, 0, QUIC_VARINT_MAX, &params->max_stream_data_uni);
	case QUIC_PARAM_MAX_STREAMS_BIDI:	/* RFC 9000, 4.6: 2^60 */
		return read_int(r, 0, 1ULL << 60, &params->max_streams_bidi);
	case QUIC_PARAM_MAX_STREAMS_UNI:
		return read_int(r, 0, 1ULL << 60, &params->max_streams_uni);
	case QUIC_PARAM_ACK_DELAY_EXPONENT:
		return read_int(r, 0, 20, &params->ack_delay_exponent);
	case QUIC_PARAM_MAX_ACK_DELAY:
		return read_int(r, 0, (1 << 14) - 1, &params->max_ack_delay);
	case QUIC_PARAM_DISABLE_ACTIVE_MIGRATION:
		return read_flag(r, &params->disable_active_migration);
	case QUIC_PARAM_PREFERRED_ADDRESS:
		return read_preferred(r, params);
	case QUIC_PARAM_ACTIVE_CID_LIMIT:
		return read_int(r, 2, QUIC_VARINT_MAX, &params->active_connection_id_limit);
	case QUIC_PARAM_INITIAL_SCID:
		return read_cid(r, &params->initial_scid, &params->has_initial_scid);
	case QUIC_PARAM_RETRY_SCID:
		return read_cid(r, &params->retry_scid, &params->has_retry_scid);
	case QUIC_PARAM_VERSIONS:
		return read_versions(r, params, from_server);
	case QUIC_PARAM_MAX_DATAGRAM_FRAME_SIZE:
		return read_int(r, 0, QUIC_VARINT_MAX, &params->max_datagram_frame_size);
	case QUIC_PARAM_GREASE_QUIC_BIT:
		return read_flag(r, &params->grease_quic_bit);
	case QUIC_PARAM_DISABLE_1RTT_ENCRYPTION:
		return read_flag(r, &params->disable_1rtt_encryption);
	default:
		return true;	/* RFC 9000, 7.4.2 */
	}
}

void quic_params_defaults(struct quic_params *params)
{
	memset(params, 0, sizeof(*params));
	params->max_udp_payload_size = 65527;
	params->ack_delay_exponent = 3;
	params->max_ack_delay = 25;
	params->active_connection_id_limit = 2;
}

int quic_params_parse(struct quic_params *params, const u8 *data, size_t len, bool from_server)
{
	struct quic_reader r = { data, data + len }, body;
	u64 id, body_len, bit, seen = 0;

	quic_params_defaults(params);
	while (quic_reader_left(&r)) {
		if (!quic_read_varint(&r, &id) || !quic_read_varint(&r, &body_len) ||
		    !quic_read_bytes(&r, &body.pos, body_len))
			return TRANSPORT_PARAM;
		body.end = r.pos;
		/* RFC 9000, 7.4: none twice; those that are skipped cannot do harm. */
		bit = seen_bit(id);
		if (seen & bit)
			return TRANSPORT_PARAM;
		seen |= bit;
		if (server_only(id) && !from_server)
			return TRANSPORT_PARAM;
		if (!read_param(params, id, &body, from_server))
			return TRANSPORT_PARAM;
	}
	/* RFC 9000, 7.3: absence of these is an error whatever the connection's state. */
	if (!params->has_initial_scid || (from_server && !params->has_original_dcid))
		return TRANSPORT_PARAM;
	/* RFC 9000, 18.2: without connection IDs there is nothing to migrate with. */
	if (params->has_preferred && !params->initial_scid.len)
		return TRANSPORT_PARAM;

	/*
	 * What RFC 9000, 18.2 and RFC 9221, 3 permit is no reason to refuse a peer, although S5.18
	 * has narrower bounds for max_idle_timeout, max_udp_payload_size and
	 * max_datagram_frame_size: only what is beyond this end's use is brought down (as F33).
	 */
	params->max_udp_payload_size = min_t(u64, params->max_udp_payload_size, 65527);
	params->max_idle_timeout = min_t(u64, params->max_idle_timeout, U32_MAX);
	params->max_streams_bidi = min_t(u64, params->max_streams_bidi, QUIC_PARAMS_STREAMS_MAX);
	params->max_streams_uni = min_t(u64, params->max_streams_uni, QUIC_PARAMS_STREAMS_MAX);
	params->active_connection_id_limit = min_t(u64, params->active_connection_id_limit,
						   QUIC_CID_LIMIT_MAX);
	return 0;
}
