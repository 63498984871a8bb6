/* SPDX-License-Identifier: GPL-2.0-only */
/* Which socket a Destination Connection ID belongs to. */
#ifndef QUIC_UDP_CID_TABLE_H
#define QUIC_UDP_CID_TABLE_H

#include <net/sock.h>

#include "../engine/cid.h"

int quic_cid_table_init(void);
void quic_cid_table_exit(void);

/* Any context; the caller holds @sk's lock. 0, -EEXIST, -ENOMEM. */
int quic_cid_table_add(struct sock *sk, const struct quic_cid *cid);
void quic_cid_table_remove(struct sock *sk, const struct quic_cid *cid);

/* The socket with a reference, or NULL. */
struct sock *quic_cid_table_find(struct net *net, const struct quic_cid *cid);

#endif
