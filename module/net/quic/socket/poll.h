/* SPDX-License-Identifier: GPL-2.0-only */
/* poll() and ioctl(). */
#ifndef QUIC_SOCKET_POLL_H
#define QUIC_SOCKET_POLL_H

#include "sock.h"

__poll_t quic_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait);
int quic_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);

#endif
