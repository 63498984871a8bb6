// SPDX-License-Identifier: MIT
/* Files of pre-shared keys: lines "identity:hexkey" (S9.10). */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls.h"

/* The key behind the identity, which now ends in NUL; NULL if the line has not this form. */
static char *split(char *line)
{
	char *hex = strchr(line, ':');
	size_t digits;

	if (!hex || hex == line)
		return NULL;
	*hex++ = '\0';
	digits = strspn(hex, "0123456789abcdefABCDEF");
	return digits && digits % 2 == 0 && !hex[digits] ? hex : NULL;
}

void psk_file_read(const char *name, struct psk_key *first)
{
	unsigned int number = 0;
	char *line = NULL, *hex;
	size_t size = 0;
	FILE *file;

	first->identity = NULL;
	file = fopen(name, "re");
	if (!file)
		err(1, "cannot open PSK file %s", name);
	while (getline(&line, &size, file) > 0) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		hex = split(line);
		if (!hex)
			errx(1, "PSK file %s, line %u: not identity:hexkey", name, number);
		if (first->identity)
			continue;
		first->identity = strdup(line);
		first->hex = strdup(hex);
		if (!first->identity || !first->hex)
			err(1, "PSK file %s", name);
	}
	if (ferror(file))
		err(1, "cannot read PSK file %s", name);
	if (!first->identity)
		errx(1, "PSK file %s is empty", name);
	fclose(file);
	gnutls_memset(line, 0, size);
	free(line);
}

void psk_key_free(struct psk_key *key)
{
	gnutls_memset(key->hex, 0, strlen(key->hex));
	free(key->identity);
	free(key->hex);
}
