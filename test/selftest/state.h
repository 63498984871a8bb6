/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states a socket can be in, as a program can tell them apart.
 */
#ifndef _STATE_H
#define _STATE_H

#include "pair.h"

enum state {
	FRESH,
	BOUND,
	LISTENING,
	CONNECTING,	/* client, HANDSHAKING */
	ACCEPTED,	/* server, HANDSHAKING */
	CLIENT,		/* ESTABLISHED */
	SERVER,		/* ESTABLISHED */
	CLOSING,	/* client, right after its own shutdown() */
	CLOSED,		/* client, when the engine has said its last word as well */
	ENDED,		/* server whose client closed */
	STATES,
};

const char *state_name(enum state state);

/* A pair with a socket in the state, *@fd, which does not block. */
struct pair pair_in_state(enum state state, int *fd);

#endif /* _STATE_H */
