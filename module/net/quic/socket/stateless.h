/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to datagrams that belong to no connection. Each is smaller than what it answers, or at most
 * three times as large (RFC 9000, 8.1), and but for Retry an endpoint sends a bounded number of them in a
 * second.
 *
 * The lock of the endpoint is held, except for quic_stateless_refuse().
 */
#ifndef QUIC_SOCKET_STATELESS_H
#define QUIC_SOCKET_STATELESS_H

#include "../engine/packet.h"

struct quic_endpoint;
struct quic_request;
struct sk_buff;

/* Version Negotiation (RFC 9000, 6.1) for the datagram of @len bytes in @skb. */
void quic_stateless_version(struct quic_endpoint *ep, struct sk_buff *skb,
			    const struct quic_packet *pkt, unsigned int len);
/* Retry (RFC 9000, 8.1.2) for the Initial packet @pkt in @skb. */
void quic_stateless_retry(struct quic_endpoint *ep, struct sk_buff *skb,
			  const struct quic_packet *pkt);
/* Stateless reset (RFC 9000, 10.3) for a 1-RTT packet of an unknown connection. */
void quic_stateless_reset(struct quic_endpoint *ep, struct sk_buff *skb, const u8 *data,
			  unsigned int len);
/* CONNECTION_CLOSE with @code in an Initial packet, whose keys take process context; no lock held. */
void quic_stateless_refuse(struct quic_endpoint *ep, const struct quic_request *req, u64 code);

#endif
