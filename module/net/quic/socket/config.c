// SPDX-License-Identifier: GPL-2.0-only
/* Values of TRANSPORT_PARAM and CONFIG, and what the engine makes of them (1.7 of the API). */
#include "sock.h"

void quic_config_init(struct quic_sock *qs)
{
	struct quic_transport_param *p = &qs->params;

	p->active_connection_id_limit = 7;
	p->ack_delay_exponent = 3;
	p->max_udp_payload_size = 65527;
	p->max_idle_timeout = 30 * USEC_PER_SEC;
	p->max_ack_delay = 25 * USEC_PER_MSEC;
	p->max_streams_bidi = 100;
	p->max_streams_uni = 100;
	p->max_data = 65535 * 32;
	p->max_stream_data_bidi_local = 65535 * 16;
	p->max_stream_data_bidi_remote = 65535 * 16;
	p->max_stream_data_uni = 65535 * 16;
	qs->config.initial_smoothed_rtt = 333 * USEC_PER_MSEC;
}

void quic_params_from_user(const struct quic_transport_param *user, struct quic_params *params)
{
	params->disable_active_migration = user->disable_active_migration;
	params->grease_quic_bit = user->grease_quic_bit;
	params->disable_1rtt_encryption = user->disable_1rtt_encryption;
	params->active_connection_id_limit = user->active_connection_id_limit;
	params->ack_delay_exponent = user->ack_delay_exponent;
	params->max_datagram_frame_size = user->max_datagram_frame_size;
	params->max_udp_payload_size = user->max_udp_payload_size;
	/* S5.16: rounded up. */
	params->max_idle_timeout = DIV_ROUND_UP(user->max_idle_timeout, USEC_PER_MSEC);
	params->max_ack_delay = DIV_ROUND_UP(user->max_ack_delay, USEC_PER_MSEC);
	params->max_streams_bidi = user->max_streams_bidi;
	params->max_streams_uni = user->max_streams_uni;
	params->max_data = user->max_data;
	params->max_stream_data_bidi_local = user->max_stream_data_bidi_local;
	params->max_stream_data_bidi_remote = user->max_stream_data_bidi_remote;
	params->max_stream_data_uni = user->max_stream_data_uni;
}

void quic_params_to_user(const struct quic_params *params, struct quic_transport_param *user)
{
	user->disable_active_migration = params->disable_active_migration;
	user->grease_quic_bit = params->grease_quic_bit;
	user->stateless_reset = params->has_reset_token;
	user->disable_1rtt_encryption = params->disable_1rtt_encryption;
	user->active_connection_id_limit = min_t(u64, params->active_connection_id_limit,
						 QUIC_CID_LIMIT_MAX);
	user->ack_delay_exponent = params->ack_delay_exponent;
	user->max_datagram_frame_size = min_t(u64, params->max_datagram_frame_size, U16_MAX);
	user->max_udp_payload_size = min_t(u64, params->max_udp_payload_size, 65527);
	user->max_idle_timeout = min_t(u64, params->max_idle_timeout, U32_MAX / USEC_PER_MSEC) *
				 USEC_PER_MSEC;
	user->max_ack_delay = params->max_ack_delay * USEC_PER_MSEC;
	/* Before 0-RTT these come back through TRANSPORT_PARAM, which has a limit (S6.40). */
	user->max_streams_bidi = min_t(u64, params->max_streams_bidi, QUIC_STREAMS_API_MAX);
	user->max_streams_uni = min_t(u64, params->max_streams_uni, QUIC_STREAMS_API_MAX);
	user->max_data = params->max_data;
	user->max_stream_data_bidi_local = params->max_stream_data_bidi_local;
	user->max_stream_data_bidi_remote = params->max_stream_data_bidi_remote;
	user->max_stream_data_uni = params->max_stream_data_uni;
}

void quic_config_fill(const struct quic_sock *qs, u32 mtu, struct quic_conn_config *config)
{
	const struct quic_transport_param *p = &qs->params;
	const struct quic_config *c = &qs->config;

	quic_params_defaults(&config->params);
	quic_params_from_user(p, &config->params);
	/* RFC 9368, 2.5: what most servers speak; a better one is offered. */
	config->version = c->version ?: QUIC_VERSION_V1;
	config->algorithm = c->congestion_control_algo;
	config->initial_rtt = c->initial_smoothed_rtt * QUIC_USEC;
	config->keepalive = c->keepalive_probe_interval * QUIC_USEC;
	config->mtu = mtu;
	config->pmtud_interval = c->plpmtud_probe_interval * QUIC_USEC;
	config->nodelay = c->stream_data_nodelay;
	config->disable_compatible_version = p->disable_compatible_version;
	config->send_reset_token = p->stateless_reset;
	memcpy(config->reset_secret, quic_net(sock_net(&qs->inet.sk))->reset_secret,
	       sizeof(config->reset_secret));
}
