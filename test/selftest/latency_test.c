// SPDX-License-Identifier: GPL-2.0-only
/*
 * Request and response, one at a time: had each waited for a delayed acknowledgement (25 ms), the
 * test would take 250 s and be ended by its limit.
 */
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define REQUESTS	10000
#define SIZE		1024

TEST_LIMIT("T188 request and response", 120)
{
	struct pair pair = pair_connected();
	char data[SIZE];
	int i;

	memset(data, 'r', sizeof(data));
	for (i = 0; i < REQUESTS; i++) {
		ASSERT_EQ(stream_send(pair.client, 0, i ? 0 : NEW, data, SIZE), SIZE);
		stream_drain(pair.server, SIZE);
		ASSERT_EQ(stream_send(pair.server, 0, 0, data, SIZE), SIZE);
		stream_drain(pair.client, SIZE);
	}
	pair_close(&pair);
}
