// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The handshake as a sequence of steps, each one system call of the caller (S9.5). How steps fail is S9.6.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "level.h"
#include "log.h"
#include "outbox.h"

/* At least what a UDP datagram can carry: then a handshake message is received in one piece. */
#define QUIC_STEP_BUFFER_SIZE 65536

/* More than any handshake needs; GnuTLS itself would buffer a message of 16 MiB. */
#define QUIC_STEP_RECEIVE_LIMIT (256 * 1024)

/* gnutls_handshake_read_func: GnuTLS wrote a message for the peer */
static int quic_step_queue(gnutls_session_t session, gnutls_record_encryption_level_t level,
			   gnutls_handshake_description_t type, const void *data, size_t size)
{
	struct quic_context *ctx = quic_context_find(session);

	/* RFC 9001, 8.4: there is no compatibility mode in QUIC. */
	if (type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC)
		return 0;
	/* RFC 9001, 8.3: EndOfEarlyData is not sent; the session lacks a flag. */
	if (level == GNUTLS_ENCRYPTION_LEVEL_EARLY) {
		quic_log_err("the session needs GNUTLS_NO_END_OF_EARLY_DATA");
		return GNUTLS_E_INVALID_REQUEST;
	}
	if (type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST)
		quic_early_data_rejected(ctx);
	if (type == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET)
		ctx->ticket_sent = true;

	if (quic_outbox_append(&ctx->outbox, quic_level_of_gnutls(level), data, size)) {
		ctx->error = -ENOMEM;
		return GNUTLS_E_MEMORY_ERROR;
	}
	return 0;
}

/* Run TLS on what it was given, until it wants another message or is done. */
static int quic_step_run_tls(struct quic_context *ctx)
{
	int ret;

	do {
		ret = gnutls_handshake(ctx->session);
		if (ret == GNUTLS_E_AGAIN)
			return 0;
	} while (ret < 0 && !gnutls_error_is_fatal(ret));
	if (ret < 0)
		return ret;

	ctx->complete = true;
	quic_log_debug("TLS handshake complete");
	return ctx->server ? quic_ticket_send(ctx) : 0;
}

static void quic_step_sendmsg(struct quic_context *ctx)
{
	struct quic_outbox *message = ctx->outbox;
	struct quic_handshake_info *info;
	struct cmsghdr *cmsg;

	ctx->iov.iov_base = message->data;
	ctx->iov.iov_len = message->len;

	cmsg = CMSG_FIRSTHDR(&ctx->msg);
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(*info));
	info = (struct quic_handshake_info *)CMSG_DATA(cmsg);
	info->crypto_level = message->level;

	ctx->step.op = QUIC_HANDSHAKE_STEP_OP_SENDMSG;
	ctx->step.s_sendmsg.msg = &ctx->msg;
	ctx->step.s_sendmsg.flags = MSG_NOSIGNAL | (message->next ? MSG_MORE : 0);
}

static void quic_step_recvmsg(struct quic_context *ctx)
{
	ctx->iov.iov_base = ctx->buffer;
	ctx->iov.iov_len = QUIC_STEP_BUFFER_SIZE;

	ctx->step.op = QUIC_HANDSHAKE_STEP_OP_RECVMSG;
	ctx->step.s_recvmsg.msg = &ctx->msg;
	ctx->step.s_recvmsg.flags = MSG_DONTWAIT;
}

static void quic_step_next(struct quic_context *ctx, struct quic_handshake_step **pstep)
{
	if (!ctx->outbox && ctx->complete) {
		*pstep = NULL;
		return;
	}
	memset(&ctx->step, 0, sizeof(ctx->step));
	memset(ctx->control, 0, sizeof(ctx->control));
	memset(&ctx->msg, 0, sizeof(ctx->msg));
	ctx->msg.msg_iov = &ctx->iov;
	ctx->msg.msg_iovlen = 1;
	ctx->msg.msg_control = ctx->control;
	ctx->msg.msg_controllen = sizeof(ctx->control);

	if (ctx->outbox)
		quic_step_sendmsg(ctx);
	else
		quic_step_recvmsg(ctx);
	*pstep = &ctx->step;
}

static int quic_step_sent(struct quic_context *ctx)
{
	ssize_t retval = ctx->step.s_sendmsg.retval;

	/* A ticket for a client that has left already (S9.8): the handshake was complete before. */
	if (retval == -EPIPE && ctx->server && ctx->complete) {
		quic_outbox_purge(&ctx->outbox);
		return 0;
	}
	if (retval < 0)
		return retval;
	if ((size_t)retval != ctx->outbox->len)
		return -EMSGSIZE;
	quic_outbox_pop(&ctx->outbox);
	return 0;
}

/* Check what the caller received. Returns the encryption level of the message or -errno. */
static int quic_step_check_received(struct quic_context *ctx)
{
	const struct quic_handshake_info *info;
	struct cmsghdr *cmsg;

	if (ctx->msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -EMSGSIZE;
	for (cmsg = CMSG_FIRSTHDR(&ctx->msg); cmsg; cmsg = CMSG_NXTHDR(&ctx->msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_QUIC || cmsg->cmsg_type != QUIC_HANDSHAKE_INFO ||
		    cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
			continue;
		info = (const struct quic_handshake_info *)CMSG_DATA(cmsg);
		/* RFC 9001, 4.1.3: no handshake messages travel in 0-RTT packets. */
		if (info->crypto_level >= QUIC_CRYPTO_EARLY)
			return -EBADMSG;
		return info->crypto_level;
	}
	return -EBADMSG;
}

static int quic_step_received(struct quic_context *ctx, int *tls_error)
{
	ssize_t retval = ctx->step.s_recvmsg.retval;
	int level;

	if (retval < 0)
		return retval;
	if (!retval)
		return -ECONNRESET;
	if (retval > QUIC_STEP_BUFFER_SIZE)
		return -EINVAL;
	/* An event, which the program may have enabled before the handshake (S7.1), is not for TLS. */
	if (ctx->msg.msg_flags & MSG_QUIC_NOTIFICATION)
		return 0;
	level = quic_step_check_received(ctx);
	if (level < 0)
		return level;

	ctx->received += retval;
	if (ctx->received > QUIC_STEP_RECEIVE_LIMIT) {
		*tls_error = GNUTLS_E_HANDSHAKE_TOO_LARGE;
		return 0;
	}
	*tls_error = gnutls_handshake_write(ctx->session, quic_level_to_gnutls(level), ctx->buffer,
					    retval);
	if (*tls_error >= 0)
		*tls_error = quic_step_run_tls(ctx);
	return 0;
}

/*
 * A failure of TLS becomes an alert to the peer; a failure of the socket may have been caused by an
 * alert of the peer. What failed first, inside a callback, explains more than what GnuTLS made of it.
 */
static int quic_step_fail(struct quic_context *ctx, int error, int tls_error)
{
	ctx->failed = true;
	if (ctx->error)
		error = ctx->error;
	if (error) {
		if (error == -ENOTCONN || error == -EPIPE)
			quic_alert_from_peer(ctx);
		errno = -error;
		quic_log_err("handshake failed: %m");
		return error;
	}
	ctx->tls_error = tls_error;
	quic_verify_log(ctx->session);
	quic_log_err("handshake failed: %s", gnutls_strerror(tls_error));
	quic_alert_decide(ctx, tls_error);
	return tls_error;
}

/* Only clients can read a token (the size fits every token). */
static int quic_step_probe_role(struct quic_context *ctx)
{
	uint8_t token[128];
	socklen_t len = sizeof(token);
	int ret;

	ctx->sockfd = gnutls_transport_get_int(ctx->session);
	if (!getsockopt(ctx->sockfd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len)) {
		ctx->server = false;
		return 0;
	}
	if (errno != EINVAL) {
		ret = -errno;
		quic_log_err("not a socket for a handshake: %m");
		return ret;
	}
	ctx->server = true;
	return 0;
}

int quic_handshake_init(gnutls_session_t session, struct quic_handshake_step **pstep)
{
	struct quic_context *ctx;
	int ret;

	if (!session || !pstep || *pstep)
		return -EINVAL;
	ret = quic_context_get(session, &ctx);
	if (ret)
		return ret;
	if (ctx->prepared || ctx->complete || ctx->failed)
		return -EINVAL;
	ret = quic_step_probe_role(ctx);
	if (ret)
		return ret;
	ctx->buffer = malloc(QUIC_STEP_BUFFER_SIZE);
	if (!ctx->buffer)
		return -ENOMEM;
	ctx->prepared = true;

	gnutls_handshake_set_secret_function(session, quic_secret_install);
	gnutls_handshake_set_read_function(session, quic_step_queue);
	gnutls_alert_set_read_function(session, quic_alert_raised);

	/* S9.7: a session of the other role would wait for what never comes. */
	if (ctx->server) {
		ret = quic_early_data_enable(ctx);
	} else {
		ret = quic_step_run_tls(ctx);
		if (!ret && !ctx->outbox)
			ret = GNUTLS_E_INVALID_REQUEST;
	}
	if (ret < 0)
		return quic_step_fail(ctx, 0, ret);
	quic_step_next(ctx, pstep);
	return 0;
}

int quic_handshake_step(gnutls_session_t session, struct quic_handshake_step **pstep)
{
	struct quic_context *ctx;
	int tls_error = 0;
	int error;

	if (!session || !pstep)
		return -EINVAL;
	ctx = quic_context_find(session);
	if (!ctx || !ctx->prepared || ctx->failed || *pstep != &ctx->step)
		return -EINVAL;

	if (ctx->step.op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
		error = quic_step_sent(ctx);
	else
		error = quic_step_received(ctx, &tls_error);
	if (error || tls_error < 0)
		return quic_step_fail(ctx, error, tls_error);
	quic_step_next(ctx, pstep);
	return 0;
}

void quic_handshake_deinit(gnutls_session_t session)
{
	struct quic_context *ctx = session ? quic_context_find(session) : NULL;

	if (!ctx)
		return;
	quic_outbox_purge(&ctx->outbox);
	free(ctx->buffer);
	ctx->buffer = NULL;
	ctx->prepared = false;
}
