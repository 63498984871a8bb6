// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <string.h>

#include "alert.h"
#include "closing.h"
#include "handshake.h"

void handshake_begin(struct handshake *handshake)
{
	handshake->error = quic_handshake_init(handshake->session, &handshake->step);
}

/* Receive for a step. Events are none of libquic's business: they are taken out, and the next message follows. */
static ssize_t receive(const struct handshake *handshake, struct quic_handshake_step_recvmsg *step)
{
	const struct msghdr empty = *step->msg;
	ssize_t ret;

	for (;;) {
		*step->msg = empty;
		ret = recvmsg(handshake->fd, step->msg, step->flags);
		if (ret < 0 || !(step->msg->msg_flags & MSG_QUIC_NOTIFICATION))
			return ret;
		if (handshake->event)
			handshake->event(handshake->event_arg, empty.msg_iov->iov_base, ret);
	}
}

/* Make the system call of a step: what it returned, or the negative errno. */
static ssize_t perform(const struct handshake *handshake, struct quic_handshake_step *step)
{
	ssize_t ret;

	do {
		if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
			ret = sendmsg(handshake->fd, step->s_sendmsg.msg,
				      step->s_sendmsg.flags | MSG_DONTWAIT);
		else
			ret = receive(handshake, &step->s_recvmsg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

enum handshake_state handshake_advance(struct handshake *handshake)
{
	struct quic_handshake_step *step;
	ssize_t ret;

	if (handshake->error)
		return HANDSHAKE_FAILED;
	while ((step = handshake->step)) {
		bool sends = step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG;

		ret = perform(handshake, step);
		if (ret == -EAGAIN)
			return sends ? HANDSHAKE_WANTS_OUTPUT : HANDSHAKE_WANTS_INPUT;
		if (sends)
			step->s_sendmsg.retval = ret;
		else
			step->s_recvmsg.retval = ret;
		handshake->error = quic_handshake_step(handshake->session, &handshake->step);
		if (handshake->error)
			return HANDSHAKE_FAILED;
	}
	return HANDSHAKE_DONE;
}

void handshake_end(struct handshake *handshake)
{
	quic_handshake_deinit(handshake->session);
	handshake->step = NULL;
}

/* What is wrong with the peer's certificate, if that is what ended the handshake. */
static void complain_of_certificate(gnutls_session_t session)
{
	unsigned int status = gnutls_session_get_verify_cert_status(session);
	gnutls_datum_t text;

	/* All ones: nothing was verified. */
	if (!status || status == (unsigned int)-1 ||
	    gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0))
		return;
	warnx("%s", text.data);
	gnutls_free(text.data);
}

void handshake_complain(const struct handshake *handshake, const char *peer)
{
	int tls_error = quic_session_get_tls_error(handshake->session);
	int alert = quic_session_get_alert(handshake->session);
	char name[ALERT_NAME_SIZE], reason[CLOSING_TEXT_SIZE];

	if (alert >= 0)
		alert_name(alert, name);
	if (tls_error) {
		complain_of_certificate(handshake->session);
		warnx("handshake with %s failed: %s Alert sent: %s", peer,
		      gnutls_strerror(tls_error), alert >= 0 ? name : "none");
	} else if (alert >= 0) {
		warnx("handshake with %s failed: it refused with the alert %s", peer, name);
	} else if (handshake->error == -ENOTCONN || handshake->error == -EPIPE) {
		closing_describe(handshake->fd, reason);
		warnx("handshake with %s failed: %s", peer, reason);
	} else {
		warnx("handshake with %s failed: %s", peer, strerror(-handshake->error));
	}
}
