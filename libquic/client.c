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

/**
 * struct quic_client_peer - the server that the client wants; GnuTLS keeps pointers into it
 * @hostname: its name, or NULL
 * @expected: what its certificate has to be for: this name, and servers
 */
struct quic_client_peer {
	const char *hostname;
	gnutls_typed_vdata_st expected[2];
};

static int quic_client_prepare(gnutls_session_t session, void *arg)
{
	struct quic_client_peer *peer = arg;
	const char *hostname = peer->hostname;
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
	/* RFC 5280, 4.2.1.12: a certificate may say that it is for clients only. */
	peer->expected[0].type = GNUTLS_DT_DNS_HOSTNAME;
	peer->expected[0].data = (unsigned char *)hostname;
	peer->expected[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
	peer->expected[1].data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_session_set_verify_cert2(session, peer->expected, 2, 0);
	return 0;
}

static int quic_client_psk(int sockfd, const char *psk_file, const char *alpns)
{
	struct quic_client_peer peer = { .hostname = NULL };
	gnutls_psk_client_credentials_t cred;
	int ret;

	ret = gnutls_psk_allocate_client_credentials(&cred);
	if (ret)
		return ret;
	ret = quic_psk_set_client(cred, psk_file);
	if (!ret)
		ret = quic_session_run(sockfd, GNUTLS_CLIENT, GNUTLS_CRD_PSK, cred,
				       quic_client_prepare, &peer, alpns);
	gnutls_psk_free_client_credentials(cred);
	return ret;
}

static int quic_client_certificate(int sockfd, const char *hostname, const char *alpns)
{
	struct quic_client_peer peer = { .hostname = hostname };
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
			       quic_client_prepare, &peer, alpns);
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
