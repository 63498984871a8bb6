// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the counters of /proc/net/quic/snmp count (S10.4).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counter.h"
#include "harness.h"
#include "message.h"
#include "netns.h"
#include "pair.h"
#include "transfer.h"

TEST("S10.4 connections, packets and closes are counted")
{
	struct pair pair;

	netns_create();
	pair = pair_connected();
	ASSERT_EQ(counter("QuicConnCurrentEstabs"), 2);
	ASSERT_EQ(counter("QuicConnPassiveEstabs"), 1);
	ASSERT_EQ(counter("QuicConnActiveEstabs"), 1);
	ASSERT(counter("QuicPktEncFastpaths") > 0);
	ASSERT(counter("QuicPktDecFastpaths") > 0);
	ASSERT(counter("QuicPktRcvFastpaths") + counter("QuicPktRcvBacklogs") > 0);
	ASSERT_EQ(counter("QuicFrmOutCloses"), 0);
	pair_close(&pair);
	EVENTUALLY(counter("QuicConnCurrentEstabs") == 0);
	ASSERT_EQ(counter("QuicConnPassiveEstabs"), 1);
	ASSERT_EQ(counter("QuicPktDecDrop"), 0);
}

TEST("S10.4 a close during the handshake is a transport close, sent and received")
{
	struct pair pair;

	netns_create();
	pair = pair_listening("127.0.0.1");
	pair_connect(&pair);
	pair_hello(&pair);
	close(pair.server);
	EVENTUALLY(counter("QuicFrmInCloses") == 1);
	ASSERT_EQ(counter("QuicFrmOutCloses"), 1);
	ASSERT_EQ(counter("QuicConnCurrentEstabs"), 0);
}

TEST("S10.4 packets that waited for their keys are counted as decrypted later")
{
	struct pair pair;

	netns_create();
	pair = pair_listening("127.0.0.1");
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_EQ(counter("QuicPktDecBacklogs"), 0);
	/* The server's flight reaches the client before the secrets do. */
	pair_handshake(&pair);
	ASSERT(counter("QuicPktDecBacklogs") > 0);
	pair_close(&pair);
}

TEST_LIMIT("S10.4 QuicPktRcvBacklogs packets for a socket in use wait for its user", 90)
{
	struct pair pair;

	netns_create();
	pair = pair_connected();
	transfer(pair.client, pair.server, 0, 4 << 20);
	ASSERT(counter("QuicPktRcvBacklogs") > 0);
	ASSERT(counter("QuicPktRcvFastpaths") > 0);
	ASSERT_EQ(counter("QuicPktEncBacklogs"), 0);
	pair_close(&pair);
}

/* A UDP socket that a client has sent its first packet to. */
struct fake {
	int udp, client;
	struct address peer;
	uint8_t packet[1500];
	uint8_t scid_len;
	const uint8_t *scid;
};

static struct fake *fake_server(void)
{
	static struct fake fake;
	struct address addr = address("127.0.0.1", 0);

	fake.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_OK(address_bind(fake.udp, &addr));
	addr = address_local(fake.udp);
	fake.client = quic_socket(AF_INET);
	ASSERT_OK(address_connect(fake.client, &addr));
	ASSERT_EQ(handshake_send(fake.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	fake.peer.len = sizeof(fake.peer.storage);
	ASSERT(recvfrom(fake.udp, fake.packet, sizeof(fake.packet), 0, &fake.peer.sa,
			&fake.peer.len) >= 1200);
	/* RFC 8999, 5.1: how the client wants to be addressed. */
	fake.scid = fake.packet + 6 + fake.packet[5] + 1;
	fake.scid_len = fake.scid[-1];
	return &fake;
}

static void fake_send(const struct fake *fake, const uint8_t *packet, size_t len)
{
	ASSERT_EQ(sendto(fake->udp, packet, len, 0, &fake->peer.sa, fake->peer.len), len);
}

TEST("S10.4 QuicPktInvHdrDrop a packet without the fixed bit has an invalid header")
{
	uint8_t packet[64] = { 0x00 };
	struct fake *fake;

	netns_create();
	fake = fake_server();
	memcpy(packet + 1, fake->scid, fake->scid_len);
	fake_send(fake, packet, sizeof(packet));
	EVENTUALLY(counter("QuicPktInvHdrDrop") == 1);
	ASSERT_EQ(counter("QuicPktDecDrop"), 0);
}

TEST("S10.4 QuicPktDecDrop a forged packet cannot be decrypted")
{
	uint8_t packet[1200] = { 0xc0, 0, 0, 0, 1 };
	uint8_t *at = packet + 5;
	struct fake *fake;

	netns_create();
	fake = fake_server();
	*at++ = fake->scid_len;
	memcpy(at, fake->scid, fake->scid_len);
	at += fake->scid_len;
	*at++ = 4;			/* a Source Connection ID of zeros */
	at += 4;
	*at++ = 0;			/* no token */
	*at++ = 0x40 | 1000 >> 8;	/* Length */
	*at++ = 1000 & 0xff;
	fake_send(fake, packet, at + 1000 - packet);
	EVENTUALLY(counter("QuicPktDecDrop") == 1);
	ASSERT_EQ(counter("QuicPktInvHdrDrop"), 0);
}

TEST("S10.4 QuicPktInvNumDrop duplicates are dropped by their packet number")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);

	shell("tc qdisc add dev veth0 root netem duplicate 100%%");
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	netns_enter(netns.far);
	EVENTUALLY(counter("QuicPktInvNumDrop") > 0);
	pair_close(&pair);
}

TEST_LIMIT("S10.4 QuicFrmRetrans what is lost is sent again", 90)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	int64_t sid = 2;
	long long before;

	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	/* A machine that stops for a moment makes probes, too. */
	before = counter("QuicFrmRetrans");
	shell("tc qdisc add dev veth0 root netem loss 10%%");
	/* A transfer takes few trains, and all of them may arrive. */
	do {
		transfer(pair.client, pair.server, sid, 100000);
		sid += 4;
	} while (counter("QuicFrmRetrans") == before);
	pair_close(&pair);
}

/* A 1-RTT packet to @port, seen on lo. */
static void sniff(int fd, unsigned short port, uint8_t *dcid)
{
	uint8_t frame[65536], *udp = frame + ETH_HLEN + 20;
	ssize_t len;

	do {
		len = recv(fd, frame, sizeof(frame), 0);
		ASSERT_OK(len);
	} while (len < ETH_HLEN + 20 + 8 + 9 || frame[ETH_HLEN + 9] != IPPROTO_UDP ||
		 (udp[2] << 8 | udp[3]) != port || udp[8] & 0x80);
	memcpy(dcid, udp + 9, 8);
}

TEST("S10.4 QuicPktInvFrmDrop an unknown frame in an authentic packet is invalid")
{
	struct quic_transport_param clear = { .disable_1rtt_encryption = 1 };
	/* Packet number 1000; in a connection without encryption everybody's packets are authentic. */
	uint8_t packet[40] = { 0x41, [9] = 1000 >> 8, [10] = 1000 & 0xff, [11] = 0x21 };
	struct address addr;
	struct pair pair;
	int raw, udp, size = 4 << 20;

	netns_create();
	raw = patient_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	/* A packet in it counts with all the memory that it lies in. */
	ASSERT_OK(setsockopt(raw, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	pair = pair_connected_params(clear, clear);
	addr = address_local(pair.server);
	/* So that packets of the handshake are out of the way. */
	pair_echo(&pair, 0);
	ASSERT_EQ(stream_send(pair.client, 4, NEW, "x", 1), 1);
	sniff(raw, address_port(&addr), packet + 1);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(sendto(udp, packet, sizeof(packet), 0, &addr.sa, addr.len), sizeof(packet));
	EVENTUALLY(counter("QuicPktInvFrmDrop") == 1);
	/* It ends the connection, with a transport error. */
	EVENTUALLY(counter("QuicFrmOutCloses") == 1);
	EVENTUALLY(counter("QuicFrmInCloses") == 1);
	pair_close(&pair);
}

TEST("S10.4 QuicPktRcvDrop a datagram without a connection is dropped")
{
	uint8_t packet[64] = { 0x40 };
	struct address addr;
	int listener, udp;

	netns_create();
	listener = quic_listener("127.0.0.1");
	addr = address_local(listener);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(sendto(udp, packet, sizeof(packet), 0, &addr.sa, addr.len), sizeof(packet));
	EVENTUALLY(counter("QuicPktRcvDrop") == 1);
	close(listener);
}

TEST("S10.4 QuicFrmRcvBufDrop data beyond the receive buffer is dropped, and comes again")
{
	struct quic_transport_param none = { 0 }, server = {
		.max_data = 1 << 20,
		.max_stream_data_bidi_remote = 1 << 20,
	};
	static char block[32768];
	int rcvbuf = 64 << 10;
	struct pair pair;
	size_t total = 0;
	ssize_t n;

	netns_create();
	pair = pair_connected_params(none, server);
	ASSERT_OK(setsockopt(pair.server, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)));
	ASSERT_EQ(counter("QuicFrmRcvBufDrop"), 0);
	while (!counter("QuicFrmRcvBufDrop")) {
		n = stream_send_flags(pair.client, 0, total ? 0 : NEW, block, sizeof(block),
				      MSG_DONTWAIT);
		if (n > 0)
			total += n;
		else
			usleep(2000);
	}
	stream_drain(pair.server, total);
	pair_close(&pair);
}
