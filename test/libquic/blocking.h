/* SPDX-License-Identifier: MIT */
/*
 * The blocking calls at both ends of a pair of socket doubles, the server in a thread of its own.
 */
#ifndef _BLOCKING_H
#define _BLOCKING_H

/* What the server is given, and its result. */
struct server_arguments {
	int pair;
	const char *key_file;
	const char *cert_file;
	const char *alpns;
	int result;
};

/* Starts from a fresh pair; an end that fails closes its socket. Returns the client's result. */
int blocking_handshake(struct server_arguments *args, const char *psk_file, const char *hostname,
		       const char *alpns);

#endif /* _BLOCKING_H */
