// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"

static void check(int ret, const char *what)
{
	if (ret >= 0)
		return;
	printf("# %s: %s\n", what, gnutls_strerror(ret));
	exit(1);
}

#define CHECK(call) check(call, #call)

void certificate_create(struct certificate *cert, const struct certificate *issuer,
			const char *name, time_t from, time_t to)
{
	static unsigned char serial;
	unsigned int usage;

	CHECK(gnutls_x509_privkey_init(&cert->key));
	CHECK(gnutls_x509_privkey_generate(cert->key, GNUTLS_PK_ECDSA,
					   GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	CHECK(gnutls_x509_crt_init(&cert->crt));
	CHECK(gnutls_x509_crt_set_version(cert->crt, 3));
	serial++;
	CHECK(gnutls_x509_crt_set_serial(cert->crt, &serial, 1));
	CHECK(gnutls_x509_crt_set_activation_time(cert->crt, from));
	CHECK(gnutls_x509_crt_set_expiration_time(cert->crt, to));
	CHECK(gnutls_x509_crt_set_dn_by_oid(cert->crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
					    strlen(name)));
	CHECK(gnutls_x509_crt_set_key(cert->crt, cert->key));
	CHECK(gnutls_x509_crt_set_basic_constraints(cert->crt, !issuer, -1));
	usage = issuer ? GNUTLS_KEY_DIGITAL_SIGNATURE : GNUTLS_KEY_KEY_CERT_SIGN;
	CHECK(gnutls_x509_crt_set_key_usage(cert->crt, usage));
	if (issuer)
		CHECK(gnutls_x509_crt_set_subject_alt_name(cert->crt, GNUTLS_SAN_DNSNAME, name,
							   strlen(name), GNUTLS_FSAN_SET));
	CHECK(gnutls_x509_crt_sign2(cert->crt, issuer ? issuer->crt : cert->crt,
				    issuer ? issuer->key : cert->key, GNUTLS_DIG_SHA256, 0));
}

void certificate_destroy(struct certificate *cert)
{
	gnutls_x509_crt_deinit(cert->crt);
	gnutls_x509_privkey_deinit(cert->key);
}

static void write_file(const char *name, gnutls_datum_t *pem)
{
	FILE *file = fopen(name, "we");

	if (!file || fwrite(pem->data, 1, pem->size, file) != pem->size || fclose(file)) {
		perror(name);
		exit(1);
	}
	gnutls_free(pem->data);
}

void certificate_write(const struct certificate *cert, const char *cert_file, const char *key_file)
{
	gnutls_datum_t pem;

	CHECK(gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_PEM, &pem));
	write_file(cert_file, &pem);
	CHECK(gnutls_x509_privkey_export2(cert->key, GNUTLS_X509_FMT_PEM, &pem));
	write_file(key_file, &pem);
}
