/* SPDX-License-Identifier: MIT */
/* What a session authenticates with: certificates of files, or keys of the kernel's key store. */
#ifndef AGENT_CREDENTIALS_H
#define AGENT_CREDENTIALS_H

#include <gnutls/gnutls.h>

#include "config.h"
#include "key.h"
#include "request.h"

struct credentials {
	gnutls_certificate_credentials_t certificate;
	gnutls_psk_client_credentials_t psk_client;
	gnutls_psk_server_credentials_t psk_server;
	struct agent_key key;
};

/* 0 or a positive errno, with a message on stderr: ENOKEY. credentials_free() is due in any case. */
int credentials_set(struct credentials *credentials, gnutls_session_t session,
		    const struct agent_request *request, const struct agent_files *files);
void credentials_free(struct credentials *credentials);

#endif
