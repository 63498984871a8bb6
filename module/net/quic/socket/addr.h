/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket addresses of programs and addresses of the engine (section 2.2 of the API). */
#ifndef QUIC_SOCKET_ADDR_H
#define QUIC_SOCKET_ADDR_H

#include <linux/socket.h>
#include <net/sock.h>

#include "../engine/addr.h"

/* S2.6 to S2.9. @any: the wildcard address is fine. 0 or -EINVAL. */
int quic_addr_from_user(const struct sock *sk, const void *uaddr, int len, bool any,
			struct quic_addr *addr);
/* S2.10. Return: length. */
int quic_addr_to_user(const struct sock *sk, const struct quic_addr *addr, void *uaddr);
/* Is it an address of this host? 0 or -EADDRNOTAVAIL. Process context. */
int quic_addr_check_local(struct sock *sk, const struct quic_addr *addr);
/* Where other parts of the stack look for a socket's addresses. */
void quic_addr_publish(struct sock *sk, const struct quic_addr *local,
		       const struct quic_addr *remote);

#endif
