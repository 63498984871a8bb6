// SPDX-License-Identifier: GPL-2.0-only
/* Key updates by either end (RFC 9001, 6; 6.9 of the API; P17). */
#include "check.h"
#include "pair.h"

static struct pair p;

static const u8 ping[] = { QUIC_FRAME_PING, 0, 0, 0 };

/* The client moves its sending keys on, as an initiator would. */
static void update(struct pair_end *end)
{
	struct quic_keys *tx = &end->conn.tx[QUIC_CRYPTO_APP];

	CHECK_EQ(quic_keys_prepare_update(tx, end->conn.version), 0);
	quic_aead_free(tx->aead[tx->phase]);
	tx->aead[tx->phase] = NULL;
	tx->phase = !tx->phase;
	end->conn.keys_wanted = true;
}

TEST("P17 an update is followed in both directions")
{
	const struct pair_event *event;

	pair_init(&p);
	pair_handshake(&p);
	update(&p.client);
	CHECK_EQ(pair_send(&p.client, 0, 20000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 20000);
	CHECK_EQ(p.server.conn.rx[QUIC_CRYPTO_APP].phase, 1);
	CHECK_EQ(p.server.conn.tx[QUIC_CRYPTO_APP].phase, 1);
	CHECK_EQ(p.client.conn.rx[QUIC_CRYPTO_APP].phase, 1);
	event = pair_event(&p.server, QUIC_EVENT_KEY_UPDATE, 0);
	CHECK(event);
	CHECK_EQ(event->event.key_update_phase, 1);
	CHECK(!pair_event(&p.client, QUIC_EVENT_KEY_UPDATE, 0));	/* F36 */

	/* and again */
	update(&p.client);
	CHECK_EQ(pair_send(&p.client, 4, 20000, true), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_read(&p.server, NULL), 20000);
	event = pair_event(&p.server, QUIC_EVENT_KEY_UPDATE, 1);
	CHECK(event);
	CHECK_EQ(event->event.key_update_phase, 0);
	pair_destroy(&p);
}

TEST("P17 forged phase bits change nothing")
{
	struct quic_keys *rx = &p.server.conn.rx[QUIC_CRYPTO_APP];
	struct quic_aead *next;
	unsigned int i;

	pair_init(&p);
	pair_handshake(&p);
	next = rx->aead[1];
	CHECK(next);
	for (i = 0; i < 1000; i++)
		pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0x04);
	CHECK_EQ(rx->phase, 0);
	CHECK(rx->aead[1] == next);		/* nothing was derived */
	CHECK_EQ(rx->used, 1000);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("P17 packets of the old phase may come late")
{
	u8 old[64], next[64];
	size_t old_len, next_len;
	u64 before;

	pair_init(&p);
	pair_handshake(&p);
	before = p.server.conn.stats.packets_received;
	old_len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, old,
			     sizeof(old));
	update(&p.client);
	next_len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, next,
			      sizeof(next));
	pair_deliver(&p.server, next, next_len, 0);
	CHECK_EQ(p.server.conn.rx[QUIC_CRYPTO_APP].phase, 1);
	pair_deliver(&p.server, old, old_len, 0);
	CHECK_EQ(p.server.conn.rx[QUIC_CRYPTO_APP].phase, 1);
	CHECK_EQ(p.server.conn.stats.packets_received, before + 2);
	pair_destroy(&p);
}

/* RFC 9001, 6.3 */
TEST("P17 a second update waits for prepared keys")
{
	u64 before;

	pair_init(&p);
	pair_handshake(&p);
	update(&p.client);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK(p.server.conn.keys_wanted);
	before = p.server.conn.stats.packets_received;
	update(&p.client);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(p.server.conn.stats.packets_received, before);
	quic_conn_prepare_keys(&p.server.conn, p.now);
	CHECK(!p.server.conn.keys_wanted);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK_EQ(p.server.conn.stats.packets_received, before + 1);
	pair_destroy(&p);
}

TEST("RFC 9001, 6.6: keys are replaced before their limit")
{
	unsigned int i;

	pair_init(&p);
	pair_handshake(&p);
	for (i = 1; i <= 3; i++) {
		p.client.conn.tx[QUIC_CRYPTO_APP].used = 1ULL << 22;
		CHECK_EQ(pair_send(&p.client, 0, 50000, false), 0);
		pair_run(&p, p.now + QUIC_SEC);
		CHECK_EQ(pair_read(&p.server, NULL), 50000);
		CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, i & 1);
		CHECK_EQ(p.client.conn.rx[QUIC_CRYPTO_APP].phase, i & 1);
		CHECK_EQ(p.server.conn.tx[QUIC_CRYPTO_APP].phase, i & 1);
		CHECK(p.client.conn.tx[QUIC_CRYPTO_APP].used < 1000);
	}
	CHECK(!pair_event(&p.client, QUIC_EVENT_KEY_UPDATE, 0));
	pair_destroy(&p);
}

/* RFC 9001, 4.1.2 and 6.1 */
TEST("P17 no update before the handshake is confirmed")
{
	pair_init(&p);
	pair_connect(&p);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	CHECK(!p.client.conn.handshake_confirmed);
	p.client.conn.tx[QUIC_CRYPTO_APP].used = 1ULL << 22;
	CHECK_EQ(pair_send(&p.client, 0, 5000, false), 0);
	pair_flush(&p.client);
	CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, 0);
	pair_destroy(&p);
}

TEST("S6.33 S6.35 T146 an update is refused until the last one is over")
{
	pair_init(&p);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), -EPIPE);
	pair_handshake(&p);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), 0);
	CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, 1);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), -EINVAL);
	/* The exchange is over, but two probe timeouts have not passed. */
	pair_run(&p, p.now + 30 * QUIC_MSEC);
	CHECK_EQ(p.client.conn.rx[QUIC_CRYPTO_APP].phase, 1);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), -EINVAL);
	CHECK_EQ(quic_conn_key_update(&p.server.conn, p.now), -EINVAL);
	/* They have, but nothing was received. */
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), -EINVAL);
	CHECK_EQ(quic_conn_key_update(&p.server.conn, p.now), -EINVAL);
	CHECK_EQ(pair_send(&p.client, 0, 10, false), 0);
	pair_run(&p, p.now + 100 * QUIC_MSEC);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), 0);
	CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, 0);
	pair_destroy(&p);
}

TEST("F5 F36 an update reaches the other end although nothing is sent")
{
	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(quic_conn_key_update(&p.server.conn, p.now), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_event(&p.client, QUIC_EVENT_KEY_UPDATE, 0)->event.key_update_phase, 1);
	CHECK(!pair_event(&p.server, QUIC_EVENT_KEY_UPDATE, 0));
	pair_destroy(&p);
}

TEST("T147 who only receives may update next")
{
	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), 0);
	CHECK_EQ(pair_send(&p.client, 0, 1000, false), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_send(&p.client, 0, 1000, false), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(quic_conn_key_update(&p.server.conn, p.now), 0);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(pair_event(&p.client, QUIC_EVENT_KEY_UPDATE, 0)->event.key_update_phase, 0);
	CHECK_EQ(pair_read(&p.server, NULL), 2000);
	pair_destroy(&p);
}

TEST("P17 an early wish is granted once the handshake is confirmed")
{
	pair_init(&p);
	pair_connect(&p);
	pair_run(&p, p.now + 25 * QUIC_MSEC);
	CHECK(!p.client.conn.handshake_confirmed);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), 0);
	CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, 0);
	CHECK_EQ(quic_conn_key_update(&p.client.conn, p.now), -EINVAL);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.client.conn.tx[QUIC_CRYPTO_APP].phase, 1);
	CHECK(pair_event(&p.server, QUIC_EVENT_KEY_UPDATE, 0));
	pair_destroy(&p);
}

TEST("RFC 9001, 6.5: old keys go after three probe timeouts")
{
	struct quic_keys *rx = &p.server.conn.rx[QUIC_CRYPTO_APP];
	u64 pto, until;

	pair_init(&p);
	pair_handshake(&p);
	update(&p.client);
	pto = quic_recovery_pto(&p.server.conn.recovery, QUIC_SPACE_APP);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	CHECK(rx->prev);
	until = p.now + 3 * pto;
	CHECK(quic_conn_deadline(&p.server.conn, p.now) <= until);
	quic_conn_timeout(&p.server.conn, until - 1);
	CHECK(rx->prev);
	quic_conn_timeout(&p.server.conn, until);
	CHECK(!rx->prev);
	pair_destroy(&p);
}

static void check_key_update_error(void)
{
	CHECK_EQ(p.server.conn.state, QUIC_CONN_CLOSING);
	CHECK_EQ(pair_event(&p.server, QUIC_EVENT_CONNECTION_CLOSE, 0)->event.close.errcode,
		 QUIC_TRANSPORT_ERROR_KEY_UPDATE);
	pair_destroy(&p);
}

TEST("RFC 9001, 6.4: an old key must not protect a higher number")
{
	struct quic_space *space = &p.client.conn.recovery.space[QUIC_SPACE_APP];
	u8 old[64];
	size_t len;

	pair_init(&p);
	pair_handshake(&p);
	space->next_pn += 10;
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, old, sizeof(old));
	space->next_pn -= 5;
	pair_deliver(&p.server, old, len, 0);
	update(&p.client);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	check_key_update_error();
}

TEST("RFC 9001, 6.4: the same with packets that come out of order")
{
	struct quic_space *space = &p.client.conn.recovery.space[QUIC_SPACE_APP];
	u8 old[64];
	size_t len;

	pair_init(&p);
	pair_handshake(&p);
	space->next_pn += 10;
	len = pair_forge(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0, 0, old, sizeof(old));
	space->next_pn += 10;
	update(&p.client);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	pair_deliver(&p.server, old, len, 0);
	CHECK_EQ(p.server.conn.state, QUIC_CONN_ESTABLISHED);
	space->next_pn -= 15;
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	check_key_update_error();
}

TEST("RFC 9001, 6.2: two updates without an answer to the first")
{
	pair_init(&p);
	pair_handshake(&p);
	update(&p.client);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	quic_conn_prepare_keys(&p.server.conn, p.now);
	update(&p.client);
	pair_inject(&p.client, QUIC_CRYPTO_APP, ping, sizeof(ping), 0);
	check_key_update_error();
}

TEST("RFC 9001, 6.2: old keys cannot acknowledge new ones")
{
	u8 ack[] = { QUIC_FRAME_ACK, 0, 0, 0, 0 };

	pair_init(&p);
	pair_handshake(&p);
	CHECK_EQ(quic_conn_key_update(&p.server.conn, p.now), 0);
	pair_flush(&p.server);
	ack[1] = p.server.conn.recovery.space[QUIC_SPACE_APP].next_pn - 1;
	pair_inject(&p.client, QUIC_CRYPTO_APP, ack, sizeof(ack), 0);
	check_key_update_error();
}
