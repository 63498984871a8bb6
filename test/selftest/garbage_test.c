// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams that are no QUIC packets, or none of this connection, change nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define DATAGRAMS	3000

/* Something that looks more or less like a packet: @i chooses what. */
static size_t make_garbage(uint8_t *data, unsigned int i)
{
	static const size_t sizes[] = { 0, 1, 5, 20, 21, 100, 1199, 1200, 1400, 9000 };
	size_t len = sizes[i % 10], j;

	for (j = 0; j < len; j++)
		data[j] = random();
	if (i % 3 || len < 20)
		return len;
	/* A long header: Initial of version 1, of version 2, or unknown. */
	data[0] = 0xc0 | (random() & 0x3f);
	memset(data + 1, 0, 4);
	data[4] = i % 2;
	data[5] = i % 4 ? 8 : random();
	data[14] = i % 5 ? 0 : random();
	return len;
}

static void send_garbage(const struct address *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	static uint8_t data[9000];
	unsigned int i;

	ASSERT_OK(fd);
	for (i = 0; i < DATAGRAMS; i++)
		sendto(fd, data, make_garbage(data, i), 0, &addr->sa, addr->len);
	close(fd);
}

TEST("garbage to a listener")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);

	send_garbage(&addr);
	/* What looks like a client, but cannot be opened, is not accepted. */
	ASSERT_OK(fcntl(pair.listener, F_SETFL, O_NONBLOCK));
	ASSERT_ERRNO(accept(pair.listener, NULL, NULL), EAGAIN);
	ASSERT_OK(fcntl(pair.listener, F_SETFL, 0));
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("garbage to a connection")
{
	struct pair pair = pair_connected();
	struct address server = address_local(pair.server), client = address_local(pair.client);

	pair_echo(&pair, 0);
	send_garbage(&server);
	send_garbage(&client);
	pair_echo(&pair, 4);
	pair_close(&pair);
}

TEST("garbage while handshaking")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr;

	pair_connect(&pair);
	addr = address_local(pair.client);
	send_garbage(&addr);
	pair_hello(&pair);
	send_garbage(&addr);
	addr = address_local(pair.listener);
	send_garbage(&addr);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

/* RFC 9000, 5.2.2, 6.1 and 21.5.5: an unknown version gets an answer, but only in a datagram long enough. */
TEST("version negotiation answer")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);
	int fd = patient_socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t data[1500] = { 0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 9 };
	uint8_t answer[1500];
	ssize_t len;

	ASSERT_OK(address_connect(fd, &addr));
	ASSERT_EQ(send(fd, data, 100, 0), 100);
	ASSERT_EQ(send(fd, data, 1200, 0), 1200);
	len = recv(fd, answer, sizeof(answer), 0);
	ASSERT(len >= 19);
	ASSERT(answer[0] & 0x80);
	/* Version 0, and our connection IDs swapped. */
	ASSERT_MEM(answer + 1, "\0\0\0\0\2\x9\x9\x8\1\2\3\4\5\6\7\x8", 16);
	ASSERT_EQ((len - 17) % 4, 0);
	/* That was the only answer. */
	ASSERT_EQ(recv(fd, answer, sizeof(answer), MSG_DONTWAIT), -1);
	pair_close(&pair);
}
