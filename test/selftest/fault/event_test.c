// SPDX-License-Identifier: GPL-2.0-only
/* An event that finds no memory is dropped, as one that finds the receive buffer full (S7.3); others come. */
#include <errno.h>
#include <sys/time.h>

#include "../harness.h"
#include "../message.h"
#include "../pair.h"

#define TRIES	50

/* Is there an event before the patience is over? Data of streams may come first. */
static bool has_event(int fd)
{
	struct message message;

	while (message_recv(fd, &message, MESSAGE_SIZE, 0) >= 0)
		if (message.flags & MSG_QUIC_NOTIFICATION)
			return true;
	ASSERT_EQ(errno, EAGAIN);
	return false;
}

TEST("P15 S7.3 the end of a stream makes an event, unless there is no memory for it")
{
	struct pair pair = pair_connected();
	struct timeval patience = { .tv_usec = 200000 };
	struct quic_errinfo reset = { .stream_id = 2, .errcode = 77 };
	int tries = TRIES;

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_OK(setsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	do {
		stream_write(pair.client, reset.stream_id, NEW, "begin");
		ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &reset, sizeof(reset)));
		reset.stream_id += 4;
	} while (!has_event(pair.server) && --tries);
	ASSERT(tries);
	pair_close(&pair);
}
