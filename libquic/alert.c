// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * TLS alerts, which QUIC carries as error codes of CONNECTION_CLOSE (RFC 9001, 4.8).
 */
#include <errno.h>

#include "context.h"
#include "log.h"

#define QUIC_ALERT_MAX 255

/* gnutls_alert_read_func: GnuTLS raised an alert for the peer */
int quic_alert_raised(gnutls_session_t session, gnutls_record_encryption_level_t level,
		      gnutls_alert_level_t severity, gnutls_alert_description_t alert)
{
	struct quic_context *ctx = quic_context_find(session);

	(void)level;
	if (severity == GNUTLS_AL_FATAL)
		ctx->alert = alert;
	return 0;
}

/*
 * Decide on the alert for a failed handshake and tell the socket: when the caller closes it, the
 * kernel sends that code.
 */
void quic_alert_decide(struct quic_context *ctx, int tls_error)
{
	struct quic_connection_close info = { 0 };
	int alert;

	alert = quic_verify_alert(ctx->session);
	if (alert >= 0)
		ctx->alert = alert;
	else if (ctx->alert < 0)
		ctx->alert = gnutls_error_to_alert(tls_error, NULL);

	quic_log_notice("alert to the peer: %s", gnutls_alert_get_name(ctx->alert));
	info.errcode = QUIC_TRANSPORT_ERROR_CRYPTO + ctx->alert;
	if (setsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info)))
		quic_log_err("cannot store the alert for the peer: %m");
}

/* The socket is closed: find out whether the peer did it with an alert. */
void quic_alert_from_peer(struct quic_context *ctx)
{
	struct quic_connection_close info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len))
		return;
	if (info.errcode < QUIC_TRANSPORT_ERROR_CRYPTO ||
	    info.errcode > QUIC_TRANSPORT_ERROR_CRYPTO + QUIC_ALERT_MAX)
		return;
	ctx->alert = info.errcode - QUIC_TRANSPORT_ERROR_CRYPTO;
	quic_log_notice("alert from the peer: %s", gnutls_alert_get_name(ctx->alert));
}

int quic_session_get_alert(gnutls_session_t session)
{
	struct quic_context *ctx = session ? quic_context_find(session) : NULL;

	return ctx ? ctx->alert : -1;
}
