// SPDX-License-Identifier: GPL-2.0-only
/*
 * A datagram may be lost for lack of memory, at either end, and is not sent again; those that follow
 * it arrive.
 */
#include <errno.h>
#include <sys/time.h>

#include "../harness.h"
#include "../message.h"
#include "../pair.h"

#define TRIES	50

TEST("P15 S3.30 datagrams arrive, but for those that found no memory")
{
	struct quic_transport_param params = { .max_datagram_frame_size = 1400 };
	struct pair pair = pair_connected_params(params, params);
	struct timeval patience = { .tv_usec = 200000 };
	struct message message;
	int tries = TRIES;

	ASSERT_OK(setsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	do {
		ASSERT_EQ(send(pair.client, "datagram", 8, MSG_QUIC_DATAGRAM), 8);
	} while (message_recv(pair.server, &message, 100, 0) < 0 && errno == EAGAIN && --tries);
	ASSERT_EQ(message.len, 8);
	ASSERT(message.flags & MSG_QUIC_DATAGRAM);
	ASSERT_MEM(message.data, "datagram", 8);
	pair_close(&pair);
}
