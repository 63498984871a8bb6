/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may ask for a connection (RFC 9000, 8.1; S5.9, S5.30).
 *
 * A client has to prove its address where a listener says so (validate_peer_address), and everywhere
 * once more than QUIC_UNPROVED_MAX requests of clients that have not proved theirs wait on the endpoint:
 * so a flood of made-up addresses costs a Retry each, and the memory of so many requests.
 */
#ifndef QUIC_SOCKET_ADMISSION_H
#define QUIC_SOCKET_ADMISSION_H

#include "../engine/addr.h"
#include "../engine/packet.h"

struct quic_endpoint;

#define QUIC_UNPROVED_MAX	64

/**
 * struct quic_admission - what the client's first packet says about it
 * @validated: its address was proved by a token
 * @answers_retry: of a Retry, for a packet to @original_dcid
 * @refuse: transport error with which it is refused, 0 if it is not
 */
struct quic_admission {
	bool validated, answers_retry;
	u8 refuse;
	struct quic_cid original_dcid;
};

/* False: it has to prove its address first: Retry. The lock of the endpoint is held. */
bool quic_admit(struct quic_endpoint *ep, const struct quic_packet *initial,
		const struct quic_addr *local, const struct quic_addr *remote,
		struct quic_admission *admission);

#endif
