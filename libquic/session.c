// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A session of the library's own, for the time of one handshake. The socket is as it was if that fails before
 * it begins, and the caller's to close in any case (S9.15).
 */
#include <string.h>

#include "session.h"

static int quic_session_prepare(gnutls_session_t session, int sockfd,
				gnutls_credentials_type_t type, void *cred, const char *alpns)
{
	int ret;

	ret = gnutls_credentials_set(session, type, cred);
	if (ret)
		return ret;
	ret = gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL);
	if (ret)
		return ret;
	gnutls_transport_set_int(session, sockfd);
	/* How long a handshake may take is the idle timeout's to say. */
	gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
	return alpns ? quic_session_set_alpn(session, alpns, strlen(alpns)) : 0;
}

/*
 * Run a handshake with a new session: @flags are gnutls_init()'s, @cred are credentials of @type,
 * @prepare does with @arg what is particular to one side.
 */
int quic_session_run(int sockfd, unsigned int flags, gnutls_credentials_type_t type, void *cred,
		     int (*prepare)(gnutls_session_t session, void *arg), void *arg,
		     const char *alpns)
{
	gnutls_session_t session;
	int ret;

	ret = gnutls_init(&session, flags);
	if (ret)
		return ret;
	ret = quic_session_prepare(session, sockfd, type, cred, alpns);
	if (!ret)
		ret = prepare(session, arg);
	if (!ret)
		ret = quic_handshake(session);
	gnutls_deinit(session);
	return ret;
}
