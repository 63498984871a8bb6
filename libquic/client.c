// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The complete handshake of a client.
 */
#include <arpa/inet.h>
#include <string.h>

#include "context.h"
#include "log.h"
#include "session.h"

static int quic_client_is_address(const char *hostname)
{
	struct in6_addr addr;

	return inet_pton(AF_INET, hostname, &addr) == 1 ||
	       inet_pton(AF_INET6, hostname, &addr) == 1;
}

static int quic_client_prepare(gnutls_session_t session, void *arg)
{
	const char *hostname = arg;
	int ret;

	if (!hostname)
		return 0;
	/* RFC 6066, 3: literal addresses are not permitted in SNI. */
	if (!quic_client_is_address(hostname)) {
		ret = gnutls_server_name_set(session, GNUTLS_NAME_DNS, hostname, strlen(hostname));
		if (ret) {
			quic_log_err("cannot ask for the server %.60s: %s", hostname,
				     gnutls_strerror(ret));
			return ret;
		}
	}
	gnutls_session_set_verify_cert(session, hostname, 0);
	return 0;
}

static int quic_client_psk(int sockfd, const char *psk_file, const char *alpns)
{
	gnutls_psk_client_credentials_t cred;
	int ret;

	ret = gnutls_psk_allocate_client_credentials(&cred);
	if (ret)
		return ret;
	ret = quic_psk_set_client(cred, psk_file);
	if (!ret)
		ret = quic_session_run(sockfd, GNUTLS_CLIENT, GNUTLS_CRD_PSK, cred,
				       quic_client_prepare, NULL, alpns);
	gnutls_psk_free_client_credentials(cred);
	return ret;
}

static int quic_client_certificate(int sockfd, const char *hostname, const char *alpns)
{
	gnutls_certificate_credentials_t cred;
	int ret;

	ret = gnutls_certificate_allocate_credentials(&cred);
	if (ret)
		return ret;
	if (hostname) {
		/* Without a trust store verification will fail, and say so. */
		ret = gnutls_certificate_set_x509_system_trust(cred);
		if (ret <= 0)
			quic_log_err("the system's trust store is empty or cannot be loaded");
	}
	ret = quic_session_run(sockfd, GNUTLS_CLIENT, GNUTLS_CRD_CERTIFICATE, cred,
			       quic_client_prepare, (void *)hostname, alpns);
	gnutls_certificate_free_credentials(cred);
	return ret;
}

int quic_client_handshake(int sockfd, const char *pkey_file, const char *hostname,
			  const char *alpns)
{
	if (pkey_file)
		return quic_client_psk(sockfd, pkey_file, alpns);
	return quic_client_certificate(sockfd, hostname, alpns);
}
