/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine reports of its work as it does it, for who looks on: tracepoints in the kernel,
 * the trace of the simulator, counters in unit tests. The host supplies these functions; they look at
 * what they are given and change nothing. Where nobody looks on, each is a call of an empty function.
 *
 * The names are those of qlog's events for QUIC (draft-ietf-quic-qlog-quic-events).
 */
#ifndef QUIC_ENGINE_OBSERVE_H
#define QUIC_ENGINE_OBSERVE_H

#include "packet.h"
#include "sent.h"

struct quic_conn;
struct quic_streams;

/* Why a received packet was dropped. */
enum quic_drop_trigger {
	QUIC_DROP_INVALID,		/* malformed, or its frames break the rules */
	QUIC_DROP_REJECTED,		/* not for this connection, or not now */
	QUIC_DROP_DUPLICATE,
	QUIC_DROP_KEY_UNAVAILABLE,	/* discarded, or it will never come */
	QUIC_DROP_DECRYPTION_FAILURE,
};

/* Why a packet was declared lost (RFC 9002, 6.1). */
enum quic_loss_trigger {
	QUIC_LOSS_REORDERING_THRESHOLD,
	QUIC_LOSS_TIME_THRESHOLD,
};

/* Why a connection ended. */
enum quic_close_trigger {
	QUIC_CLOSED_APPLICATION,
	QUIC_CLOSED_ERROR,
	QUIC_CLOSED_IDLE_TIMEOUT,
	QUIC_CLOSED_STATELESS_RESET,
	QUIC_CLOSED_VERSION_MISMATCH,
};

/* Complete, but not yet sealed: its frames can be read from pn_at + pn_len up to body.pos. */
void quic_observe_packet_sent(const struct quic_conn *conn, const struct quic_packet_out *out);
/* Authentic and new; @payload reads its frames. */
void quic_observe_packet_received(const struct quic_conn *conn, const struct quic_packet *pkt,
				  struct quic_reader payload, u8 ecn);
/* Its number is known if the trigger is DUPLICATE. */
void quic_observe_packet_dropped(const struct quic_conn *conn, const struct quic_packet *pkt,
				 enum quic_drop_trigger trigger);
void quic_observe_packet_lost(const struct quic_conn *conn, u64 pn, const struct quic_sent *sent,
			      enum quic_loss_trigger trigger);
/* Of conn->recovery: after an acknowledgement, and after its timer. */
void quic_observe_metrics(const struct quic_conn *conn);
/* QUIC_STREAM_SEND_STATE_* or QUIC_STREAM_RECV_STATE_*, which tells the side. */
void quic_observe_stream_state(const struct quic_streams *st, u64 id, u8 old, u8 state);
/* conn->state is the new one. */
void quic_observe_connection_state(const struct quic_conn *conn, u8 old);
/* conn->close says more if it is set. */
void quic_observe_connection_closed(const struct quic_conn *conn, enum quic_close_trigger trigger);
/* The 1-RTT keys of one direction, of this end's sending or receiving, are those of @phase now. */
void quic_observe_key_updated(const struct quic_conn *conn, bool sending, bool by_peer, u8 phase);

#endif
