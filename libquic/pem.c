// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A server's certificate and its private key, in PEM files.
 */
#include <errno.h>

#include <gnutls/x509.h>

#include "context.h"
#include "log.h"

/* Read the file. GnuTLS has one error for all that can be wrong, the log says more. */
static int quic_pem_load(const char *what, const char *file, gnutls_datum_t *data)
{
	int ret;

	errno = 0;
	ret = gnutls_load_file(file, data);
	if (ret && errno)
		quic_log_err("cannot read %s file %s: %m", what, quic_log_file(file));
	else if (ret)
		quic_log_err("cannot read %s file %s: %s", what, quic_log_file(file),
			     gnutls_strerror(ret));
	return ret;
}

static int quic_pem_check_certificate(const char *file)
{
	gnutls_x509_crt_t *certs;
	unsigned int count, i;
	gnutls_datum_t data;
	int ret;

	ret = quic_pem_load("certificate", file, &data);
	if (ret)
		return ret;
	ret = gnutls_x509_crt_list_import2(&certs, &count, &data, GNUTLS_X509_FMT_PEM, 0);
	gnutls_free(data.data);
	if (ret < 0) {
		quic_log_err("no usable certificate in file %s: %s", quic_log_file(file),
			     gnutls_strerror(ret));
		return ret;
	}
	for (i = 0; i < count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	gnutls_free(certs);
	return 0;
}

static int quic_pem_check_key(const char *file)
{
	gnutls_datum_t data;
	gnutls_privkey_t key;
	int ret;

	ret = quic_pem_load("key", file, &data);
	if (ret)
		return ret;
	ret = gnutls_privkey_init(&key);
	if (!ret) {
		ret = gnutls_privkey_import_x509_raw(key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
		gnutls_privkey_deinit(key);
	}
	gnutls_memset(data.data, 0, data.size);
	gnutls_free(data.data);
	if (ret)
		quic_log_err("no usable key in file %s: %s", quic_log_file(file),
			     gnutls_strerror(ret));
	return ret;
}

/* GnuTLS refused the two together: tell which of them is to blame, or that they do not match. */
static void quic_pem_blame(const char *cert_file, const char *key_file, int error)
{
	int cert_error = 0, key_error = 0;

	/* Not a file but a URL, of a token for instance. */
	if (!gnutls_url_is_supported(cert_file))
		cert_error = quic_pem_check_certificate(cert_file);
	if (!gnutls_url_is_supported(key_file))
		key_error = quic_pem_check_key(key_file);
	if (!cert_error && !key_error)
		quic_log_err("certificate %s and key %s: %s", quic_log_file(cert_file),
			     quic_log_file(key_file), gnutls_strerror(error));
}

int quic_pem_set(gnutls_certificate_credentials_t cred, const char *cert_file, const char *key_file)
{
	int ret;

	ret = gnutls_certificate_set_x509_key_file(cred, cert_file, key_file, GNUTLS_X509_FMT_PEM);
	if (ret >= 0)
		return 0;
	quic_pem_blame(cert_file, key_file, ret);
	return ret;
}
