// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a connection before anybody has accepted it: its ClientHello in several packets, its
 * early data, its neighbours in the same queue.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.h"
#include "harness.h"
#include "message.h"
#include "netns.h"
#include "relay.h"

#define UNPROVED_MAX	64	/* module/net/quic/socket/admission.h */

/* ---- ClientHello ---- */

#define HELLO_LEN	2600
#define SERVER_NAME	"www.example.test"

struct hello {
	uint8_t data[HELLO_LEN];
	size_t len;
};

static void put16(struct hello *hello, size_t value)
{
	hello->data[hello->len++] = value >> 8;
	hello->data[hello->len++] = value;
}

static void put(struct hello *hello, const void *data, size_t len)
{
	memcpy(hello->data + hello->len, data, len);
	hello->len += len;
}

/*
 * A ClientHello as long as those with post-quantum key shares: server_name, padding (RFC 7685), and, as its
 * last bytes, ALPN with one name of two bytes.
 */
static struct hello large_hello(const char *alpn)
{
	static const uint8_t head[] = { 1, 0, (HELLO_LEN - 4) >> 8, (HELLO_LEN - 4) & 255, 3, 3 };
	static const uint8_t rest[] = { 0, 0, 2, 0x13, 0x01, 1, 0 };
	const size_t name_len = strlen(SERVER_NAME);
	struct hello hello = { .len = 0 };
	size_t padding;

	put(&hello, head, sizeof(head));
	hello.len += 32;	/* random */
	put(&hello, rest, sizeof(rest));
	put16(&hello, HELLO_LEN - hello.len - 2);
	put16(&hello, 0);	/* RFC 6066, 3 */
	put16(&hello, name_len + 5);
	put16(&hello, name_len + 3);
	put(&hello, "", 1);
	put16(&hello, name_len);
	put(&hello, SERVER_NAME, name_len);
	padding = HELLO_LEN - hello.len - 4 - 9;
	put16(&hello, 21);
	put16(&hello, padding);
	hello.len += padding;
	put16(&hello, 16);	/* RFC 7301, 3.1 */
	put16(&hello, 5);
	put16(&hello, 3);
	put(&hello, "\2", 1);
	put(&hello, alpn, 2);
	ASSERT_EQ(hello.len, HELLO_LEN);
	return hello;
}

/* It can be read as soon as the connection is accepted: a server may choose by the name in it. */
static void expect_hello(int fd, const struct hello *hello)
{
	struct message message;
	uint8_t got[HELLO_LEN];
	size_t len = 0;

	while (len < HELLO_LEN) {
		ASSERT_OK(message_recv(fd, &message, HELLO_LEN - len, MSG_DONTWAIT));
		ASSERT_EQ(message.level, QUIC_CRYPTO_INITIAL);
		memcpy(got + len, message.data, message.len);
		len += message.len;
	}
	ASSERT_MEM(got, hello->data, HELLO_LEN);
	ASSERT(memmem(got, HELLO_LEN, SERVER_NAME, strlen(SERVER_NAME)));
}

/* A process that listens for one protocol. */
static pid_t listen_for(const struct address *addr, const char *alpn, int ready)
{
	struct hello hello = large_hello(alpn);
	pid_t child = fork();
	int fd, conn;

	ASSERT_OK(child);
	if (child)
		return child;
	fd = quic_socket(AF_INET);
	ASSERT_OK(address_bind(fd, addr));
	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, alpn, 2));
	ASSERT_OK(listen(fd, 4));
	ASSERT_EQ(write(ready, "", 1), 1);
	conn = accept(fd, NULL, NULL);
	ASSERT_OK(conn);
	expect_hello(conn, &hello);
	message_expect_none(conn);
	_exit(0);
}

/* The packet with the protocols comes first. */
static int send_swapped(const struct address *to, const char *alpn)
{
	struct relay relay = relay_start_swapping(to);
	struct hello hello = large_hello(alpn);
	int fd = quic_socket(AF_INET);

	ASSERT_OK(address_connect(fd, &relay.addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, hello.data, hello.len, 0), HELLO_LEN);
	return fd;
}

static void expect_success(pid_t child)
{
	int status;

	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
}

TEST("P35 S2.23 S2.27 a reordered ClientHello of several packets reaches the process of its protocol")
{
	struct address addr = address("127.0.0.1", 0);
	int port = quic_socket(AF_INET), ready[2], i;
	pid_t children[2];
	char bytes[2];

	ASSERT_OK(address_bind(port, &addr));
	addr = address_local(port);
	ASSERT_OK(pipe(ready));
	children[0] = listen_for(&addr, "aa", ready[1]);
	children[1] = listen_for(&addr, "bb", ready[1]);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(read(ready[0], bytes, 1), 1);
	send_swapped(&addr, "bb");
	send_swapped(&addr, "aa");
	expect_success(children[0]);
	expect_success(children[1]);
}

/* ---- early data ---- */

TEST("S3.29 a first flight of 0-RTT waits for accept, and nothing of it is sent twice")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	struct quic_transport_param params;
	static uint8_t data[11500];
	long long before;
	bool probed;

	/* What the client knows of an earlier connection. */
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	params = params_get(pair.client, true);
	params.remote = 1;
	do {
		close(pair.client);
		close(pair.server);
		pair.client = quic_socket(AF_INET);
		before = counter("QuicFrmRetrans");
		pair_connect(&pair);
		params_set(pair.client, params);
		ASSERT_OK(secret_set(pair.client, QUIC_CRYPTO_EARLY, true, true, pair.cipher));
		ASSERT_EQ(stream_send(pair.client, 0, NEW | FIN, data, sizeof(data)), sizeof(data));
		pair_hello(&pair);
		ASSERT_OK(secret_set(pair.server, QUIC_CRYPTO_EARLY, false, true, pair.cipher));
		pair_handshake(&pair);
		stream_drain(pair.server, sizeof(data));
		pair_echo(&pair, 4);
		/* A probe may repeat something: the machine was busy, and that shows nothing. */
		probed = stats(pair.client).pto_count > 0;
		ASSERT(probed || counter("QuicFrmRetrans") == before);
	} while (probed);
	pair_close(&pair);
}

/* ---- many at a time ---- */

#define CROWD		50
/*
 * Where a machine is so busy that accept() comes late, clients take that for the round trip, and the fourth
 * probe may come after a minute.
 */
#define CROWD_SECONDS	150

struct crowd {
	struct pair pairs[CROWD];
	pthread_t threads[CROWD];
};

static void *finish(void *arg)
{
	struct pair *pair = arg;

	pair_handshake_within(pair, CROWD_SECONDS);
	pair_echo(pair, 0);
	return NULL;
}

/* Which client a server's socket belongs to. */
static struct pair *pair_of(struct crowd *crowd, int server)
{
	struct address peer = address_peer(server), own;
	int i;

	for (i = 0; i < CROWD; i++) {
		own = address_local(crowd->pairs[i].client);
		if (address_port(&own) == address_port(&peer))
			return &crowd->pairs[i];
	}
	test_fail(__FILE__, __LINE__, "nobody's connection");
}

TEST_LIMIT("P26 50 handshakes at a time at 30 percent loss give 50 connections", 400)
{
	/* Probes of a client that no server has validated back off, whatever it hears (RFC 9002, 6.2.1). */
	struct quic_transport_param patient = { .max_idle_timeout = 300000000 };
	struct netns netns = netns_create();
	struct pair first = netns_pair(&netns, FAR_ADDRESS);
	struct timeval patience = { .tv_sec = CROWD_SECONDS };
	static struct crowd crowd;
	int i, fd;

	ASSERT_OK(listen(first.listener, CROWD));
	params_set(first.listener, patient);
	ASSERT_OK(setsockopt(first.listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	shell("tc qdisc add dev veth0 root netem loss 30%% duplicate 10%% delay 2ms 2ms limit 10000");
	netns_enter(netns.far);
	shell("tc qdisc add dev veth1 root netem loss 30%% duplicate 10%% delay 2ms 2ms limit 10000");
	netns_enter(netns.near);
	for (i = 0; i < CROWD; i++) {
		crowd.pairs[i] = first;
		crowd.pairs[i].client = quic_socket(AF_INET);
		params_set(crowd.pairs[i].client, patient);
		pair_connect(&crowd.pairs[i]);
		ASSERT_EQ(handshake_send(crowd.pairs[i].client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	}
	for (i = 0; i < CROWD; i++) {
		struct pair *pair;

		fd = accept(first.listener, NULL, NULL);
		ASSERT_OK(fd);
		pair = pair_of(&crowd, fd);
		ASSERT_EQ(pair->server, -1);
		pair->server = fd;
		handshake_expect(fd, QUIC_CRYPTO_INITIAL, "hello");
		ASSERT_EQ(pthread_create(&crowd.threads[pair - crowd.pairs], NULL, finish, pair), 0);
	}
	for (i = 0; i < CROWD; i++)
		ASSERT_EQ(pthread_join(crowd.threads[i], NULL), 0);
	ASSERT_EQ(poll_events(first.listener), 0);
}

TEST("P28 RFC 9000, 7.2 accept() gives one connection for an Initial that comes from two addresses")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address to = address_local(pair.listener), addr = address("127.0.0.1", 0);
	int network = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0), again, first;
	uint8_t initial[1500];
	ssize_t len;

	ASSERT_OK(address_bind(network, &addr));
	addr = address_local(network);
	again = quic_socket(AF_INET);
	ASSERT_OK(address_connect(again, &addr));
	ASSERT_EQ(handshake_send(again, QUIC_CRYPTO_INITIAL, "again", 5, 0), 5);
	len = recv(network, initial, sizeof(initial), 0);
	ASSERT(len > 0);
	ASSERT_EQ(sendto(network, initial, len, 0, &to.sa, to.len), len);
	ASSERT_EQ(sendto(other, initial, len, 0, &to.sa, to.len), len);
	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "after", 5, 0), 5);

	first = accept(pair.listener, NULL, NULL);
	ASSERT_OK(first);
	handshake_expect(first, QUIC_CRYPTO_INITIAL, "again");
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "after");
	close(first);
	close(again);
	close(other);
	close(network);
	pair_close(&pair);
}

/* Initial packets, as far as anybody can see who has not tried to open them. */
__attribute__((noreturn))
static void flood(const struct address *to)
{
	uint8_t data[1200] = { 0xc0, 0, 0, 0, 1, 8 };
	int fds[4], i;

	data[14] = 0;		/* no Source Connection ID, no token */
	data[16] = 0x44;	/* the rest of the datagram */
	data[17] = 0xb0 - 18;
	for (i = 0; i < 4; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_OK(address_connect(fds[i], to));
	}
	for (;;) {
		for (i = 0; i < 8; i++)
			data[6 + i] = random();
		send(fds[random() % 4], data, sizeof(data), 0);
	}
}

TEST("RFC 9000, 21.2 a flood of Initial packets keeps nobody from a handshake")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);
	pid_t child = fork();
	int i;

	ASSERT_OK(child);
	if (!child)
		flood(&addr);
	for (i = 0; i < 5; i++) {
		usleep(20000);
		pair_connect(&pair);
		pair_hello(&pair);
		pair_handshake(&pair);
		pair_echo(&pair, 0);
		close(pair.server);
		close(pair.client);
		pair.client = quic_socket(AF_INET);
	}
	kill(child, SIGKILL);
	pair.server = -1;
	pair_close(&pair);
}

static int begin_hello(const struct address *to)
{
	struct hello hello = large_hello("aa");
	int fd = quic_socket(AF_INET);

	ASSERT_OK(address_connect(fd, to));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, hello.data, 500, 0), 500);
	return fd;
}

/* A client who comes now, and is accepted. */
static void visit(int listener, const struct relay *relay)
{
	struct hello hello = large_hello("aa");
	int fd = quic_socket(AF_INET), conn;

	ASSERT_OK(address_connect(fd, &relay->addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, hello.data, hello.len, 0), HELLO_LEN);
	conn = accept(listener, NULL, NULL);
	ASSERT_OK(conn);
	close(conn);
	close(fd);
}

TEST_LIMIT("RFC 9000, 21.6 clients that never finish their ClientHello make room", 90)
{
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET);
	struct relay slow, relay;
	unsigned int retries, i;

	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, "aa", 2));
	ASSERT_OK(listen(fd, 4));
	addr = address_local(fd);
	slow = relay_start(&addr);
	relay = relay_start(&addr);
	/* Until there are so many that the next one is asked for a proof. */
	for (i = 0; i < 2 * UNPROVED_MAX && !slow.count->retry[TO_CLIENT]; i++) {
		begin_hello(&slow.addr);
		EVENTUALLY(slow.count->v1[TO_SERVER] > i);
	}
	EVENTUALLY(slow.count->retry[TO_CLIENT] > 0);
	/* They are not heard of again. */
	relay_stop(&slow);
	visit(fd, &relay);
	ASSERT(relay.count->retry[TO_CLIENT] > 0);
	/* Until nobody is asked for a proof any more. */
	do {
		sleep(1);
		retries = relay.count->retry[TO_CLIENT];
		visit(fd, &relay);
	} while (relay.count->retry[TO_CLIENT] != retries);
}
