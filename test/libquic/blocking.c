// SPDX-License-Identifier: MIT
#include <pthread.h>

#include "../selftest/harness.h"
#include "blocking.h"
#include "pair.h"
#include "socket_double.h"

/* The system's trust store, as far as the library under test can see: our authority. */
int __wrap_gnutls_certificate_set_x509_system_trust(gnutls_certificate_credentials_t cred);
int __wrap_gnutls_certificate_set_x509_system_trust(gnutls_certificate_credentials_t cred)
{
	return gnutls_certificate_set_x509_trust(cred, &pki.authority.crt, 1);
}

static void *run_server(void *data)
{
	struct server_arguments *args = data;
	int fd = DOUBLE_SERVER(args->pair);

	args->result = quic_server_handshake(fd, args->key_file, args->cert_file, args->alpns);
	if (args->result)
		double_close(fd);
	return NULL;
}

int blocking_handshake(struct server_arguments *args, const char *psk_file, const char *hostname,
		       const char *alpns)
{
	int fd = DOUBLE_CLIENT(args->pair), ret;
	pthread_t thread;

	double_reset_pair(args->pair);
	ASSERT_EQ(pthread_create(&thread, NULL, run_server, args), 0);
	ret = quic_client_handshake(fd, psk_file, hostname, alpns);
	if (ret)
		double_close(fd);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	return ret;
}
