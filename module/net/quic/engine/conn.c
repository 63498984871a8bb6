// SPDX-License-Identifier: GPL-2.0-only
/* The life of a connection: from connect or accept to destruction. */
#include "conn_internal.h"

/*
 * Default limits of what one connection may have allocated, whatever its peer opens and leaves
 * (RFC 9000, 21.8); the host may set others.
 */
#define CONTROL_LIMIT	(16U << 20)
#define DATA_LIMIT	(64U << 20)

/* RFC 9000, 7.2: at least 8 bytes, unpredictable. */
#define ORIGINAL_DCID_LEN	8

static struct quic_conn *conn_of(struct quic_streams *st)
{
	return container_of(st, struct quic_conn, streams);
}

static void on_stream_event(struct quic_streams *st, u8 type, const union quic_event *event)
{
	struct quic_conn *conn = conn_of(st);

	conn->ops->event(conn, type, event, NULL, 0);
}

static void on_stream_readable(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_conn *conn = conn_of(st);

	conn->ops->readable(conn, stream);
}

static void on_stream_writable(struct quic_streams *st, struct quic_stream *stream)
{
	struct quic_conn *conn = conn_of(st);

	conn->ops->writable(conn, stream);
}

static bool stream_room(struct quic_streams *st, bool in_order)
{
	struct quic_conn *conn = conn_of(st);

	return conn->ops->rx_room(conn, in_order);
}

static const struct quic_streams_ops streams_ops = {
	.event = on_stream_event,
	.readable = on_stream_readable,
	.writable = on_stream_writable,
	.room = stream_room,
};

void quic_conn_set_state(struct quic_conn *conn, enum quic_conn_state state)
{
	enum quic_conn_state old = conn->state;

	if (old == state)
		return;
	conn->state = state;
	quic_observe_connection_state(conn, old);
	conn->ops->state(conn);
}

static void default_limit(struct quic_mem *mem, u64 limit)
{
	if (!mem->limit)
		mem->limit = limit;
}

static int begin(struct quic_conn *conn, const struct quic_conn_ops *ops,
		 const struct quic_conn_config *config, bool is_server,
		 const struct quic_addr *local, const struct quic_addr *remote, bool validated,
		 u64 now)
{
	struct quic_path *path = &conn->path[0];
	unsigned int i;

	conn->ops = ops;
	conn->config = *config;
	conn->is_server = is_server;
	conn->state = QUIC_CONN_HANDSHAKING;
	default_limit(&conn->mem, CONTROL_LIMIT);
	default_limit(&conn->mem_tx, DATA_LIMIT);
	default_limit(&conn->mem_rx, DATA_LIMIT);
	INIT_LIST_HEAD(&conn->handshake_inq);
	INIT_LIST_HEAD(&conn->early);
	INIT_LIST_HEAD(&conn->datagrams.queue);
	for (i = 0; i < QUIC_CRYPTO_MAX; i++)
		quic_crypto_stream_init(&conn->crypto[i]);

	quic_path_begin(path, local, remote, config->mtu, validated);
	quic_recovery_init(&conn->recovery, &quic_conn_recovery_ops, &conn->mem, is_server,
			   config->algorithm, config->initial_rtt, path->mtu);
	quic_pmtud_restart(conn, path);
	/* From here on runs the client's probe timeout against deadlock (RFC 9002, 6.2.2.1). */
	conn->recovery.armed_at = now;
	quic_path_update_blocked(conn);

	quic_streams_init(&conn->streams, &streams_ops, &conn->mem, &conn->mem_tx, &conn->mem_rx,
			  is_server);
	quic_params_defaults(&conn->remote);
	quic_conn_set_local_values(conn, &config->params);
	conn->streams.nodelay = config->nodelay;

	quic_key_phase_init(&conn->key_phase);
	conn->migrating = QUIC_PATHS_MAX;
	conn->skip_at = U64_MAX;
	conn->early_data.drop_at = QUIC_NEVER;
	conn->streams.inq_held = is_server;
	conn->keepalive_at = QUIC_NEVER;
	conn->close_at = QUIC_NEVER;
	conn->retry_at = QUIC_NEVER;
	quic_idle_restart(conn, now);

	conn->outs = quic_alloc(&conn->mem, QUIC_TRAIN_MAX * sizeof(*conn->outs));
	return conn->outs ? 0 : -ENOMEM;
}

static int failed(struct quic_conn *conn, int err)
{
	conn->state = QUIC_CONN_CLOSED;
	quic_conn_destroy(conn);
	return err;
}

int quic_conn_connect(struct quic_conn *conn, const struct quic_conn_ops *ops,
		      const struct quic_conn_config *config, const struct quic_addr *local,
		      const struct quic_addr *remote, u64 now)
{
	int err;

	/* A server's address needs no proof, for the client spoke first. */
	err = begin(conn, ops, config, false, local, remote, true, now);
	if (err)
		return failed(conn, err);
	err = quic_negotiate_begin(conn, config->version);
	if (err)
		return failed(conn, err);

	conn->original_dcid.len = ORIGINAL_DCID_LEN;
	quic_random(conn->original_dcid.id, ORIGINAL_DCID_LEN);
	conn->initial_dcid = conn->original_dcid;
	quic_cids_set_remote(conn, 0, &conn->original_dcid, NULL);
	err = quic_initial_make_keys(conn);
	if (!err)
		err = quic_cids_begin(conn);
	return err ? failed(conn, err) : 0;
}

int quic_conn_accept(struct quic_conn *conn, const struct quic_conn_ops *ops,
		     const struct quic_conn_config *config, const struct quic_addr *local,
		     const struct quic_addr *remote, const struct quic_packet *initial,
		     const struct quic_cid *original_dcid, const struct quic_cid *retry_scid,
		     bool validated, u64 now)
{
	int err;

	err = begin(conn, ops, config, true, local, remote, validated, now);
	if (err)
		return failed(conn, err);
	err = quic_negotiate_begin(conn, initial->version);
	if (err)
		return failed(conn, err);
	/* RFC 9000, 7.2: a client chooses at least 8 bytes. */
	if (initial->dcid.len < ORIGINAL_DCID_LEN)
		return failed(conn, -EINVAL);

	conn->initial_dcid = initial->dcid;
	conn->original_dcid = original_dcid ? *original_dcid : initial->dcid;
	if (retry_scid) {
		conn->got_retry = true;
		conn->retry_scid = *retry_scid;
	}
	conn->peer_scid = initial->scid;
	quic_cids_set_remote(conn, 0, &initial->scid, NULL);

	/* First the route that tells whether a connection exists already: it costs least. */
	err = ops->cid_add(conn, &conn->initial_dcid);
	if (err)
		return failed(conn, err);
	conn->initial_routed = true;
	/* RFC 9001, 5.2: from the ID of this very packet, also after a Retry. */
	err = quic_initial_make_keys(conn);
	if (!err)
		err = quic_cids_begin(conn);
	return err ? failed(conn, err) : 0;
}

void quic_conn_destroy(struct quic_conn *conn)
{
	struct quic_segment *seg, *tmp;
	unsigned int i;

	quic_cids_clear(conn);
	quic_early_clear(conn);
	quic_datagrams_clear(conn);
	list_for_each_entry_safe(seg, tmp, &conn->handshake_inq, order) {
		list_del(&seg->order);
		quic_segment_free(&conn->mem_rx, seg);
	}
	for (i = 0; i < QUIC_CRYPTO_MAX; i++) {
		quic_crypto_stream_clear(&conn->crypto[i], &conn->mem_tx, &conn->mem_rx);
		quic_keys_clear(&conn->tx[i]);
		quic_keys_clear(&conn->rx[i]);
	}
	quic_negotiate_clear(conn);
	quic_recovery_clear(&conn->recovery);
	quic_streams_clear(&conn->streams);
	quic_free(&conn->mem, conn->ticket, QUIC_TICKET_MAX);
	conn->ticket = NULL;
	quic_free(&conn->mem, conn->token, conn->token_len);
	conn->token = NULL;
	quic_free(&conn->mem, conn->outs, QUIC_TRAIN_MAX * sizeof(*conn->outs));
	conn->outs = NULL;
	memzero_explicit(conn->config.reset_secret, sizeof(conn->config.reset_secret));
}

void quic_conn_set_config(struct quic_conn *conn, const struct quic_conn_config *config)
{
	struct quic_recovery *rec = &conn->recovery;

	conn->config.nodelay = config->nodelay;
	conn->streams.nodelay = config->nodelay;
	conn->config.keepalive = config->keepalive;
	conn->config.version = config->version;
	conn->config.disable_compatible_version = config->disable_compatible_version;
	if (config->pmtud_interval != conn->config.pmtud_interval) {
		conn->config.pmtud_interval = config->pmtud_interval;
		quic_pmtud_restart(conn, &conn->path[conn->active_path]);
	}

	/* S6.47: these two begin anew, which packets in flight make impossible. */
	if (conn->state != QUIC_CONN_HANDSHAKING || rec->cong.in_flight)
		return;
	if (config->algorithm != conn->config.algorithm) {
		conn->config.algorithm = config->algorithm;
		quic_cong_init(&rec->cong, config->algorithm, rec->cong.mtu);
	}
	if (config->initial_rtt != conn->config.initial_rtt) {
		conn->config.initial_rtt = config->initial_rtt;
		quic_rtt_init(&rec->rtt, config->initial_rtt);
	}
}
