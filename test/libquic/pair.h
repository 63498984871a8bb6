/* SPDX-License-Identifier: MIT */
/*
 * A client and a server session over the socket double, and what tests do with both.
 */
#ifndef _PAIR_H
#define _PAIR_H

#include <stdbool.h>
#include <netinet/quic.h>

#include "certificate.h"

/* Certificates and key files, made once before the tests. */
struct pki {
	struct certificate authority;
	struct certificate server;   /* for server.test */
	struct certificate expired;  /* for server.test */
	struct certificate client;   /* for client.test */
	struct certificate stranger; /* the same, of an authority that nobody trusts */
};

extern struct pki pki;

#define SERVER_CERT_FILE "server-cert.pem"
#define SERVER_KEY_FILE	 "server-key.pem"
#define OTHER_CERT_FILE	 "other-cert.pem"
#define OTHER_KEY_FILE	 "other-key.pem"
#define PSK_SERVER_FILE	 "server.psk"
#define PSK_CLIENT_FILE	 "client.psk"

struct end {
	gnutls_session_t session;
	gnutls_certificate_credentials_t cred;
	struct quic_handshake_step *step;
	int fd;
	int result; /* of the last init or step */
	bool done;
};

struct pair {
	struct end client;
	struct end server;
};

/* Flags: enable 0-RTT. */
#define PAIR_EARLY_CLIENT 1
#define PAIR_EARLY_SERVER 2
#define PAIR_EARLY_DATA	  (PAIR_EARLY_CLIENT | PAIR_EARLY_SERVER)

/* Fresh sockets and sessions; the server shows @cert. */
void pair_create(struct pair *pair, const struct certificate *cert, unsigned int flags);
void pair_destroy(struct pair *pair);

/* Let the client trust the authority and verify the server's name. */
void pair_verify(struct pair *pair, const char *hostname);

/* Begin both handshakes. */
void pair_init(struct pair *pair);
/* Perform the current step of one end with a system call. False: nothing to receive. */
bool end_perform(struct end *end);
/* Run both ends until both are done; one that fails closes its socket. */
void pair_run(struct pair *pair);
/* pair_init(), and pair_run() with @spoil between each receive and its step; either end may be left waiting. */
void pair_run_spoiled(struct pair *pair, void (*spoil)(uint8_t *bytes, size_t len, void *arg),
		      void *arg);
/* pair_init(), pair_run(), both succeed. */
void pair_handshake(struct pair *pair);

#endif /* _PAIR_H */
