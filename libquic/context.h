/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libquic keeps per session, and the parts that work on it.
 *
 * A context is created by the first call that needs it and lives as long as its session: it is the
 * private data of TLS extension 0x39, so GnuTLS frees it, and the session pointer stays free for the
 * application.
 */
#ifndef _QUIC_CONTEXT_H
#define _QUIC_CONTEXT_H

#include <stdbool.h>
#include <netinet/quic.h>

struct quic_outbox;

/**
 * struct quic_context - state of one session
 * @session: the session it belongs to
 * @sockfd: the session's socket
 * @server: whether the socket is a server's
 * @prepared: between quic_handshake_init() and quic_handshake_deinit()
 * @complete: TLS is done; only messages in the outbox may be left
 * @failed: a step failed, there will be no other
 * @alpn_count: names given to quic_session_set_alpn()
 * @params_received: the peer's transport parameters came and were accepted
 * @has_early_secret: server: @early_secret waits for the answer to the ClientHello
 * @ticket_sent: a NewSessionTicket went into the outbox
 * @ticket_taken: GnuTLS was given the NewSessionTicket that the socket collected
 * @error: first failure that happened inside a GnuTLS callback, as a negative errno
 * @received: bytes of handshake messages received
 * @tls_error: GnuTLS error that ended the handshake
 * @alert: TLS alert that ended the handshake, or -1
 * @early_secret: the 0-RTT secret of an attempt that may still be rejected
 * @outbox: messages of the handshake not yet sent
 * @step: the current step; the members below are what it points to
 * @msg: message header
 * @iov: the bytes to send or the room for those received
 * @control: control message
 * @buffer: room for received messages, allocated while prepared
 */
struct quic_context {
	gnutls_session_t session;
	int sockfd;
	bool server;
	bool prepared;
	bool complete;
	bool failed;
	bool params_received;
	bool has_early_secret;
	bool ticket_sent;
	bool ticket_taken;
	int alpn_count;
	int error;
	size_t received;
	int tls_error;
	int alert;
	struct quic_crypto_secret early_secret;
	struct quic_outbox *outbox;
	struct quic_handshake_step step;
	struct msghdr msg;
	struct iovec iov;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct quic_handshake_info))];
	uint8_t *buffer;
};

/* TLS extension quic_transport_parameters (RFC 9001, 8.2) */
#define QUIC_TLS_EXTENSION 0x39

struct quic_context *quic_context_find(gnutls_session_t session);
int quic_context_get(gnutls_session_t session, struct quic_context **pctx);

int quic_extension_register(gnutls_session_t session, struct quic_context *ctx,
			    gnutls_ext_deinit_data_func destroy);

int quic_secret_install(gnutls_session_t session, gnutls_record_encryption_level_t level,
			const void *secret_read, const void *secret_write, size_t size);
int quic_secret_pass(struct quic_context *ctx, struct quic_crypto_secret *info);

int quic_alert_raised(gnutls_session_t session, gnutls_record_encryption_level_t level,
		      gnutls_alert_level_t severity, gnutls_alert_description_t alert);
void quic_alert_decide(struct quic_context *ctx, int tls_error);
void quic_alert_from_peer(struct quic_context *ctx);

void quic_verify_log(gnutls_session_t session);
int quic_verify_alert(gnutls_session_t session);

int quic_early_data_enable(struct quic_context *ctx);
int quic_early_data_secret(struct quic_context *ctx, struct quic_crypto_secret *info);
int quic_early_data_accepted(struct quic_context *ctx);
void quic_early_data_rejected(struct quic_context *ctx);

int quic_ticket_send(struct quic_context *ctx);
int quic_ticket_enable(gnutls_session_t session, int sockfd);

int quic_pem_set(gnutls_certificate_credentials_t cred, const char *cert_file,
		 const char *key_file);

int quic_psk_set_client(gnutls_psk_client_credentials_t cred, const char *file);
int quic_psk_set_server(gnutls_psk_server_credentials_t cred, const char *file);

#endif /* _QUIC_CONTEXT_H */
