// SPDX-License-Identifier: MIT
#include <err.h>
#include <stdlib.h>

#include "samples.h"

void samples_add(struct samples *samples, uint64_t microseconds)
{
	if (samples->count == samples->room) {
		samples->room = samples->room ? 2 * samples->room : 1024;
		samples->values =
			reallocarray(samples->values, samples->room, sizeof(*samples->values));
		if (!samples->values)
			err(1, "samples");
	}
	samples->values[samples->count++] = microseconds < UINT32_MAX ? microseconds : UINT32_MAX;
}

void samples_free(struct samples *samples)
{
	free(samples->values);
}

static int compare(const void *a, const void *b)
{
	uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

/* The smallest value that so many thousandths of all do not exceed. */
static json_int_t quantile(const struct samples *samples, unsigned int thousandths)
{
	size_t rank = (samples->count * thousandths + 999) / 1000;

	return samples->values[rank ? rank - 1 : 0];
}

json_t *samples_to_json(struct samples *samples)
{
	double sum = 0;
	size_t i;

	if (!samples->count)
		return json_null();
	qsort(samples->values, samples->count, sizeof(*samples->values), compare);
	for (i = 0; i < samples->count; i++)
		sum += samples->values[i];
	return json_pack("{s:I, s:f, s:I, s:I, s:I, s:I, s:I}", "min", quantile(samples, 0), "mean",
			 sum / samples->count, "p50", quantile(samples, 500), "p90",
			 quantile(samples, 900), "p99", quantile(samples, 990), "p99_9",
			 quantile(samples, 999), "max", quantile(samples, 1000));
}
