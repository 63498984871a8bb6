// SPDX-License-Identifier: GPL-2.0-only
#include "conn.h"
#include "observed.h"

struct observed observed;

void quic_observe_packet_sent(const struct quic_conn *conn, const struct quic_packet_out *out)
{
	observed.sent++;
	observed.sent_length = out->body.pos + out->tag_len - out->start;
	observed.sent_frame = out->pn_at[out->pn_len];
}

void quic_observe_packet_received(const struct quic_conn *conn, const struct quic_packet *pkt,
				  struct quic_reader payload, u8 ecn)
{
	observed.received++;
	observed.received_frame = quic_reader_left(&payload) ? *payload.pos : 0xff;
}

void quic_observe_packet_dropped(const struct quic_conn *conn, const struct quic_packet *pkt,
				 enum quic_drop_trigger trigger)
{
	observed.dropped[trigger]++;
}

void quic_observe_packet_lost(const struct quic_conn *conn, u64 pn, const struct quic_sent *sent,
			      enum quic_loss_trigger trigger)
{
	observed.lost[trigger]++;
}

void quic_observe_metrics(const struct quic_conn *conn)
{
	observed.metrics++;
}

void quic_observe_stream_state(const struct quic_streams *st, u64 id, u8 old, u8 state)
{
	observed.stream_states++;
	observed.stream = id;
	observed.stream_old = old;
	observed.stream_new = state;
}

void quic_observe_connection_state(const struct quic_conn *conn, u8 old)
{
	observed.connection_states++;
	observed.connection_old = old;
	observed.connection_new = conn->state;
}

void quic_observe_connection_closed(const struct quic_conn *conn, enum quic_close_trigger trigger)
{
	observed.closed[trigger]++;
}

void quic_observe_key_updated(const struct quic_conn *conn, bool sending, bool by_peer, u8 phase)
{
	observed.key_updates[by_peer][sending]++;
}
