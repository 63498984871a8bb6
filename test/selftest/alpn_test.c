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

/*
 * A ClientHello whose only extension is ALPN, with names of two bytes each, at most 80, or with none at all
 * for "". Returns its length.
 */
static size_t client_hello(uint8_t *data, const char *alpn)
{
	static const uint8_t middle[] = {
		0,			/* session ID: empty */
		0, 2, 0x13, 0x01,	/* cipher suites: TLS_AES_128_GCM_SHA256 */
		1, 0,			/* compression methods: null */
	};
	size_t count = strlen(alpn) / 2, i;
	uint8_t *end = data;

	*end++ = 1;
	*end++ = 0;
	*end++ = 0;
	*end++ = 2 + 32 + sizeof(middle) + 2 + (count ? 6 + 3 * count : 0);
	*end++ = 3;
	*end++ = 3;
	memset(end, 0xab, 32);
	end = mempcpy(end + 32, middle, sizeof(middle));
	*end++ = 0;
	*end++ = count ? 6 + 3 * count : 0;
	if (count) {
		uint8_t extension[] = { 0, 16, 0, 2 + 3 * count, 0, 3 * count };

		end = mempcpy(end, extension, sizeof(extension));
	}
	for (i = 0; i < count; i++) {
		*end++ = 2;
		end = mempcpy(end, alpn + 2 * i, 2);
	}
	return end - data;
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

/* S2.30: the accepted socket has its listener's list. */
static void expect_list(int fd, const char *list)
{
	socklen_t len = 128;
	char value[128];

	ASSERT_OK(fd);
	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, value, &len));
	ASSERT_EQ(len, strlen(list));
	ASSERT_MEM(value, list, len);
	close(fd);
}

TEST("T113 S2.23 S2.30 listener with the name gets it")
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
		expect_list(accept(listeners.fds[i], NULL, NULL), names[i]);
		close(client);
	}
}

TEST("T113 S2.26 F20 unknown name reaches nobody")
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

TEST("T114 S2.24 malformed hello reaches nobody")
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

/* The hello reaches this one of them, and no other. */
static void expect_reaches(const struct listeners *listeners, int count, int which, const char *alpn)
{
	uint8_t hello[256];
	int client, i;

	client = client_send(listeners, hello, client_hello(hello, alpn));
	EVENTUALLY(poll_events(listeners->fds[which]));
	for (i = 0; i < count; i++)
		ASSERT_EQ(!!poll_events(listeners->fds[i]), i == which);
	close(accept(listeners->fds[which], NULL, NULL));
	close(client);
}

TEST("S2.23 names are tried in the client's order")
{
	struct listeners listeners = listeners_open();

	expect_reaches(&listeners, 3, 2, "ccaa");
	expect_reaches(&listeners, 3, 0, "aacc");
	expect_reaches(&listeners, 3, 1, "ddeebb");
}

TEST("S2.23 F20 a listener without a list is for those that match no other")
{
	struct listeners listeners = listeners_open();

	listeners.fds[2] = quic_socket(AF_INET);
	ASSERT_OK(address_bind(listeners.fds[2], &listeners.addr));
	ASSERT_OK(listen(listeners.fds[2], 4));
	expect_reaches(&listeners, 3, 2, "");
	expect_reaches(&listeners, 3, 2, "dd");
	expect_reaches(&listeners, 3, 1, "ddbb");
}

TEST("S2.26 without any list clients with names reach the listener")
{
	struct listeners listeners;

	listeners.fds[0] = quic_listener("127.0.0.1");
	listeners.addr = address_local(listeners.fds[0]);
	expect_reaches(&listeners, 1, 0, "aa");
	expect_reaches(&listeners, 1, 0, "");
}

TEST("S2.24 more than 128 bytes of names reach nobody")
{
	struct listeners listeners = listeners_open();
	uint8_t hello[256];
	char alpn[90];
	int i;

	/* 2 + 3 * 42 bytes are the most. */
	for (i = 0; i < 84; i++)
		alpn[i] = 'b';
	alpn[84] = '\0';
	expect_reaches(&listeners, 3, 1, alpn);
	strcat(alpn, "bb");
	client_send(&listeners, hello, client_hello(hello, alpn));
	usleep(100000);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(poll_events(listeners.fds[i]), 0);
}
