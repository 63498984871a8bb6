// SPDX-License-Identifier: GPL-2.0-only
/*
 * Installing and discarding packet protection keys, level by level as TLS makes them (RFC 9000, 7;
 * RFC 9001, 4.1.4 and 4.9; section 5.4 of the API).
 */
#include "conn_internal.h"

static int install(struct quic_conn *conn, u8 level, bool send, u32 cipher_type, const u8 *secret)
{
	struct quic_keys *keys = send ? &conn->tx[level] : &conn->rx[level];
	const struct quic_keys *other = send ? &conn->rx[level] : &conn->tx[level];
	const struct quic_cipher *cipher = quic_cipher_find(cipher_type);
	/* RFC 9369, 4.1: 0-RTT stays with the version of the first flight. */
	const struct quic_version *version = level == QUIC_CRYPTO_EARLY ?
					     conn->negotiation.original : conn->version;

	if (!cipher || keys->cipher || quic_conn_space(conn, level)->discarded)
		return -EINVAL;
	/* S5.12: the first type given for a level is kept. */
	if (other->cipher)
		cipher = other->cipher;
	return quic_keys_install(keys, version, cipher, secret);
}

int quic_conn_set_secret(struct quic_conn *conn, u8 level, bool send, u32 cipher_type,
			 const u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE], u64 now)
{
	const u8 app = QUIC_CRYPTO_APP;
	int err;

	if (conn->state != QUIC_CONN_HANDSHAKING)
		return -EINVAL;
	if (level != QUIC_CRYPTO_APP && level != QUIC_CRYPTO_HANDSHAKE &&
	    level != QUIC_CRYPTO_EARLY)
		return -EINVAL;
	err = install(conn, level, send, cipher_type, secret);
	if (err)
		return err;

	if (send && level == QUIC_CRYPTO_HANDSHAKE)
		conn->recovery.has_handshake_keys = true;
	if (level == app)
		quic_early_data_on_secret(conn, send);
	if (conn->tx[app].cipher && conn->rx[app].cipher)
		quic_conn_establish(conn, now);
	if (!send)
		quic_early_process(conn, level, now);
	if (conn->handshake_complete)
		quic_conn_close_waited(conn, now);
	return quic_conn_is_open(conn) ? 0 : -EPIPE;
}

/* Whatever fails for want of memory stays wanted. */
void quic_conn_prepare_keys(struct quic_conn *conn, u64 now)
{
	if (!conn->keys_wanted)
		return;
	conn->keys_wanted = false;
	if (quic_conn_is_open(conn) &&
	    (quic_initial_prepare(conn, now) || quic_negotiate_prepare(conn, now) ||
	     quic_key_phase_prepare(conn)))
		conn->keys_wanted = true;
}

/* RFC 9001, 4.9; RFC 9000, 17.2.2.1: nothing of the level is sent or accepted any more. */
void quic_conn_discard(struct quic_conn *conn, u8 level)
{
	struct quic_space *space = quic_conn_space(conn, level);

	if (space->discarded)
		return;
	quic_recovery_discard(&conn->recovery, quic_level_space(level), NULL);
	quic_keys_clear(&conn->tx[level]);
	quic_keys_clear(&conn->rx[level]);
	if (level == QUIC_CRYPTO_INITIAL)
		quic_negotiate_clear(conn);
	quic_crypto_stream_clear(&conn->crypto[level], &conn->mem_tx, &conn->mem_rx);
	quic_early_drop(conn, level);
	if (level == QUIC_CRYPTO_INITIAL)
		conn->initial_wanted = false;
	if (level == QUIC_CRYPTO_HANDSHAKE)
		conn->recovery.has_handshake_keys = false;
}
