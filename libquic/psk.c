// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pre-shared keys: files of lines "identity:hexkey".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "log.h"

/**
 * struct quic_psk - the first line of a PSK file
 * @line: the line, whose ':' was replaced by NUL: the identity
 * @key: the key in hexadecimal, inside @line
 */
struct quic_psk {
	char *line;
	char *key;
};

static void quic_psk_free(struct quic_psk *psk)
{
	if (psk->line)
		gnutls_memset(psk->line, 0, strlen(psk->line) + 1 + strlen(psk->key));
	free(psk->line);
}

static int quic_psk_parse(struct quic_psk *psk)
{
	size_t digits;

	psk->line[strcspn(psk->line, "\r\n")] = '\0';
	psk->key = strchr(psk->line, ':');
	if (!psk->key || psk->key == psk->line)
		return -EINVAL;
	digits = strspn(psk->key + 1, "0123456789abcdefABCDEF");
	if (!digits || digits % 2 || psk->key[1 + digits])
		return -EINVAL;
	*psk->key++ = '\0';
	return 0;
}

static int quic_psk_read(const char *name, struct quic_psk *psk)
{
	size_t size = 0;
	FILE *file;
	int ret = -EINVAL;

	psk->line = NULL;
	file = fopen(name, "re");
	if (!file) {
		quic_log_err("cannot open PSK file %s: %m", name);
		return -EINVAL;
	}
	if (getline(&psk->line, &size, file) > 0)
		ret = quic_psk_parse(psk);
	fclose(file);
	if (ret) {
		quic_log_err("the first line of PSK file %s is not identity:hexkey", name);
		free(psk->line);
	}
	return ret;
}

/* A client uses the first key of the file. */
int quic_psk_set_client(gnutls_psk_client_credentials_t cred, const char *file)
{
	gnutls_datum_t key;
	struct quic_psk psk;
	int ret;

	ret = quic_psk_read(file, &psk);
	if (ret)
		return ret;
	key.data = (unsigned char *)psk.key;
	key.size = strlen(psk.key);
	ret = gnutls_psk_set_client_credentials(cred, psk.line, &key, GNUTLS_PSK_KEY_HEX);
	quic_psk_free(&psk);
	return ret;
}

/* A server looks up the client's identity among all lines; the first one shows that they are. */
int quic_psk_set_server(gnutls_psk_server_credentials_t cred, const char *file)
{
	struct quic_psk psk;
	int ret;

	ret = quic_psk_read(file, &psk);
	if (ret)
		return ret;
	quic_psk_free(&psk);
	return gnutls_psk_set_server_credentials_file(cred, file);
}
