/* SPDX-License-Identifier: MIT */
/* Measured times, and what they are in short. */
#ifndef _QUICPERF_SAMPLES_H
#define _QUICPERF_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

/**
 * struct samples - times in microseconds
 * @values: the times
 * @count: how many
 * @room: how many there is memory for
 */
struct samples {
	uint32_t *values;
	size_t count;
	size_t room;
};

void samples_add(struct samples *samples, uint64_t microseconds);
void samples_free(struct samples *samples);

/* {"min": ..., "mean": ..., "p50": ..., "max": ...}, null if there are none. Sorts them. */
json_t *samples_to_json(struct samples *samples);

#endif /* _QUICPERF_SAMPLES_H */
