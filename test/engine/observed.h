/* SPDX-License-Identifier: GPL-2.0-only */
/* What the engine has reported (observe.h) since the test began, of all connections together. */
#ifndef TEST_ENGINE_OBSERVED_H
#define TEST_ENGINE_OBSERVED_H

#include "observe.h"

/**
 * struct observed - counts of events, and some of what the last of each said
 * @dropped, @lost, @closed: by trigger
 * @sent_length: of the last packet sent; @sent_frame: type of its first frame
 * @key_updates: [by the peer][sending]
 */
struct observed {
	unsigned int sent, received, dropped[5], lost[2], metrics;
	unsigned int stream_states, connection_states, closed[5], key_updates[2][2];
	size_t sent_length;
	u8 sent_frame, received_frame;
	u64 stream;
	u8 stream_old, stream_new, connection_old, connection_new;
};

extern struct observed observed;

#endif
