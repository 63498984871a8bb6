/* SPDX-License-Identifier: MIT */
/* The kernel's statistics of a connection as JSON. */
#ifndef _QUICPERF_STATS_H
#define _QUICPERF_STATS_H

#include <jansson.h>

/* An object with the fields of struct quic_conn_stats; null if the kernel has none. */
json_t *stats_to_json(int fd);

#endif /* _QUICPERF_STATS_H */
