// SPDX-License-Identifier: GPL-2.0-only
/* Whole connections: handshake, transfer, keys, parameters. */
#include <linux/tls.h>

#include "check.h"
#include "pair.h"

static struct pair p;

/* RFC 9001, 4 and 4.1.3 */
TEST("handshake in one and a half round trips")
{
	pair_init(&p);
	pair_connect(&p);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_HANDSHAKING);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_run(&p, p.now + 10 * QUIC_MSEC);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK(p.server.conn.handshake_confirmed && !p.client.conn.handshake_confirmed);
	pair_run(&p, p.now + 10 * QUIC_MSEC);
	CHECK(p.client.conn.handshake_confirmed);
	/* RFC 9001, 4.9 */
	CHECK(!p.client.conn.tx[QUIC_CRYPTO_INITIAL].cipher);
	CHECK(!p.client.conn.tx[QUIC_CRYPTO_HANDSHAKE].cipher);
	CHECK(!p.server.conn.rx[QUIC_CRYPTO_INITIAL].cipher);
	CHECK(!p.server.conn.rx[QUIC_CRYPTO_HANDSHAKE].cipher);
	pair_destroy(&p);
}

TEST("data both ways")
{
	bool fin = false;

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(pair_send(&p.client, 0, 100000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, &fin), 100000);
	CHECK(fin);
	fin = false;
	CHECK_EQ(pair_send(&p.server, 0, 200000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.client, &fin), 200000);
	CHECK(fin);
	CHECK_EQ(p.server.conn.recovery.packets_lost, 0);
	CHECK_EQ(p.server.conn.recovery.cong.in_flight, 0);
	pair_destroy(&p);
}

TEST("every cipher")
{
	static const u32 ciphers[] = {
		TLS_CIPHER_AES_GCM_128, TLS_CIPHER_AES_GCM_256, TLS_CIPHER_AES_CCM_128,
		TLS_CIPHER_CHACHA20_POLY1305,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++) {
		pair_init(&p);
		p.cipher = ciphers[i];
		pair_handshake(&p);
		CHECK_EQ(pair_send(&p.client, 2, 5000, true), 0);
		pair_run(&p, p.now + QUIC_SEC);
		CHECK_EQ(pair_read(&p.server, NULL), 5000);
		pair_destroy(&p);
	}
}

/* RFC 9000, 5.1.1 */
TEST("each end knows seven ids of the other")
{
	unsigned int i, local = 0, remote = 0;

	pair_init(&p);
	pair_handshake(&p);
	for (i = 0; i < QUIC_CID_LIMIT_MAX; i++) {
		local += p.server.conn.local_cids.entries[i].used;
		remote += p.client.conn.remote_cids.entries[i].used;
	}
	CHECK_EQ(local, 7);
	CHECK_EQ(remote, 7);
	CHECK_EQ(p.client.conn.remote_cids.next_seq, 7);
	CHECK_EQ(p.server.conn.remote_cids.next_seq, 7);
	/* the client's first choice is not routed any more */
	CHECK_EQ(p.server.cid_count, 7);
	pair_destroy(&p);
}

static u64 loss_state;

static bool drop_some(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	loss_state = loss_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (loss_state >> 33) % 100 < 20;
}

TEST("everything arrives through loss")
{
	u64 got, seed;
	bool fin;

	for (seed = 1; seed <= 40; seed++) {
		host_seed(seed);
		loss_state = seed;
		pair_init(&p);
		p.drop = drop_some;
		p.tls_pad = 3000;
		pair_connect(&p);
		pair_run(&p, p.now + 20 * QUIC_SEC);
		CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
		CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
		CHECK(p.client.conn.handshake_confirmed);
		CHECK_EQ(pair_send(&p.client, 0, 300000, true), 0);
		fin = false;
		for (got = 0; !fin && p.now < 600 * QUIC_SEC;) {
			pair_run(&p, p.now + QUIC_SEC);
			got += pair_read(&p.server, &fin);
		}
		CHECK(fin);
		CHECK_EQ(got, 300000);
		p.drop = NULL;
		pair_run(&p, p.now + 10 * QUIC_SEC);
		CHECK_EQ(p.client.conn.recovery.cong.in_flight, 0);
		pair_destroy(&p);
	}
}

static unsigned int lose_one;

static bool drop_one(struct pair *pair, struct pair_end *from, u8 *data, size_t *len)
{
	return *len > 1000 && !from->is_server && !lose_one--;
}

TEST("figures tell what was lost and sent again")
{
	struct quic_conn_stats stats;

	pair_init(&p);
	pair_handshake(&p);
	quic_conn_get_stats(&p.client.conn, &stats);
	CHECK_EQ(stats.packets_retransmitted, 0);
	CHECK_EQ(stats.packets_lost, 0);
	CHECK(stats.smoothed_rtt >= 20000 && stats.smoothed_rtt < 30000);
	lose_one = 3;
	p.drop = drop_one;
	CHECK_EQ(pair_send(&p.client, 0, 12000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 12000);
	quic_conn_get_stats(&p.client.conn, &stats);
	CHECK_EQ(stats.packets_lost, 1);
	CHECK_EQ(stats.packets_retransmitted, 1);
	CHECK_EQ(stats.congestion_events, 1);
	CHECK_EQ(stats.version, QUIC_VERSION_V1);
	CHECK_EQ(stats.cipher_type, TLS_CIPHER_AES_GCM_128);
	CHECK_EQ(stats.mtu, 1452);
	CHECK_EQ(stats.streams_opened, 1);
	pair_destroy(&p);
}

/* What has nothing in flight has no probe timeout that would send it. */
TEST("P15 the first packet leaves soon after there was no memory for it")
{
	pair_init(&p);
	pair_connect(&p);
	host_fail_alloc_after(0);
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	CHECK(host_alloc_failed());
	CHECK(p.client.conn.handshake_confirmed);
	pair_destroy(&p);
}

/* A host is told the time, and may be late. */
TEST("P15 a host that was late tries again when there was no memory")
{
	pair_init(&p);
	pair_handshake(&p);
	quic_conn_transmit_later(&p.client.conn, p.now);
	p.now += QUIC_SEC;
	CHECK(quic_conn_deadline(&p.client.conn, p.now) <= p.now);
	quic_conn_timeout(&p.client.conn, p.now);
	CHECK(quic_conn_deadline(&p.client.conn, p.now) > p.now);
	pair_destroy(&p);
}

TEST("P15 a close is tried again when there was no memory for it")
{
	pair_init(&p);
	pair_handshake(&p);
	quic_conn_close(&p.client.conn, true, 5, 0, NULL, 0, p.now);
	quic_conn_transmit_later(&p.client.conn, p.now);
	CHECK(quic_conn_deadline(&p.client.conn, p.now) <= p.now + 10 * QUIC_MSEC);
	CHECK(p.client.conn.close_at > p.now + 10 * QUIC_MSEC);
	pair_destroy(&p);
}

/* Whatever allocation fails, nothing breaks, and after it all goes on. */
TEST("any allocation may fail")
{
	unsigned int n;
	bool failed, fin;
	u64 got;

	for (n = 0; n < 400; n++) {
		pair_init(&p);
		host_fail_alloc_after(n);
		pair_connect(&p);
		pair_run(&p, p.now + 3 * QUIC_SEC);
		if (p.client.conn.state == QUIC_CONN_ESTABLISHED &&
		    p.server.conn.state == QUIC_CONN_ESTABLISHED) {
			pair_send(&p.client, 0, 30000, true);
			for (got = 0, fin = false; !fin && p.now < 60 * QUIC_SEC;) {
				pair_run(&p, p.now + QUIC_SEC);
				got += pair_read(&p.server, &fin);
			}
		}
		failed = host_alloc_failed();
		pair_destroy(&p);
		CHECK_EQ(host_blocks(), 0);
		if (!failed)
			break;
	}
	CHECK(n > 30 && n < 400);
}
