// SPDX-License-Identifier: GPL-2.0-only
/*
 * SESSION_TICKET.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static int get_ticket(int fd, void *value, socklen_t size)
{
	socklen_t len = size;

	return getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, value, &len) ? -1 : (int)len;
}

static int set_ticket(int fd, const void *value, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, value, len);
}

TEST("T123 S5.20 S5.22 S5.33 ticket key")
{
	uint8_t first[64], second[64], zero[64] = { 0 };
	struct pair pair = pair_listening("127.0.0.1");
	struct pair other = pair;

	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_EQ(get_ticket(pair.server, first, sizeof(first)), 64);
	ASSERT(memcmp(first, zero, 64));
	other.client = quic_socket(AF_INET);
	pair_connect(&other);
	pair_hello(&other);
	ASSERT_EQ(get_ticket(other.server, second, sizeof(second)), 64);
	ASSERT_MEM(first, second, 64);
	ASSERT_ERRNO(get_ticket(other.server, second, 63), EINVAL);

	/* Another listener has another key. */
	other = pair_listening("127.0.0.1");
	pair_connect(&other);
	pair_hello(&other);
	ASSERT_EQ(get_ticket(other.server, second, sizeof(second)), 64);
	ASSERT(memcmp(first, second, 64));
}

/* The key that a server has for a client of this version, when it announces this limit. */
static void key_for(struct pair *pair, uint32_t version, uint64_t max_data, uint8_t key[64])
{
	params_set(pair->listener, (struct quic_transport_param){ .max_data = max_data });
	pair->client = quic_socket(AF_INET);
	config_set(pair->client, (struct quic_config){ .version = version });
	pair_connect(pair);
	pair_hello(pair);
	ASSERT_EQ(get_ticket(pair->server, key, 64), 64);
	close(pair->client);
	close(pair->server);
}

TEST("S5.20 RFC 9369, 5 ticket keys of version 1 and 2 differ")
{
	struct pair pair = pair_listening("127.0.0.1");
	uint8_t first[64], second[64];

	key_for(&pair, QUIC_VERSION_V1, 0, first);
	key_for(&pair, QUIC_VERSION_V2, 0, second);
	ASSERT(memcmp(first, second, 64));
	key_for(&pair, QUIC_VERSION_V1, 0, second);
	ASSERT_MEM(first, second, 64);
}

TEST("S5.20 RFC 9000, 7.4.1 tickets end when the limits that they stand for do")
{
	struct pair pair = pair_listening("127.0.0.1");
	uint8_t first[64], second[64];

	key_for(&pair, 0, 200000, first);
	key_for(&pair, 0, 100000, second);
	ASSERT(memcmp(first, second, 64));
	key_for(&pair, 0, 200000, second);
	ASSERT_MEM(first, second, 64);
}

TEST("T124 S5.20 S5.22 S5.23 ticket of the application")
{
	struct pair pair = pair_listening("127.0.0.1");
	static uint8_t value[4097], got[4097];

	memset(value, 0xaa, sizeof(value));
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_ERRNO(set_ticket(pair.server, value, 63), EINVAL);
	ASSERT_ERRNO(set_ticket(pair.server, value, 4097), EINVAL);
	ASSERT_OK(set_ticket(pair.server, value, 64));
	ASSERT_EQ(get_ticket(pair.server, got, sizeof(got)), 64);
	ASSERT_OK(set_ticket(pair.server, value, 4096));
	ASSERT_EQ(get_ticket(pair.server, got, sizeof(got)), 4096);
	ASSERT_MEM(got, value, 4096);
	pair_close(&pair);
}

TEST("T086 T125 T105 S5.21 S5.24 S5.25 F38 ticket from the server")
{
	struct pair pair = pair_connected();
	uint8_t message[90], got[200];
	struct message event;

	ASSERT_EQ(get_ticket(pair.client, got, sizeof(got)), 0);
	event_enable(pair.client, QUIC_EVENT_NEW_SESSION_TICKET, true);
	memset(message, 0x55, sizeof(message));
	message[0] = 4;
	message[1] = 0;
	message[2] = 0;
	message[3] = 50;
	/* T086: the server sends it at the level of the application. */
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_APP, message, sizeof(message), 0), 90);
	EVENTUALLY(poll_events(pair.client) & POLLIN);
	ASSERT_EQ(get_ticket(pair.client, got, sizeof(got)), 90);
	ASSERT_MEM(got, message, 90);
	ASSERT_ERRNO(get_ticket(pair.client, got, 89), EINVAL);
	/* It is no message to read, but an event. */
	ASSERT_EQ(message_recv(pair.client, &event, 200, 0), 91);
	ASSERT(event.flags & MSG_QUIC_NOTIFICATION);
	ASSERT_EQ(event.data[0], QUIC_EVENT_NEW_SESSION_TICKET);
	ASSERT_MEM(event.data + 1, message, 90);
	/* Later ones are ignored. */
	message[4] = 0x66;
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_APP, message, sizeof(message), 0), 90);
	pair_echo(&pair, 0);
	ASSERT_EQ(get_ticket(pair.client, got, sizeof(got)), 90);
	ASSERT_EQ(got[4], 0x55);
	/* S5.23: and the program's own takes its place. */
	memset(got, 0x77, sizeof(got));
	ASSERT_OK(set_ticket(pair.client, got, 64));
	ASSERT_EQ(get_ticket(pair.client, got, sizeof(got)), 64);
	pair_close(&pair);
}

TEST("S5.25 S5.26 a ticket in many pieces is one, a longer one than fits is none")
{
	struct pair pair = pair_connected();
	static uint8_t message[5000], got[4096];
	int i;

	message[0] = 4;
	message[2] = (4096 - 4) >> 8;
	message[3] = (4096 - 4) & 0xff;
	for (i = 0; i < 4095; i += 455) {
		ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_APP, message + i, 455, 0), 455);
		ASSERT_EQ(get_ticket(pair.client, got, sizeof(got)), 0);
	}
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_APP, message, 1, 0), 1);
	EVENTUALLY(get_ticket(pair.client, got, sizeof(got)) == 4096);
	pair_close(&pair);

	pair = pair_connected();
	message[3]++;
	ASSERT_EQ(handshake_send(pair.server, QUIC_CRYPTO_APP, message, 5000, 0), 5000);
	pair_echo(&pair, 0);
	ASSERT_EQ(get_ticket(pair.client, got, sizeof(got)), 0);
	pair_close(&pair);
}
