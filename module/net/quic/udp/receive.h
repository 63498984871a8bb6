/* SPDX-License-Identifier: GPL-2.0-only */
/* From the UDP socket to the QUIC socket that a datagram belongs to. */
#ifndef QUIC_UDP_RECEIVE_H
#define QUIC_UDP_RECEIVE_H

struct sock;

/* sk_data_ready of an endpoint's UDP socket. */
void quic_endpoint_data_ready(struct sock *usk);

#endif
