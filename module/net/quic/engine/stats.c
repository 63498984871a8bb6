// SPDX-License-Identifier: GPL-2.0-only
/* Figures of a connection for QUIC_SOCKOPT_CONN_STATS. */
#include "conn_internal.h"

static u32 usecs(u64 ns)
{
	return min_t(u64, div_u64(ns, QUIC_USEC), U32_MAX);
}

void quic_conn_get_stats(const struct quic_conn *conn, struct quic_conn_stats *stats)
{
	const struct quic_recovery *rec = &conn->recovery;
	const struct quic_keys *tx = &conn->tx[QUIC_CRYPTO_APP];

	*stats = conn->stats;	/* what is counted as it happens */
	stats->smoothed_rtt = usecs(rec->rtt.smoothed);
	stats->rtt_var = usecs(rec->rtt.var);
	stats->min_rtt = usecs(rec->rtt.first_sample_at ? rec->rtt.min : 0);
	stats->latest_rtt = usecs(rec->rtt.latest);
	stats->mtu = conn->path[conn->active_path].mtu;
	stats->version = conn->version ? conn->version->number : 0;
	stats->cipher_type = tx->cipher ? tx->cipher->type : 0;
	stats->key_phase = tx->phase;
	stats->pto_count = min_t(u64, rec->pto_total, U32_MAX);
	stats->congestion_events = rec->cong.events;
	stats->cwnd = rec->cong.window;
	stats->ssthresh = rec->cong.ssthresh;
	stats->bytes_in_flight = rec->cong.in_flight;
	stats->packets_lost = rec->packets_lost;
	stats->streams_opened = conn->streams.opened;
	stats->streams_accepted = conn->streams.accepted;
}
