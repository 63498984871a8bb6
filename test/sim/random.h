/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers from a seed (SplitMix64): each part of a run has a stream of its own. */
#ifndef TEST_SIM_RANDOM_H
#define TEST_SIM_RANDOM_H

#include "os.h"

struct random {
	u64 state;
};

static inline u64 random_mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline u64 random_u64(struct random *r)
{
	return random_mix(r->state += 0x9e3779b97f4a7c15ULL);
}

/* 0 to @below - 1; 0 for 0. */
static inline u64 random_below(struct random *r, u64 below)
{
	return below ? random_u64(r) % below : 0;
}

/* True in @per_10000 of 10000 cases. */
static inline bool random_chance(struct random *r, unsigned int per_10000)
{
	return per_10000 && random_below(r, 10000) < per_10000;
}

#endif
