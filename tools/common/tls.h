/* SPDX-License-Identifier: MIT */
/* What TLS needs of the command line: certificates, keys, names, protocols. */
#ifndef _TOOLS_TLS_H
#define _TOOLS_TLS_H

#include <stdbool.h>
#include <netinet/quic.h>

/**
 * struct tls_options - options of both tools
 * @alpn: protocols, comma-separated
 * @cert: file with this end's certificate chain; NULL for none
 * @key: file with its private key
 * @ca: file with the certificates to trust; NULL for the system's (client) or for none (server)
 * @psk: file with pre-shared keys, instead of certificates
 * @name: the name that the server's certificate has to be for
 * @cipher: GnuTLS's name of the only cipher to use; NULL for all
 * @insecure: do not verify the server's certificate
 * @early_data: send or accept 0-RTT data
 */
struct tls_options {
	const char *alpn;
	const char *cert;
	const char *key;
	const char *ca;
	const char *psk;
	const char *name;
	const char *cipher;
	bool insecure;
	bool early_data;
};

/**
 * struct tls - what was read from the files, for any number of sessions
 * @options: the options
 * @server: for the server's end
 * @priority: protocol versions and ciphers
 * @certificates: credentials, unless a PSK is used
 * @psk_client: PSK of a client
 * @psk_server: PSKs of a server
 */
struct tls {
	const struct tls_options *options;
	bool server;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t certificates;
	gnutls_psk_client_credentials_t psk_client;
	gnutls_psk_server_credentials_t psk_server;
};

/* Read what the options name. Ends the program, saying which file or option is wrong and why. */
void tls_load(struct tls *tls, const struct tls_options *options, bool server);
void tls_unload(struct tls *tls);

/* A session on the socket, ready for its handshake. NULL after a message. */
gnutls_session_t tls_session(const struct tls *tls, int fd);

/* The first key of a PSK file, all lines of which are checked. Used by tls_load(). */
struct psk_key {
	char *identity;
	char *hex;
};
void psk_file_read(const char *name, struct psk_key *first);
void psk_key_free(struct psk_key *key);

#endif /* _TOOLS_TLS_H */
