// SPDX-License-Identifier: GPL-2.0-only
/* Address validation: Retry, and TOKEN at both ends (5.7 and 6.12 of the API). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define RETRY_SCID	0x10	/* RFC 9000, 18.2 */

static int get_token(int fd, void *value, socklen_t size)
{
	socklen_t len = size;

	return getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, value, &len) ? -1 : (int)len;
}

/* The length of the token that comes after the handshake. */
static int token_received(int fd, uint8_t *token, socklen_t size)
{
	EVENTUALLY(get_token(fd, token, size) > 0);
	return get_token(fd, token, size);
}

static int set_token(int fd, const void *value, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, value, len);
}

static void validate(int listener)
{
	config_set(listener, (struct quic_config){ .validate_peer_address = 1 });
}

/* Did the server send a Retry? Its parameters tell; all IDs and lengths in them are short. */
static bool was_retried(int server)
{
	uint8_t bytes[512];
	socklen_t len = sizeof(bytes), pos = 0;

	ASSERT_OK(getsockopt(server, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	while (pos + 1 < len) {
		if (bytes[pos] == RETRY_SCID)
			return true;
		/* An identifier of two or four bytes is none that is looked for. */
		pos += 1U << (bytes[pos] >> 6);
		pos += 1 + bytes[pos];
	}
	return false;
}

static void whole_handshake(struct pair *pair)
{
	pair_connect(pair);
	pair_hello(pair);
	pair_handshake(pair);
	pair_echo(pair, 0);
}

TEST("T109 S5.9 S6.46 a listener that validates addresses answers the first packet with a Retry")
{
	struct pair pair = pair_listening("127.0.0.1");

	validate(pair.listener);
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT(was_retried(pair.server));
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S5.9 without validate_peer_address there is no Retry")
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT(!was_retried(pair.server));
	pair_close(&pair);
}

TEST("S5.9 Retry works over IPv6 and with version 2")
{
	struct pair pair = pair_listening("::1");

	validate(pair.listener);
	config_set(pair.client, (struct quic_config){ .version = QUIC_VERSION_V2 });
	whole_handshake(&pair);
	pair_close(&pair);
}

TEST("T122 S5.28 a client has a token after the handshake")
{
	struct pair pair = pair_connected();
	uint8_t token[128];

	EVENTUALLY(get_token(pair.client, token, sizeof(token)) > 0);
	ASSERT(get_token(pair.client, token, sizeof(token)) <= 100);
	ASSERT_ERRNO(get_token(pair.client, token, 1), EINVAL);
	pair_close(&pair);
}

TEST("S5.30 a token saves the next connection the Retry, from any port")
{
	struct pair pair = pair_listening("127.0.0.1"), next;
	uint8_t token[128];
	int len;

	validate(pair.listener);
	whole_handshake(&pair);
	len = token_received(pair.client, token, sizeof(token));

	next = pair;
	next.client = quic_socket(AF_INET);
	ASSERT_OK(set_token(next.client, token, len));
	pair_connect(&next);
	pair_hello(&next);
	ASSERT(!was_retried(next.server));
	pair_handshake(&next);
	pair_echo(&next, 0);
}

TEST("RFC 9369, 5 a token of version 1 saves a client of version 2 nothing")
{
	struct pair pair = pair_listening("127.0.0.1"), next;
	uint8_t token[128];
	int len;

	validate(pair.listener);
	whole_handshake(&pair);
	len = token_received(pair.client, token, sizeof(token));

	next = pair;
	next.client = quic_socket(AF_INET);
	config_set(next.client, (struct quic_config){ .version = QUIC_VERSION_V2 });
	ASSERT_OK(set_token(next.client, token, len));
	pair_connect(&next);
	pair_hello(&next);
	ASSERT(was_retried(next.server));
}

TEST("S5.30 a token that was changed is none: there is a Retry")
{
	struct pair pair = pair_listening("127.0.0.1"), next;
	uint8_t token[128];
	int len;

	validate(pair.listener);
	whole_handshake(&pair);
	len = token_received(pair.client, token, sizeof(token));

	next = pair;
	next.client = quic_socket(AF_INET);
	token[len - 1] ^= 1;
	ASSERT_OK(set_token(next.client, token, len));
	pair_connect(&next);
	pair_hello(&next);
	ASSERT(was_retried(next.server));
}

TEST("S5.29 a Retry's token replaces the one that the client had")
{
	struct pair pair = pair_listening("127.0.0.1");
	uint8_t token[128];

	validate(pair.listener);
	ASSERT_OK(set_token(pair.client, "old", 3));
	pair_connect(&pair);
	ASSERT_EQ(get_token(pair.client, token, sizeof(token)), 3);
	pair_hello(&pair);
	ASSERT(get_token(pair.client, token, sizeof(token)) > 3);
	pair_close(&pair);
}

TEST("T134 S6.49 a client's token has 1 to 120 bytes")
{
	uint8_t value[121] = { 1 }, got[128];
	int fd = quic_socket(AF_INET);

	ASSERT_EQ(get_token(fd, got, sizeof(got)), 0);
	ASSERT_ERRNO(set_token(fd, value, 0), EINVAL);
	ASSERT_ERRNO(set_token(fd, NULL, 0), EINVAL);
	ASSERT_ERRNO(set_token(fd, value, 121), EINVAL);
	ASSERT_OK(set_token(fd, value, 1));
	ASSERT_OK(set_token(fd, value, 120));
	ASSERT_EQ(get_token(fd, got, sizeof(got)), 120);
	ASSERT_MEM(got, value, 120);
	ASSERT_ERRNO(get_token(fd, got, 119), EINVAL);
	close(fd);
}

TEST("P10 S5.29 foreign tokens of 1 and 120 bytes go along and do no harm")
{
	struct pair pair = pair_listening("127.0.0.1"), next = pair;
	uint8_t value[120];

	memset(value, 0x77, sizeof(value));
	validate(pair.listener);
	ASSERT_OK(set_token(pair.client, value, 1));
	whole_handshake(&pair);
	next.client = quic_socket(AF_INET);
	ASSERT_OK(set_token(next.client, value, 120));
	whole_handshake(&next);
}

TEST("T135 T105 S6.50 a server sends another token when asked")
{
	struct pair pair = pair_connected();
	uint8_t first[128], second[128];
	struct message message;
	int len;

	EVENTUALLY(get_token(pair.client, first, sizeof(first)) > 0);
	event_enable(pair.client, QUIC_EVENT_NEW_TOKEN, true);
	EVENTUALLY(!set_token(pair.server, NULL, 0));
	ASSERT_OK(message_recv(pair.client, &message, MESSAGE_SIZE, 0));
	ASSERT(message.flags & MSG_QUIC_NOTIFICATION);
	ASSERT_EQ(message.data[0], QUIC_EVENT_NEW_TOKEN);
	len = get_token(pair.client, second, sizeof(second));
	ASSERT_EQ(message.len, 1 + len);
	ASSERT_MEM(message.data + 1, second, len);
	ASSERT(memcmp(first, second, len));
	pair_close(&pair);
}

TEST("S6.50 a server that is not established sends no token")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(set_token(pair.listener, NULL, 0), EINVAL);
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_ERRNO(set_token(pair.server, NULL, 0), EINVAL);
	pair_close(&pair);
}
