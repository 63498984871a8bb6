/* SPDX-License-Identifier: MIT */
/* A handshake on a non-blocking socket, for any event loop. */
#ifndef _TOOLS_HANDSHAKE_H
#define _TOOLS_HANDSHAKE_H

#include <stdbool.h>
#include <netinet/quic.h>

/**
 * struct handshake - a handshake under way
 * @session: session, the caller's
 * @fd: its socket, to which the session is attached
 * @step: the system call to make next
 * @error: what libquic returned, once it failed
 * @event: gets events that came before the handshake was done (F51), if they were enabled
 * @event_arg: its first argument
 */
struct handshake {
	gnutls_session_t session;
	int fd;
	struct quic_handshake_step *step;
	int error;
	void (*event)(void *arg, const uint8_t *data, size_t len);
	void *event_arg;
};

enum handshake_state {
	HANDSHAKE_WANTS_INPUT,	/* wait until the socket is readable, then advance again */
	HANDSHAKE_WANTS_OUTPUT, /* wait until it is writable, or for a moment (S2.41) */
	HANDSHAKE_DONE,
	HANDSHAKE_FAILED,
};

/*
 * Begin; @session and @fd are set, the members that are not needed 0. handshake_advance() is next and tells what
 * became of it; handshake_end() is due whatever happens.
 */
void handshake_begin(struct handshake *handshake);

/* Do as much as can be done without waiting. */
enum handshake_state handshake_advance(struct handshake *handshake);

void handshake_end(struct handshake *handshake);

/* Print why it failed, and between whom the alert went if there was one; @peer is a name. */
void handshake_complain(const struct handshake *handshake, const char *peer);

#endif /* _TOOLS_HANDSHAKE_H */
