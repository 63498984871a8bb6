/* SPDX-License-Identifier: GPL-2.0-only */
/* shutdown() and close(). */
#ifndef QUIC_SOCKET_CLOSE_H
#define QUIC_SOCKET_CLOSE_H

#include "sock.h"

int quic_shutdown(struct socket *sock, int how);
/* After close(), when no socket of a stream is left either. [lock] */
void quic_close_last(struct sock *sk);
void quic_close(struct sock *sk, long timeout);

#endif
