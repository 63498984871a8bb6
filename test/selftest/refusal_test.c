// SPDX-License-Identifier: GPL-2.0-only
/* What an endpoint says to those who get no connection: refusals and stateless resets. */
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define UNPROVED_MAX	64	/* module/net/quic/socket/admission.h */

static int client_hello(const struct address *addr)
{
	int fd = quic_socket(AF_INET);

	event_enable(fd, QUIC_EVENT_CONNECTION_CLOSE, true);
	ASSERT_OK(address_connect(fd, addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	return fd;
}

static int udp_socket(const struct address *addr)
{
	int fd = patient_socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_OK(address_connect(fd, addr));
	return fd;
}

TEST("S2.20 F9 a full backlog refuses the next client")
{
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET), first, second, third;
	union quic_event event;

	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 1));
	addr = address_local(fd);
	first = client_hello(&addr);
	second = client_hello(&addr);
	third = client_hello(&addr);
	event = event_expect(third, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED);
	ASSERT_OK(accept(fd, NULL, NULL));
	ASSERT_OK(accept(fd, NULL, NULL));
	close(first);
	close(second);
	close(third);
}

/* 0x52: the type of a Retry token, whose length is that of ours. */
TEST("S5.30 F9 a bad Retry token refuses the connection with INVALID_TOKEN")
{
	uint8_t token[54] = { 0x52, 1, 2, 3 };
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);
	union quic_event event;

	config_set(pair.listener, (struct quic_config){ .validate_peer_address = 1 });
	event_enable(pair.client, QUIC_EVENT_CONNECTION_CLOSE, true);
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, sizeof(token)));
	ASSERT_OK(address_connect(pair.client, &addr));
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	event = event_expect(pair.client, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, QUIC_TRANSPORT_ERROR_INVALID_TOKEN);
	pair_close(&pair);
}

TEST("F40 RFC 9000, 10.3 a listener resets unknown connections, with less than it got")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);
	uint8_t data[100] = { 0x40, 1, 2, 3, 4, 5, 6, 7, 8 }, first[200], second[200];
	int fd = udp_socket(&addr);
	ssize_t len;

	ASSERT_EQ(send(fd, data, 21, 0), 21);
	ASSERT_EQ(send(fd, data, 43, 0), 43);
	len = recv(fd, first, sizeof(first), 0);
	ASSERT_EQ(len, 42);
	ASSERT_EQ(first[0] & 0xc0, 0x40);
	ASSERT_EQ(send(fd, data, 43, 0), 43);
	ASSERT_EQ(recv(fd, second, sizeof(second), 0), 42);
	/* The same token for the same ID, and nothing else that is the same. */
	ASSERT_MEM(first + 26, second + 26, 16);
	ASSERT(memcmp(first, second, 26));
	data[1]++;
	ASSERT_EQ(send(fd, data, 43, 0), 43);
	ASSERT_EQ(recv(fd, second, sizeof(second), 0), 42);
	ASSERT(memcmp(first + 26, second + 26, 16));
	close(fd);
	pair_close(&pair);
}

/* What the client sends, as somebody sees it who listens on the device: a 1-RTT packet's first bytes. */
static void overhear(struct pair *pair, uint8_t *data, size_t len)
{
	const size_t headers = sizeof(struct iphdr) + sizeof(struct udphdr);
	struct address to = address_peer(pair->client);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	uint8_t packet[2048];
	const struct udphdr *udp = (struct udphdr *)(packet + sizeof(struct iphdr));

	ASSERT_OK(fd);
	stream_write(pair->client, 0, NEW, "overheard");
	do {
		ASSERT(recv(fd, packet, sizeof(packet), 0) >= (ssize_t)(headers + len));
	} while (udp->dest != to.in.sin_port || packet[headers] & 0x80);
	memcpy(data, packet + headers, len);
	close(fd);
}

TEST("RFC 9000, 21.11: no other port tells the reset token of a connection that lives")
{
	struct pair pair = pair_connected(), other = pair_listening("127.0.0.1");
	struct address addr = address_local(other.listener);
	uint8_t data[60] = { 0 }, reset[100];
	int fd = udp_socket(&addr);

	overhear(&pair, data, 20);
	ASSERT_EQ(send(fd, data, 60, 0), 60);
	/* An ID that is nobody's is reset, and that is all that comes. */
	data[1] ^= 1;
	ASSERT_EQ(send(fd, data, 30, 0), 30);
	ASSERT_EQ(recv(fd, reset, sizeof(reset), 0), 29);
	ASSERT_ERRNO(recv(fd, reset, sizeof(reset), MSG_DONTWAIT), EAGAIN);
	stream_expect(pair.server, 0, 0, "overheard");
	close(fd);
	pair_close(&pair);
	pair_close(&other);
}

TEST("F40 without a listener nobody is reset")
{
	struct pair pair = pair_listening("127.0.0.1");
	uint8_t data[100] = { 0x40 };
	struct address addr;
	int fd;

	pair_connect(&pair);
	addr = address_local(pair.client);
	fd = udp_socket(&addr);
	ASSERT_EQ(send(fd, data, 100, 0), 100);
	usleep(100000);
	ASSERT_ERRNO(recv(fd, data, sizeof(data), MSG_DONTWAIT), EAGAIN);
	close(fd);
	pair_close(&pair);
}

TEST("design 3 clients beyond the bound prove their address, and all are served")
{
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET), clients[UNPROVED_MAX + 6], i;
	unsigned int accepted = 0;
	uint8_t token[128];
	socklen_t len;

	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 200));
	addr = address_local(fd);
	for (i = 0; i < UNPROVED_MAX + 6; i++)
		clients[i] = client_hello(&addr);
	for (i = 0; i < UNPROVED_MAX + 6; i++)
		accepted += accept(fd, NULL, NULL) >= 0;
	ASSERT_EQ(accepted, UNPROVED_MAX + 6);
	len = sizeof(token);
	ASSERT_OK(getsockopt(clients[0], SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len));
	ASSERT_EQ(len, 0);
	len = sizeof(token);
	ASSERT_OK(getsockopt(clients[UNPROVED_MAX + 5], SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len));
	ASSERT(len > 0);
}
