/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/net/quic. */
#ifndef QUIC_OBSERVE_PROC_H
#define QUIC_OBSERVE_PROC_H

struct net;

int quic_proc_init(struct net *net);
void quic_proc_exit(struct net *net);

#endif
