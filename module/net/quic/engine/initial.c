// SPDX-License-Identifier: GPL-2.0-only
/*
 * Initial keys (RFC 9001, 5.2). They follow from the version and from the ID that the client
 * addresses, and are made anew when a Retry or another version changes one of the two. That takes
 * process context, so whoever finds out only asks for it: quic_conn_prepare_keys() makes them.
 */
#include "conn_internal.h"

int quic_initial_make_keys(struct quic_conn *conn)
{
	struct quic_keys *tx = &conn->tx[QUIC_CRYPTO_INITIAL], *rx = &conn->rx[QUIC_CRYPTO_INITIAL];

	return quic_keys_initial(conn->is_server ? rx : tx, conn->is_server ? tx : rx,
				 conn->version, &conn->initial_dcid);
}

/*
 * conn->version or conn->initial_dcid changed. Until the new keys are there nothing is sent at this
 * level, and what arrives waits for them.
 */
void quic_initial_rekey(struct quic_conn *conn)
{
	if (quic_conn_space(conn, QUIC_CRYPTO_INITIAL)->discarded)
		return;
	quic_keys_clear(&conn->tx[QUIC_CRYPTO_INITIAL]);
	quic_keys_clear(&conn->rx[QUIC_CRYPTO_INITIAL]);
	conn->initial_wanted = true;
	conn->keys_wanted = true;
}

/*
 * A client begins again, with another destination or version: what it sent so far was for nothing.
 * Packet numbers go on (RFC 9000, 17.2.5.3), and congestion has nothing to do with it.
 */
void quic_initial_restart(struct quic_conn *conn, const struct quic_version *version,
			  const struct quic_cid *dcid, u64 now)
{
	conn->version = version;
	conn->initial_dcid = *dcid;
	quic_cids_set_remote(conn, 0, dcid, NULL);
	quic_recovery_lose_all(&conn->recovery, QUIC_SPACE_INITIAL, now);
	/* 0-RTT */
	quic_recovery_lose_all(&conn->recovery, QUIC_SPACE_APP, now);
	quic_initial_rekey(conn);
}

/* Process context. Return: 0, or an error after which the keys are still wanted. */
int quic_initial_prepare(struct quic_conn *conn, u64 now)
{
	int err;

	if (!conn->initial_wanted)
		return 0;
	err = quic_initial_make_keys(conn);
	if (err)
		return err;
	conn->initial_wanted = false;
	quic_early_process(conn, QUIC_CRYPTO_INITIAL, now);
	return 0;
}
