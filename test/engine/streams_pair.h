/* SPDX-License-Identifier: GPL-2.0-only */
/* A client and a server reduced to their streams, with the parameters that most tests want. */
#ifndef TEST_ENGINE_STREAMS_PAIR_H
#define TEST_ENGINE_STREAMS_PAIR_H

#include "streams_end.h"

static struct end c, s;

static inline void begin(void)
{
	struct quic_params params = end_params();

	end_pair(&c, &s, &params);
}

/* Nothing is left of what was allocated. */
static inline void finish(void)
{
	end_clear(&c);
	end_clear(&s);
}

#endif
