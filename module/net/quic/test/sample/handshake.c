// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake: net/handshake gives the socket to an agent in user space (tlshd), which does what section 5 of
 * the API asks of a program, and says when it is done (S5.41).
 */
#define pr_fmt(fmt) "quic_test: " fmt

#include <linux/completion.h>
#include <linux/key.h>
#include <net/sock.h>
/* It relies on what others include. */
#include <net/handshake.h>

#include "sample.h"

/* S10.5: whom the server's certificate has to name. */
#define SAMPLE_PEER_NAME	"server.test"

struct sample_agent {
	struct completion done;
	int status;
};

int sample_handshake_supported(void)
{
	return 0;
}

static void done(void *data, int status, key_serial_t peerid)
{
	struct sample_agent *agent = data;

	agent->status = status;
	complete(&agent->done);
}

static int submit(const struct sample *sample, struct socket *sock, bool server, struct sample_agent *agent)
{
	struct tls_handshake_args args = {
		.ta_sock = sock,
		.ta_done = done,
		.ta_data = agent,
		.ta_peername = server ? NULL : SAMPLE_PEER_NAME,
		.ta_timeout_ms = SAMPLE_HANDSHAKE_MS,
		.ta_keyring = TLS_NO_KEYRING,
		.ta_my_cert = TLS_NO_CERT,
		.ta_my_privkey = TLS_NO_PRIVKEY,
	};

	if (!sample->psk)
		return server ? tls_server_hello_x509(&args, GFP_KERNEL) :
				tls_client_hello_x509(&args, GFP_KERNEL);
	args.ta_num_peerids = 1;
	args.ta_my_peerids[0] = sample->psk;
	return server ? tls_server_hello_psk(&args, GFP_KERNEL) : tls_client_hello_psk(&args, GFP_KERNEL);
}

static int wait(struct socket *sock, struct sample_agent *agent)
{
	if (wait_for_completion_timeout(&agent->done, SAMPLE_WAIT_SECONDS * HZ))
		return agent->status;
	if (tls_handshake_cancel(sock->sk))
		return -ETIMEDOUT;
	/* It is being completed right now. */
	wait_for_completion(&agent->done);
	return agent->status;
}

/* S5.42: the agent leaves the protocol that was agreed on in the socket. */
static int log_protocol(struct socket *sock)
{
	char name[256] = {};
	int len = sizeof(name) - 1, err;

	err = sample_get(sock, QUIC_SOCKOPT_ALPN, name, &len);
	if (!err)
		pr_info("the handshake is done, the protocol is \"%s\"\n", name);
	return err;
}

int sample_handshake(const struct sample *sample, struct socket *sock, bool server)
{
	struct sample_agent agent;
	int err;

	init_completion(&agent.done);
	err = submit(sample, sock, server, &agent);
	if (err == -ESRCH)
		pr_err("no handshake agent runs in this network namespace\n");
	if (!err) {
		err = wait(sock, &agent);
		if (err)
			pr_err("the agent's handshake failed: %d\n", err);
	}
	return err ?: log_protocol(sock);
}
