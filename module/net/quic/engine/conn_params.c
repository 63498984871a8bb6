// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport parameters of both ends and what follows from them (RFC 9000, 7.4; section 5.5 of the
 * API).
 */
#include "conn_internal.h"

/* Values only: what this end chose for itself during the handshake stays out of them. */
void quic_conn_set_local_values(struct quic_conn *conn, const struct quic_params *params)
{
	conn->config.params = *params;
	conn->remote_cids.limit = min_t(u64, params->active_connection_id_limit,
					QUIC_CID_LIMIT_MAX);
	quic_streams_set_local(&conn->streams, params);
}

void quic_conn_set_remote_values(struct quic_conn *conn, const struct quic_params *params)
{
	conn->remote = *params;
	quic_streams_set_remote(&conn->streams, params);
	conn->ops->writable(conn, NULL);
}

int quic_conn_local_params(struct quic_conn *conn, u8 *buf, size_t room)
{
	struct quic_params params = conn->config.params;
	const struct quic_cid_entry *own = quic_cid_find(&conn->local_cids, 0);

	if (conn->state != QUIC_CONN_HANDSHAKING || WARN_ON_ONCE(!own))
		return -EINVAL;
	/* RFC 9000, 7.3 */
	params.has_initial_scid = true;
	params.initial_scid = own->cid;
	if (conn->is_server) {
		params.has_original_dcid = true;
		params.original_dcid = conn->original_dcid;
		params.has_retry_scid = conn->got_retry;
		params.retry_scid = conn->retry_scid;
		params.has_reset_token = conn->config.send_reset_token;
		memcpy(params.reset_token, own->token, sizeof(params.reset_token));
	}
	quic_negotiate_fill_params(conn, &params);
	return quic_params_encode(&params, conn->is_server, buf, room);
}

/* RFC 9000, 7.3: connection IDs are those that the packets had. */
static bool cids_match(const struct quic_conn *conn, const struct quic_params *params)
{
	if (!params->has_initial_scid || !quic_cid_equal(&params->initial_scid, &conn->peer_scid))
		return false;
	if (conn->is_server)
		return true;
	if (!params->has_original_dcid ||
	    !quic_cid_equal(&params->original_dcid, &conn->original_dcid))
		return false;
	return params->has_retry_scid == conn->got_retry &&
	       (!params->has_retry_scid || quic_cid_equal(&params->retry_scid, &conn->retry_scid));
}

static int check(const struct quic_conn *conn, const struct quic_params *params)
{
	if (!cids_match(conn, params))
		return QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM;
	return quic_negotiate_check(conn, params);
}

static void apply(struct quic_conn *conn, const struct quic_params *params, u64 now)
{
	quic_negotiate_upgrade(conn, params);
	quic_early_data_compare(conn, params);
	conn->has_remote = true;
	conn->in_clear = params->disable_1rtt_encryption &&
			 conn->config.params.disable_1rtt_encryption;
	conn->recovery.max_ack_delay = params->max_ack_delay * QUIC_MSEC;
	conn->local_cids.limit = min_t(u64, params->active_connection_id_limit,
				       QUIC_CID_LIMIT_MAX);
	if (params->has_reset_token)
		quic_cids_set_remote(conn, 0, &conn->peer_scid, params->reset_token);
	if (params->has_preferred)
		quic_cids_set_remote(conn, 1, &params->preferred_cid, params->preferred_token);
	quic_conn_set_remote_values(conn, params);
	quic_path_update_mtu(conn);
	quic_idle_restart(conn, now);
}

int quic_conn_set_remote_params(struct quic_conn *conn, const u8 *data, size_t len, u64 now)
{
	struct quic_params params;
	int err;

	if (conn->state != QUIC_CONN_HANDSHAKING || len > QUIC_PARAMS_MAX_LEN)
		return -EINVAL;
	err = quic_params_parse(&params, data, len, !conn->is_server);
	if (!err)
		err = check(conn, &params);
	if (!err) {
		apply(conn, &params, now);
		return 0;
	}
	quic_conn_fail(conn, err, 0, now);
	return err == QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION ? -EPROTONOSUPPORT : -EINVAL;
}
