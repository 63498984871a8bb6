/* SPDX-License-Identifier: GPL-2.0-only */
/* QUIC_SOCKOPT_STREAM_PEELOFF: a stream becomes a socket (docs/peeloff.md). */
#ifndef QUIC_SOCKET_PEELOFF_H
#define QUIC_SOCKET_PEELOFF_H

#include <linux/sockptr.h>
#include <net/sock.h>

/* getsockopt() of it: the new file descriptor, or an errno. Process context, without the lock. */
int quic_peeloff(struct sock *sk, sockptr_t optval, sockptr_t optlen);

#endif
