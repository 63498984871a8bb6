// SPDX-License-Identifier: GPL-2.0-only
/* What the engine reports to who looks on (observe.h). */
#include "check.h"
#include "observed.h"
#include "pair.h"

static struct pair p;

static void begin(void)
{
	pair_init(&p);
	pair_handshake(&p);
	memset(&observed, 0, sizeof(observed));
}

TEST("each packet is reported once when it is sent and once when it is received")
{
	memset(&observed, 0, sizeof(observed));
	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(observed.sent, p.client.conn.stats.packets_sent + p.server.conn.stats.packets_sent);
	CHECK_EQ(observed.received,
		 p.client.conn.stats.packets_received + p.server.conn.stats.packets_received);
	CHECK_EQ(observed.connection_states, 2);
	CHECK_EQ(observed.connection_old, QUIC_CONN_HANDSHAKING);
	CHECK_EQ(observed.connection_new, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("a packet is reported with its frames in clear and its length with padding and tag")
{
	begin();
	p.client.conn.ping_pending = true;
	pair_flush(&p.client);
	CHECK_EQ(observed.sent, 1);
	CHECK_EQ(observed.sent_frame, QUIC_FRAME_PING);
	CHECK_EQ(observed.sent_length, p.wire[0].len);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(observed.received_frame, QUIC_FRAME_PING);
	pair_destroy(&p);
}

static unsigned int to_drop;

static bool drop_some(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	if (from->is_server || !to_drop)
		return false;
	to_drop--;
	return true;
}

TEST("a packet that later ones overtake is lost by the reordering threshold")
{
	begin();
	p.gso = 1;
	p.drop = drop_some;
	to_drop = 1;
	CHECK_EQ(pair_send(&p.client, 0, 9000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(observed.lost[QUIC_LOSS_REORDERING_THRESHOLD], 1);
	CHECK_EQ(observed.lost[QUIC_LOSS_TIME_THRESHOLD], 0);
	CHECK(observed.metrics > 0);
	pair_destroy(&p);
}

TEST("a packet that only a probe overtakes is lost by the time threshold")
{
	begin();
	p.drop = drop_some;
	to_drop = 1;
	CHECK_EQ(pair_send(&p.client, 0, 100, true), 0);
	pair_run(&p, p.now + 3 * QUIC_SEC);
	CHECK_EQ(observed.lost[QUIC_LOSS_REORDERING_THRESHOLD], 0);
	CHECK_EQ(observed.lost[QUIC_LOSS_TIME_THRESHOLD], 1);
	pair_destroy(&p);
}

TEST("dropped packets are reported with the reason")
{
	static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };
	u8 packet[100], copy[100];
	size_t len;

	begin();
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, packet,
			 sizeof(packet));
	memcpy(copy, packet, len);
	copy[len - 1] ^= 1;
	pair_deliver(&p.server, copy, len, 0);
	CHECK_EQ(observed.dropped[QUIC_DROP_DECRYPTION_FAILURE], 1);

	memcpy(copy, packet, len);
	pair_deliver(&p.server, copy, len, 0);
	CHECK_EQ(observed.received, 1);
	memcpy(copy, packet, len);
	pair_deliver(&p.server, copy, len, 0);
	CHECK_EQ(observed.dropped[QUIC_DROP_DUPLICATE], 1);

	/* Another connection's. */
	memcpy(copy, packet, len);
	copy[1] ^= 1;
	pair_deliver(&p.server, copy, len, 0);
	CHECK_EQ(observed.dropped[QUIC_DROP_REJECTED], 1);
	copy[0] = 0xc0;
	pair_deliver(&p.server, copy, 4, 0);
	CHECK_EQ(observed.dropped[QUIC_DROP_INVALID], 1);
	pair_destroy(&p);
}

TEST("a stream's states are reported, each once")
{
	begin();
	CHECK_EQ(pair_send(&p.client, 2, 100, false), 0);
	CHECK_EQ(observed.stream_states, 1);
	CHECK_EQ(observed.stream, 2);
	CHECK_EQ(observed.stream_old, QUIC_STREAM_SEND_STATE_READY);
	CHECK_EQ(observed.stream_new, QUIC_STREAM_SEND_STATE_SEND);
	CHECK_EQ(quic_streams_reset(&p.client.conn.streams, 2, 7), 0);
	CHECK_EQ(observed.stream_states, 2);
	CHECK_EQ(observed.stream_new, QUIC_STREAM_SEND_STATE_RESET_SENT);
	/* The peer learns of it and acknowledges it. */
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(observed.stream_states, 4);
	CHECK_EQ(observed.stream_new, QUIC_STREAM_SEND_STATE_RESET_RECVD);
	pair_destroy(&p);
}

TEST("a close is reported at both ends")
{
	begin();
	quic_conn_close(&p.client.conn, true, 77, 0, NULL, 0, p.now);
	CHECK_EQ(observed.closed[QUIC_CLOSED_APPLICATION], 1);
	CHECK_EQ(observed.connection_new, QUIC_CONN_CLOSING);
	pair_run(&p, p.now + 11 * QUIC_MSEC);
	CHECK_EQ(observed.closed[QUIC_CLOSED_APPLICATION], 2);
	CHECK_EQ(observed.connection_new, QUIC_CONN_DRAINING);
	pair_destroy(&p);
}

TEST("an idle timeout is reported as such")
{
	begin();
	pair_run(&p, p.now + 100 * QUIC_SEC);
	CHECK_EQ(observed.closed[QUIC_CLOSED_IDLE_TIMEOUT], 2);
	CHECK_EQ(observed.connection_new, QUIC_CONN_CLOSED);
	pair_destroy(&p);
}

TEST("a key update is reported for both directions of both ends")
{
	begin();
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(observed.key_updates[false][true], 1);		/* the client's own */
	CHECK_EQ(observed.key_updates[false][false], 1);
	CHECK_EQ(observed.key_updates[true][true], 1);		/* the server follows */
	CHECK_EQ(observed.key_updates[true][false], 1);
	pair_destroy(&p);
}
