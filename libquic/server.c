// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The complete handshake of a server.
 */
#include <errno.h>

#include "context.h"
#include "log.h"
#include "session.h"

static int quic_server_prepare(gnutls_session_t session, void *arg)
{
	const int *sockfd = arg;

	return quic_ticket_enable(session, *sockfd);
}

static int quic_server_psk(int sockfd, const char *psk_file, const char *alpns)
{
	gnutls_psk_server_credentials_t cred;
	int ret;

	ret = gnutls_psk_allocate_server_credentials(&cred);
	if (ret)
		return ret;
	ret = quic_psk_set_server(cred, psk_file);
	if (!ret)
		ret = quic_session_run(sockfd, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET,
				       GNUTLS_CRD_PSK, cred, quic_server_prepare, &sockfd, alpns);
	gnutls_psk_free_server_credentials(cred);
	return ret;
}

static int quic_server_certificate(int sockfd, const char *key_file, const char *cert_file,
				   const char *alpns)
{
	gnutls_certificate_credentials_t cred;
	int ret;

	ret = gnutls_certificate_allocate_credentials(&cred);
	if (ret)
		return ret;
	ret = quic_pem_set(cred, cert_file, key_file);
	if (!ret)
		ret = quic_session_run(sockfd, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET,
				       GNUTLS_CRD_CERTIFICATE, cred, quic_server_prepare, &sockfd,
				       alpns);
	gnutls_certificate_free_credentials(cred);
	return ret;
}

int quic_server_handshake(int sockfd, const char *pkey_file, const char *cert_file,
			  const char *alpns)
{
	if (!pkey_file) {
		quic_log_err("a server needs the name of a key or PSK file");
		return -EINVAL;
	}
	if (cert_file)
		return quic_server_certificate(sockfd, pkey_file, cert_file, alpns);
	return quic_server_psk(sockfd, pkey_file, alpns);
}
