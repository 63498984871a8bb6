// SPDX-License-Identifier: GPL-2.0-only
/* What must be true of a connection between any two calls into it. */
#include "trace.h"
#include "world.h"

/* A walk over all records is dear: now and then only. */
#define EVERY	64

static void check_records(const struct quic_conn *conn)
{
	const struct quic_recovery *rec = &conn->recovery;
	const struct quic_sent *sent;
	const struct quic_space *sp;
	u64 in_flight = 0, eliciting, refs = 0, pn;
	struct rb_node *node;
	int i, f;

	for (i = 0; i < QUIC_SPACE_COUNT; i++) {
		sp = &rec->space[i];
		eliciting = 0;
		for (pn = 0; (sent = quic_sent_next(&sp->sent, &pn)); pn++) {
			SIM_CHECK(!sent->acked);
			SIM_CHECK(pn < sp->next_pn);
			if (sent->in_flight && sent->path == rec->flow)
				in_flight += sent->size;
			eliciting += sent->in_flight && sent->ack_eliciting;
			for (f = 0; f < sent->frame_count; f++)
				refs += sent->frames[f].stream != NULL;
		}
		SIM_CHECK(eliciting == sp->eliciting_in_flight);
		SIM_CHECK(!sp->discarded || !eliciting);
	}
	SIM_CHECK(in_flight == rec->cong.in_flight);

	for (node = rb_first(&conn->streams.table); node; node = rb_next(node))
		refs -= rb_entry(node, struct quic_stream, node)->in_flight;
	SIM_CHECK(!refs);
}

static void check_queues(const struct quic_conn *conn)
{
	const struct quic_streams *st = &conn->streams;
	struct quic_segment *seg;
	u64 bytes = 0;

	list_for_each_entry(seg, &st->inq, order)
		bytes += seg->len - seg->taken;
	SIM_CHECK(bytes == st->inq_bytes);
	SIM_CHECK(st->rx_used <= st->rx_max);
	SIM_CHECK(st->rx_consumed <= st->rx_used);
	SIM_CHECK(st->reduced || st->tx_used <= st->tx_max);
	SIM_CHECK(st->tx_unsent <= st->tx_bytes);
}

void check_invariants(struct peer *peer)
{
	const struct quic_conn *conn = &peer->conn;

	SIM_CHECK(conn->recovery.cong.window >= 2ULL * QUIC_MTU_MIN);
	SIM_CHECK(conn->mem.used <= conn->mem.limit);
	SIM_CHECK(conn->mem_tx.used <= conn->mem_tx.limit);
	SIM_CHECK(conn->mem_rx.used <= conn->mem_rx.limit);
	SIM_CHECK(conn->early_count <= QUIC_CONN_EARLY_PACKETS_MAX);
	/* In the end, records may lie about as a violation left them. */
	if (conn->state > QUIC_CONN_ESTABLISHED || random_below(&peer->world->random, EVERY))
		return;
	check_records(conn);
	check_queues(conn);
}
