// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

#define MOST_SECONDS (365 * 24 * 60 * 60)

/* The digits at the beginning of @text; *@end is what follows them. */
static bool leading_number(const char *text, uint64_t *value, char **end)
{
	errno = 0;
	*value = strtoull(text, end, 10);
	return isdigit((unsigned char)*text) && !errno;
}

uint64_t number_parse(const char *what, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;
	char *end;

	if (!leading_number(text, &value, &end) || *end || value < min || value > max)
		errx(EXIT_USAGE, "%s '%s' is not a number from %" PRIu64 " to %" PRIu64, what, text,
		     min, max);
	return value;
}

uint64_t number_parse_bytes(const char *what, const char *text)
{
	static const char units[] = "KMG";
	uint64_t value, factor = 1;
	const char *unit;
	char *end;

	if (!leading_number(text, &value, &end))
		goto malformed;
	if (*end) {
		unit = strchr(units, *end++);
		if (!unit || *end)
			goto malformed;
		for (; unit >= units; unit--)
			factor *= 1000;
	}
	if (value <= INT64_MAX / factor)
		return value * factor;
malformed:
	errx(EXIT_USAGE, "%s '%s' is not a number of bytes such as 1000, 64K or 2G", what, text);
}

uint64_t number_parse_seconds(const char *what, const char *text)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (!isdigit((unsigned char)*text) || *end || !(seconds >= 0.001) || seconds > MOST_SECONDS)
		errx(EXIT_USAGE, "%s '%s' is not a number of seconds", what, text);
	return seconds * 1000;
}
