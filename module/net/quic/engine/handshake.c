// SPDX-License-Identifier: GPL-2.0-only
/* TLS messages between the application and CRYPTO frames (sections 3.2 and 4 of the API). */
#include "conn_internal.h"

int quic_conn_crypto_check(const struct quic_conn *conn, u8 level)
{
	if (level != QUIC_CRYPTO_APP && level != QUIC_CRYPTO_INITIAL &&
	    level != QUIC_CRYPTO_HANDSHAKE)
		return -EINVAL;
	if (level == QUIC_CRYPTO_INITIAL && conn->initial_wanted)
		return 0;
	return conn->tx[level].cipher ? 0 : -EINVAL;
}

bool quic_conn_crypto_settled(const struct quic_conn *conn, u8 level)
{
	return (level == QUIC_CRYPTO_INITIAL || level == QUIC_CRYPTO_HANDSHAKE) &&
	       conn->recovery.space[quic_level_space(level)].discarded;
}

u8 *quic_conn_crypto_reserve(struct quic_conn *conn, u8 level, size_t want, bool may_sleep,
			     size_t *room)
{
	return quic_sendbuf_reserve(&conn->crypto[level].send, &conn->mem_tx, want, may_sleep,
				    room);
}

void quic_conn_crypto_commit(struct quic_conn *conn, u8 level, size_t len, bool more)
{
	unsigned int i;

	quic_sendbuf_commit(&conn->crypto[level].send, len);
	conn->crypto[level].more = more;
	/* S3.8: the end of a flight releases what was held of all its levels. */
	for (i = 0; i < QUIC_CRYPTO_MAX && !more; i++)
		conn->crypto[i].more = false;
}

struct quic_segment *quic_conn_handshake_head(struct quic_conn *conn)
{
	return list_first_entry_or_null(&conn->handshake_inq, struct quic_segment, order);
}

void quic_conn_handshake_consume(struct quic_conn *conn, struct quic_segment *seg, size_t len)
{
	conn->crypto[seg->level].consumed += len;
	seg->taken += len;
	if (seg->taken < seg->len)
		return;
	list_del(&seg->order);
	quic_segment_free(&conn->mem_rx, seg);
}

void quic_conn_handshake_wait(struct quic_conn *conn, u64 now)
{
	conn->tls_waits = true;
	quic_conn_close_waited(conn, now);
}
