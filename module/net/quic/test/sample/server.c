// SPDX-License-Identifier: GPL-2.0-only
/* The sample's server: a message, an answer on stream 1, and the client closes (S10.5). */
#define pr_fmt(fmt) "quic_test: " fmt

#include <net/sock.h>

#include "../../compat.h"
#include "sample.h"

#define SAMPLE_SERVER_STREAM	1

static int serve(const struct sample *sample, struct socket *sock)
{
	int err;

	err = sample_handshake(sample, sock, true);
	if (!err)
		err = sample_receive(sock);
	if (!err)
		err = sample_send(sock, SAMPLE_SERVER_STREAM, "hello from the kernel's server");
	return err ?: sample_wait_close(sock);
}

/* Waits for a client as long as it takes; a signal ends it. */
static int serve_next(const struct sample *sample, struct socket *listener)
{
	struct socket *sock;
	int err;

	err = kernel_accept(listener, &sock, 0);
	if (err)
		return err;
	err = sample_attach_file(&sock);
	if (!err)
		err = serve(sample, sock);
	sample_release(sock);
	return err;
}

int sample_server(const struct sample *sample, int connections)
{
	struct socket *listener;
	int err;

	err = sample_socket(sample, &listener);
	if (err)
		return err;
	err = kernel_bind(listener, (quic_sockaddr *)&sample->addr, sample->addr_len);
	if (!err)
		err = kernel_listen(listener, connections);
	if (!err)
		pr_info("listening\n");
	while (!err && connections--)
		err = serve_next(sample, listener);
	sample_release(listener);
	return err;
}
