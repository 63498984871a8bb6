/* SPDX-License-Identifier: GPL-2.0-only */
/* The server's host before there is a connection: tokens and Retry, as socket/admission.c does it. */
#ifndef TEST_SIM_LISTENER_H
#define TEST_SIM_LISTENER_H

#include "packet.h"
#include "token.h"

struct world;

/**
 * struct listener - a host that listens
 * @validate: clients have to prove their address
 * @retries: Retry packets sent; @refused: connections refused for a bad token
 */
struct listener {
	struct quic_token_key token_key;
	bool validate;
	u64 retries, refused;
};

/* What is known of a client that may have a connection. */
struct admission {
	bool validated, answers_retry;
	struct quic_cid original_dcid;
};

void listener_init(struct listener *listener);
void listener_clear(struct listener *listener);
/* The client's first packet: false if it got an answer instead of a connection. */
bool listener_admit(struct world *world, const struct quic_packet *initial,
		    struct admission *admission);

#endif
