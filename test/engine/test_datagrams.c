// SPDX-License-Identifier: GPL-2.0-only
/* DATAGRAM frames (RFC 9221; 3.3 of the API). */
#include "check.h"
#include "pair.h"

static struct pair p;

static void begin(u64 limit)
{
	pair_init(&p);
	p.client.config.params.max_datagram_frame_size = limit;
	p.server.config.params.max_datagram_frame_size = limit;
	pair_handshake(&p);
}

static int send_more(struct pair_end *end, size_t len, bool more)
{
	int err = quic_conn_datagram_check(&end->conn, len);
	size_t i;
	u8 *to;

	if (err)
		return err;
	to = quic_conn_datagram_reserve(&end->conn, len, true);
	if (!to)
		return -ENOMEM;
	for (i = 0; i < len; i++)
		to[i] = i * 7 + (i >> 8);	/* what pair_read() expects at offset 0 */
	quic_conn_datagram_commit(&end->conn, to, more);
	return 0;
}

static int send_one(struct pair_end *end, size_t len)
{
	return send_more(end, len, false);
}

TEST("S3.30 a peer without datagrams is sent none")
{
	pair_init(&p);
	p.server.config.params.max_datagram_frame_size = 0;
	CHECK_EQ(send_one(&p.client, 100), -EINVAL);
	pair_handshake(&p);
	CHECK_EQ(send_one(&p.client, 100), -EINVAL);
	pair_destroy(&p);
}

/* RFC 9221, 5 */
TEST("S3.32 T081 every length up to the limit of the peer arrives")
{
	size_t len;

	begin(1400);
	CHECK_EQ(send_one(&p.client, 0), -EMSGSIZE);
	for (len = 1; len <= 1397; len += len < 60 || len > 1360 ? 1 : 100) {
		CHECK_EQ(send_one(&p.client, len), 0);
		pair_run(&p, p.now + 100 * QUIC_MSEC);
		CHECK_EQ(pair_read(&p.server, NULL), len);
	}
	for (len = 1398; len < 1500; len++)
		CHECK_EQ(send_one(&p.client, len), -EMSGSIZE);
	CHECK_EQ(send_one(&p.client, 65536), -EMSGSIZE);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("S3.30 a datagram must fit in one packet")
{
	begin(65535);
	CHECK_EQ(send_one(&p.client, 1452), -EMSGSIZE);
	CHECK_EQ(send_one(&p.client, 1400), 0);
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	CHECK_EQ(pair_read(&p.server, NULL), 1400);
	pair_destroy(&p);
}

static bool drop_all(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	(void)pair;
	(void)data;
	(void)len;
	return !from->is_server;
}

/* RFC 9221, 5.2 */
TEST("S3.33 a lost datagram is not sent again")
{
	begin(1400);
	p.drop = drop_all;
	CHECK_EQ(send_one(&p.client, 1000), 0);
	pair_flush(&p.client);
	p.drop = NULL;
	pair_run(&p, p.now + 5 * QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 0);
	CHECK_EQ(p.client.conn.stats.datagrams_sent, 1);
	CHECK_EQ(p.client.conn.mem_tx.used, 0);
	CHECK_EQ(p.client.conn.recovery.cong.in_flight, 0);
	pair_destroy(&p);
}

TEST("RFC 9221, 5.4: datagrams wait for the congestion window")
{
	unsigned int i;
	u64 got = 0;

	begin(1400);
	for (i = 0; i < 100; i++)
		CHECK_EQ(send_one(&p.client, 1000), 0);
	pair_flush(&p.client);
	CHECK(p.client.conn.recovery.cong.in_flight <= p.client.conn.recovery.cong.window + 1452);
	CHECK(p.client.conn.datagrams.count > 50);
	for (i = 0; i < 50; i++) {
		pair_run(&p, p.now + 100 * QUIC_MSEC);
		got += pair_read(&p.server, NULL);
	}
	CHECK_EQ(got, 100000);
	CHECK_EQ(p.client.conn.stats.datagrams_sent, 100);
	CHECK_EQ(p.server.conn.stats.datagrams_received, 100);
	pair_destroy(&p);
}

TEST("S3.31 more holds datagrams back until a packet is full")
{
	begin(1400);
	CHECK_EQ(send_more(&p.client, 600, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 0);
	CHECK_EQ(send_more(&p.client, 900, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 600);
	CHECK_EQ(send_more(&p.client, 20, false), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 920);
	pair_destroy(&p);
}

TEST("streams and datagrams take turns")
{
	struct quic_segment *seg;
	unsigned int i, datagrams = 0, stream = 0;

	begin(1400);
	p.client.config.params.max_data = 1 << 30;
	for (i = 0; i < 300; i++)
		CHECK_EQ(send_one(&p.client, 1300), 0);
	CHECK_EQ(pair_send(&p.client, 0, 400000, false), 0);
	while (datagrams + stream < 200000) {
		pair_run(&p, p.now + 10 * QUIC_MSEC);
		while ((seg = quic_streams_head(&p.server.conn.streams))) {
			if (seg->kind == QUIC_SEGMENT_DATAGRAM)
				datagrams += seg->len;
			else
				stream += seg->len;
			quic_streams_consume(&p.server.conn.streams, seg, seg->len);
		}
	}
	CHECK(datagrams > 80000 && stream > 80000);
	pair_destroy(&p);
}

TEST("what does not fit any more when the path narrows is dropped")
{
	begin(1400);
	p.client.conn.recovery.cong.in_flight += 1 << 20;	/* a closed window */
	CHECK_EQ(send_one(&p.client, 1300), 0);
	CHECK_EQ(send_one(&p.client, 500), 0);
	pair_flush(&p.client);
	CHECK_EQ(p.client.conn.datagrams.count, 2);
	quic_conn_set_mtu(&p.client.conn, 1252);
	CHECK_EQ(p.client.conn.datagrams.count, 1);
	CHECK_EQ(p.client.conn.datagrams.bytes, 500);
	CHECK_EQ(p.client.conn.stats.datagrams_dropped, 1);
	p.client.conn.recovery.cong.in_flight -= 1 << 20;
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 500);
	pair_destroy(&p);
}

TEST("S2.38 datagrams precede the close frame")
{
	begin(1400);
	CHECK_EQ(send_more(&p.client, 100, true), 0);
	quic_conn_close(&p.client.conn, true, 0, 0, NULL, 0, p.now);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 100);
	CHECK(pair_event(&p.server, QUIC_EVENT_CONNECTION_CLOSE, 0));
	pair_destroy(&p);
}

/* RFC 9221, 5.3 */
TEST("S4.17 what exceeds the receive buffer is dropped")
{
	begin(1400);
	p.server.no_room = true;
	CHECK_EQ(send_one(&p.client, 100), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 0);
	CHECK_EQ(p.server.conn.stats.datagrams_dropped, 1);
	CHECK_EQ(p.client.conn.stats.packets_lost, 0);	/* acknowledged all the same */
	pair_destroy(&p);
}
