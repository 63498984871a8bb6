// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that move to other addresses (6.8 of the API).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "cid.h"
#include "harness.h"
#include "message.h"
#include "migration.h"
#include "netns.h"
#include "relay.h"
#include "transfer.h"

TEST("T148 what cannot be migrated to")
{
	struct pair pair = pair_connected();
	struct address own = address_local(pair.client), zero = own;

	ASSERT_ERRNO(migrate(pair.client, &own), EINVAL);
	zero.in.sin_port = 0;
	ASSERT_ERRNO(migrate(pair.client, &zero), EINVAL);
	own.in.sin_port = htons(port_free());
	own.len = 8;
	ASSERT_ERRNO(migrate(pair.client, &own), EINVAL);
	own.len = sizeof(own.in);
	ASSERT_ERRNO(migrate(pair.listener, &own), EPIPE);
	pair_close(&pair);
}

TEST("S6.22 another family or an address of nobody cannot be migrated to")
{
	struct pair pair = pair_connected();
	struct address six = address("::1", port_free());
	struct address nobody = address("198.51.100.9", port_free());
	struct address any = address("0.0.0.0", port_free());

	ASSERT_ERRNO(migrate(pair.client, &six), EINVAL);
	ASSERT_ERRNO(migrate(pair.client, &nobody), EADDRNOTAVAIL);
	ASSERT_ERRNO(migrate(pair.client, &any), EINVAL);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("T149 a client moves to another port and to another connection id")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", port_free());

	pair_echo(&pair, 0);
	ASSERT_OK(migrate(pair.client, &to));
	expect_port(pair.client, address_local, address_port(&to));
	cid_expect_active(pair.client, true, 1);
	/* S6.23: and the peer after it. */
	expect_port(pair.server, address_peer, address_port(&to));
	cid_expect_active(pair.server, true, 1);
	pair_echo(&pair, 4);
	pair_close(&pair);
}

TEST("T150 a second migration has to wait for data of the peer")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", port_free()), next = address("127.0.0.1", port_free());

	pair_echo(&pair, 0);
	ASSERT_OK(migrate(pair.client, &to));
	ASSERT_ERRNO(migrate(pair.client, &next), EAGAIN);
	expect_port(pair.client, address_local, address_port(&to));
	ASSERT_ERRNO(migrate(pair.client, &next), EAGAIN);
	/* S6.15 */
	ASSERT_ERRNO(cid_set(pair.client, true, 3, 0), EAGAIN);
	pair_echo(&pair, 4);
	ASSERT_OK(migrate(pair.client, &next));
	expect_port(pair.server, address_peer, address_port(&next));
	cid_expect_active(pair.client, true, 2);
	pair_echo(&pair, 8);
	pair_close(&pair);
}

TEST("T151 a busy port cannot be migrated to")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	pair_echo(&pair, 0);
	ASSERT_OK(address_bind(fd, &to));
	to = address_local(fd);
	ASSERT_ERRNO(migrate(pair.client, &to), EADDRINUSE);
	pair_echo(&pair, 4);
	close(fd);
	ASSERT_OK(migrate(pair.client, &to));
	pair_close(&pair);
}

TEST("T152 a server moves and its client follows")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", port_free());

	pair_echo(&pair, 0);
	ASSERT_OK(migrate(pair.server, &to));
	expect_port(pair.server, address_local, address_port(&to));
	expect_port(pair.client, address_peer, address_port(&to));
	cid_expect_active(pair.client, true, 1);
	pair_echo(&pair, 4);
	pair_close(&pair);
}

TEST("T160 each end is told of a migration before later data")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", port_free());

	pair_echo(&pair, 0);
	event_enable(pair.client, QUIC_EVENT_CONNECTION_MIGRATION, true);
	event_enable(pair.server, QUIC_EVENT_CONNECTION_MIGRATION, true);
	ASSERT_OK(migrate(pair.client, &to));
	ASSERT_EQ(event_expect(pair.client, QUIC_EVENT_CONNECTION_MIGRATION).local_migration, 1);
	stream_write(pair.client, 4, NEW | FIN, "after");
	ASSERT_EQ(event_expect(pair.server, QUIC_EVENT_CONNECTION_MIGRATION).local_migration, 0);
	stream_expect(pair.server, 4, FIN, "after");
	pair_close(&pair);
}

TEST("S2.39 the port that was left is free soon")
{
	struct pair pair = pair_connected();
	struct address from = address_local(pair.client), to = address("127.0.0.1", port_free());
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	pair_echo(&pair, 0);
	ASSERT_ERRNO(address_bind(fd, &from), EADDRINUSE);
	ASSERT_OK(migrate(pair.client, &to));
	pair_echo(&pair, 4);
	EVENTUALLY(!address_bind(fd, &from));
	pair_echo(&pair, 8);
	pair_close(&pair);
}

TEST("S6.24 F32 who forbids migration is not left")
{
	struct quic_transport_param stay = { .disable_active_migration = 1 }, any = { 0 };
	struct pair pair = pair_connected_params(any, stay);
	struct address to = address("127.0.0.1", port_free());

	ASSERT_ERRNO(migrate(pair.client, &to), EINVAL);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

#define TOTAL	(4 << 20)

/*
 * Bytes in both directions, and meanwhile, again and again, what may succeed or not. Return: how often
 * it did.
 */
static int under_load(struct pair *pair, int64_t sid, bool (*action)(void *arg), void *arg)
{
	pid_t children[] = {
		transfer_send(pair->client, sid, TOTAL), transfer_receiver(pair->server, sid, TOTAL),
		transfer_send(pair->server, 1, TOTAL), transfer_receiver(pair->client, 1, TOTAL),
	};
	int done = 0, running = 4, i;

	while (running) {
		done += action(arg);
		usleep(20000);
		for (i = 0; i < 4; i++) {
			if (children[i] && transfer_done(children[i])) {
				children[i] = 0;
				running--;
			}
		}
	}
	return done;
}

static bool move(void *mover)
{
	struct address to = address("127.0.0.1", port_free());

	if (!migrate(*(int *)mover, &to))
		return true;
	/* F8 */
	ASSERT_EQ(errno, EAGAIN);
	return false;
}

TEST_LIMIT("S6.27 nothing is lost while a client moves", 120)
{
	struct pair pair = pair_connected();

	ASSERT(under_load(&pair, 0, move, &pair.client) > 0);
	pair_close(&pair);
}

TEST_LIMIT("S6.27 nothing is lost while a server moves", 120)
{
	struct pair pair = pair_connected();

	ASSERT(under_load(&pair, 0, move, &pair.server) > 0);
	pair_close(&pair);
}

/* A second cable between the namespaces: 10.8.0.1 and 10.8.0.2. */
static void second_cable(const struct netns *netns)
{
	shell("ip link add veth2 type veth peer name veth3");
	shell("ip link set veth3 netns /proc/%d/fd/%d", getpid(), netns->far);
	shell("ip addr add 10.8.0.1/24 dev veth2 && ip link set veth2 up && "
	      "ip route add 10.9.0.2 dev veth2 via 10.8.0.2 metric 50 table 8 && "
	      "ip rule add from 10.8.0.1 lookup 8");
	netns_enter(netns->far);
	shell("ip addr add 10.8.0.2/24 dev veth3 && ip link set veth3 up");
	netns_enter(netns->near);
}

static struct pair connected_over(const struct netns *netns)
{
	struct pair pair = netns_pair(netns, FAR_ADDRESS);

	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	return pair;
}

TEST_LIMIT("S6.23 a client moves to another interface and the first one goes away", 120)
{
	struct netns netns = netns_create();
	struct address to = address("10.8.0.1", port_free());
	struct pair pair;

	second_cable(&netns);
	pair = connected_over(&netns);
	ASSERT_OK(migrate(pair.client, &to));
	expect_port(pair.server, address_peer, address_port(&to));
	ASSERT_EQ(address_peer(pair.server).in.sin_addr.s_addr, to.in.sin_addr.s_addr);
	pair_echo(&pair, 4);
	shell("ip link set veth0 down");
	netns_enter(netns.far);
	shell("ip addr add 10.9.0.2/24 dev lo");
	netns_enter(netns.near);
	pair_echo(&pair, 8);
	pair_close(&pair);
}

TEST_LIMIT("S6.25 a migration that nobody answers leaves the connection where it was", 120)
{
	struct netns netns = netns_create();
	struct address to, from;
	struct pair pair;

	shell("ip link add dummy0 type dummy && ip addr add 10.7.0.1/24 dev dummy0 && "
	      "ip link set dummy0 up");
	pair = connected_over(&netns);
	/* The far end has no way back to it. */
	to = address("10.7.0.1", port_free());
	from = address_local(pair.client);
	event_enable(pair.client, QUIC_EVENT_CONNECTION_MIGRATION, true);
	ASSERT_OK(migrate(pair.client, &to));
	pair_echo(&pair, 4);
	EVENTUALLY(!migrate(pair.client, &to));
	ASSERT_EQ(address_port(&from), ntohs(address_local(pair.client).in.sin_port));
	message_expect_none(pair.client);
	pair_echo(&pair, 8);
	pair_close(&pair);
}

/* A client whose server sees a NAT. */
static struct pair pair_behind_nat(struct relay *relay)
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address server = address_local(pair.listener);

	*relay = relay_start(&server);
	ASSERT_OK(address_connect(pair.client, &relay->addr));
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	return pair;
}

static void nat_rebinds(unsigned int way, const char *host)
{
	struct address before, local;
	struct relay relay;
	struct pair pair = pair_behind_nat(&relay);

	before = address_peer(pair.server);
	local = address_local(pair.server);
	event_enable(pair.server, QUIC_EVENT_CONNECTION_MIGRATION, true);
	event_enable(pair.client, QUIC_EVENT_CONNECTION_MIGRATION, true);
	relay_take(&relay, way);
	stream_write(pair.client, 4, NEW | FIN, "moved");
	EVENTUALLY(address_port(&before) != ntohs(address_peer(pair.server).in.sin_port));
	ASSERT_EQ(event_expect(pair.server, QUIC_EVENT_CONNECTION_MIGRATION).local_migration, 0);
	stream_expect(pair.server, 4, FIN, "moved");
	ASSERT_EQ(address_peer(pair.server).in.sin_addr.s_addr, inet_addr(host));
	ASSERT_EQ(address_port(&local), ntohs(address_local(pair.server).in.sin_port));
	/* The client changed nothing, so no ID changes, and it does not know of it. */
	ASSERT_EQ(cid_get(pair.server, true).active, 0);
	message_expect_none(pair.client);
	pair_close(&pair);
}

TEST("S6.23 P18 RFC 9000, 9.3 and 9.5 a NAT takes another port and the server follows with the same id")
{
	nat_rebinds(RELAY_PORT, "127.0.0.1");
}

TEST("S6.23 RFC 9000, 9.3 a NAT takes another address and the server follows")
{
	nat_rebinds(RELAY_ADDRESS, "127.0.0.3");
}

struct nat {
	struct relay relay;
	unsigned int returned;
};

/* One that forgets sooner than an answer takes would let none through: some have to come back first. */
static bool forget(void *arg)
{
	struct nat *nat = arg;

	if (nat->relay.count->returned - nat->returned < 10)
		return false;
	nat->returned = nat->relay.count->returned;
	relay_take(&nat->relay, (*nat->relay.way + 1) % RELAY_WAYS);
	return true;
}

TEST_LIMIT("S6.27 RFC 9000, 9.3 nothing is lost while a NAT forgets again and again", 120)
{
	struct nat nat = { };
	struct pair pair = pair_behind_nat(&nat.relay);

	ASSERT(under_load(&pair, 4, forget, &nat) > 0);
	pair_echo(&pair, 8);
	pair_close(&pair);
}

TEST("T105 S4.22 size of a migration event")
{
	struct pair pair = pair_connected();
	struct address to = address("127.0.0.1", port_free());
	static struct message message;

	pair_echo(&pair, 0);
	event_enable(pair.client, QUIC_EVENT_CONNECTION_MIGRATION, true);
	ASSERT_OK(migrate(pair.client, &to));
	ASSERT_EQ(message_recv(pair.client, &message, 100, 0), 2);
	ASSERT_EQ(message.data[0], QUIC_EVENT_CONNECTION_MIGRATION);
	pair_close(&pair);
}
