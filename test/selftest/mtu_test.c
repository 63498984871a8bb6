// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of datagrams: routes, ICMP, forged ICMP, and probes (RFC 9000, 14).
 */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"
#include "transfer.h"

#define SIZE	300000
#define HEADERS	(sizeof(struct iphdr) + sizeof(struct udphdr))

static void connect_pair(struct pair *pair)
{
	pair_connect(pair);
	pair_hello(pair);
	pair_handshake(pair);
}

static void transfer_pair(struct pair *pair)
{
	transfer(pair->client, pair->server, 2, SIZE);
}

static void set_mtu(const struct netns *netns, unsigned int mtu)
{
	shell("ip link set veth0 mtu %u", mtu);
	netns_enter(netns->far);
	shell("ip link set veth1 mtu %u", mtu);
	netns_enter(netns->near);
}

TEST_LIMIT("P25 S2.46 datagrams are as large as the route permits", 100)
{
	static const unsigned int sizes[] = { 1280, 1500, 9000, 65535 };
	struct netns netns = netns_create();
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pair pair;
		unsigned int most = sizes[i] - HEADERS;

		set_mtu(&netns, sizes[i]);
		pair = netns_pair(&netns, FAR_ADDRESS);
		connect_pair(&pair);
		/* A datagram and what belongs to it fit into 64 KiB of memory. */
		if (sizes[i] < 65535)
			ASSERT_EQ(stats(pair.client).mtu, most);
		else
			ASSERT(stats(pair.client).mtu > 64000 && stats(pair.client).mtu <= most);
		transfer_pair(&pair);
		pair_close(&pair);
	}
}

TEST("S2.46 the mtu of a configured route is followed")
{
	struct netns netns = netns_create();
	struct pair pair;

	shell("ip route add " FAR_ADDRESS " dev veth0 mtu 1400");
	shell("ip route add " FAR_ADDRESS6 " dev veth0 mtu 1400");
	pair = netns_pair(&netns, FAR_ADDRESS);
	connect_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1400 - HEADERS);
	pair_close(&pair);
	pair = netns_pair(&netns, FAR_ADDRESS6);
	connect_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1400 - 48);
	transfer_pair(&pair);
	pair_close(&pair);
}

TEST("P25 a router that says too big is believed")
{
	struct netns netns = netns_routed(1400);
	struct pair pair = netns_pair(&netns, ROUTED_ADDRESS);

	connect_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1500 - HEADERS);
	transfer_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1400 - HEADERS);
	pair_close(&pair);
}

TEST("P25 a router that says too big is believed, ipv6")
{
	struct netns netns = netns_routed(1300);
	struct pair pair = netns_pair(&netns, ROUTED_ADDRESS6);

	connect_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1500 - 48);
	transfer_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1300 - 48);
	pair_close(&pair);
}

/* ---- forged messages ---- */

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	if (len & 1)
		sum += bytes[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* The packet says that it has @len bytes of UDP payload. */
static void claim(uint8_t *packet, unsigned int len)
{
	struct udphdr *udp = (struct udphdr *)(packet + sizeof(struct iphdr));

	udp->len = htons(len + sizeof(*udp));
	((struct iphdr *)packet)->tot_len = htons(len + HEADERS);
}

/*
 * What an attacker in the far namespace has seen of the client: an IP packet with at least @room
 * bytes of UDP payload. Its length field says @len afterwards.
 */
static size_t overhear(struct pair *pair, const struct netns *netns, uint8_t *packet, size_t room,
		       unsigned int len)
{
	ssize_t got;
	int fd;

	netns_enter(netns->far);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	ASSERT_OK(fd);
	netns_enter(netns->near);
	stream_write(pair->client, 4, NEW, "overheard");
	stream_expect(pair->server, 4, 0, "overheard");
	got = recv(fd, packet, room, 0);
	ASSERT(got > (ssize_t)HEADERS + 9);
	ASSERT(!(packet[HEADERS] & 0x80));
	close(fd);
	claim(packet, len);
	return got;
}

static void forge(const struct netns *netns, int code, unsigned int mtu, const uint8_t *packet,
		  size_t len)
{
	struct address to = address(NEAR_ADDRESS, 0);
	uint8_t bytes[2048] = { 0 };
	struct icmphdr *icmp = (struct icmphdr *)bytes;
	int fd;

	icmp->type = ICMP_DEST_UNREACH;
	icmp->code = code;
	icmp->un.frag.mtu = htons(mtu);
	memcpy(icmp + 1, packet, len);
	icmp->checksum = checksum(bytes, sizeof(*icmp) + len);
	netns_enter(netns->far);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	ASSERT_OK(fd);
	ASSERT_EQ(sendto(fd, bytes, sizeof(*icmp) + len, 0, &to.sa, to.len),
		  sizeof(*icmp) + len);
	close(fd);
	netns_enter(netns->near);
}

TEST("P25 too big is believed only with a packet that was sent")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	const unsigned int sent = 1500 - HEADERS;
	uint8_t packet[1500], changed[1500];
	size_t len;

	connect_pair(&pair);
	len = overhear(&pair, &netns, packet, sizeof(packet), sent);

	/* Another connection ID, another port, another peer. */
	memcpy(changed, packet, len);
	changed[HEADERS + 3] ^= 1;
	forge(&netns, ICMP_FRAG_NEEDED, 1400, changed, len);
	memcpy(changed, packet, len);
	changed[sizeof(struct iphdr) + 3] ^= 1;
	forge(&netns, ICMP_FRAG_NEEDED, 1400, changed, len);
	memcpy(changed, packet, len);
	changed[offsetof(struct iphdr, daddr) + 3] ^= 1;
	forge(&netns, ICMP_FRAG_NEEDED, 1400, changed, len);
	/* A size that was never sent, and one that fits. */
	memcpy(changed, packet, len);
	claim(changed, 8192);
	forge(&netns, ICMP_FRAG_NEEDED, 1400, changed, HEADERS);
	claim(changed, 256);
	forge(&netns, ICMP_FRAG_NEEDED, 1400, changed, len);
	/* RFC 9000, 14.2.1: below 1200 bytes. */
	forge(&netns, ICMP_FRAG_NEEDED, 1200, packet, len);
	forge(&netns, ICMP_FRAG_NEEDED, 68, packet, len);
	forge(&netns, ICMP_FRAG_NEEDED, 0, packet, len);
	transfer_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, sent);

	/* And the one that is right in all this. */
	forge(&netns, ICMP_FRAG_NEEDED, 1400, packet, len);
	EVENTUALLY(stats(pair.client).mtu == 1400 - HEADERS);
	/* Nothing but ports is quoted. */
	claim(packet, 1400 - HEADERS);
	forge(&netns, ICMP_FRAG_NEEDED, 1300, packet, HEADERS);
	EVENTUALLY(stats(pair.client).mtu == 1300 - HEADERS);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

/* Too big, from the far namespace, about a packet with the right addresses and a wrong connection ID. */
static void forge6(const struct netns *netns, const struct pair *pair, unsigned int mtu)
{
	struct address from = address_local(pair->client), to = address_peer(pair->client);
	struct {
		struct icmp6_hdr icmp;
		struct ip6_hdr ip;
		struct udphdr udp;
		uint8_t quic[100];
	} packet = {
		.icmp = { .icmp6_type = ICMP6_PACKET_TOO_BIG, .icmp6_mtu = htonl(mtu) },
		.ip = {
			.ip6_vfc = 0x60,
			.ip6_plen = htons(1460),
			.ip6_nxt = IPPROTO_UDP,
			.ip6_hlim = 64,
			.ip6_src = from.in6.sin6_addr,
			.ip6_dst = to.in6.sin6_addr,
		},
		.udp = {
			.source = from.in6.sin6_port,
			.dest = to.in6.sin6_port,
			.len = htons(1460),
		},
		.quic = { 0x40, 1, 2, 3, 4, 5, 6, 7, 8 },
	};
	int fd;

	from.in6.sin6_port = 0;
	netns_enter(netns->far);
	fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	ASSERT_OK(fd);
	ASSERT_EQ(sendto(fd, &packet, sizeof(packet), 0, &from.sa, from.len), sizeof(packet));
	close(fd);
	netns_enter(netns->near);
}

TEST("P25 forged too big does not change a connection, ipv6")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS6);

	connect_pair(&pair);
	forge6(&netns, &pair, 1300);
	transfer_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1500 - 48);
	pair_close(&pair);
}

TEST("P25 a connection survives a route whose mtu somebody has made tiny")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	uint8_t packet[1500];
	size_t len;

	/* Of whatever program; IPv4's UDP believes it. */
	connect_pair(&pair);
	len = overhear(&pair, &netns, packet, sizeof(packet), 1500 - HEADERS);
	packet[sizeof(struct iphdr) + 1] ^= 1;
	forge(&netns, ICMP_FRAG_NEEDED, 68, packet, len);
	transfer_pair(&pair);
	pair_close(&pair);

	pair = netns_pair(&netns, FAR_ADDRESS);
	connect_pair(&pair);
	transfer_pair(&pair);
	ASSERT(stats(pair.client).mtu >= 1200);
	pair_close(&pair);
}

TEST("RFC 9000 14.2.1 no icmp error ends a connection")
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	int code, error;
	uint8_t packet[1500];
	socklen_t size = sizeof(error);
	size_t len;

	connect_pair(&pair);
	len = overhear(&pair, &netns, packet, sizeof(packet), 100);
	for (code = 0; code <= NR_ICMP_UNREACH; code++)
		if (code != ICMP_FRAG_NEEDED)
			forge(&netns, code, 0, packet, len);
	pair_echo(&pair, 0);
	/* F53 */
	ASSERT_OK(getsockopt(pair.client, SOL_SOCKET, SO_ERROR, &error, &size));
	ASSERT_EQ(error, 0);
	pair_close(&pair);
}

static struct pair discovering(const struct netns *netns, int mode)
{
	struct pair pair = netns_pair(netns, FAR_ADDRESS);

	ASSERT_OK(setsockopt(pair.client, SOL_IP, IP_MTU_DISCOVER, &mode, sizeof(mode)));
	connect_pair(&pair);
	return pair;
}

TEST("S2.46 modes of discovery that ignore icmp")
{
	static const int modes[] = { IP_PMTUDISC_PROBE, IP_PMTUDISC_INTERFACE, IP_PMTUDISC_OMIT };
	struct netns netns = netns_create();
	uint8_t packet[1500];
	size_t i, len;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct pair pair = discovering(&netns, modes[i]);

		len = overhear(&pair, &netns, packet, sizeof(packet), 1500 - HEADERS);
		forge(&netns, ICMP_FRAG_NEEDED, 1400, packet, len);
		transfer_pair(&pair);
		ASSERT_EQ(stats(pair.client).mtu, 1500 - HEADERS);
		pair_close(&pair);
	}
}

TEST("S2.46 without discovery datagrams have 1200 bytes")
{
	struct netns netns = netns_create();
	struct pair pair = discovering(&netns, IP_PMTUDISC_DONT);

	ASSERT_EQ(stats(pair.client).mtu, 1200);
	transfer_pair(&pair);
	ASSERT_EQ(stats(pair.client).mtu, 1200);
	pair_close(&pair);
}

/* ---- probes ---- */

/* The cable's far end drops what is larger, and nobody says so. */
TEST_LIMIT("S6.47 probes find out what the path carries", 100)
{
	struct quic_config config = { .plpmtud_probe_interval = 5000000 };
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	unsigned int mtu;

	netns_keep_order(&netns);
	netns_enter(netns.near);
	shell("ip link set veth0 mtu 9000");
	config_set(pair.client, config);
	connect_pair(&pair);
	ASSERT(stats(pair.client).mtu <= 1500 - HEADERS);
	EVENTUALLY(stats(pair.client).mtu > 1500 - HEADERS - 32);
	mtu = stats(pair.client).mtu;
	ASSERT(mtu <= 1500 - HEADERS);
	ASSERT_EQ(stats(pair.client).congestion_events, 0);
	transfer_pair(&pair);
	pair_close(&pair);
}
