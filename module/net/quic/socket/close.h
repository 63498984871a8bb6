/* SPDX-License-Identifier: GPL-2.0-only */
/* shutdown() and close(). */
#ifndef QUIC_SOCKET_CLOSE_H
#define QUIC_SOCKET_CLOSE_H

#include "sock.h"

int quic_shutdown(struct socket *sock, int how);
void quic_close(struct sock *sk, long timeout);

#endif
