// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

static void end_create(struct end *end, int fd, unsigned int flags)
{
	end->fd = fd;
	ASSERT_EQ(gnutls_init(&end->session, flags), 0);
	ASSERT_EQ(gnutls_certificate_allocate_credentials(&end->cred), 0);
	ASSERT_EQ(gnutls_credentials_set(end->session, GNUTLS_CRD_CERTIFICATE, end->cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(end->session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(end->session, fd);
}

void pair_create(struct pair *pair, const struct certificate *cert, unsigned int flags)
{
	const unsigned int early = GNUTLS_ENABLE_EARLY_DATA | GNUTLS_NO_END_OF_EARLY_DATA;
	unsigned char bytes[64];
	socklen_t len = sizeof(bytes);
	gnutls_datum_t key = { .data = bytes, .size = sizeof(bytes) };
	gnutls_x509_crt_t crt = cert->crt;

	memset(pair, 0, sizeof(*pair));
	double_reset();
	end_create(&pair->client, CLIENT_FD,
		   GNUTLS_CLIENT | (flags & PAIR_EARLY_CLIENT ? early : 0));
	end_create(&pair->server, SERVER_FD,
		   GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET |
			   (flags & PAIR_EARLY_SERVER ? early : 0));
	ASSERT(gnutls_certificate_set_x509_key(pair->server.cred, &crt, 1, cert->key) >= 0);
	ASSERT_OK(getsockopt(SERVER_FD, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, bytes, &len));
	ASSERT_EQ(gnutls_session_ticket_enable_server(pair->server.session, &key), 0);
}

static void end_destroy(struct end *end)
{
	quic_handshake_deinit(end->session);
	gnutls_deinit(end->session);
	gnutls_certificate_free_credentials(end->cred);
}

void pair_destroy(struct pair *pair)
{
	end_destroy(&pair->client);
	end_destroy(&pair->server);
	double_reset();
}

void pair_verify(struct pair *pair, const char *hostname)
{
	ASSERT_EQ(gnutls_certificate_set_x509_trust(pair->client.cred, &pki.authority.crt, 1), 1);
	ASSERT_EQ(gnutls_server_name_set(pair->client.session, GNUTLS_NAME_DNS, hostname,
					 strlen(hostname)),
		  0);
	gnutls_session_set_verify_cert(pair->client.session, hostname, 0);
}

void pair_init(struct pair *pair)
{
	pair->client.result = quic_handshake_init(pair->client.session, &pair->client.step);
	ASSERT_EQ(pair->client.result, 0);
	pair->server.result = quic_handshake_init(pair->server.session, &pair->server.step);
	ASSERT_EQ(pair->server.result, 0);
}

static ssize_t or_errno(ssize_t ret)
{
	return ret < 0 ? -errno : ret;
}

bool end_perform(struct end *end)
{
	struct quic_handshake_step *step = end->step;
	ssize_t ret;

	if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG) {
		ret = or_errno(sendmsg(end->fd, step->s_sendmsg.msg, step->s_sendmsg.flags));
		step->s_sendmsg.retval = ret;
	} else {
		ASSERT_EQ(step->op, QUIC_HANDSHAKE_STEP_OP_RECVMSG);
		ret = or_errno(recvmsg(end->fd, step->s_recvmsg.msg, step->s_recvmsg.flags));
		step->s_recvmsg.retval = ret;
	}
	return ret != -EAGAIN;
}

typedef void spoil_function(uint8_t *bytes, size_t len, void *arg);

static void end_spoil(struct end *end, spoil_function *spoil, void *arg)
{
	const struct quic_handshake_step_recvmsg *step = &end->step->s_recvmsg;

	if (end->step->op == QUIC_HANDSHAKE_STEP_OP_RECVMSG && step->retval > 0)
		spoil(step->msg->msg_iov->iov_base, step->retval, arg);
}

/* Returns whether there was something to do. */
static bool end_advance(struct end *end, spoil_function *spoil, void *arg)
{
	if (end->done || !end_perform(end))
		return false;
	if (spoil)
		end_spoil(end, spoil, arg);
	end->result = quic_handshake_step(end->session, &end->step);
	if (end->result)
		double_close(end->fd);
	end->done = end->result || !end->step;
	return true;
}

static void run(struct pair *pair, spoil_function *spoil, void *arg)
{
	bool busy = true;

	while (busy) {
		busy = false;
		while (end_advance(&pair->client, spoil, arg))
			busy = true;
		while (end_advance(&pair->server, spoil, arg))
			busy = true;
	}
}

void pair_run_spoiled(struct pair *pair, spoil_function *spoil, void *arg)
{
	pair_init(pair);
	run(pair, spoil, arg);
}

void pair_run(struct pair *pair)
{
	run(pair, NULL, NULL);
	ASSERT(pair->client.done);
	ASSERT(pair->server.done);
}

void pair_handshake(struct pair *pair)
{
	pair_init(pair);
	pair_run(pair);
	ASSERT_EQ(pair->client.result, 0);
	ASSERT_EQ(pair->server.result, 0);
}
