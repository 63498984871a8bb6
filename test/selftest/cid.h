/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QUIC_SOCKOPT_CONNECTION_ID.
 */
#ifndef _CID_H
#define _CID_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/quic.h>

struct quic_connection_id_info cid_get(int fd, bool dest);
/* Returns what setsockopt() does. */
int cid_set(int fd, bool dest, uint32_t active, uint32_t prior_to);
/* Both numbers are these, soon. */
void cid_expect(int fd, bool dest, uint32_t active, uint32_t prior_to);

#endif /* _CID_H */
