/* SPDX-License-Identifier: MIT */
/*
 * What a client keeps of a connection to resume it: a file of text lines "word value".
 *
 *	quiccat-session 1
 *	alpn NAMES		what was offered
 *	server NAME		the name whose certificate was verified; "-" if none was
 *	params HEX		the server's transport parameters, struct quic_transport_param
 *	token HEX		address validation token; may be missing
 *	session HEX		GnuTLS's session data
 */
#ifndef _QUICCAT_SESSION_FILE_H
#define _QUICCAT_SESSION_FILE_H

#include <stdbool.h>
#include <netinet/quic.h>

#include "tls.h"

/* Resume from the file: socket and session before the handshake. Returns false if there is nothing to resume. */
bool session_file_load(const char *file, const struct tls_options *options, int fd,
		       gnutls_session_t session);

/* Replace the file with this connection's data, if a ticket has come. Returns false after a message. */
bool session_file_store(const char *file, const struct tls_options *options, int fd,
			gnutls_session_t session);

#endif /* _QUICCAT_SESSION_FILE_H */
