// SPDX-License-Identifier: GPL-2.0-only
/* Options with values in kernel memory (S5.40), and texts on streams (S5.41). */
#define pr_fmt(fmt) "quic_test: " fmt

#include <net/sock.h>

#include "sample.h"

int sample_set(struct socket *sock, int name, const void *value, unsigned int len)
{
	return quic_do_setsockopt(sock->sk, name, KERNEL_SOCKPTR((void *)value), len);
}

int sample_get(struct socket *sock, int name, void *value, int *len)
{
	return quic_do_getsockopt(sock->sk, name, KERNEL_SOCKPTR(value), KERNEL_SOCKPTR(len));
}

/* @text is all that a new stream carries. */
int sample_send(struct socket *sock, s64 stream_id, const char *text)
{
	struct quic_stream_info info = {
		.stream_id = stream_id,
		.stream_flags = MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN,
	};
	u8 control[CMSG_SPACE(sizeof(info))] = {};
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct kvec vec = { .iov_base = (void *)text, .iov_len = strlen(text) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int sent;

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_STREAM_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	sent = kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
	if (sent < 0)
		return sent;
	if (sent != vec.iov_len)
		return -EMSGSIZE;
	pr_info("sent \"%s\" on stream %lld\n", text, stream_id);
	return 0;
}

/* One piece of a stream. Return: its length, or an error; @info says of which, and whether it is the last. */
static int receive(struct socket *sock, char *text, size_t size, struct quic_stream_info *info)
{
	u8 control[CMSG_SPACE(sizeof(*info))] = {};
	struct cmsghdr *cmsg = (struct cmsghdr *)control;
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct kvec vec = { .iov_base = text, .iov_len = size };
	int len;

	len = kernel_recvmsg(sock, &msg, &vec, 1, size, 0);
	if (len == -EAGAIN)
		return -ETIMEDOUT;
	if (len < 0)
		return len;
	if (cmsg->cmsg_level != SOL_QUIC || cmsg->cmsg_type != QUIC_STREAM_INFO)
		return -EBADMSG;
	memcpy(info, CMSG_DATA(cmsg), sizeof(*info));
	return len;
}

/* What the peer sends on a stream, to its end. */
int sample_receive(struct socket *sock)
{
	struct quic_stream_info info = {};
	char text[64];
	int len, all = 0;

	do {
		if (all == sizeof(text) - 1)
			return -EMSGSIZE;
		len = receive(sock, text + all, sizeof(text) - 1 - all, &info);
		if (len < 0)
			return len;
		all += len;
	} while (!(info.stream_flags & MSG_QUIC_STREAM_FIN));
	text[all] = '\0';
	pr_info("received \"%s\" on stream %lld\n", text, info.stream_id);
	return 0;
}

/* S4.14: nothing more comes, and the peer closes. */
int sample_wait_close(struct socket *sock)
{
	struct quic_stream_info info;
	char byte;
	int len;

	len = receive(sock, &byte, sizeof(byte), &info);
	if (len == -ENOTCONN)
		return 0;
	return len < 0 ? len : -EBADMSG;
}
