// SPDX-License-Identifier: GPL-2.0-only
/*
 * 0-RTT: when it may be sent, and for how long its keys live (RFC 9000, 17.2.3; RFC 9001, 4.6, 4.9.3
 * and 5.6).
 */
#include "conn_internal.h"

/*
 * F18: behind or together with the ClientHello, without which the server cannot use it. RFC 9000,
 * 7.4.1: under remembered parameters only, so not any more once the real ones are here.
 */
static bool may_send(const struct quic_conn *conn)
{
	const struct quic_crypto_stream *hello = &conn->crypto[QUIC_CRYPTO_INITIAL];

	return !conn->is_server && conn->tx[QUIC_CRYPTO_EARLY].cipher && !conn->has_remote &&
	       !conn->rx[QUIC_CRYPTO_APP].cipher && !conn->early_data.refused &&
	       hello->send.next && !quic_crypto_stream_pending(hello) && !hello->more;
}

u8 quic_conn_data_level(const struct quic_conn *conn)
{
	return !conn->tx[QUIC_CRYPTO_APP].cipher && may_send(conn) ? QUIC_CRYPTO_EARLY :
								     QUIC_CRYPTO_APP;
}

/* Nothing leaves in 0-RTT packets any more, and what did is lost (RFC 9001, 4.6.2; S3.28). */
void quic_early_data_refuse(struct quic_conn *conn)
{
	conn->early_data.refused = true;
	quic_keys_clear(&conn->tx[QUIC_CRYPTO_EARLY]);
}

/* A 1-RTT secret was installed. */
void quic_early_data_on_secret(struct quic_conn *conn, bool send)
{
	if (send) {
		/* RFC 9001, 4.9.3; a server never uses it (S5.14). */
		quic_keys_clear(&conn->tx[QUIC_CRYPTO_EARLY]);
		return;
	}
	/* S3.29, S4.20: what came in 0-RTT packets may be read from here on. */
	conn->streams.inq_held = false;
	if (!list_empty(&conn->streams.inq))
		conn->ops->readable(conn, NULL);
}

/* A 1-RTT packet was opened. RFC 9001, 4.9.3: reordered 0-RTT packets have three PTOs. */
void quic_early_data_on_1rtt(struct quic_conn *conn, u64 now)
{
	if (conn->rx[QUIC_CRYPTO_EARLY].cipher && conn->early_data.drop_at == QUIC_NEVER)
		conn->early_data.drop_at =
			now + 3 * quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP);
}

void quic_early_data_on_timeout(struct quic_conn *conn, u64 now)
{
	if (conn->early_data.drop_at > now)
		return;
	conn->early_data.drop_at = QUIC_NEVER;
	quic_keys_clear(&conn->rx[QUIC_CRYPTO_EARLY]);
}

/*
 * RFC 9000, 7.4.1: a server that accepts 0-RTT must not go below what the client remembers. Whether
 * it did accept is known once it acknowledges a 0-RTT packet; one that rejected them may have any
 * limits.
 */
void quic_early_data_compare(struct quic_conn *conn, const struct quic_params *real)
{
	const struct quic_params *old = &conn->remote;

	if (conn->is_server || !conn->streams.can_send)
		return;
	conn->early_data.reduced =
		real->active_connection_id_limit < old->active_connection_id_limit ||
		real->max_data < old->max_data ||
		real->max_stream_data_bidi_local < old->max_stream_data_bidi_local ||
		real->max_stream_data_bidi_remote < old->max_stream_data_bidi_remote ||
		real->max_stream_data_uni < old->max_stream_data_uni ||
		real->max_streams_bidi < old->max_streams_bidi ||
		real->max_streams_uni < old->max_streams_uni;
}

/* Of what an ACK frame said. */
int quic_early_data_check(const struct quic_conn *conn)
{
	return conn->early_data.accepted && conn->early_data.reduced ?
	       QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION : 0;
}
