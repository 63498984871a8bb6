// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The handshake as one blocking call: a loop over the steps.
 */
#include <errno.h>
#include <poll.h>

#include "context.h"

/*
 * Milliseconds per poll(). A socket does not become writable for poll() before the peer's limits
 * are known, so waiting is bounded and the call is tried again.
 */
#define QUIC_HANDSHAKE_POLL_TIME 1000

static void quic_handshake_wait(int sockfd, short events)
{
	struct pollfd pfd = { .fd = sockfd, .events = events };

	poll(&pfd, 1, QUIC_HANDSHAKE_POLL_TIME);
}

static void quic_handshake_sendmsg(int sockfd, struct quic_handshake_step_sendmsg *step)
{
	for (;;) {
		step->retval = sendmsg(sockfd, step->msg, step->flags);
		if (step->retval >= 0)
			return;
		step->retval = -errno;
		if (step->retval == -EAGAIN)
			quic_handshake_wait(sockfd, POLLOUT);
		else if (step->retval != -EINTR)
			return;
	}
}

static void quic_handshake_recvmsg(int sockfd, struct quic_handshake_step_recvmsg *step)
{
	for (;;) {
		step->retval = recvmsg(sockfd, step->msg, step->flags);
		if (step->retval >= 0)
			return;
		step->retval = -errno;
		if (step->retval == -EAGAIN)
			quic_handshake_wait(sockfd, POLLIN);
		else if (step->retval != -EINTR)
			return;
	}
}

int quic_handshake(gnutls_session_t session)
{
	struct quic_handshake_step *step = NULL;
	int sockfd, ret;

	if (!session)
		return -EINVAL;
	sockfd = gnutls_transport_get_int(session);

	ret = quic_handshake_init(session, &step);
	while (!ret && step) {
		if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
			quic_handshake_sendmsg(sockfd, &step->s_sendmsg);
		else
			quic_handshake_recvmsg(sockfd, &step->s_recvmsg);
		ret = quic_handshake_step(session, &step);
	}
	quic_handshake_deinit(session);
	/* S9.12: it does not matter which call the close met. As a GnuTLS error the number means another thing. */
	if (ret == -EPIPE && !quic_session_get_tls_error(session))
		return -ENOTCONN;
	return ret;
}
