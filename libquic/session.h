/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef _QUIC_SESSION_H
#define _QUIC_SESSION_H

#include <netinet/quic.h>

int quic_session_run(int sockfd, unsigned int flags, gnutls_credentials_type_t type, void *cred,
		     int (*prepare)(gnutls_session_t session, void *arg), void *arg,
		     const char *alpns);

#endif /* _QUIC_SESSION_H */
