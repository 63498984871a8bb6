// SPDX-License-Identifier: GPL-2.0-only
/* This end's transport parameters as they go into the TLS extension (RFC 9000, 18). */
#include "params.h"
#include "params_id.h"
#include "wire.h"

static bool write_bytes(struct quic_writer *w, u64 id, const u8 *bytes, size_t len)
{
	return quic_write_varint(w, id) && quic_write_varint(w, len) &&
	       quic_write_bytes(w, bytes, len);
}

static bool write_flag(struct quic_writer *w, u64 id, bool value)
{
	return !value || write_bytes(w, id, NULL, 0);
}

/* S5.16: a value equal to the RFC's default is left out. */
static bool write_int(struct quic_writer *w, u64 id, u64 value, u64 fallback)
{
	return value == fallback ||
	       (quic_write_varint(w, id) && quic_write_varint(w, quic_varint_len(value)) &&
		quic_write_varint(w, value));
}

static bool write_cid(struct quic_writer *w, u64 id, bool has, const struct quic_cid *cid)
{
	return !has || write_bytes(w, id, cid->id, cid->len);
}

static bool write_preferred(struct quic_writer *w, const struct quic_params *params)
{
	const struct quic_addr *v4 = &params->preferred_v4, *v6 = &params->preferred_v6;
	const struct quic_cid *cid = &params->preferred_cid;

	return !params->has_preferred ||
	       (quic_write_varint(w, QUIC_PARAM_PREFERRED_ADDRESS) &&
		quic_write_varint(w, 4 + 2 + 16 + 2 + 1 + cid->len + QUIC_RESET_TOKEN_LEN) &&
		quic_write_bytes(w, v4->ip, 4) && quic_write_u16(w, v4->port) &&
		quic_write_bytes(w, v6->ip, 16) && quic_write_u16(w, v6->port) &&
		quic_write_u8(w, cid->len) && quic_write_bytes(w, cid->id, cid->len) &&
		quic_write_bytes(w, params->preferred_token, QUIC_RESET_TOKEN_LEN));
}

/* RFC 9368, 3 */
static bool write_versions(struct quic_writer *w, const struct quic_params *params)
{
	unsigned int i;

	if (!params->has_versions)
		return true;
	if (!quic_write_varint(w, QUIC_PARAM_VERSIONS) ||
	    !quic_write_varint(w, 4 + 4 * params->version_count) ||
	    !quic_write_u32(w, params->chosen_version))
		return false;
	for (i = 0; i < params->version_count; i++)
		if (!quic_write_u32(w, params->versions[i]))
			return false;
	return true;
}

static bool write_server_only(struct quic_writer *w, const struct quic_params *params)
{
	return write_cid(w, QUIC_PARAM_ORIGINAL_DCID, params->has_original_dcid,
			 &params->original_dcid) &&
	       (!params->has_reset_token ||
		write_bytes(w, QUIC_PARAM_STATELESS_RESET_TOKEN, params->reset_token,
			    QUIC_RESET_TOKEN_LEN)) &&
	       write_cid(w, QUIC_PARAM_RETRY_SCID, params->has_retry_scid, &params->retry_scid) &&
	       write_preferred(w, params);
}

int quic_params_encode(const struct quic_params *p, bool from_server, u8 *buf, size_t room)
{
	struct quic_writer w = { buf, buf + room };
	struct quic_params def;

	quic_params_defaults(&def);
	if (!write_cid(&w, QUIC_PARAM_INITIAL_SCID, p->has_initial_scid, &p->initial_scid) ||
	    (from_server && !write_server_only(&w, p)) ||
	    !write_int(&w, QUIC_PARAM_MAX_IDLE_TIMEOUT, p->max_idle_timeout, 0) ||
	    !write_int(&w, QUIC_PARAM_MAX_UDP_PAYLOAD_SIZE, p->max_udp_payload_size,
		       def.max_udp_payload_size) ||
	    !write_int(&w, QUIC_PARAM_MAX_DATA, p->max_data, 0) ||
	    !write_int(&w, QUIC_PARAM_MAX_STREAM_DATA_BIDI_LOCAL, p->max_stream_data_bidi_local,
		       0) ||
	    !write_int(&w, QUIC_PARAM_MAX_STREAM_DATA_BIDI_REMOTE, p->max_stream_data_bidi_remote,
		       0) ||
	    !write_int(&w, QUIC_PARAM_MAX_STREAM_DATA_UNI, p->max_stream_data_uni, 0) ||
	    !write_int(&w, QUIC_PARAM_MAX_STREAMS_BIDI, p->max_streams_bidi, 0) ||
	    !write_int(&w, QUIC_PARAM_MAX_STREAMS_UNI, p->max_streams_uni, 0) ||
	    !write_int(&w, QUIC_PARAM_ACK_DELAY_EXPONENT, p->ack_delay_exponent,
		       def.ack_delay_exponent) ||
	    !write_int(&w, QUIC_PARAM_MAX_ACK_DELAY, p->max_ack_delay, def.max_ack_delay) ||
	    !write_int(&w, QUIC_PARAM_ACTIVE_CID_LIMIT, p->active_connection_id_limit,
		       def.active_connection_id_limit) ||
	    !write_int(&w, QUIC_PARAM_MAX_DATAGRAM_FRAME_SIZE, p->max_datagram_frame_size, 0) ||
	    !write_flag(&w, QUIC_PARAM_DISABLE_ACTIVE_MIGRATION, p->disable_active_migration) ||
	    !write_flag(&w, QUIC_PARAM_GREASE_QUIC_BIT, p->grease_quic_bit) ||
	    !write_flag(&w, QUIC_PARAM_DISABLE_1RTT_ENCRYPTION, p->disable_1rtt_encryption) ||
	    !write_versions(&w, p))
		return -EINVAL;
	return w.pos - buf;
}
