// SPDX-License-Identifier: GPL-2.0-only
/* What the engine reports beyond its packets (observe.h), for the trace. */
#include "conn.h"
#include "observe.h"
#include "trace.h"

/* cipher.c shows packets, also those that are forged. */
void quic_observe_packet_sent(const struct quic_conn *conn, const struct quic_packet_out *out)
{
}

void quic_observe_packet_received(const struct quic_conn *conn, const struct quic_packet *pkt,
				  struct quic_reader payload, u8 ecn)
{
}

void quic_observe_packet_dropped(const struct quic_conn *conn, const struct quic_packet *pkt,
				 enum quic_drop_trigger trigger)
{
	static const char *const triggers[] = {
		[QUIC_DROP_INVALID]		= "invalid",
		[QUIC_DROP_REJECTED]		= "rejected",
		[QUIC_DROP_DUPLICATE]		= "duplicate",
		[QUIC_DROP_KEY_UNAVAILABLE]	= "key unavailable",
		[QUIC_DROP_DECRYPTION_FAILURE]	= "decryption failure",
	};

	trace("    dropped (%zu): %s", pkt->len, triggers[trigger]);
}

void quic_observe_packet_lost(const struct quic_conn *conn, u64 pn, const struct quic_sent *sent,
			      enum quic_loss_trigger trigger)
{
	trace("    lost %llu (%u): %s threshold", (unsigned long long)pn, sent->size,
	      trigger == QUIC_LOSS_TIME_THRESHOLD ? "time" : "reordering");
}

void quic_observe_metrics(const struct quic_conn *conn)
{
	const struct quic_recovery *rec = &conn->recovery;

	trace("    window %llu, in flight %llu, rtt %.3f ms, pto %u",
	      (unsigned long long)rec->cong.window, (unsigned long long)rec->cong.in_flight,
	      rec->rtt.smoothed / 1e6, rec->pto_count);
}

void quic_observe_stream_state(const struct quic_streams *st, u64 id, u8 old, u8 state)
{
	static const char *const states[] = {
		[QUIC_STREAM_SEND_STATE_READY]		= "ready",
		[QUIC_STREAM_SEND_STATE_SEND]		= "send",
		[QUIC_STREAM_SEND_STATE_SENT]		= "data sent",
		[QUIC_STREAM_SEND_STATE_RECVD]		= "data acknowledged",
		[QUIC_STREAM_SEND_STATE_RESET_SENT]	= "reset sent",
		[QUIC_STREAM_SEND_STATE_RESET_RECVD]	= "reset acknowledged",
		[QUIC_STREAM_RECV_STATE_RECV]		= "receive",
		[QUIC_STREAM_RECV_STATE_SIZE_KNOWN]	= "size known",
		[QUIC_STREAM_RECV_STATE_RECVD]		= "data received",
		[QUIC_STREAM_RECV_STATE_RESET_RECVD]	= "reset received",
	};

	trace("    stream %llu: %s -> %s", (unsigned long long)id, states[old], states[state]);
}

void quic_observe_connection_state(const struct quic_conn *conn, u8 old)
{
	static const char *const states[] = {
		[QUIC_CONN_HANDSHAKING]	= "handshaking",
		[QUIC_CONN_ESTABLISHED]	= "established",
		[QUIC_CONN_CLOSING]	= "closing",
		[QUIC_CONN_DRAINING]	= "draining",
		[QUIC_CONN_CLOSED]	= "closed",
	};

	trace("    connection: %s -> %s", states[old], states[conn->state]);
}

void quic_observe_connection_closed(const struct quic_conn *conn, enum quic_close_trigger trigger)
{
	static const char *const triggers[] = {
		[QUIC_CLOSED_APPLICATION]	= "application",
		[QUIC_CLOSED_ERROR]		= "error",
		[QUIC_CLOSED_IDLE_TIMEOUT]	= "idle timeout",
		[QUIC_CLOSED_STATELESS_RESET]	= "stateless reset",
		[QUIC_CLOSED_VERSION_MISMATCH]	= "version mismatch",
	};

	trace("    closed %s: %s", conn->close.by_peer ? "by the peer" : "here",
	      triggers[trigger]);
}

void quic_observe_key_updated(const struct quic_conn *conn, bool sending, bool by_peer, u8 phase)
{
	trace("    key update: %s in phase %u, begun %s", sending ? "sends" : "receives", phase,
	      by_peer ? "by the peer" : "here");
}
