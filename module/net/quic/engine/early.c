// SPDX-License-Identifier: GPL-2.0-only
/* Packets that arrived before their keys (RFC 9001, 5.7; S5.3 of the API). */
#include "conn_internal.h"

static void drop(struct quic_conn *conn, struct quic_early_packet *early)
{
	list_del(&early->node);
	conn->early_count--;
	quic_ref_put(early->ref);
	quic_free(&conn->mem_rx, early, sizeof(*early));
}

/* 0-RTT packets whose keys may never come leave room for those whose keys will. */
static bool too_many(const struct quic_conn *conn, u8 level)
{
	const struct quic_early_packet *early;
	unsigned int count = 0;

	if (conn->early_count >= QUIC_CONN_EARLY_PACKETS_MAX)
		return true;
	if (level != QUIC_CRYPTO_EARLY)
		return false;
	list_for_each_entry(early, &conn->early, node)
		count += early->level == level;
	return count >= QUIC_CONN_EARLY_PACKETS_MAX / 2;
}

void quic_early_keep(struct quic_conn *conn, const struct quic_received *rx)
{
	struct quic_early_packet *early;

	if (too_many(conn, rx->level) || !conn->ops->rx_room(conn, false))
		return;
	early = quic_alloc(&conn->mem_rx, sizeof(*early));
	if (!early)
		return;
	quic_ref_get(rx->ref);
	early->ref = rx->ref;
	early->data = rx->pkt.data;
	early->len = rx->pkt.len;
	early->dgram_len = rx->dgram_len;
	early->path = rx->path;
	early->ecn = rx->ecn;
	early->level = rx->level;
	early->dcid_seq = rx->dcid_seq;
	early->received_at = rx->received_at;
	list_add_tail(&early->node, &conn->early);
	conn->early_count++;
}

static void process(struct quic_conn *conn, const struct quic_early_packet *early, u64 now)
{
	struct quic_received rx = {};

	/* What was checked when it came still holds; the header is parsed again. */
	if (quic_packet_parse(&rx.pkt, early->data, early->len, QUIC_CID_LEN))
		return;
	/* The version may have been decided meanwhile. */
	if (rx.pkt.type != QUIC_PACKET_1RTT && !quic_negotiate_accepts(conn, &rx.pkt))
		return;
	rx.ref = early->ref;
	rx.dgram_len = early->dgram_len;
	rx.path = early->path;
	if (rx.path < QUIC_PATHS_MAX) {
		rx.local = &conn->path[rx.path].local;
		rx.remote = &conn->path[rx.path].remote;
	}
	rx.ecn = early->ecn;
	rx.level = early->level;
	rx.dcid_seq = early->dcid_seq;
	rx.received_at = early->received_at;
	rx.now = now;
	quic_conn_open_packet(conn, &rx);
	conn->drops.deferred += rx.authentic;
}

/* The keys of @level are there now. */
void quic_early_process(struct quic_conn *conn, u8 level, u64 now)
{
	struct quic_early_packet *early, *tmp;
	LIST_HEAD(ready);

	/* Aside first: a packet that closes the connection clears the list. */
	list_for_each_entry_safe(early, tmp, &conn->early, node)
		if (early->level == level)
			list_move_tail(&early->node, &ready);
	list_for_each_entry_safe(early, tmp, &ready, node) {
		if (quic_conn_is_open(conn) && conn->rx[level].cipher)
			process(conn, early, now);
		drop(conn, early);
	}
}

void quic_early_drop(struct quic_conn *conn, u8 level)
{
	struct quic_early_packet *early, *tmp;

	list_for_each_entry_safe(early, tmp, &conn->early, node)
		if (early->level == level)
			drop(conn, early);
}

void quic_early_clear(struct quic_conn *conn)
{
	struct quic_early_packet *early, *tmp;

	list_for_each_entry_safe(early, tmp, &conn->early, node)
		drop(conn, early);
}
