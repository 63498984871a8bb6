// SPDX-License-Identifier: GPL-2.0-only
/* The sample's client: a question on stream 2, and an answer; then the same again with a ticket (S10.5). */
#define pr_fmt(fmt) "quic_test: " fmt

#include <linux/slab.h>
#include <net/sock.h>

#include "../../compat.h"
#include "sample.h"

#define SAMPLE_CLIENT_STREAM	2
#define SAMPLE_TICKET_SECONDS	1

static int open_connection(const struct sample *sample, struct socket **sock)
{
	int err;

	err = sample_socket(sample, sock);
	if (err)
		return err;
	err = kernel_connect(*sock, (quic_sockaddr *)&sample->addr, sample->addr_len, 0);
	return err ?: sample_attach_file(sock);
}

static int ask(const struct sample *sample, struct socket *sock)
{
	int err;

	err = sample_handshake(sample, sock, false);
	if (!err)
		err = sample_send(sock, SAMPLE_CLIENT_STREAM, "hello from the kernel's client");
	return err ?: sample_receive(sock);
}

int sample_client(const struct sample *sample)
{
	struct socket *sock = NULL;
	int err;

	err = open_connection(sample, &sock);
	if (!err)
		err = ask(sample, sock);
	sample_release(sock);
	return err;
}

/* S5.42: what the agent made of the ticket, and what the peer allowed. */
static int save(struct socket *sock, struct sample_session *session)
{
	int len = sizeof(session->params), err;

	session->ticket_len = sizeof(session->ticket);
	err = sample_get(sock, QUIC_SOCKOPT_SESSION_TICKET, session->ticket, &session->ticket_len);
	if (err)
		return err;
	if (!session->ticket_len) {
		pr_err("the agent left no session to resume\n");
		return -ENODATA;
	}
	session->params.remote = 1;
	return sample_get(sock, QUIC_SOCKOPT_TRANSPORT_PARAM, &session->params, &len);
}

static int first(const struct sample *sample, struct sample_session *session)
{
	struct quic_config config = { .receive_session_ticket = SAMPLE_TICKET_SECONDS };
	struct socket *sock = NULL;
	int err;

	err = open_connection(sample, &sock);
	if (!err)
		err = sample_set(sock, QUIC_SOCKOPT_CONFIG, &config, sizeof(config));
	if (!err)
		err = ask(sample, sock);
	if (!err)
		err = save(sock, session);
	sample_release(sock);
	return err;
}

/* S3.27: the question goes before the handshake, as early data. */
static int resume(const struct sample *sample, const struct sample_session *session, struct socket *sock)
{
	int err;

	err = sample_set(sock, QUIC_SOCKOPT_SESSION_TICKET, session->ticket, session->ticket_len);
	if (!err)
		err = sample_set(sock, QUIC_SOCKOPT_TRANSPORT_PARAM, &session->params,
				 sizeof(session->params));
	if (!err)
		err = sample_send(sock, SAMPLE_CLIENT_STREAM, "early hello from the kernel's client");
	if (!err)
		err = sample_handshake(sample, sock, false);
	return err ?: sample_receive(sock);
}

static int second(const struct sample *sample, const struct sample_session *session)
{
	struct socket *sock = NULL;
	int err;

	err = open_connection(sample, &sock);
	if (!err)
		err = resume(sample, session, sock);
	sample_release(sock);
	return err;
}

int sample_ticket_client(const struct sample *sample)
{
	struct sample_session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	int err;

	if (!session)
		return -ENOMEM;
	err = first(sample, session);
	if (!err) {
		pr_info("resuming with a session of %d bytes\n", session->ticket_len);
		err = second(sample, session);
	}
	kfree_sensitive(session);
	return err;
}
