/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: /sys/kernel/tracing/events/quic (docs/observability.md).
 *
 * Events, fields and values have the names that qlog gives them (draft-ietf-quic-qlog-quic-events and
 * draft-ietf-quic-qlog-main-schema), so that a line of the trace turns into an event of a qlog file
 * without a table. Times are milliseconds, as there.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM quic

#if !defined(QUIC_OBSERVE_TRACE_QUIC_H) || defined(TRACE_HEADER_MULTI_READ)
#define QUIC_OBSERVE_TRACE_QUIC_H

#include <linux/tracepoint.h>

#include "../engine/conn.h"
#include "../engine/observe.h"

/* The connection: group_id is the first Destination Connection ID of the client. */
#define QUIC_CONN_FIELDS					\
	__field(u8, vantage_point)				\
	__field(u8, group_id_len)				\
	__array(u8, group_id, QUIC_CID_LEN_MAX)

#define QUIC_CONN_ASSIGN(conn)							\
	do {									\
		__entry->vantage_point = (conn)->is_server;			\
		__entry->group_id_len = (conn)->original_dcid.len;		\
		memcpy(__entry->group_id, (conn)->original_dcid.id, QUIC_CID_LEN_MAX); \
	} while (0)

#define QUIC_CONN_FORMAT	"group_id=%s vantage_point=%s"
#define QUIC_CONN_PRINT						\
	__print_hex_str(__entry->group_id, __entry->group_id_len),	\
	__entry->vantage_point ? "server" : "client"

#define quic_show_packet_type(type)				\
	__print_symbolic(type,					\
		{ QUIC_PACKET_INITIAL,			"initial" },		\
		{ QUIC_PACKET_0RTT,			"0RTT" },		\
		{ QUIC_PACKET_HANDSHAKE,		"handshake" },		\
		{ QUIC_PACKET_RETRY,			"retry" },		\
		{ QUIC_PACKET_1RTT,			"1RTT" },		\
		{ QUIC_PACKET_VERSION_NEGOTIATION,	"version_negotiation" },	\
		{ QUIC_TRACE_UNKNOWN,			"unknown" })

/* A packet of which not even this can be told. */
#define QUIC_TRACE_UNKNOWN	0xff

/* Bits of "frames": by frame type, several types under the name that they have in common. */
#define QUIC_TRACE_DATAGRAM	31
#define quic_show_frames(frames)				\
	__print_flags(frames, ",",				\
		{ BIT(QUIC_FRAME_PADDING),		"padding" },		\
		{ BIT(QUIC_FRAME_PING),			"ping" },		\
		{ BIT(QUIC_FRAME_ACK),			"ack" },		\
		{ BIT(QUIC_FRAME_RESET_STREAM),		"reset_stream" },	\
		{ BIT(QUIC_FRAME_STOP_SENDING),		"stop_sending" },	\
		{ BIT(QUIC_FRAME_CRYPTO),		"crypto" },		\
		{ BIT(QUIC_FRAME_NEW_TOKEN),		"new_token" },		\
		{ BIT(QUIC_FRAME_STREAM),		"stream" },		\
		{ BIT(QUIC_FRAME_MAX_DATA),		"max_data" },		\
		{ BIT(QUIC_FRAME_MAX_STREAM_DATA),	"max_stream_data" },	\
		{ BIT(QUIC_FRAME_MAX_STREAMS_BIDI),	"max_streams" },	\
		{ BIT(QUIC_FRAME_DATA_BLOCKED),		"data_blocked" },	\
		{ BIT(QUIC_FRAME_STREAM_DATA_BLOCKED),	"stream_data_blocked" },	\
		{ BIT(QUIC_FRAME_STREAMS_BLOCKED_BIDI),	"streams_blocked" },	\
		{ BIT(QUIC_FRAME_NEW_CONNECTION_ID),	"new_connection_id" },	\
		{ BIT(QUIC_FRAME_RETIRE_CONNECTION_ID),	"retire_connection_id" },	\
		{ BIT(QUIC_FRAME_PATH_CHALLENGE),	"path_challenge" },	\
		{ BIT(QUIC_FRAME_PATH_RESPONSE),	"path_response" },	\
		{ BIT(QUIC_FRAME_CONNECTION_CLOSE),	"connection_close" },	\
		{ BIT(QUIC_FRAME_HANDSHAKE_DONE),	"handshake_done" },	\
		{ BIT(QUIC_TRACE_DATAGRAM),		"datagram" })

/* A packet as one end sees it; "length" is that of qlog's "raw". */
DECLARE_EVENT_CLASS(quic_packet,
	TP_PROTO(const struct quic_conn *conn, u8 type, u64 pn, u32 length, u32 frames, u8 ecn),
	TP_ARGS(conn, type, pn, length, frames, ecn),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, packet_type)
		__field(u8, ecn)
		__field(u32, length)
		__field(u32, frames)
		__field(u64, packet_number)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->packet_type = type;
		__entry->ecn = ecn;
		__entry->length = length;
		__entry->frames = frames;
		__entry->packet_number = pn;
	),
	TP_printk(QUIC_CONN_FORMAT " packet_type=%s packet_number=%llu length=%u frames=%s ecn=%s",
		  QUIC_CONN_PRINT, quic_show_packet_type(__entry->packet_type),
		  __entry->packet_number, __entry->length, quic_show_frames(__entry->frames),
		  __print_symbolic(__entry->ecn, { 0, "Not-ECT" }, { 1, "ECT(1)" },
				   { 2, "ECT(0)" }, { 3, "CE" }))
);

DEFINE_EVENT(quic_packet, quic_packet_sent,
	TP_PROTO(const struct quic_conn *conn, u8 type, u64 pn, u32 length, u32 frames, u8 ecn),
	TP_ARGS(conn, type, pn, length, frames, ecn)
);

DEFINE_EVENT(quic_packet, quic_packet_received,
	TP_PROTO(const struct quic_conn *conn, u8 type, u64 pn, u32 length, u32 frames, u8 ecn),
	TP_ARGS(conn, type, pn, length, frames, ecn)
);

TRACE_EVENT(quic_packet_dropped,
	TP_PROTO(const struct quic_conn *conn, u8 type, u32 length, u8 trigger),
	TP_ARGS(conn, type, length, trigger),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, packet_type)
		__field(u8, trigger)
		__field(u32, length)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->packet_type = type;
		__entry->trigger = trigger;
		__entry->length = length;
	),
	TP_printk(QUIC_CONN_FORMAT " packet_type=%s length=%u trigger=%s", QUIC_CONN_PRINT,
		  quic_show_packet_type(__entry->packet_type), __entry->length,
		  __print_symbolic(__entry->trigger,
				   { QUIC_DROP_INVALID, "invalid" },
				   { QUIC_DROP_REJECTED, "rejected" },
				   { QUIC_DROP_DUPLICATE, "duplicate" },
				   { QUIC_DROP_KEY_UNAVAILABLE, "key_unavailable" },
				   { QUIC_DROP_DECRYPTION_FAILURE, "decryption_failure" }))
);

TRACE_EVENT(quic_packet_lost,
	TP_PROTO(const struct quic_conn *conn, u8 type, u64 pn, u32 length, bool is_mtu_probe,
		 u8 trigger),
	TP_ARGS(conn, type, pn, length, is_mtu_probe, trigger),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, packet_type)
		__field(u8, trigger)
		__field(u8, is_mtu_probe_packet)
		__field(u32, length)
		__field(u64, packet_number)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->packet_type = type;
		__entry->trigger = trigger;
		__entry->is_mtu_probe_packet = is_mtu_probe;
		__entry->length = length;
		__entry->packet_number = pn;
	),
	TP_printk(QUIC_CONN_FORMAT " packet_type=%s packet_number=%llu length=%u "
		  "is_mtu_probe_packet=%s trigger=%s",
		  QUIC_CONN_PRINT, quic_show_packet_type(__entry->packet_type),
		  __entry->packet_number, __entry->length,
		  __entry->is_mtu_probe_packet ? "true" : "false",
		  __print_symbolic(__entry->trigger,
				   { QUIC_LOSS_REORDERING_THRESHOLD, "reordering_threshold" },
				   { QUIC_LOSS_TIME_THRESHOLD, "time_threshold" }))
);

/* A time in ms with its microseconds. */
#define QUIC_MS_FORMAT	"%u.%03u"
#define quic_show_ms(us)	(us) / 1000, (us) % 1000

/* ssthresh is all ones while there is none; pacing_rate is in bits per second, 0 while there is none. */
TRACE_EVENT(quic_recovery_metrics_updated,
	TP_PROTO(const struct quic_conn *conn, const struct quic_conn_stats *stats, u32 packets,
		 u64 rate),
	TP_ARGS(conn, stats, packets, rate),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u32, min_rtt)
		__field(u32, smoothed_rtt)
		__field(u32, latest_rtt)
		__field(u32, rtt_variance)
		__field(u32, pto_count)
		__field(u32, packets_in_flight)
		__field(u64, congestion_window)
		__field(u64, bytes_in_flight)
		__field(u64, ssthresh)
		__field(u64, pacing_rate)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->min_rtt = stats->min_rtt;
		__entry->smoothed_rtt = stats->smoothed_rtt;
		__entry->latest_rtt = stats->latest_rtt;
		__entry->rtt_variance = stats->rtt_var;
		__entry->pto_count = conn->recovery.pto_count;
		__entry->packets_in_flight = packets;
		__entry->congestion_window = stats->cwnd;
		__entry->bytes_in_flight = stats->bytes_in_flight;
		__entry->ssthresh = stats->ssthresh;
		__entry->pacing_rate = rate;
	),
	TP_printk(QUIC_CONN_FORMAT " min_rtt=" QUIC_MS_FORMAT " smoothed_rtt=" QUIC_MS_FORMAT
		  " latest_rtt=" QUIC_MS_FORMAT " rtt_variance=" QUIC_MS_FORMAT
		  " pto_count=%u congestion_window=%llu bytes_in_flight=%llu ssthresh=%llu "
		  "packets_in_flight=%u pacing_rate=%llu",
		  QUIC_CONN_PRINT, quic_show_ms(__entry->min_rtt),
		  quic_show_ms(__entry->smoothed_rtt), quic_show_ms(__entry->latest_rtt),
		  quic_show_ms(__entry->rtt_variance), __entry->pto_count,
		  __entry->congestion_window, __entry->bytes_in_flight, __entry->ssthresh,
		  __entry->packets_in_flight, __entry->pacing_rate)
);

#define quic_show_stream_state(state)				\
	__print_symbolic(state,					\
		{ QUIC_STREAM_SEND_STATE_READY,		"ready" },		\
		{ QUIC_STREAM_SEND_STATE_SEND,		"send" },		\
		{ QUIC_STREAM_SEND_STATE_SENT,		"data_sent" },		\
		{ QUIC_STREAM_SEND_STATE_RECVD,		"data_received" },	\
		{ QUIC_STREAM_SEND_STATE_RESET_SENT,	"reset_sent" },		\
		{ QUIC_STREAM_SEND_STATE_RESET_RECVD,	"reset_received" },	\
		{ QUIC_STREAM_RECV_STATE_RECV,		"receive" },		\
		{ QUIC_STREAM_RECV_STATE_SIZE_KNOWN,	"size_known" },		\
		{ QUIC_STREAM_RECV_STATE_RECVD,		"data_received" },	\
		{ QUIC_STREAM_RECV_STATE_RESET_RECVD,	"reset_received" })

TRACE_EVENT(quic_stream_state_updated,
	TP_PROTO(const struct quic_conn *conn, u64 id, u8 old, u8 state),
	TP_ARGS(conn, id, old, state),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, old)
		__field(u8, new)
		__field(u64, stream_id)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->old = old;
		__entry->new = state;
		__entry->stream_id = id;
	),
	TP_printk(QUIC_CONN_FORMAT " stream_id=%llu stream_type=%s stream_side=%s old=%s new=%s",
		  QUIC_CONN_PRINT, __entry->stream_id,
		  quic_stream_is_uni(__entry->stream_id) ? "unidirectional" : "bidirectional",
		  __entry->new < QUIC_STREAM_RECV_STATE_RECV ? "sending" : "receiving",
		  quic_show_stream_state(__entry->old), quic_show_stream_state(__entry->new))
);

#define quic_show_connection_state(state)			\
	__print_symbolic(state,					\
		{ QUIC_CONN_HANDSHAKING,	"handshake_started" },	\
		{ QUIC_CONN_ESTABLISHED,	"handshake_complete" },	\
		{ QUIC_CONN_CLOSING,		"closing" },		\
		{ QUIC_CONN_DRAINING,		"draining" },		\
		{ QUIC_CONN_CLOSED,		"closed" })

TRACE_EVENT(quic_connection_state_updated,
	TP_PROTO(const struct quic_conn *conn, u8 old),
	TP_ARGS(conn, old),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, old)
		__field(u8, new)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->old = old;
		__entry->new = conn->state;
	),
	TP_printk(QUIC_CONN_FORMAT " old=%s new=%s", QUIC_CONN_PRINT,
		  quic_show_connection_state(__entry->old),
		  quic_show_connection_state(__entry->new))
);

TRACE_EVENT(quic_connection_closed,
	TP_PROTO(const struct quic_conn *conn, u8 trigger),
	TP_ARGS(conn, trigger),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, by_peer)
		__field(u8, app)
		__field(u8, trigger)
		__field(u64, code)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->by_peer = conn->close.by_peer;
		__entry->app = conn->close.app;
		__entry->trigger = trigger;
		__entry->code = conn->close.code;
	),
	TP_printk(QUIC_CONN_FORMAT " initiator=%s %s=%llu trigger=%s", QUIC_CONN_PRINT,
		  __entry->by_peer ? "remote" : "local",
		  __entry->app ? "application_error" : "connection_error", __entry->code,
		  __print_symbolic(__entry->trigger,
				   { QUIC_CLOSED_APPLICATION, "application" },
				   { QUIC_CLOSED_ERROR, "error" },
				   { QUIC_CLOSED_IDLE_TIMEOUT, "idle_timeout" },
				   { QUIC_CLOSED_STATELESS_RESET, "stateless_reset" },
				   { QUIC_CLOSED_VERSION_MISMATCH, "version_mismatch" }))
);

TRACE_EVENT(quic_key_updated,
	TP_PROTO(const struct quic_conn *conn, bool of_server, bool by_peer, u8 phase),
	TP_ARGS(conn, of_server, by_peer, phase),
	TP_STRUCT__entry(
		QUIC_CONN_FIELDS
		__field(u8, of_server)
		__field(u8, by_peer)
		__field(u8, key_phase)
	),
	TP_fast_assign(
		QUIC_CONN_ASSIGN(conn);
		__entry->of_server = of_server;
		__entry->by_peer = by_peer;
		__entry->key_phase = phase;
	),
	TP_printk(QUIC_CONN_FORMAT " key_type=%s key_phase=%u trigger=%s", QUIC_CONN_PRINT,
		  __entry->of_server ? "server_1rtt_secret" : "client_1rtt_secret",
		  __entry->key_phase, __entry->by_peer ? "remote_update" : "local_update")
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_quic
#include <trace/define_trace.h>
