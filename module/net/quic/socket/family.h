/* SPDX-License-Identifier: GPL-2.0-only */
/* IPPROTO_QUIC in AF_INET and AF_INET6. */
#ifndef QUIC_SOCKET_FAMILY_H
#define QUIC_SOCKET_FAMILY_H

int quic_family_register(void);
void quic_family_unregister(void);

#endif
