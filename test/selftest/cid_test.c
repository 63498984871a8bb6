// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connection IDs of both ends (section 6.6 of the API).
 */
#include <errno.h>

#include "cid.h"
#include "harness.h"
#include "message.h"
#include "pair.h"

/* Numbers 4 to 10 of the client are known at both ends; of the server's IDs, if @dest. */
static struct pair pair_from_4(bool dest)
{
	struct pair pair = pair_connected();

	pair_echo(&pair, 0);
	ASSERT_OK(cid_set(pair.client, dest, 0, 4));
	cid_expect(pair.client, dest, 4, 4);
	cid_expect(pair.server, !dest, 4, 4);
	pair_echo(&pair, 4);
	return pair;
}

TEST("S6.13 connection ids only while established")
{
	struct quic_connection_id_info info = { 0 };
	struct pair pair = pair_listening("127.0.0.1");
	socklen_t len = sizeof(info);

	ASSERT_ERRNO(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_ID, &info, &len), EINVAL);
	ASSERT_ERRNO(cid_set(pair.client, false, 0, 1), EINVAL);
	ASSERT_ERRNO(cid_set(pair.listener, false, 0, 1), EINVAL);
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_ERRNO(cid_set(pair.client, true, 0, 1), EINVAL);
	ASSERT_ERRNO(cid_set(pair.server, true, 0, 1), EINVAL);
	pair_handshake(&pair);
	ASSERT_EQ(cid_get(pair.client, false).active, 0);
	ASSERT_EQ(cid_get(pair.server, true).prior_to, 0);
	pair_close(&pair);
}

TEST("S5.2 each end knows seven ids of the other")
{
	struct pair pair = pair_connected();

	pair_echo(&pair, 0);
	ASSERT_ERRNO(cid_set(pair.client, true, 0, 7), EINVAL);
	ASSERT_OK(cid_set(pair.client, true, 6, 0));
	cid_expect(pair.client, true, 6, 0);
	pair_echo(&pair, 4);
	pair_close(&pair);
}

TEST("T142 own ids are retired and the lowest is active")
{
	struct pair pair = pair_from_4(false);

	pair_echo(&pair, 8);
	pair_close(&pair);
}

static void refuse(struct pair *pair, bool dest)
{
	ASSERT_ERRNO(cid_set(pair->client, dest, 0, 4), EINVAL);
	ASSERT_ERRNO(cid_set(pair->client, dest, 0, 11), EINVAL);
	ASSERT_ERRNO(cid_set(pair->client, dest, 3, 0), EINVAL);
	ASSERT_ERRNO(cid_set(pair->client, dest, 4, 0), EINVAL);
	ASSERT_ERRNO(cid_set(pair->client, dest, 11, 0), EINVAL);
	/* S6.15: nothing is changed, also if the other field is valid. */
	ASSERT_ERRNO(cid_set(pair->client, dest, 11, 6), EINVAL);
	ASSERT_ERRNO(cid_set(pair->client, dest, 9, 11), EINVAL);
	cid_expect(pair->client, dest, 4, 4);
}

TEST("T143 numbers of own ids that are refused")
{
	struct pair pair = pair_from_4(false);

	refuse(&pair, false);
	pair_close(&pair);
}

TEST("T144 own ids are retired and another one is active")
{
	struct pair pair = pair_from_4(false);

	ASSERT_OK(cid_set(pair.client, false, 9, 6));
	cid_expect(pair.client, false, 9, 6);
	pair_echo(&pair, 8);
	ASSERT_OK(cid_set(pair.client, false, 0, 12));
	cid_expect(pair.client, false, 12, 12);
	pair_echo(&pair, 12);
	pair_close(&pair);
}

TEST("T145 the peer's ids are retired and the lowest is active")
{
	struct pair pair = pair_from_4(true);

	pair_echo(&pair, 8);
	pair_close(&pair);
}

TEST("T145 numbers of the peer's ids that are refused")
{
	struct pair pair = pair_from_4(true);

	refuse(&pair, true);
	pair_close(&pair);
}

TEST("T145 the peer's ids are retired and another one is active")
{
	struct pair pair = pair_from_4(true);

	ASSERT_OK(cid_set(pair.client, true, 9, 6));
	cid_expect(pair.client, true, 9, 6);
	pair_echo(&pair, 8);
	ASSERT_OK(cid_set(pair.client, true, 0, 12));
	cid_expect(pair.client, true, 12, 12);
	pair_echo(&pair, 12);
	pair_close(&pair);
}

TEST("S6.17 known ids are seven consecutive numbers again")
{
	struct pair pair = pair_connected();
	uint32_t first;

	pair_echo(&pair, 0);
	for (first = 2; first <= 40; first += 2) {
		ASSERT_OK(cid_set(pair.server, false, 0, first));
		cid_expect(pair.client, true, first, first);
		pair_echo(&pair, 2 * first);
		ASSERT_ERRNO(cid_set(pair.server, false, 0, first + 7), EINVAL);
		ASSERT_ERRNO(cid_set(pair.client, true, 0, first + 7), EINVAL);
	}
	pair_close(&pair);
}

static void expect_retired(int fd, bool dest, uint32_t prior_to)
{
	union quic_event event = event_expect(fd, QUIC_EVENT_CONNECTION_ID);

	ASSERT_EQ(event.info.dest, dest);
	ASSERT_EQ(event.info.prior_to, prior_to);
	ASSERT_EQ(event.info.active, prior_to);
}

TEST("T162 one event for each id retired")
{
	struct pair pair = pair_connected();

	pair_echo(&pair, 0);
	event_enable(pair.client, QUIC_EVENT_CONNECTION_ID, true);
	event_enable(pair.server, QUIC_EVENT_CONNECTION_ID, true);
	ASSERT_OK(cid_set(pair.client, false, 0, 1));
	expect_retired(pair.client, false, 1);
	expect_retired(pair.server, true, 1);
	ASSERT_OK(cid_set(pair.client, true, 0, 1));
	expect_retired(pair.client, true, 1);
	expect_retired(pair.server, false, 1);
	message_expect_none(pair.client);
	message_expect_none(pair.server);
	pair_close(&pair);
}

TEST("T105 S4.22 size of a connection id event")
{
	struct pair pair = pair_connected();
	static struct message message;

	pair_echo(&pair, 0);
	event_enable(pair.client, QUIC_EVENT_CONNECTION_ID, true);
	ASSERT_OK(cid_set(pair.client, true, 0, 1));
	ASSERT_EQ(message_recv(pair.client, &message, 100, 0), 13);
	ASSERT_EQ(message.data[0], QUIC_EVENT_CONNECTION_ID);
	pair_close(&pair);
}
