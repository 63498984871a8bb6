// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which of several listeners on one port a ClientHello reaches.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* A ClientHello whose only extension is ALPN, with one name of two bytes. Returns its length. */
static size_t client_hello(uint8_t *data, const char *name)
{
	static const uint8_t tail[] = {
		0,			/* session ID: empty */
		0, 2, 0x13, 0x01,	/* cipher suites: TLS_AES_128_GCM_SHA256 */
		1, 0,			/* compression methods: null */
		0, 9,			/* extensions */
		0, 16, 0, 5,		/* ALPN */
		0, 3, 2,		/* list, name */
	};
	size_t len = 4 + 2 + 32 + sizeof(tail) + 2;

	memset(data, 0, len);
	data[0] = 1;
	data[3] = len - 4;
	data[4] = 3;
	data[5] = 3;
	memset(data + 6, 0xab, 32);
	memcpy(data + 38, tail, sizeof(tail));
	memcpy(data + 38 + sizeof(tail), name, 2);
	return len;
}

struct listeners {
	int fds[3];
	struct address addr;
};

static const char *const names[] = { "aa", "bb", "cc" };

static struct listeners listeners_open(void)
{
	struct listeners listeners = { .addr = address("127.0.0.1", 0) };
	int i;

	for (i = 0; i < 3; i++) {
		int fd = quic_socket(AF_INET);

		ASSERT_OK(address_bind(fd, &listeners.addr));
		ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, names[i], 2));
		ASSERT_OK(listen(fd, 4));
		listeners.addr = address_local(fd);
		listeners.fds[i] = fd;
	}
	return listeners;
}

static int client_send(const struct listeners *listeners, const void *data, size_t len)
{
	int fd = quic_socket(AF_INET);

	ASSERT_OK(address_connect(fd, &listeners->addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, data, len, 0), len);
	return fd;
}

TEST("T113 listener with the name gets it")
{
	struct listeners listeners = listeners_open();
	uint8_t hello[100];
	int i;

	for (i = 0; i < 3; i++) {
		size_t len = client_hello(hello, names[i]);
		int client = client_send(&listeners, hello, len), other;

		EVENTUALLY(poll_events(listeners.fds[i]));
		for (other = 0; other < 3; other++)
			ASSERT_EQ(!!poll_events(listeners.fds[other]), other == i);
		close(accept(listeners.fds[i], NULL, NULL));
		close(client);
	}
}

TEST("T113 unknown name reaches nobody")
{
	struct listeners listeners = listeners_open();
	uint8_t hello[100];
	int i;

	client_send(&listeners, hello, client_hello(hello, "dd"));
	client_send(&listeners, hello, client_hello(hello, "aa"));
	EVENTUALLY(poll_events(listeners.fds[0]));
	ASSERT_OK(accept(listeners.fds[0], NULL, NULL));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(poll_events(listeners.fds[i]), 0);
}

TEST("T114 malformed hello reaches nobody")
{
	static const int spoiled[] = { 0, 38, 40, 46, 50, 52, 53 };
	struct listeners listeners = listeners_open();
	uint8_t hello[100];
	size_t len, i;

	for (i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++) {
		len = client_hello(hello, "aa");
		hello[spoiled[i]] = 0x77;
		client_send(&listeners, hello, len);
	}
	/* A good one comes through, alone. */
	len = client_hello(hello, "aa");
	client_send(&listeners, hello, len);
	EVENTUALLY(poll_events(listeners.fds[0]));
	ASSERT_OK(accept(listeners.fds[0], NULL, NULL));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(poll_events(listeners.fds[i]), 0);
}

TEST("S2.25 bytes after the hello are ignored")
{
	struct listeners listeners = listeners_open();
	uint8_t hello[200];

	client_hello(hello, "bb");
	client_send(&listeners, hello, sizeof(hello));
	EVENTUALLY(poll_events(listeners.fds[1]));
	ASSERT_OK(accept(listeners.fds[1], NULL, NULL));
}
