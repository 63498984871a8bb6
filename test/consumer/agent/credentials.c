// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credentials.h"

static int complain(const char *what, int code)
{
	fprintf(stderr, "agent: %s: %s\n", what, gnutls_strerror(code));
	return ENOKEY;
}

static int set_certificate(struct credentials *cred, gnutls_session_t session,
			   const struct agent_files *files)
{
	int ret = gnutls_certificate_allocate_credentials(&cred->certificate);

	if (ret)
		return ENOMEM;
	if (*files->trust_store)
		ret = gnutls_certificate_set_x509_trust_file(cred->certificate, files->trust_store,
							     GNUTLS_X509_FMT_PEM);
	else
		ret = gnutls_certificate_set_x509_system_trust(cred->certificate);
	if (ret < 0)
		return complain(files->trust_store, ret);
	if (*files->certificate) {
		ret = gnutls_certificate_set_x509_key_file(cred->certificate, files->certificate,
							   files->private_key, GNUTLS_X509_FMT_PEM);
		if (ret < 0)
			return complain(files->certificate, ret);
	}
	return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred->certificate) ? EINVAL :
											    0;
}

/* GnuTLS asks for the key of the identity that the client sent. */
static int find_key(gnutls_session_t session, const char *identity, gnutls_datum_t *secret)
{
	const struct agent_key *key = gnutls_session_get_ptr(session);

	if (strcmp(identity, key->identity))
		return -1;
	secret->data = gnutls_malloc(key->secret.size);
	if (!secret->data)
		return -1;
	memcpy(secret->data, key->secret.data, key->secret.size);
	secret->size = key->secret.size;
	return 0;
}

static int set_psk(struct credentials *cred, gnutls_session_t session,
		   const struct agent_request *request)
{
	int err = request->key_count ? key_read(request->keys[0], &cred->key) : ENOKEY;

	if (err) {
		fprintf(stderr, "agent: key %d cannot be read\n", request->keys[0]);
		return err;
	}
	if (request->server) {
		if (gnutls_psk_allocate_server_credentials(&cred->psk_server))
			return ENOMEM;
		gnutls_session_set_ptr(session, &cred->key);
		gnutls_psk_set_server_credentials_function(cred->psk_server, find_key);
		return gnutls_credentials_set(session, GNUTLS_CRD_PSK, cred->psk_server) ? EINVAL :
											   0;
	}
	if (gnutls_psk_allocate_client_credentials(&cred->psk_client) ||
	    gnutls_psk_set_client_credentials(cred->psk_client, cred->key.identity,
					      &cred->key.secret, GNUTLS_PSK_KEY_RAW))
		return ENOMEM;
	return gnutls_credentials_set(session, GNUTLS_CRD_PSK, cred->psk_client) ? EINVAL : 0;
}

int credentials_set(struct credentials *cred, gnutls_session_t session,
		    const struct agent_request *request, const struct agent_files *files)
{
	memset(cred, 0, sizeof(*cred));
	return request->psk ? set_psk(cred, session, request) :
			      set_certificate(cred, session, files);
}

void credentials_free(struct credentials *cred)
{
	if (cred->certificate)
		gnutls_certificate_free_credentials(cred->certificate);
	if (cred->psk_client)
		gnutls_psk_free_client_credentials(cred->psk_client);
	if (cred->psk_server)
		gnutls_psk_free_server_credentials(cred->psk_server);
	if (cred->key.secret.data)
		key_free(&cred->key);
}
