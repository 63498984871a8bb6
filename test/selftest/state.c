// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "harness.h"
#include "state.h"

/* Longer than a connection takes to leave after its end. */
#define CLOSE_TIME_US	700000

const char *state_name(enum state state)
{
	static const char *const names[STATES] = {
		"fresh", "bound", "listening", "connecting", "accepted", "an established client",
		"an established server", "closing", "closed", "ended by its peer",
	};

	return names[state];
}

struct pair pair_in_state(enum state state, int *fd)
{
	struct address any = address("127.0.0.1", 0);
	struct pair pair = pair_listening("127.0.0.1");

	if (state == BOUND || state == LISTENING)
		ASSERT_OK(address_bind(pair.client, &any));
	if (state == LISTENING)
		ASSERT_OK(listen(pair.client, 4));
	if (state >= CONNECTING)
		pair_connect(&pair);
	if (state >= ACCEPTED)
		pair_hello(&pair);
	if (state >= CLIENT)
		pair_handshake(&pair);
	*fd = state == ACCEPTED || state == SERVER || state == ENDED ? pair.server : pair.client;
	if (state >= CLOSING)
		ASSERT_OK(shutdown(pair.client, SHUT_WR));
	if (state == CLOSED)
		usleep(CLOSE_TIME_US);
	if (state == ENDED)
		EVENTUALLY(poll_events(*fd) & POLLHUP);
	ASSERT_OK(fcntl(*fd, F_SETFL, O_NONBLOCK));
	return pair;
}
