// SPDX-License-Identifier: GPL-2.0-only
/* Lists of application protocols. */
#include <linux/string.h>

#include "alpn.h"

void quic_alpn_normalize(char *list, const char *text, size_t len)
{
	bool start = true;
	size_t i;

	for (i = 0; i < len && text[i]; i++) {
		if (start && text[i] == ' ')
			continue;
		start = text[i] == ',';
		*list++ = text[i];
	}
	*list = '\0';
}

bool quic_alpn_has(const char *list, const u8 *name, size_t len)
{
	size_t n;

	for (; *list; list += n + (list[n] == ',')) {
		n = strchrnul(list, ',') - list;
		if (n == len && !memcmp(list, name, n))
			return true;
	}
	return false;
}

bool quic_alpn_overlap(const char *a, const char *b)
{
	size_t n;

	for (; *a; a += n + (a[n] == ',')) {
		n = strchrnul(a, ',') - a;
		if (quic_alpn_has(b, (const u8 *)a, n))
			return true;
	}
	return false;
}
