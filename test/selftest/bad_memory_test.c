// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that end where no memory is: a part of a message was copied when the rest cannot be.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define GOOD	60
#define BAD	40

/* @good bytes in front of a page that is not there, filled with a letter. */
static char *half_bad(size_t good)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT(memory != MAP_FAILED);
	ASSERT_OK(munmap(memory + page, page));
	memset(memory, 'x', page);
	return memory + page - good;
}

/* What half_bad() was filled with. */
static const char *letters(size_t len)
{
	static char text[GOOD + 1];

	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

TEST("S3.20 S3.26 the good half of a buffer is sent, without the fin")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send(pair.client, 0, NEW | FIN, half_bad(GOOD), GOOD + BAD), GOOD);
	stream_expect(pair.server, 0, 0, letters(GOOD));
	stream_write(pair.client, 0, FIN, "rest");
	stream_expect(pair.server, 0, FIN, "rest");
	pair_close(&pair);
}

TEST("S3.26 a buffer that is bad leaves nothing of a stream that more held")
{
	struct pair pair = pair_connected();

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, "held ", 5, MSG_MORE), 5);
	ASSERT_ERRNO(stream_send(pair.client, 0, 0, half_bad(0), BAD), EFAULT);
	stream_write(pair.client, 0, FIN, "and sent");
	stream_expect(pair.server, 0, FIN, "held and sent");
	pair_close(&pair);
}

TEST("S3.26 S3.30 half a datagram is not sent")
{
	struct quic_transport_param params = { .max_datagram_frame_size = 1400 };
	struct pair pair = pair_connected_params(params, params);
	struct message message;

	ASSERT_ERRNO(send(pair.client, half_bad(GOOD), GOOD + BAD, MSG_QUIC_DATAGRAM), EFAULT);
	ASSERT_EQ(send(pair.client, "whole", 5, MSG_QUIC_DATAGRAM), 5);
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 5);
	ASSERT_MEM(message.data, "whole", 5);
	pair_close(&pair);
}

TEST("S3.26 S3.7 the good half of a handshake message is sent")
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	ASSERT_ERRNO(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, half_bad(0), BAD, 0), EFAULT);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, half_bad(GOOD), GOOD + BAD, 0),
		  GOOD);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, letters(GOOD));
	pair_close(&pair);
}

TEST("S4.15 what did not fit into the good half of a buffer is read later")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW | FIN, "good and bad");
	ASSERT_EQ(recv(pair.server, half_bad(4), 12, 0), 4);
	stream_expect(pair.server, 0, FIN, " and bad");
	pair_close(&pair);
}

TEST("S4.5 S4.15 an event, a datagram and a handshake message survive a bad buffer")
{
	struct quic_transport_param params = { .max_datagram_frame_size = 1400 };
	struct pair pair = pair_listening("127.0.0.1");
	struct message message;

	params_set(pair.client, params);
	params_set(pair.listener, params);
	event_enable(pair.listener, QUIC_EVENT_STREAM_UPDATE, true);
	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	ASSERT_ERRNO(recv(pair.server, half_bad(0), 12, 0), EFAULT);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "client hello");
	pair_handshake(&pair);

	ASSERT_EQ(send(pair.client, "datagram", 8, MSG_QUIC_DATAGRAM), 8);
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	ASSERT_ERRNO(recv(pair.server, half_bad(0), 8, 0), EFAULT);
	ASSERT_EQ(recv(pair.server, half_bad(4), 8, 0), 4);
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 4);
	ASSERT_MEM(message.data, "gram", 4);

	stream_write(pair.client, 0, NEW | FIN, "x");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	ASSERT_ERRNO(recv(pair.server, half_bad(0), 24, 0), EFAULT);
	event_expect_update(pair.server, 0, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	pair_close(&pair);
}

TEST("S6.1 options in half a buffer change nothing")
{
	static const int options[] = {
		QUIC_SOCKOPT_ALPN, QUIC_SOCKOPT_TOKEN, QUIC_SOCKOPT_SESSION_TICKET,
		QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, QUIC_SOCKOPT_CONFIG, QUIC_SOCKOPT_CRYPTO_SECRET,
	};
	int fd = quic_socket(AF_INET);
	char value[100];
	socklen_t len;
	size_t i;

	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, "h3", 2));
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		ASSERT_ERRNO(setsockopt(fd, SOL_QUIC, options[i], half_bad(4), 64), EFAULT);
	len = sizeof(value);
	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, value, &len));
	ASSERT_EQ(len, 2);
	ASSERT_MEM(value, "h3", 2);
	len = 2;
	ASSERT_ERRNO(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, half_bad(1), &len), EFAULT);
}
