// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow control as both ends see it: when credit is given, and what says that there is none.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"

#define WINDOW	16000

static char data[2 * WINDOW];

/* Stream 0 of the client has used up its window, and the server has read this much of it. */
static struct pair pair_exhausted(size_t read)
{
	struct quic_transport_param server = { .max_stream_data_bidi_remote = WINDOW };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, WINDOW), WINDOW);
	stream_drain(pair.server, read);
	return pair;
}

static bool accepts(int fd, int64_t sid, uint32_t flags)
{
	return stream_send_flags(fd, sid, flags, data, 1, MSG_DONTWAIT) == 1;
}

/* Less than a sixteenth was read, so that no credit is given unless the sender asks for it. */
TEST("T075 F2 S3.22 S4.16 a sender that is blocked says so if it is to, and gets credit at once")
{
	struct pair pair = pair_exhausted(WINDOW / 16 - 1);

	ASSERT(!accepts(pair.client, 0, 0));
	usleep(100000);
	/* Nothing was said, and that does not keep the next one from saying it. */
	ASSERT(!accepts(pair.client, 0, 0));
	ASSERT_ERRNO(stream_send_flags(pair.client, 0, SNDBLOCK, data, 1, MSG_DONTWAIT), ENOSPC);
	EVENTUALLY(accepts(pair.client, 0, 0));
	pair_close(&pair);
}

TEST("T075 S3.22 S4.16 a sender that the connection blocks says so, too")
{
	struct quic_transport_param server = { .max_data = WINDOW };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);

	ASSERT_EQ(stream_send(pair.client, 0, NEW, data, WINDOW), WINDOW);
	stream_drain(pair.server, WINDOW / 16 - 1);
	usleep(100000);
	ASSERT(!accepts(pair.client, 0, 0));
	ASSERT_ERRNO(stream_send_flags(pair.client, 0, SNDBLOCK, data, 1, MSG_DONTWAIT), ENOSPC);
	EVENTUALLY(accepts(pair.client, 0, 0));
	pair_close(&pair);
}

TEST("S4.16 F1 a sixteenth of the window that was read is given back, exactly")
{
	struct pair pair = pair_exhausted(WINDOW / 16);
	union quic_event event;

	EVENTUALLY(accepts(pair.client, 0, 0));
	event_enable(pair.client, QUIC_EVENT_STREAM_MAX_DATA, true);
	stream_drain(pair.server, WINDOW / 16);
	event = event_expect(pair.client, QUIC_EVENT_STREAM_MAX_DATA);
	ASSERT_EQ(event.max_data.id, 0);
	ASSERT_EQ(event.max_data.max_data, WINDOW + 2 * (WINDOW / 16));
	pair_close(&pair);
}

TEST("S4.10 looking at data gives no credit")
{
	struct pair pair = pair_exhausted(0);
	static struct message message;
	int i;

	for (i = 0; i < 10; i++)
		ASSERT(message_recv(pair.server, &message, WINDOW, MSG_PEEK) > 0);
	usleep(100000);
	ASSERT(!accepts(pair.client, 0, 0));
	stream_drain(pair.server, WINDOW);
	EVENTUALLY(accepts(pair.client, 0, 0));
	pair_close(&pair);
}

TEST("S4.16 no credit for a stream that was received completely")
{
	struct pair pair = pair_exhausted(0);

	stream_write(pair.client, 0, FIN, "");
	event_enable(pair.client, QUIC_EVENT_STREAM_MAX_DATA, true);
	stream_drain(pair.server, WINDOW);
	stream_expect(pair.server, 0, FIN, "");
	pair_echo(&pair, 4);
	message_expect_none(pair.client);
	pair_close(&pair);
}

/* Packets of 1200 bytes, so that there are full ones among what is held back. */
static struct pair pair_small_packets(const struct netns *netns, bool nodelay)
{
	struct quic_transport_param params = { .max_udp_payload_size = 1200 };
	struct pair pair = netns_pair(netns, FAR_ADDRESS);

	params_set(pair.listener, params);
	config_set(pair.client, (struct quic_config){ .stream_data_nodelay = nodelay });
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	return pair;
}

static int unsent(int fd)
{
	int bytes;

	ASSERT_OK(ioctl(fd, SIOCOUTQNSD, &bytes));
	return bytes;
}

TEST("S3.23 more holds what is less than a packet")
{
	struct netns netns = netns_create();
	struct pair pair = pair_small_packets(&netns, false);

	ASSERT_EQ(stream_send_flags(pair.client, 4, NEW, data, 5000, MSG_MORE), 5000);
	ASSERT(unsent(pair.client) > 0 && unsent(pair.client) < 1200);
	stream_write(pair.client, 4, FIN, "x");
	stream_drain(pair.server, 5001);
	ASSERT_EQ(unsent(pair.client), 0);
	pair_close(&pair);
}

TEST("S3.24 S6.47 a small write waits for what is in flight, unless nothing is to be delayed")
{
	struct netns netns = netns_create();
	struct pair pair = pair_small_packets(&netns, false);
	int64_t sid = 0;

	for (;;) {
		uint32_t probes = stats(pair.client).pto_count;
		int second, third;

		sid += 4;
		netns_hold("veth0");
		stream_write(pair.client, sid, NEW, "one");
		ASSERT_EQ(unsent(pair.client), 0);
		stream_write(pair.client, sid, 0, "two");
		second = unsent(pair.client);
		/* FIN does not get it past that. */
		stream_write(pair.client, sid, FIN, "three");
		third = unsent(pair.client);
		if (stats(pair.client).pto_count == probes) {
			ASSERT_EQ(second, 3);
			ASSERT_EQ(third, 8);
			break;
		}
		/* A probe was quicker than this process, and took along what waited. */
		netns_drop("veth0");
		stream_drain(pair.server, 11);
	}
	netns_drop("veth0");
	stream_drain(pair.server, 11);
	pair_close(&pair);

	pair = pair_small_packets(&netns, true);
	netns_hold("veth0");
	stream_write(pair.client, 4, NEW, "one");
	stream_write(pair.client, 4, 0, "two");
	ASSERT_EQ(unsent(pair.client), 0);
	pair_close(&pair);
}
