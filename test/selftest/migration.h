/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QUIC_SOCKOPT_CONNECTION_MIGRATION.
 */
#ifndef _MIGRATION_H
#define _MIGRATION_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

/* Returns what setsockopt() does. */
int migrate(int fd, const struct address *addr);
/* A UDP port of the loopback device that nobody uses. */
unsigned short port_free(void);
/* address_local() or address_peer() has this port, soon. */
void expect_port(int fd, struct address (*name)(int fd), unsigned short port);
void cid_expect_active(int fd, bool dest, uint32_t active);

#endif /* _MIGRATION_H */
