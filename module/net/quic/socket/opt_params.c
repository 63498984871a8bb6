// SPDX-License-Identifier: GPL-2.0-only
/* TRANSPORT_PARAM and TRANSPORT_PARAM_EXT (6.10 and 5.5 of the API). */
#include "option.h"

#define WINDOW_MIN		1200
#define MAX_DATA_MAX		((1ULL << 29) - 1)
#define MAX_STREAM_DATA_MAX	((1ULL << 28) - 1)

/* What this end may say. */
static bool local_valid(const struct quic_transport_param *p)
{
	return quic_option_valid(p->max_data, WINDOW_MIN, MAX_DATA_MAX) &&
	       quic_option_valid(p->max_stream_data_bidi_local, WINDOW_MIN, MAX_STREAM_DATA_MAX) &&
	       quic_option_valid(p->max_stream_data_bidi_remote, WINDOW_MIN, MAX_STREAM_DATA_MAX) &&
	       quic_option_valid(p->max_stream_data_uni, WINDOW_MIN, MAX_STREAM_DATA_MAX) &&
	       quic_option_valid(p->max_datagram_frame_size, 1200, U16_MAX) &&
	       quic_option_valid(p->max_idle_timeout, USEC_PER_SEC, U32_MAX) &&
	       p->max_streams_bidi <= QUIC_STREAMS_API_MAX &&
	       p->max_streams_uni <= QUIC_STREAMS_API_MAX;
}

/* S6.40: whatever a peer may have said comes back. */
static bool valid(const struct quic_transport_param *p)
{
	return (p->remote || local_valid(p)) &&
	       quic_option_valid(p->active_connection_id_limit, 2, QUIC_CID_LIMIT_MAX) &&
	       quic_option_valid(p->ack_delay_exponent, 1, 20) &&
	       quic_option_valid(p->max_udp_payload_size, 1200, 65527) &&
	       quic_option_valid(p->max_ack_delay, 1, 16384 * USEC_PER_MSEC - 1);
}

#define TAKE(field)	(to->field = from->field ?: to->field)

static void merge(struct quic_transport_param *to, const struct quic_transport_param *from)
{
	TAKE(active_connection_id_limit);
	TAKE(ack_delay_exponent);
	TAKE(max_datagram_frame_size);
	TAKE(max_udp_payload_size);
	TAKE(max_idle_timeout);
	TAKE(max_ack_delay);
	TAKE(max_streams_bidi);
	TAKE(max_streams_uni);
	TAKE(max_data);
	TAKE(max_stream_data_bidi_local);
	TAKE(max_stream_data_bidi_remote);
	TAKE(max_stream_data_uni);
	to->disable_active_migration |= !!from->disable_active_migration;
	to->grease_quic_bit |= !!from->grease_quic_bit;
	to->stateless_reset |= !!from->stateless_reset;
	to->disable_1rtt_encryption |= !!from->disable_1rtt_encryption;
	to->disable_compatible_version |= !!from->disable_compatible_version;
	to->max_streams_bidi = min_t(u16, to->max_streams_bidi, QUIC_STREAMS_API_MAX);
	to->max_streams_uni = min_t(u16, to->max_streams_uni, QUIC_STREAMS_API_MAX);
}

static void set_remote(struct quic_conn *conn, const struct quic_transport_param *user)
{
	struct quic_transport_param merged = {};
	struct quic_params params = conn->remote;

	quic_params_to_user(&params, &merged);
	merge(&merged, user);
	quic_params_from_user(&merged, &params);
	quic_conn_set_remote_values(conn, &params);
}

static void set_local(struct sock *sk, const struct quic_transport_param *user)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_params params;

	merge(&qs->params, user);
	/* S2.45 */
	WRITE_ONCE(sk->sk_rcvbuf, 4 * qs->params.max_data);
	if (sk->sk_state != QUIC_SS_HANDSHAKING)
		return;
	params = qs->conn->config.params;
	quic_params_from_user(&qs->params, &params);
	quic_conn_set_local_values(qs->conn, &params);
	qs->conn->config.send_reset_token = qs->params.stateless_reset;
	qs->conn->config.disable_compatible_version = qs->params.disable_compatible_version;
}

int quic_opt_set_params(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_transport_param p;

	quic_option_copy(&p, sizeof(p), val, len);
	if (sk->sk_state == QUIC_SS_ESTABLISHED || !valid(&p) ||
	    (p.remote && sk->sk_state != QUIC_SS_HANDSHAKING))
		return -EINVAL;
	if (p.remote)
		set_remote(quic_sk(sk)->conn, &p);
	else
		set_local(sk, &p);
	return 0;
}

int quic_opt_get_params(struct sock *sk, u8 *buf, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_transport_param p = {};

	if (!buf[0])
		return quic_option_put(buf, len, &qs->params, sizeof(qs->params));
	if (qs->conn && (qs->conn->has_remote || qs->conn->streams.can_send))
		quic_params_to_user(&qs->conn->remote, &p);
	p.remote = 1;
	return quic_option_put(buf, len, &p, sizeof(p));
}

int quic_opt_set_params_ext(struct sock *sk, const u8 *val, size_t len)
{
	if (sk->sk_state != QUIC_SS_HANDSHAKING || len > QUIC_PARAMS_MAX_LEN)
		return -EINVAL;
	return quic_conn_set_remote_params(quic_sk(sk)->conn, val, len, quic_now());
}

int quic_opt_get_params_ext(struct sock *sk, u8 *buf, size_t len)
{
	if (sk->sk_state != QUIC_SS_HANDSHAKING)
		return -EINVAL;
	return quic_conn_local_params(quic_sk(sk)->conn, buf, len);
}
