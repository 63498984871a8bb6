// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of the sample: made, given a file for the agent, released (S5.41). */
#define pr_fmt(fmt) "quic_test: " fmt

#include <linux/file.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/sock.h>

#include "sample.h"

static int bind_device(const struct sample *sample, struct socket *sock)
{
	struct net_device *device;
	int index;

	if (!*sample->dev)
		return 0;
	device = dev_get_by_name(sock_net(sock->sk), sample->dev);
	if (!device) {
		pr_err("there is no device \"%s\"\n", sample->dev);
		return -ENODEV;
	}
	index = device->ifindex;
	dev_put(device);
	return sock_bindtoindex(sock->sk, index, true);
}

int sample_socket(const struct sample *sample, struct socket **sock)
{
	int err;

	err = sock_create_kern(current->nsproxy->net_ns, sample->addr.ss_family, SOCK_DGRAM,
			       IPPROTO_QUIC, sock);
	if (err)
		return err;
	err = bind_device(sample, *sock);
	/* S5.34: what the handshake shall agree on; on a listener, whose clients it takes. */
	if (!err)
		err = sample_set(*sock, QUIC_SOCKOPT_ALPN, sample->alpn, strlen(sample->alpn));
	if (err) {
		sock_release(*sock);
		*sock = NULL;
	}
	return err;
}

/*
 * Make what the agent gets a descriptor of (S5.41), and bound the waiting for the peer. On failure the socket
 * is gone, and *sock NULL.
 */
int sample_attach_file(struct socket **sock)
{
	struct file *file = sock_alloc_file(*sock, O_CLOEXEC, NULL);

	if (IS_ERR(file)) {
		*sock = NULL;
		return PTR_ERR(file);
	}
	(*sock)->sk->sk_rcvtimeo = SAMPLE_WAIT_SECONDS * HZ;
	(*sock)->sk->sk_sndtimeo = SAMPLE_WAIT_SECONDS * HZ;
	return 0;
}

/* The agent may hold its descriptor a little longer: close the connection without waiting for that. */
void sample_release(struct socket *sock)
{
	if (!sock)
		return;
	if (!sock->file) {
		sock_release(sock);
		return;
	}
	kernel_sock_shutdown(sock, SHUT_RDWR);
	fput(sock->file);
}
