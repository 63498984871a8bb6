/* SPDX-License-Identifier: GPL-2.0-only */
/* Listening sockets, and which of them a new connection is for (2.4 and 2.5 of the API). */
#ifndef QUIC_SOCKET_LISTENER_H
#define QUIC_SOCKET_LISTENER_H

#include "request.h"
#include "sock.h"

int quic_listen(struct socket *sock, int backlog);
/* Leave LISTENING; pending requests are dropped. [lock] */
void quic_listen_stop(struct sock *sk);
int quic_accept(struct socket *sock, struct socket *newsock, int flags, bool kern);

/* Is there any candidate for @local? Does one want addresses proved? [endpoint's lock] */
bool quic_listener_exists(struct quic_endpoint *ep, const struct quic_addr *local);
bool quic_listener_validates(struct quic_endpoint *ep, const struct quic_addr *local);
/* Does any candidate for @local have a list of protocols? [endpoint's lock] */
bool quic_listener_by_alpn(struct quic_endpoint *ep, const struct quic_addr *local);
/**
 * quic_listener_choose() - the listener for a new connection: S2.22, S2.23
 * @alpn: what the client offers, @len bytes as in its ALPN extension: length, name, ...
 *
 * Among equals in a reuseport group the client's address decides. [endpoint's lock]
 */
struct sock *quic_listener_choose(struct quic_endpoint *ep, const struct quic_addr *local,
				  const struct quic_addr *remote, const u8 *alpn, int len);

/**
 * quic_client_hello_read() - are the datagrams of a request what they pretend to be?
 * @dcid: its first Destination Connection ID, from which the Initial keys are derived
 * @alpn: room for QUIC_ALPN_MAX bytes for the protocols that the client offers; or NULL: whatever
 *	the packets say is fine, if only they can be opened
 *
 * Process context; the datagrams are not changed. Return: length of @alpn; -EAGAIN if the
 * ClientHello is incomplete; another error if it is none, is malformed (S2.24) or cannot be opened.
 */
int quic_client_hello_read(const struct quic_request_datagram *datagrams, unsigned int count,
			   const struct quic_cid *dcid, u8 *alpn);

#endif
