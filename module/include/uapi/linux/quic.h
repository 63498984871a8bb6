/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * IPPROTO_QUIC sockets: everything a program sees of them.
 *
 * The ABI is that of the Linux QUIC project (draft-lxin-quic-socket-apis). What is ours, and not in
 * that ABI, stands in the last section of this file, under numbers from 64 up.
 */
#ifndef _UAPI_LINUX_QUIC_H
#define _UAPI_LINUX_QUIC_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/socket.h>
#else
#include <sys/socket.h>
#endif

/* An enumerator and a macro at once, like the other protocols of <netinet/in.h>. */
#ifndef IPPROTO_QUIC
enum {
	IPPROTO_QUIC = 261,		/* a UDP-based secure transport */
#define IPPROTO_QUIC		IPPROTO_QUIC
};
#endif

#ifndef SOL_QUIC
#define SOL_QUIC		288
#endif

/* QUIC versions (RFC 9000, 15; RFC 9369, 3.1) */
#define QUIC_VERSION_V1		0x00000001
#define QUIC_VERSION_V2		0x6b3343cf

/* The two low bits of a stream ID (RFC 9000, 2.1) */
#define QUIC_STREAM_TYPE_SERVER_MASK	0x01
#define QUIC_STREAM_TYPE_UNI_MASK	0x02
#define QUIC_STREAM_TYPE_MASK		0x03

#define QUIC_CRYPTO_SECRET_BUFFER_SIZE	48
#define QUIC_CLOSE_PHRASE_BUFFER_SIZE	64

/* ---- Control messages and message flags ---- */

/**
 * enum quic_cmsg_type - cmsg_type of control messages at cmsg_level SOL_QUIC
 * @QUIC_STREAM_INFO: a struct quic_stream_info, with stream data
 * @QUIC_HANDSHAKE_INFO: a struct quic_handshake_info, with handshake messages
 */
enum quic_cmsg_type {
	QUIC_STREAM_INFO,
	QUIC_HANDSHAKE_INFO,
};

/**
 * enum quic_msg_flags - QUIC's meanings of MSG_* bits
 * @MSG_QUIC_STREAM_NEW: open the stream if it does not exist; fail if it was sent on before
 * @MSG_QUIC_STREAM_FIN: these bytes are the last ones of the stream
 * @MSG_QUIC_STREAM_UNI: choose a unidirectional stream when the ID is left to the kernel
 * @MSG_QUIC_STREAM_DONTWAIT: do not wait for the peer to permit another stream
 * @MSG_QUIC_STREAM_SNDBLOCK: tell the peer when its flow control or stream limit blocks us
 * @MSG_QUIC_DATAGRAM: the message is a datagram (RFC 9221)
 * @MSG_QUIC_NOTIFICATION: the message received is an event
 *
 * The first five are the stream flags: valid in quic_stream_info.stream_flags and among the flags
 * of send().
 */
enum quic_msg_flags {
	MSG_QUIC_STREAM_NEW		= MSG_SYN,
	MSG_QUIC_STREAM_FIN		= MSG_FIN,
	MSG_QUIC_STREAM_UNI		= MSG_CONFIRM,
	MSG_QUIC_STREAM_DONTWAIT	= MSG_WAITFORONE,
	MSG_QUIC_STREAM_SNDBLOCK	= MSG_ERRQUEUE,
	MSG_QUIC_DATAGRAM		= MSG_RST,
	MSG_QUIC_NOTIFICATION		= MSG_MORE,
};

/**
 * enum quic_crypto_level - encryption levels (RFC 9001, 2.1)
 * @QUIC_CRYPTO_APP: 1-RTT
 * @QUIC_CRYPTO_INITIAL: Initial
 * @QUIC_CRYPTO_HANDSHAKE: Handshake
 * @QUIC_CRYPTO_EARLY: 0-RTT
 * @QUIC_CRYPTO_MAX: number of levels
 */
enum quic_crypto_level {
	QUIC_CRYPTO_APP,
	QUIC_CRYPTO_INITIAL,
	QUIC_CRYPTO_HANDSHAKE,
	QUIC_CRYPTO_EARLY,
	QUIC_CRYPTO_MAX,
};

/**
 * struct quic_stream_info - control message QUIC_STREAM_INFO, and value of QUIC_SOCKOPT_STREAM_OPEN
 * @stream_id: stream ID; -1 on sending leaves the choice to the kernel
 * @stream_flags: stream flags of enum quic_msg_flags; on receiving, MSG_QUIC_STREAM_FIN or 0
 */
struct quic_stream_info {
	__s64	stream_id;
	__u32	stream_flags;
};

/**
 * struct quic_handshake_info - control message QUIC_HANDSHAKE_INFO
 * @crypto_level: enum quic_crypto_level of the message
 */
struct quic_handshake_info {
	__u8	crypto_level;
};

/* ---- Socket options, level SOL_QUIC ---- */

#define QUIC_SOCKOPT_EVENT			0	/* get, set: struct quic_event_option */
#define QUIC_SOCKOPT_STREAM_OPEN		1	/* get: struct quic_stream_info */
#define QUIC_SOCKOPT_STREAM_RESET		2	/* set: struct quic_errinfo */
#define QUIC_SOCKOPT_STREAM_STOP_SENDING	3	/* set: struct quic_errinfo */
#define QUIC_SOCKOPT_CONNECTION_ID		4	/* get, set: quic_connection_id_info */
#define QUIC_SOCKOPT_CONNECTION_CLOSE		5	/* get, set: struct quic_connection_close */
#define QUIC_SOCKOPT_CONNECTION_MIGRATION	6	/* set: sockaddr_in or sockaddr_in6 */
#define QUIC_SOCKOPT_KEY_UPDATE			7	/* set: no value */
#define QUIC_SOCKOPT_TRANSPORT_PARAM		8	/* get, set: struct quic_transport_param */
#define QUIC_SOCKOPT_CONFIG			9	/* get, set: struct quic_config */
#define QUIC_SOCKOPT_TOKEN			10	/* get, set: bytes */
#define QUIC_SOCKOPT_ALPN			11	/* get, set: text, comma-separated */
#define QUIC_SOCKOPT_SESSION_TICKET		12	/* get, set: bytes */
#define QUIC_SOCKOPT_CRYPTO_SECRET		13	/* set: struct quic_crypto_secret */
#define QUIC_SOCKOPT_TRANSPORT_PARAM_EXT	14	/* get, set: bytes of TLS extension 0x39 */

/**
 * enum quic_cong_algo - congestion control algorithms
 * @QUIC_CONG_ALG_RENO: NewReno (RFC 9002, 7), the default
 * @QUIC_CONG_ALG_CUBIC: CUBIC (RFC 9438)
 * @QUIC_CONG_ALG_MAX: number of algorithms
 */
enum quic_cong_algo {
	QUIC_CONG_ALG_RENO,
	QUIC_CONG_ALG_CUBIC,
	QUIC_CONG_ALG_MAX,
};

/**
 * struct quic_errinfo - value of STREAM_RESET and STREAM_STOP_SENDING
 * @stream_id: the stream
 * @errcode: application error code for the peer
 */
struct quic_errinfo {
	__s64	stream_id;
	__u32	errcode;
};

/**
 * struct quic_event_option - value of QUIC_SOCKOPT_EVENT
 * @type: enum quic_event_type
 * @on: whether events of that type are queued; 0 is the default for all
 */
struct quic_event_option {
	__u8	type;
	__u8	on;
};

/**
 * struct quic_transport_param - transport parameters (RFC 9000, 18.2)
 * @remote: selector: 0 = what this end announces, else what the peer announced
 * @disable_active_migration: default 0
 * @grease_quic_bit: RFC 9287; default 0
 * @stateless_reset: a server announces a stateless_reset_token; default 0
 * @disable_1rtt_encryption: effective only if both ends set it; default 0
 * @disable_compatible_version: leave version_information out (RFC 9368); default 0
 * @active_connection_id_limit: 2..8, default 7
 * @ack_delay_exponent: 1..20, default 3
 * @max_datagram_frame_size: bytes, 0 = no datagrams (default), else at least 1200
 * @max_udp_payload_size: bytes, 1200..65527, default 65527
 * @max_idle_timeout: microseconds, at least 1000000, default 30000000
 * @max_ack_delay: microseconds, below 16384000, default 25000
 * @max_streams_bidi: up to 4096, default 100
 * @max_streams_uni: up to 4096, default 100
 * @max_data: bytes, 1200..536870911, default 2097120
 * @max_stream_data_bidi_local: bytes, 1200..268435455, default 1048560
 * @max_stream_data_bidi_remote: bytes, 1200..268435455, default 1048560
 * @max_stream_data_uni: bytes, 1200..268435455, default 1048560
 *
 * In setsockopt() a field of value 0 leaves the parameter as it is.
 */
struct quic_transport_param {
	__u8	remote;
	__u8	disable_active_migration;
	__u8	grease_quic_bit;
	__u8	stateless_reset;
	__u8	disable_1rtt_encryption;
	__u8	disable_compatible_version;
	__u8	active_connection_id_limit;
	__u8	ack_delay_exponent;
	__u16	max_datagram_frame_size;
	__u16	max_udp_payload_size;
	__u32	max_idle_timeout;
	__u32	max_ack_delay;
	__u16	max_streams_bidi;
	__u16	max_streams_uni;
	__u64	max_data;
	__u64	max_stream_data_bidi_local;
	__u64	max_stream_data_bidi_remote;
	__u64	max_stream_data_uni;
};

/**
 * struct quic_config - value of QUIC_SOCKOPT_CONFIG
 * @version: QUIC version to start with, 0 = version 1 (default); not validated
 * @plpmtud_probe_interval: microseconds, 0 = off (default), else 5000000..143165576
 * @initial_smoothed_rtt: microseconds, 1000..6000000, default 333000
 * @payload_cipher_type: hint for TLS: TLS_CIPHER_* of <linux/tls.h>, 0 = any (default)
 * @congestion_control_algo: enum quic_cong_algo, default QUIC_CONG_ALG_RENO
 * @validate_peer_address: a listener answers the first Initial packet with Retry; default 0
 * @stream_data_nodelay: never hold back a small chunk of stream data; default 0
 * @receive_session_ticket: hint for TLS: seconds to wait for a ticket, default 0
 * @certificate_request: hint for TLS: 0 ignore (default), 1 request, 2 require
 * @reserved: zero
 * @keepalive_probe_interval: microseconds, 0 = off (default), else at least 1500000
 *
 * In setsockopt() a field of value 0 leaves the setting as it is.
 */
struct quic_config {
	__u32	version;
	__u32	plpmtud_probe_interval;
	__u32	initial_smoothed_rtt;
	__u32	payload_cipher_type;
	__u8	congestion_control_algo;
	__u8	validate_peer_address;
	__u8	stream_data_nodelay;
	__u8	receive_session_ticket;
	__u8	certificate_request;
	__u8	reserved[3];
	__u32	keepalive_probe_interval;
};

/**
 * struct quic_crypto_secret - value of QUIC_SOCKOPT_CRYPTO_SECRET
 * @send: non-zero for the sending direction
 * @level: enum quic_crypto_level, not QUIC_CRYPTO_INITIAL
 * @reserved: zero
 * @type: TLS_CIPHER_* of <linux/tls.h>
 * @secret: traffic secret (RFC 9001, 5.1): 48 bytes for AES-256-GCM, else the first 32
 */
struct quic_crypto_secret {
	__u8	send;
	__u8	level;
	__u16	reserved;
	__u32	type;
	__u8	secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE];
};

/**
 * struct quic_connection_id_info - value of QUIC_SOCKOPT_CONNECTION_ID
 * @dest: 0 = the connection IDs issued by this end, else those issued by the peer
 * @reserved: zero
 * @active: sequence number in use
 * @prior_to: lowest sequence number not retired
 */
struct quic_connection_id_info {
	__u8	dest;
	__u8	reserved[3];
	__u32	active;
	__u32	prior_to;
};

/**
 * struct quic_connection_close - value of QUIC_SOCKOPT_CONNECTION_CLOSE
 * @errcode: error code of the CONNECTION_CLOSE frame
 * @frame: type of the frame that caused it; 0 for a close by the application; output only
 * @reserved: zero
 * @phrase: reason, text ending in NUL
 */
struct quic_connection_close {
	__u32	errcode;
	__u8	frame;
	__u8	reserved[3];
	__u8	phrase[QUIC_CLOSE_PHRASE_BUFFER_SIZE];
};

/* ---- Events: a byte of enum quic_event_type, then the (unaligned) content ---- */

/**
 * enum quic_event_type - types of events; all are off by default
 * @QUIC_EVENT_NONE: no event
 * @QUIC_EVENT_STREAM_UPDATE: struct quic_stream_update
 * @QUIC_EVENT_STREAM_MAX_DATA: struct quic_stream_max_data
 * @QUIC_EVENT_STREAM_MAX_STREAM: __u64, the highest stream ID of its type now permitted
 * @QUIC_EVENT_CONNECTION_ID: struct quic_connection_id_info, a connection ID was retired
 * @QUIC_EVENT_CONNECTION_CLOSE: struct quic_connection_close
 * @QUIC_EVENT_CONNECTION_MIGRATION: __u8, 1 if the local address changed, 0 if the peer's did
 * @QUIC_EVENT_KEY_UPDATE: __u8, key phase after an update begun by the peer
 * @QUIC_EVENT_NEW_TOKEN: the token's bytes
 * @QUIC_EVENT_NEW_SESSION_TICKET: the ticket message's bytes
 * @QUIC_EVENT_MAX: number of types
 */
enum quic_event_type {
	QUIC_EVENT_NONE,
	QUIC_EVENT_STREAM_UPDATE,
	QUIC_EVENT_STREAM_MAX_DATA,
	QUIC_EVENT_STREAM_MAX_STREAM,
	QUIC_EVENT_CONNECTION_ID,
	QUIC_EVENT_CONNECTION_CLOSE,
	QUIC_EVENT_CONNECTION_MIGRATION,
	QUIC_EVENT_KEY_UPDATE,
	QUIC_EVENT_NEW_TOKEN,
	QUIC_EVENT_NEW_SESSION_TICKET,
	QUIC_EVENT_MAX,
};

/* Stream states (RFC 9000, 3.1 and 3.2) */
enum {
	QUIC_STREAM_SEND_STATE_READY,
	QUIC_STREAM_SEND_STATE_SEND,
	QUIC_STREAM_SEND_STATE_SENT,
	QUIC_STREAM_SEND_STATE_RECVD,
	QUIC_STREAM_SEND_STATE_RESET_SENT,
	QUIC_STREAM_SEND_STATE_RESET_RECVD,

	QUIC_STREAM_RECV_STATE_RECV,
	QUIC_STREAM_RECV_STATE_SIZE_KNOWN,
	QUIC_STREAM_RECV_STATE_RECVD,
	QUIC_STREAM_RECV_STATE_READ,
	QUIC_STREAM_RECV_STATE_RESET_RECVD,
	QUIC_STREAM_RECV_STATE_RESET_READ,
};

/**
 * struct quic_stream_update - a stream changed its state
 * @id: the stream
 * @state: QUIC_STREAM_SEND_STATE_* or QUIC_STREAM_RECV_STATE_*
 * @reserved: zero
 * @errcode: application error code of a reset
 * @finalsz: bytes of the stream, once known
 */
struct quic_stream_update {
	__s64	id;
	__u8	state;
	__u8	reserved[3];
	__u32	errcode;
	__u64	finalsz;
};

/**
 * struct quic_stream_max_data - the peer permits more data on a stream
 * @id: the stream
 * @max_data: the new limit in bytes from the stream's beginning
 */
struct quic_stream_max_data {
	__s64	id;
	__u64	max_data;
};

/**
 * union quic_event - the content of an event
 * @update: QUIC_EVENT_STREAM_UPDATE
 * @max_data: QUIC_EVENT_STREAM_MAX_DATA
 * @close: QUIC_EVENT_CONNECTION_CLOSE
 * @info: QUIC_EVENT_CONNECTION_ID
 * @max_stream: QUIC_EVENT_STREAM_MAX_STREAM
 * @local_migration: QUIC_EVENT_CONNECTION_MIGRATION
 * @key_update_phase: QUIC_EVENT_KEY_UPDATE
 */
union quic_event {
	struct quic_stream_update	update;
	struct quic_stream_max_data	max_data;
	struct quic_connection_close	close;
	struct quic_connection_id_info	info;
	__u64				max_stream;
	__u8				local_migration;
	__u8				key_update_phase;
};

/* Transport error codes (RFC 9000, 20.1; RFC 9368, 4) */
enum {
	QUIC_TRANSPORT_ERROR_NONE			= 0x00,
	QUIC_TRANSPORT_ERROR_INTERNAL			= 0x01,
	QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED		= 0x02,
	QUIC_TRANSPORT_ERROR_FLOW_CONTROL		= 0x03,
	QUIC_TRANSPORT_ERROR_STREAM_LIMIT		= 0x04,
	QUIC_TRANSPORT_ERROR_STREAM_STATE		= 0x05,
	QUIC_TRANSPORT_ERROR_FINAL_SIZE			= 0x06,
	QUIC_TRANSPORT_ERROR_FRAME_ENCODING		= 0x07,
	QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM		= 0x08,
	QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT	= 0x09,
	QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION		= 0x0a,
	QUIC_TRANSPORT_ERROR_INVALID_TOKEN		= 0x0b,
	QUIC_TRANSPORT_ERROR_APPLICATION		= 0x0c,
	QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED	= 0x0d,
	QUIC_TRANSPORT_ERROR_KEY_UPDATE			= 0x0e,
	QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED		= 0x0f,
	QUIC_TRANSPORT_ERROR_NO_VIABLE_PATH		= 0x10,
	QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION	= 0x11,

	/* 0x100 + TLS alert (RFC 9001, 4.8) */
	QUIC_TRANSPORT_ERROR_CRYPTO			= 0x0100,
};

/* ---- of the draft, but not of the Linux QUIC ABI so far: absent from its module ---- */

#define QUIC_SOCKOPT_STREAM_PEELOFF	15	/* get: struct quic_stream_peeloff */

#define QUIC_STREAM_PEELOFF_RDONLY	0x80000000	/* a flag of it: O_RDONLY has no bit */

/**
 * struct quic_stream_peeloff - value of QUIC_SOCKOPT_STREAM_PEELOFF: a stream becomes a socket of its own
 * @stream_id: which
 * @flags: of O_CLOEXEC, O_NONBLOCK, and one of O_WRONLY: the sending part only, what is received stays with the
 *	connection's socket; QUIC_STREAM_PEELOFF_RDONLY: the receiving part only, sending stays with it
 * @sd: set to the new file descriptor, which getsockopt() also returns
 */
struct quic_stream_peeloff {
	__s64	stream_id;
	__u32	flags;
	int	sd;
};

/* ---- kquic's extensions: not part of the Linux QUIC ABI, absent from its module ---- */

#define QUIC_SOCKOPT_CONN_STATS		64	/* get: struct quic_conn_stats */

/**
 * struct quic_conn_stats - value of QUIC_SOCKOPT_CONN_STATS
 * @smoothed_rtt: microseconds
 * @rtt_var: microseconds
 * @min_rtt: microseconds
 * @latest_rtt: microseconds
 * @mtu: largest UDP payload this end sends on the active path
 * @version: QUIC version in use
 * @cipher_type: TLS_CIPHER_* of the 1-RTT keys, 0 before they exist
 * @key_phase: current key phase bit of the sending direction
 * @pto_count: probe timeouts that fired
 * @congestion_events: times the congestion window was reduced
 * @cwnd: congestion window in bytes
 * @ssthresh: slow start threshold in bytes, all ones while there is none
 * @bytes_in_flight: as of RFC 9002
 * @packets_sent: QUIC packets of all packet number spaces
 * @packets_received: QUIC packets that were opened successfully
 * @packets_lost: packets declared lost
 * @packets_retransmitted: packets sent that carry retransmitted frames
 * @bytes_sent: UDP payload bytes
 * @bytes_received: UDP payload bytes
 * @datagrams_sent: DATAGRAM frames (RFC 9221)
 * @datagrams_received: DATAGRAM frames put into the receive queue
 * @datagrams_dropped: DATAGRAM frames dropped at this end, in either direction
 * @streams_opened: streams begun by this end
 * @streams_accepted: streams begun by the peer
 * @ecn_ce_received: packets that arrived with the CE mark
 * @max_datagram: bytes that a datagram (RFC 9221) may have now: what the peer takes and the path permits;
 *	0 if the peer takes none
 * @reserved: 0
 *
 * Valid in every state. The value grows at its end only: getsockopt() copies as much as the buffer
 * holds and stores that length, so old programs see the fields they know.
 */
struct quic_conn_stats {
	__u32	smoothed_rtt;
	__u32	rtt_var;
	__u32	min_rtt;
	__u32	latest_rtt;
	__u32	mtu;
	__u32	version;
	__u32	cipher_type;
	__u32	key_phase;
	__u32	pto_count;
	__u32	congestion_events;
	__u64	cwnd;
	__u64	ssthresh;
	__u64	bytes_in_flight;
	__u64	packets_sent;
	__u64	packets_received;
	__u64	packets_lost;
	__u64	packets_retransmitted;
	__u64	bytes_sent;
	__u64	bytes_received;
	__u64	datagrams_sent;
	__u64	datagrams_received;
	__u64	datagrams_dropped;
	__u64	streams_opened;
	__u64	streams_accepted;
	__u64	ecn_ce_received;
	__u32	max_datagram;
	__u32	reserved;
};

#define QUIC_SOCKOPT_STREAM_STATUS	65	/* get: struct quic_stream_status; of a stream's socket only */

/**
 * struct quic_stream_status - value of QUIC_SOCKOPT_STREAM_STATUS
 * @stream_id: the stream that the socket is
 * @send_state: QUIC_STREAM_SEND_STATE_*
 * @recv_state: QUIC_STREAM_RECV_STATE_*
 * @reserved: zero
 * @send_errcode: application error code with which the sending part was reset, by either end
 * @recv_errcode: application error code of the peer's reset
 *
 * A part that the stream does not have is in its state RECVD. The value grows at its end only, as that of
 * QUIC_SOCKOPT_CONN_STATS.
 */
struct quic_stream_status {
	__s64	stream_id;
	__u8	send_state;
	__u8	recv_state;
	__u8	reserved[6];
	__u64	send_errcode;
	__u64	recv_errcode;
};

#endif /* _UAPI_LINUX_QUIC_H */
