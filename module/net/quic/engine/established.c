// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the last key of the handshake to its confirmation (RFC 9001, 4.1; S5.1 and S5.2 of the
 * API).
 */
#include "conn_internal.h"

/* RFC 9000, 21.4: the first number is skipped early, others now and then. */
#define FIRST_SKIP	32

/* RFC 9001, 4.1.2 and 4.9.2 */
void quic_conn_confirm(struct quic_conn *conn)
{
	if (conn->handshake_confirmed)
		return;
	conn->handshake_confirmed = true;
	conn->recovery.handshake_confirmed = true;
	quic_conn_discard(conn, QUIC_CRYPTO_INITIAL);
	quic_conn_discard(conn, QUIC_CRYPTO_HANDSHAKE);
	quic_cids_unroute_initial(conn);
	/* RFC 9000, 9.6: now a client may go to the server's preferred address. */
	conn->preferred_wanted = !conn->is_server && conn->remote.has_preferred;
}

/*
 * A server's handshake is confirmed when it is complete. Its last key is the sign of that, but
 * the socket API does not make sure that the client's Finished was there before it (F19 of the
 * API): without any TLS message in a Handshake packet the client may still lack our own ones.
 */
void quic_conn_try_confirm(struct quic_conn *conn)
{
	if (!conn->handshake_complete || conn->handshake_confirmed ||
	    !conn->crypto[QUIC_CRYPTO_HANDSHAKE].recv.next)
		return;
	conn->handshake_done_pending = true;
	conn->new_token.pending = true;		/* S5.28 */
	quic_conn_confirm(conn);
}

void quic_conn_establish(struct quic_conn *conn, u64 now)
{
	u8 random;

	conn->handshake_complete = true;
	quic_random(&random, sizeof(random));
	conn->skip_at = conn->recovery.space[QUIC_SPACE_APP].next_pn + FIRST_SKIP + random;
	conn->keys_wanted = true;
	quic_conn_prepare_keys(conn, now);
	quic_early_drop(conn, QUIC_CRYPTO_EARLY);
	quic_cids_issue(conn);
	if (conn->is_server)
		quic_conn_try_confirm(conn);
	if (conn->config.keepalive)
		conn->keepalive_at = now + conn->config.keepalive;
	quic_conn_set_state(conn, QUIC_CONN_ESTABLISHED);
	conn->ops->writable(conn, NULL);
}
