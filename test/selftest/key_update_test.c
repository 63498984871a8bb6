// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"
#include "transfer.h"

static int key_update(int fd)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0);
}

static int key_phase(int fd)
{
	return stats(fd).key_phase;
}

TEST("T146 S6.33 key update when there is no connection")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(key_update(pair.client), EPIPE);
	ASSERT_ERRNO(key_update(pair.listener), EPIPE);
	pair_connect(&pair);
	ASSERT_ERRNO(key_update(pair.client), EPIPE);
	pair_hello(&pair);
	ASSERT_ERRNO(key_update(pair.server), EPIPE);
	pair_handshake(&pair);
	ASSERT_OK(key_update(pair.client));
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_ERRNO(key_update(pair.client), EPIPE);
	pair_close(&pair);
}

TEST("T146 S6.33 key update twice in a row")
{
	struct pair pair = pair_connected();

	ASSERT_OK(key_update(pair.client));
	ASSERT_ERRNO(key_update(pair.client), EINVAL);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

/*
 * S6.35: the last update is over when a packet arrives two probe timeouts after it. Streams from @sid on
 * bring packets. Return: the next one.
 */
static int64_t key_update_again(struct pair *pair, int fd, int64_t sid)
{
	int tries = 50 * test_slowness();

	while (key_update(fd)) {
		ASSERT_EQ(errno, EINVAL);
		ASSERT(--tries);
		usleep(100000);
		pair_echo(pair, sid);
		sid += 4;
	}
	return sid;
}

TEST("T147 S6.34 S6.35 key update by one side and then by the other")
{
	struct pair pair = pair_connected();
	int64_t sid;
	int i;

	ASSERT_OK(key_update(pair.client));
	stream_write(pair.client, 0, NEW, "one");
	stream_expect(pair.server, 0, 0, "one");
	EVENTUALLY(key_phase(pair.client) == 1 && key_phase(pair.server) == 1);
	stream_write(pair.client, 0, 0, "two");
	stream_expect(pair.server, 0, 0, "two");
	sid = key_update_again(&pair, pair.server, 4);
	stream_write(pair.server, 0, 0, "three");
	stream_expect(pair.client, 0, 0, "three");
	EVENTUALLY(key_phase(pair.client) == 0 && key_phase(pair.server) == 0);
	for (i = 0; i < 10; i++)
		pair_echo(&pair, sid + 4 * i);
	pair_close(&pair);
}

TEST("T161 F36 S7 key update event at the responder alone")
{
	struct pair pair = pair_connected();
	int64_t sid = 0;
	int i;

	event_enable(pair.client, QUIC_EVENT_KEY_UPDATE, true);
	event_enable(pair.server, QUIC_EVENT_KEY_UPDATE, true);
	for (i = 0; i < 2; i++) {
		/* Nothing else is sent, and still it is news (F5). */
		sid = key_update_again(&pair, pair.client, sid);
		ASSERT_EQ(event_expect(pair.server, QUIC_EVENT_KEY_UPDATE).key_update_phase, !i);
	}
	pair_echo(&pair, sid);
	message_expect_none(pair.client);
	pair_close(&pair);
}

TEST("T105 S4.22 size of a key update event")
{
	struct pair pair = pair_connected();
	static struct message message;

	event_enable(pair.server, QUIC_EVENT_KEY_UPDATE, true);
	ASSERT_OK(key_update(pair.client));
	ASSERT_EQ(message_recv(pair.server, &message, 100, 0), 2);
	pair_close(&pair);
}

TEST_LIMIT("S6.34 key updates under load lose nothing", 120)
{
	struct pair pair = pair_connected();
	pid_t sender, updater;

	sender = transfer_send(pair.client, 0, 8 << 20);
	updater = fork();
	ASSERT_OK(updater);
	if (!updater) {
		for (;;) {
			key_update(pair.client);
			key_update(pair.server);
			usleep(10000);
		}
	}
	transfer_receive(pair.server, 0, 8 << 20);
	kill(updater, SIGKILL);
	transfer_wait(sender);
	pair_close(&pair);
}

static struct pair pair_clear(bool client, bool server)
{
	struct quic_transport_param c = { .disable_1rtt_encryption = client };
	struct quic_transport_param s = { .disable_1rtt_encryption = server };

	return pair_connected_params(c, s);
}

TEST("T115 S6.36 data exchange without encryption")
{
	struct pair pair = pair_clear(true, true);

	pair_echo(&pair, 0);
	transfer(pair.client, pair.server, 4, 4 << 20);
	ASSERT_ERRNO(key_update(pair.client), EINVAL);
	pair_close(&pair);
}

TEST("S6.36 one end alone cannot switch encryption off")
{
	struct pair pair = pair_clear(true, false);

	pair_echo(&pair, 0);
	ASSERT_OK(key_update(pair.client));
	pair_close(&pair);
	pair = pair_clear(false, true);
	pair_echo(&pair, 0);
	ASSERT_OK(key_update(pair.server));
	pair_close(&pair);
}

TEST("S5.16 RFC 9287, 3.1: data exchange with a greased bit")
{
	struct quic_transport_param params = { .grease_quic_bit = 1 };
	struct pair pair = pair_connected_params(params, params);

	pair_echo(&pair, 0);
	transfer(pair.client, pair.server, 4, 1 << 20);
	pair_close(&pair);
}
