// SPDX-License-Identifier: MIT
#include <stddef.h>
#include <string.h>
#include <netinet/quic.h>

#include "stats.h"

#define FIELD(field, unit)                                            \
	{                                                             \
#field unit, offsetof(struct quic_conn_stats, field), \
			sizeof(((struct quic_conn_stats *)0)->field)  \
	}

static const struct {
	const char *name;
	size_t offset;
	size_t size;
} fields[] = {
	FIELD(smoothed_rtt, "_microseconds"),
	FIELD(rtt_var, "_microseconds"),
	FIELD(min_rtt, "_microseconds"),
	FIELD(latest_rtt, "_microseconds"),
	FIELD(mtu, ""),
	FIELD(version, ""),
	FIELD(pto_count, ""),
	FIELD(congestion_events, ""),
	FIELD(cwnd, "_bytes"),
	FIELD(packets_sent, ""),
	FIELD(packets_received, ""),
	FIELD(packets_lost, ""),
	FIELD(packets_retransmitted, ""),
	FIELD(bytes_sent, ""),
	FIELD(bytes_received, ""),
	FIELD(streams_opened, ""),
	FIELD(ecn_ce_received, ""),
};

static json_t *field_to_json(const struct quic_conn_stats *stats, size_t offset, size_t size)
{
	uint64_t wide;
	uint32_t narrow;

	if (size == sizeof(wide)) {
		memcpy(&wide, (const char *)stats + offset, sizeof(wide));
		return json_integer(wide);
	}
	memcpy(&narrow, (const char *)stats + offset, sizeof(narrow));
	return json_integer(narrow);
}

json_t *stats_to_json(int fd)
{
	struct quic_conn_stats stats = { 0 };
	socklen_t len = sizeof(stats);
	json_t *object;
	size_t i;

	/* Ours alone: another module for these sockets need not have it. */
	if (getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONN_STATS, &stats, &len))
		return json_null();
	object = json_object();
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_object_set_new(object, fields[i].name,
				    field_to_json(&stats, fields[i].offset, fields[i].size));
	return object;
}
