/* SPDX-License-Identifier: MIT */
/* A pre-shared key in the kernel's key store: the description is its identity, the payload the key. */
#ifndef AGENT_KEY_H
#define AGENT_KEY_H

#include <gnutls/gnutls.h>

struct agent_key {
	char identity[256];
	gnutls_datum_t secret;
};

/* 0 or a positive errno; key_free() frees what it filled. */
int key_read(int serial, struct agent_key *key);
void key_free(struct agent_key *key);

#endif
