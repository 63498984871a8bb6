// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI: every number, and every structure's size and offsets (1.2 to 1.7 of the API), checked when
 * this is compiled, for 64 and for 32 bits; without libquic's header (S1.2).
 */
#include <stddef.h>
#include <sys/socket.h>
#include <linux/quic.h>
#include <linux/tls.h>
#include <arpa/inet.h>

#define IS(name, value)	_Static_assert((long long)(name) == (long long)(value), #name)
#define SIZE(type, size)		_Static_assert(sizeof(type) == (size), #type)
#define OFFSET(type, field, offset)	_Static_assert(offsetof(type, field) == (offset), #field)
#define UNSIGNED(type, field, size)								\
	_Static_assert(sizeof(((type *)0)->field) == (size) &&					\
		       (__typeof__(((type *)0)->field))-1 > 0, #field)
#define FIELD(type, field, offset, size)							\
	OFFSET(type, field, offset);								\
	UNSIGNED(type, field, size)

/* ---- 1.2 ---- */

/* S1.3 */
#ifndef IPPROTO_QUIC
#error "IPPROTO_QUIC is a macro, too"
#endif
IS(IPPROTO_QUIC, 261);
IS(SOL_QUIC, 288);
IS(QUIC_VERSION_V1, 0x00000001);
IS(QUIC_VERSION_V2, 0x6b3343cf);
IS(QUIC_STREAM_TYPE_SERVER_MASK, 0x01);
IS(QUIC_STREAM_TYPE_UNI_MASK, 0x02);
IS(QUIC_STREAM_TYPE_MASK, 0x03);
IS(QUIC_CRYPTO_SECRET_BUFFER_SIZE, 48);
IS(QUIC_CLOSE_PHRASE_BUFFER_SIZE, 64);

IS(QUIC_STREAM_INFO, 0);
IS(QUIC_HANDSHAKE_INFO, 1);

IS(MSG_QUIC_STREAM_NEW, 0x400);
IS(MSG_QUIC_STREAM_FIN, 0x200);
IS(MSG_QUIC_STREAM_UNI, 0x800);
IS(MSG_QUIC_STREAM_DONTWAIT, 0x10000);
IS(MSG_QUIC_STREAM_SNDBLOCK, 0x2000);
IS(MSG_QUIC_DATAGRAM, 0x1000);
IS(MSG_QUIC_NOTIFICATION, 0x8000);
IS(MSG_QUIC_STREAM_NEW, MSG_SYN);
IS(MSG_QUIC_STREAM_FIN, MSG_FIN);
IS(MSG_QUIC_STREAM_UNI, MSG_CONFIRM);
IS(MSG_QUIC_STREAM_DONTWAIT, MSG_WAITFORONE);
IS(MSG_QUIC_STREAM_SNDBLOCK, MSG_ERRQUEUE);
IS(MSG_QUIC_DATAGRAM, MSG_RST);
IS(MSG_QUIC_NOTIFICATION, MSG_MORE);

IS(QUIC_CRYPTO_APP, 0);
IS(QUIC_CRYPTO_INITIAL, 1);
IS(QUIC_CRYPTO_HANDSHAKE, 2);
IS(QUIC_CRYPTO_EARLY, 3);
IS(QUIC_CRYPTO_MAX, 4);

IS(QUIC_CONG_ALG_RENO, 0);
IS(QUIC_CONG_ALG_CUBIC, 1);
IS(QUIC_CONG_ALG_MAX, 2);

/* ---- 1.3 ---- */

IS(QUIC_SOCKOPT_EVENT, 0);
IS(QUIC_SOCKOPT_STREAM_OPEN, 1);
IS(QUIC_SOCKOPT_STREAM_RESET, 2);
IS(QUIC_SOCKOPT_STREAM_STOP_SENDING, 3);
IS(QUIC_SOCKOPT_CONNECTION_ID, 4);
IS(QUIC_SOCKOPT_CONNECTION_CLOSE, 5);
IS(QUIC_SOCKOPT_CONNECTION_MIGRATION, 6);
IS(QUIC_SOCKOPT_KEY_UPDATE, 7);
IS(QUIC_SOCKOPT_TRANSPORT_PARAM, 8);
IS(QUIC_SOCKOPT_CONFIG, 9);
IS(QUIC_SOCKOPT_TOKEN, 10);
IS(QUIC_SOCKOPT_ALPN, 11);
IS(QUIC_SOCKOPT_SESSION_TICKET, 12);
IS(QUIC_SOCKOPT_CRYPTO_SECRET, 13);
IS(QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, 14);

/* ---- 1.4 ---- */

IS(QUIC_EVENT_NONE, 0);
IS(QUIC_EVENT_STREAM_UPDATE, 1);
IS(QUIC_EVENT_STREAM_MAX_DATA, 2);
IS(QUIC_EVENT_STREAM_MAX_STREAM, 3);
IS(QUIC_EVENT_CONNECTION_ID, 4);
IS(QUIC_EVENT_CONNECTION_CLOSE, 5);
IS(QUIC_EVENT_CONNECTION_MIGRATION, 6);
IS(QUIC_EVENT_KEY_UPDATE, 7);
IS(QUIC_EVENT_NEW_TOKEN, 8);
IS(QUIC_EVENT_NEW_SESSION_TICKET, 9);
IS(QUIC_EVENT_MAX, 10);

IS(QUIC_STREAM_SEND_STATE_READY, 0);
IS(QUIC_STREAM_SEND_STATE_SEND, 1);
IS(QUIC_STREAM_SEND_STATE_SENT, 2);
IS(QUIC_STREAM_SEND_STATE_RECVD, 3);
IS(QUIC_STREAM_SEND_STATE_RESET_SENT, 4);
IS(QUIC_STREAM_SEND_STATE_RESET_RECVD, 5);
IS(QUIC_STREAM_RECV_STATE_RECV, 6);
IS(QUIC_STREAM_RECV_STATE_SIZE_KNOWN, 7);
IS(QUIC_STREAM_RECV_STATE_RECVD, 8);
IS(QUIC_STREAM_RECV_STATE_READ, 9);
IS(QUIC_STREAM_RECV_STATE_RESET_RECVD, 10);
IS(QUIC_STREAM_RECV_STATE_RESET_READ, 11);

/* ---- 1.5 ---- */

IS(QUIC_TRANSPORT_ERROR_NONE, 0x00);
IS(QUIC_TRANSPORT_ERROR_INTERNAL, 0x01);
IS(QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED, 0x02);
IS(QUIC_TRANSPORT_ERROR_FLOW_CONTROL, 0x03);
IS(QUIC_TRANSPORT_ERROR_STREAM_LIMIT, 0x04);
IS(QUIC_TRANSPORT_ERROR_STREAM_STATE, 0x05);
IS(QUIC_TRANSPORT_ERROR_FINAL_SIZE, 0x06);
IS(QUIC_TRANSPORT_ERROR_FRAME_ENCODING, 0x07);
IS(QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM, 0x08);
IS(QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT, 0x09);
IS(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, 0x0a);
IS(QUIC_TRANSPORT_ERROR_INVALID_TOKEN, 0x0b);
IS(QUIC_TRANSPORT_ERROR_APPLICATION, 0x0c);
IS(QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED, 0x0d);
IS(QUIC_TRANSPORT_ERROR_KEY_UPDATE, 0x0e);
IS(QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED, 0x0f);
IS(QUIC_TRANSPORT_ERROR_NO_VIABLE_PATH, 0x10);
IS(QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION, 0x11);
IS(QUIC_TRANSPORT_ERROR_CRYPTO, 0x0100);

/* ---- 1.6 ---- */

IS(TLS_CIPHER_AES_GCM_128, 51);
IS(TLS_CIPHER_AES_GCM_256, 52);
IS(TLS_CIPHER_AES_CCM_128, 53);
IS(TLS_CIPHER_CHACHA20_POLY1305, 54);

/* ---- 1.7: eight bytes align to four on 32-bit x86, and 12 bytes are enough there ---- */

#ifdef __i386__
#define PADDED	12
#else
#define PADDED	16
#endif

SIZE(struct quic_stream_info, PADDED);
OFFSET(struct quic_stream_info, stream_id, 0);
_Static_assert((__typeof__(((struct quic_stream_info *)0)->stream_id))-1 < 0, "stream_id is signed");
FIELD(struct quic_stream_info, stream_flags, 8, 4);

SIZE(struct quic_handshake_info, 1);
FIELD(struct quic_handshake_info, crypto_level, 0, 1);

SIZE(struct quic_errinfo, PADDED);
OFFSET(struct quic_errinfo, stream_id, 0);
_Static_assert((__typeof__(((struct quic_errinfo *)0)->stream_id))-1 < 0, "stream_id is signed");
FIELD(struct quic_errinfo, errcode, 8, 4);

SIZE(struct quic_event_option, 2);
FIELD(struct quic_event_option, type, 0, 1);
FIELD(struct quic_event_option, on, 1, 1);

SIZE(struct quic_transport_param, 56);
FIELD(struct quic_transport_param, remote, 0, 1);
FIELD(struct quic_transport_param, disable_active_migration, 1, 1);
FIELD(struct quic_transport_param, grease_quic_bit, 2, 1);
FIELD(struct quic_transport_param, stateless_reset, 3, 1);
FIELD(struct quic_transport_param, disable_1rtt_encryption, 4, 1);
FIELD(struct quic_transport_param, disable_compatible_version, 5, 1);
FIELD(struct quic_transport_param, active_connection_id_limit, 6, 1);
FIELD(struct quic_transport_param, ack_delay_exponent, 7, 1);
FIELD(struct quic_transport_param, max_datagram_frame_size, 8, 2);
FIELD(struct quic_transport_param, max_udp_payload_size, 10, 2);
FIELD(struct quic_transport_param, max_idle_timeout, 12, 4);
FIELD(struct quic_transport_param, max_ack_delay, 16, 4);
FIELD(struct quic_transport_param, max_streams_bidi, 20, 2);
FIELD(struct quic_transport_param, max_streams_uni, 22, 2);
FIELD(struct quic_transport_param, max_data, 24, 8);
FIELD(struct quic_transport_param, max_stream_data_bidi_local, 32, 8);
FIELD(struct quic_transport_param, max_stream_data_bidi_remote, 40, 8);
FIELD(struct quic_transport_param, max_stream_data_uni, 48, 8);

SIZE(struct quic_config, 28);
FIELD(struct quic_config, version, 0, 4);
FIELD(struct quic_config, plpmtud_probe_interval, 4, 4);
FIELD(struct quic_config, initial_smoothed_rtt, 8, 4);
FIELD(struct quic_config, payload_cipher_type, 12, 4);
FIELD(struct quic_config, congestion_control_algo, 16, 1);
FIELD(struct quic_config, validate_peer_address, 17, 1);
FIELD(struct quic_config, stream_data_nodelay, 18, 1);
FIELD(struct quic_config, receive_session_ticket, 19, 1);
FIELD(struct quic_config, certificate_request, 20, 1);
OFFSET(struct quic_config, reserved, 21);
FIELD(struct quic_config, keepalive_probe_interval, 24, 4);

SIZE(struct quic_crypto_secret, 56);
FIELD(struct quic_crypto_secret, send, 0, 1);
FIELD(struct quic_crypto_secret, level, 1, 1);
FIELD(struct quic_crypto_secret, reserved, 2, 2);
FIELD(struct quic_crypto_secret, type, 4, 4);
FIELD(struct quic_crypto_secret, secret[0], 8, 1);
SIZE(((struct quic_crypto_secret *)0)->secret, 48);

SIZE(struct quic_connection_id_info, 12);
FIELD(struct quic_connection_id_info, dest, 0, 1);
OFFSET(struct quic_connection_id_info, reserved, 1);
FIELD(struct quic_connection_id_info, active, 4, 4);
FIELD(struct quic_connection_id_info, prior_to, 8, 4);

SIZE(struct quic_connection_close, 72);
FIELD(struct quic_connection_close, errcode, 0, 4);
FIELD(struct quic_connection_close, frame, 4, 1);
OFFSET(struct quic_connection_close, reserved, 5);
FIELD(struct quic_connection_close, phrase[0], 8, 1);
SIZE(((struct quic_connection_close *)0)->phrase, 64);

SIZE(struct quic_stream_update, 24);
OFFSET(struct quic_stream_update, id, 0);
FIELD(struct quic_stream_update, state, 8, 1);
OFFSET(struct quic_stream_update, reserved, 9);
FIELD(struct quic_stream_update, errcode, 12, 4);
FIELD(struct quic_stream_update, finalsz, 16, 8);

SIZE(struct quic_stream_max_data, 16);
OFFSET(struct quic_stream_max_data, id, 0);
FIELD(struct quic_stream_max_data, max_data, 8, 8);

SIZE(union quic_event, 72);
#ifndef __i386__
_Static_assert(_Alignof(union quic_event) == 8, "alignment");
#endif
SIZE(((union quic_event *)0)->update, 24);
SIZE(((union quic_event *)0)->max_data, 16);
SIZE(((union quic_event *)0)->close, 72);
SIZE(((union quic_event *)0)->info, 12);
SIZE(((union quic_event *)0)->max_stream, 8);
SIZE(((union quic_event *)0)->local_migration, 1);
SIZE(((union quic_event *)0)->key_update_phase, 1);

/* The draft's. */
IS(QUIC_SOCKOPT_STREAM_PEELOFF, 15);
SIZE(struct quic_stream_peeloff, 16);
OFFSET(struct quic_stream_peeloff, flags, 8);
OFFSET(struct quic_stream_peeloff, sd, 12);

/* Ours: they grow at their end only. */
IS(QUIC_SOCKOPT_STREAM_STATUS, 65);
OFFSET(struct quic_stream_status, send_state, 8);
OFFSET(struct quic_stream_status, recv_errcode, 24);
IS(QUIC_SOCKOPT_CONN_STATS, 64);
OFFSET(struct quic_conn_stats, cwnd, 40);
OFFSET(struct quic_conn_stats, ecn_ce_received, 152);
FIELD(struct quic_conn_stats, max_datagram, 160, 4);
