// SPDX-License-Identifier: MIT
/*
 * The ABI: sizes and offsets of uapi.md, 1.7, checked when this is compiled, without libquic's header
 * (S1.2), and with IPPROTO_QUIC as enumerator and macro (S1.3).
 */
#include <stddef.h>
#include <sys/socket.h>
#include <linux/quic.h>
#include <linux/tls.h>
#include <arpa/inet.h>

#define SIZE(type, size)		_Static_assert(sizeof(type) == (size), #type)
#define OFFSET(type, field, offset)	_Static_assert(offsetof(type, field) == (offset), #field)

#ifndef IPPROTO_QUIC
#error "IPPROTO_QUIC is a macro, too"
#endif
_Static_assert(IPPROTO_QUIC == 261 && SOL_QUIC == 288, "numbers");
_Static_assert(MSG_QUIC_STREAM_NEW == 0x400 && MSG_QUIC_STREAM_FIN == 0x200 &&
	       MSG_QUIC_STREAM_UNI == 0x800 && MSG_QUIC_STREAM_DONTWAIT == 0x10000 &&
	       MSG_QUIC_STREAM_SNDBLOCK == 0x2000 && MSG_QUIC_DATAGRAM == 0x1000 &&
	       MSG_QUIC_NOTIFICATION == 0x8000, "flags");
_Static_assert(QUIC_CRYPTO_EARLY == 3 && QUIC_EVENT_NEW_SESSION_TICKET == 9 &&
	       QUIC_STREAM_RECV_STATE_RESET_READ == 11 && QUIC_CONG_ALG_MAX == 2, "enumerations");

SIZE(struct quic_stream_info, 16);
OFFSET(struct quic_stream_info, stream_flags, 8);
SIZE(struct quic_handshake_info, 1);
SIZE(struct quic_errinfo, 16);
OFFSET(struct quic_errinfo, errcode, 8);
SIZE(struct quic_event_option, 2);

SIZE(struct quic_transport_param, 56);
OFFSET(struct quic_transport_param, ack_delay_exponent, 7);
OFFSET(struct quic_transport_param, max_datagram_frame_size, 8);
OFFSET(struct quic_transport_param, max_udp_payload_size, 10);
OFFSET(struct quic_transport_param, max_idle_timeout, 12);
OFFSET(struct quic_transport_param, max_ack_delay, 16);
OFFSET(struct quic_transport_param, max_streams_bidi, 20);
OFFSET(struct quic_transport_param, max_streams_uni, 22);
OFFSET(struct quic_transport_param, max_data, 24);
OFFSET(struct quic_transport_param, max_stream_data_uni, 48);

SIZE(struct quic_config, 28);
OFFSET(struct quic_config, payload_cipher_type, 12);
OFFSET(struct quic_config, congestion_control_algo, 16);
OFFSET(struct quic_config, certificate_request, 20);
OFFSET(struct quic_config, keepalive_probe_interval, 24);

SIZE(struct quic_crypto_secret, 56);
OFFSET(struct quic_crypto_secret, type, 4);
OFFSET(struct quic_crypto_secret, secret, 8);
SIZE(struct quic_connection_id_info, 12);
OFFSET(struct quic_connection_id_info, active, 4);
SIZE(struct quic_connection_close, 72);
OFFSET(struct quic_connection_close, frame, 4);
OFFSET(struct quic_connection_close, phrase, 8);
SIZE(struct quic_stream_update, 24);
OFFSET(struct quic_stream_update, state, 8);
OFFSET(struct quic_stream_update, errcode, 12);
OFFSET(struct quic_stream_update, finalsz, 16);
SIZE(struct quic_stream_max_data, 16);
SIZE(union quic_event, 72);
_Static_assert(_Alignof(union quic_event) == 8, "alignment");

/* Ours: grows at its end only. */
SIZE(struct quic_conn_stats, 160);
OFFSET(struct quic_conn_stats, cwnd, 40);
OFFSET(struct quic_conn_stats, ecn_ce_received, 152);
