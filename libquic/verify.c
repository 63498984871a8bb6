// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is wrong with the peer's certificate, for the log and as an alert.
 *
 * Verification itself is GnuTLS's (gnutls_session_set_verify_cert()), also in sessions that
 * applications prepare.
 */
#include <string.h>

#include "context.h"
#include "log.h"

static const struct {
	unsigned int status;
	gnutls_alert_description_t alert;
	const char *text;
} quic_verify_reasons[] = {
	{ GNUTLS_CERT_REVOKED, GNUTLS_A_CERTIFICATE_REVOKED, "it was revoked" },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, GNUTLS_A_UNKNOWN_CA, "its issuer is not trusted" },
	{ GNUTLS_CERT_SIGNER_NOT_CA, GNUTLS_A_UNKNOWN_CA, "its issuer is not an authority" },
	{ GNUTLS_CERT_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED, "it has expired" },
	{ GNUTLS_CERT_NOT_ACTIVATED, GNUTLS_A_CERTIFICATE_EXPIRED, "it is not valid yet" },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, GNUTLS_A_BAD_CERTIFICATE, "it is for another name" },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	  "it is for another purpose" },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, GNUTLS_A_BAD_CERTIFICATE,
	  "it uses an insecure algorithm" },
	{ GNUTLS_CERT_INVALID, GNUTLS_A_BAD_CERTIFICATE, "it is invalid" },
};

#define QUIC_VERIFY_REASONS (sizeof(quic_verify_reasons) / sizeof(quic_verify_reasons[0]))

/* GnuTLS says all ones as long as nothing was verified. */
static unsigned int quic_verify_status(gnutls_session_t session)
{
	unsigned int status = gnutls_session_get_verify_cert_status(session);

	return status == (unsigned int)-1 ? 0 : status;
}

void quic_verify_log(gnutls_session_t session)
{
	unsigned int status = quic_verify_status(session);
	size_t i;

	for (i = 0; i < QUIC_VERIFY_REASONS; i++) {
		/* CERT_INVALID goes with every other reason and is one only if it is alone. */
		if (quic_verify_reasons[i].status == GNUTLS_CERT_INVALID &&
		    status != GNUTLS_CERT_INVALID)
			continue;
		if (status & quic_verify_reasons[i].status)
			quic_log_err("the peer's certificate was refused: %s",
				     quic_verify_reasons[i].text);
	}
}

/* Returns the alert that says why the certificate was refused, -1 if it was not. */
int quic_verify_alert(gnutls_session_t session)
{
	unsigned int status = quic_verify_status(session);
	size_t i;

	for (i = 0; i < QUIC_VERIFY_REASONS; i++) {
		if (status & quic_verify_reasons[i].status)
			return quic_verify_reasons[i].alert;
	}
	return -1;
}
