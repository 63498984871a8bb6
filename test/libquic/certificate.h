/* SPDX-License-Identifier: MIT */
/*
 * Certificates for tests: ECDSA P-256, made when the test starts.
 */
#ifndef _CERTIFICATE_H
#define _CERTIFICATE_H

#include <time.h>
#include <gnutls/x509.h>

struct certificate {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

/* A certificate authority if @issuer is NULL, else a server's certificate for the DNS name. */
void certificate_create(struct certificate *cert, const struct certificate *issuer,
			const char *name, time_t from, time_t to);
void certificate_destroy(struct certificate *cert);
void certificate_write(const struct certificate *cert, const char *cert_file, const char *key_file);

#endif /* _CERTIFICATE_H */
