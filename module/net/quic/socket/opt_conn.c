// SPDX-License-Identifier: GPL-2.0-only
/* CONNECTION_CLOSE and KEY_UPDATE (6.7 and 6.9 of the API), and CONN_STATS. */
#include "option.h"

int quic_opt_set_close(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_connection_close given, *close = &quic_sk(sk)->close;

	quic_option_copy(&given, sizeof(given), val, len);
	memset(close, 0, sizeof(*close));
	close->errcode = given.errcode;
	memcpy(close->phrase, given.phrase, strnlen(given.phrase, sizeof(given.phrase) - 1));
	return 0;
}

int quic_opt_get_close(struct sock *sk, u8 *buf, size_t len)
{
	return quic_option_put(buf, len, &quic_sk(sk)->close, sizeof(struct quic_connection_close));
}

/* S6.33: the value is ignored. */
int quic_opt_key_update(struct sock *sk, const u8 *val, size_t len)
{
	if (sk->sk_state != QUIC_SS_ESTABLISHED)
		return -EPIPE;
	return quic_conn_key_update(quic_sk(sk)->conn, quic_now());
}

int quic_opt_get_stats(struct sock *sk, u8 *buf, size_t len)
{
	struct quic_conn *conn = quic_sk(sk)->conn;
	struct quic_conn_stats stats = {};

	if (conn) {
		quic_conn_get_stats(conn, &stats);
		stats.max_datagram = quic_conn_datagram_max(conn);
	}
	return quic_option_put(buf, len, &stats, sizeof(stats));
}
