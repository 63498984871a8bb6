// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define LIMIT	1400

static char data[70000];

static struct pair pair_datagrams(void)
{
	struct quic_transport_param params = { .max_datagram_frame_size = LIMIT };

	return pair_connected_params(params, params);
}

static ssize_t datagram_send(int fd, size_t len, int flags)
{
	return send(fd, data, len, MSG_QUIC_DATAGRAM | flags);
}

static void datagram_expect(int fd, size_t len)
{
	static struct message message;

	ASSERT_EQ(message_recv(fd, &message, MESSAGE_SIZE, 0), len);
	ASSERT_EQ(message.flags & ~MSG_CMSG_CLOEXEC, MSG_QUIC_DATAGRAM | MSG_EOR);
	ASSERT(!message.has_stream && !message.has_level);
	ASSERT_MEM(message.data, data, len);
}

static int outq(int fd, unsigned long request)
{
	int bytes;

	ASSERT_OK(ioctl(fd, request, &bytes));
	return bytes;
}

__attribute__((constructor)) static void fill(void)
{
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 13 >> 2;
}

TEST("T080 S3.30 the peer does not take datagrams")
{
	struct quic_transport_param with = { .max_datagram_frame_size = LIMIT }, without = { 0 };
	struct pair pair = pair_connected_params(with, without);

	ASSERT_ERRNO(datagram_send(pair.client, 10, 0), EINVAL);
	ASSERT_ERRNO(datagram_send(pair.client, 0, 0), EINVAL);
	ASSERT_EQ(datagram_send(pair.server, 10, 0), 10);
	datagram_expect(pair.client, 10);
	pair_close(&pair);
}

TEST("S3.30 the statistics tell how long a datagram may be")
{
	struct quic_transport_param with = { .max_datagram_frame_size = LIMIT }, without = { 0 };
	struct pair pair = pair_connected_params(with, without);
	size_t max = stats(pair.server).max_datagram;

	ASSERT_EQ(stats(pair.client).max_datagram, 0);
	ASSERT_EQ(datagram_send(pair.server, max, 0), max);
	ASSERT_ERRNO(datagram_send(pair.server, max + 1, 0), EMSGSIZE);
	pair_close(&pair);
}

TEST("T081 S3.32 lengths of datagrams")
{
	static const size_t good[] = { 1, 63, 64, 700, 1368 };
	struct pair pair = pair_datagrams();
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ASSERT_EQ(datagram_send(pair.client, good[i], 0), good[i]);
		datagram_expect(pair.server, good[i]);
		ASSERT_EQ(datagram_send(pair.server, good[i], 0), good[i]);
		datagram_expect(pair.client, good[i]);
	}
	for (i = LIMIT + 1; i < LIMIT + 100; i++)
		ASSERT_ERRNO(datagram_send(pair.client, i, 0), EMSGSIZE);
	ASSERT_ERRNO(datagram_send(pair.client, 10000, 0), EMSGSIZE);
	ASSERT_ERRNO(datagram_send(pair.client, 0, 0), EMSGSIZE);
	pair_close(&pair);
}

TEST("S3.30 a datagram is not larger than the send buffer")
{
	struct quic_transport_param params = { .max_datagram_frame_size = 65535 };
	struct pair pair = pair_connected_params(params, params);
	int size = 2304;

	ASSERT_EQ(datagram_send(pair.client, 10000, 0), 10000);
	datagram_expect(pair.server, 10000);
	ASSERT_OK(setsockopt(pair.client, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	ASSERT_ERRNO(datagram_send(pair.client, 10000, 0), EMSGSIZE);
	pair_close(&pair);
}

TEST("T082 S3.31 stream info and stream flags beside a datagram mean nothing")
{
	static const int64_t sids[] = { -1, 0, 1, 3, 4000 };
	struct pair pair = pair_datagrams();
	size_t i;

	for (i = 0; i < sizeof(sids) / sizeof(sids[0]); i++) {
		ASSERT_EQ(stream_send_flags(pair.client, sids[i], FIN, data, 100, MSG_QUIC_DATAGRAM),
			  100);
		datagram_expect(pair.server, 100);
	}
	ASSERT_EQ(datagram_send(pair.client, 100, NEW | FIN | UNI | NOWAIT | SNDBLOCK), 100);
	datagram_expect(pair.server, 100);
	ASSERT_EQ(stats(pair.client).streams_opened, 0);
	pair_close(&pair);
}

TEST("T083 S3.5 a datagram on a closed socket raises no signal")
{
	int fd = quic_socket(AF_INET);

	signal(SIGPIPE, SIG_DFL);
	ASSERT_ERRNO(datagram_send(fd, 10, 0), EPIPE);
}

TEST("T098 S4.8 datagram in parts")
{
	struct pair pair = pair_datagrams();
	static struct message message;

	ASSERT_EQ(datagram_send(pair.client, 100, 0), 100);
	ASSERT_EQ(message_recv(pair.server, &message, 60, 0), 60);
	ASSERT_EQ(message.flags, MSG_QUIC_DATAGRAM);
	ASSERT_MEM(message.data, data, 60);
	ASSERT_EQ(message_recv(pair.server, &message, 60, 0), 40);
	ASSERT_EQ(message.flags, MSG_QUIC_DATAGRAM | MSG_EOR);
	ASSERT_MEM(message.data, data + 60, 40);
	pair_close(&pair);
}

TEST("S4.1 S4.2 datagrams and stream data keep their order")
{
	struct pair pair = pair_datagrams();

	stream_write(pair.client, 0, NEW, "one");
	ASSERT_EQ(datagram_send(pair.client, 10, 0), 10);
	stream_write(pair.client, 4, NEW, "two");
	ASSERT_EQ(datagram_send(pair.client, 20, 0), 20);
	ASSERT_EQ(datagram_send(pair.client, 30, 0), 30);
	stream_expect(pair.server, 0, 0, "one");
	datagram_expect(pair.server, 10);
	stream_expect(pair.server, 4, 0, "two");
	datagram_expect(pair.server, 20);
	datagram_expect(pair.server, 30);
	pair_close(&pair);
}

TEST("S3.31 more delays a datagram")
{
	struct pair pair = pair_datagrams();

	ASSERT_EQ(datagram_send(pair.client, 10, MSG_MORE), 10);
	ASSERT_EQ(outq(pair.client, SIOCOUTQNSD), 10);
	ASSERT_EQ(outq(pair.client, SIOCOUTQ), 10);
	usleep(50000);
	message_expect_none(pair.server);
	ASSERT_EQ(datagram_send(pair.client, 20, 0), 20);
	ASSERT_EQ(outq(pair.client, SIOCOUTQ), 0);
	datagram_expect(pair.server, 10);
	datagram_expect(pair.server, 20);
	pair_close(&pair);
}

TEST("S3.26 S3.30 a bad buffer sends nothing of a datagram")
{
	struct pair pair = pair_datagrams();

	ASSERT_ERRNO(send(pair.client, (void *)8, 100, MSG_QUIC_DATAGRAM), EFAULT);
	ASSERT_EQ(outq(pair.client, SIOCOUTQ), 0);
	ASSERT_EQ(datagram_send(pair.client, 20, 0), 20);
	datagram_expect(pair.server, 20);
	pair_close(&pair);
}

TEST("S3.30 a datagram waits for the send buffer or not")
{
	struct pair pair = pair_datagrams();
	int size = 4096;
	ssize_t ret;
	int i;

	ASSERT_OK(setsockopt(pair.client, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	/* What more holds stays in the buffer, and a blocked sender lets it go. */
	for (i = 0; i < 1000; i++) {
		ret = datagram_send(pair.client, 100, MSG_MORE | MSG_DONTWAIT);
		if (ret < 0)
			break;
		ASSERT_EQ(ret, 100);
		ASSERT(i < 999);
	}
	ASSERT_EQ(errno, EAGAIN);
	ASSERT_EQ(datagram_send(pair.client, 200, 0), 200);
	while (i--)
		datagram_expect(pair.server, 100);
	datagram_expect(pair.server, 200);
	pair_close(&pair);
}

TEST("sendmmsg sends one datagram for each message")
{
	struct pair pair = pair_datagrams();
	struct mmsghdr msgs[8] = { 0 };
	struct iovec iovs[8];
	int i;

	for (i = 0; i < 8; i++) {
		iovs[i] = (struct iovec){ .iov_base = data, .iov_len = 100 + i };
		msgs[i].msg_hdr.msg_iov = &iovs[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	ASSERT_EQ(sendmmsg(pair.client, msgs, 8, MSG_QUIC_DATAGRAM), 8);
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(msgs[i].msg_len, 100 + i);
		datagram_expect(pair.server, 100 + i);
	}
	ASSERT_EQ(stats(pair.client).datagrams_sent, 8);
	ASSERT_EQ(stats(pair.server).datagrams_received, 8);
	pair_close(&pair);
}

TEST("S4.17 a datagram that would exceed the receive buffer is dropped")
{
	struct pair pair = pair_datagrams();
	int i, size = 16384;

	ASSERT_OK(setsockopt(pair.server, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(datagram_send(pair.client, 1000, 0), 1000);
	EVENTUALLY(stats(pair.server).datagrams_received + stats(pair.server).datagrams_dropped == 100);
	ASSERT(stats(pair.server).datagrams_dropped > 50);
	ASSERT(stats(pair.server).datagrams_received > 0);
	pair_close(&pair);
}

TEST("S2.38 a datagram before close arrives")
{
	struct pair pair = pair_datagrams();
	static struct message message;

	ASSERT_EQ(datagram_send(pair.client, 100, MSG_MORE), 100);
	close(pair.client);
	datagram_expect(pair.server, 100);
	ASSERT_ERRNO(message_recv(pair.server, &message, 100, 0), ENOTCONN);
	close(pair.server);
	close(pair.listener);
}
