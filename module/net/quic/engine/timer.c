// SPDX-License-Identifier: GPL-2.0-only
/* The one deadline of a connection and what happens at it; keepalive is RFC 9000, 10.1.2. */
#include "conn_internal.h"

/* RFC 9000, 10.1: the lower of both ends' values, but time for three probes. */
static u64 idle_timeout(const struct quic_conn *conn)
{
	u64 local = conn->config.params.max_idle_timeout, remote = conn->remote.max_idle_timeout;
	u64 ms = !local ? remote : !remote ? local : min(local, remote);
	u64 pto = quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP);

	if (!ms)
		return QUIC_NEVER;
	/* No parameter is beyond 2^32 ms: params_parse.c */
	return max(ms * QUIC_MSEC, 3 * pto);
}

void quic_idle_restart(struct quic_conn *conn, u64 now)
{
	u64 timeout = idle_timeout(conn);

	conn->idle_at = timeout == QUIC_NEVER ? QUIC_NEVER : now + timeout;
}

/* Earliest acknowledgement that is due. */
static u64 ack_deadline(struct quic_conn *conn)
{
	static const u8 levels[] = { QUIC_CRYPTO_INITIAL, QUIC_CRYPTO_HANDSHAKE, QUIC_CRYPTO_APP };
	u64 at = QUIC_NEVER;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(levels); i++)
		if (conn->tx[levels[i]].cipher)
			at = min(at, quic_conn_space(conn, levels[i])->ack_at);
	return at;
}

/*
 * When may leave what only the pacer holds back? Maybe in the past: its time may have come since the
 * host asked for datagrams and got none, and if nothing is in flight then, nobody else asks again.
 */
static u64 pacing_deadline(struct quic_conn *conn, u64 now)
{
	u64 at = quic_pacer_deadline(&conn->recovery.pacer);

	return at > conn->asked_at && quic_conn_paced_wants(conn, now) ? at : QUIC_NEVER;
}

/* S2.32: connecting sends nothing; probes begin with the first packet of the handshake. */
static bool recovery_runs(const struct quic_conn *conn)
{
	return conn->is_server || conn->recovery.space[QUIC_SPACE_INITIAL].next_pn;
}

u64 quic_conn_deadline(struct quic_conn *conn, u64 now)
{
	u64 at;

	switch (conn->state) {
	case QUIC_CONN_CLOSED:
		return QUIC_NEVER;
	case QUIC_CONN_CLOSING:
	case QUIC_CONN_DRAINING:
		return min(conn->close_at, conn->retry_at);
	default:
		break;
	}

	/* Nothing of what follows works without memory. */
	if (conn->retry_at != QUIC_NEVER)
		return conn->retry_at;

	at = recovery_runs(conn) ? quic_recovery_deadline(&conn->recovery) : QUIC_NEVER;
	if (!conn->recovery.amplification_blocked) {
		at = min(at, ack_deadline(conn));
		at = min(at, pacing_deadline(conn, now));
		at = min(at, quic_pmtud_deadline(conn, now));
	}
	at = min3(at, conn->idle_at, conn->keepalive_at);
	at = min3(at, conn->key_phase.old_until, conn->early_data.drop_at);
	return min(at, quic_path_deadline(conn));
}

void quic_conn_timeout(struct quic_conn *conn, u64 now)
{
	if (conn->retry_at <= now)
		conn->retry_at = QUIC_NEVER;
	switch (conn->state) {
	case QUIC_CONN_CLOSED:
		return;
	case QUIC_CONN_CLOSING:
	case QUIC_CONN_DRAINING:
		if (conn->close_at <= now)
			quic_conn_set_state(conn, QUIC_CONN_CLOSED);
		return;
	default:
		break;
	}

	if (conn->idle_at <= now) {
		quic_conn_end(conn, 0, QUIC_CLOSED_IDLE_TIMEOUT);
		return;
	}
	quic_early_data_on_timeout(conn, now);
	if (recovery_runs(conn) && quic_recovery_deadline(&conn->recovery) <= now) {
		quic_recovery_on_timeout(&conn->recovery, now);
		quic_path_check_black_hole(conn);
		quic_observe_metrics(conn);
	}
	quic_key_phase_timeout(conn, now);
	quic_path_timeout(conn, now);
	if (conn->keepalive_at <= now) {
		conn->ping_pending = true;
		conn->keepalive_at = now + conn->config.keepalive;
	}
}
