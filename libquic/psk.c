// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pre-shared keys: files of lines "identity:hexkey" (S9.10).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "context.h"
#include "log.h"

/* Of a line; GnuTLS takes identities and keys of some hundred bytes. Bounded, as a file may be endless. */
#define QUIC_PSK_LINE_SIZE 4096

#define QUIC_PSK_DIGITS "0123456789abcdefABCDEF"

/**
 * struct quic_psk - a PSK file and the line that was read last
 * @file: the file
 * @name: its name
 * @number: the line's number, from 1
 * @identity: the identity, as it is in the file: after a '#' in hexadecimal
 * @key: the key in hexadecimal
 * @line: what both point into
 */
struct quic_psk {
	FILE *file;
	const char *name;
	unsigned int number;
	gnutls_datum_t identity;
	gnutls_datum_t key;
	char line[QUIC_PSK_LINE_SIZE + 1];
};

static int quic_psk_refuse(const struct quic_psk *psk, const char *why)
{
	quic_log_err("PSK file %s, line %u: %s", quic_log_file(psk->name), psk->number, why);
	return -EINVAL;
}

static int quic_psk_check_digits(const struct quic_psk *psk, const char *digits)
{
	size_t count = strspn(digits, QUIC_PSK_DIGITS);

	if (!*digits)
		return quic_psk_refuse(psk, "the key or identity is empty");
	if (digits[count])
		return quic_psk_refuse(psk, "what should be hexadecimal is not");
	if (count % 2)
		return quic_psk_refuse(psk, "an odd number of hexadecimal digits");
	return 0;
}

/* Take the line apart. A message never quotes it: it may hold a key. */
static int quic_psk_parse(struct quic_psk *psk, size_t len)
{
	char *colon;
	int ret;

	if (memchr(psk->line, '\0', len))
		return quic_psk_refuse(psk, "a NUL byte");
	psk->line[len] = '\0';
	if (len && psk->line[len - 1] == '\r')
		return quic_psk_refuse(psk, "a carriage return before the newline");
	colon = strchr(psk->line, ':');
	if (!colon)
		return quic_psk_refuse(psk, "no colon, should be identity:hexkey");
	*colon = '\0';
	if (colon == psk->line)
		return quic_psk_refuse(psk, "the identity is empty");
	ret = psk->line[0] == '#' ? quic_psk_check_digits(psk, psk->line + 1) : 0;
	if (!ret)
		ret = quic_psk_check_digits(psk, colon + 1);
	psk->identity.data = (unsigned char *)psk->line;
	psk->identity.size = colon - psk->line;
	psk->key.data = (unsigned char *)colon + 1;
	psk->key.size = psk->line + len - colon - 1;
	return ret;
}

/* Returns 1 if there was a line, 0 at the end of the file, or -EINVAL. */
static int quic_psk_next(struct quic_psk *psk)
{
	size_t len = 0;
	int c, ret;

	psk->number++;
	while ((c = getc(psk->file)) != EOF && c != '\n') {
		if (len == QUIC_PSK_LINE_SIZE)
			return quic_psk_refuse(psk, "longer than 4096 bytes");
		psk->line[len++] = c;
	}
	if (ferror(psk->file)) {
		quic_log_err("cannot read PSK file %s: %m", quic_log_file(psk->name));
		return -EINVAL;
	}
	if (c == EOF && !len)
		return 0;
	ret = quic_psk_parse(psk, len);
	return ret ? ret : 1;
}

/* Open the file and read its first line. */
static int quic_psk_open(struct quic_psk *psk, const char *name)
{
	int ret;

	psk->name = name;
	psk->number = 0;
	psk->file = fopen(name, "re");
	if (!psk->file) {
		quic_log_err("cannot open PSK file %s: %m", quic_log_file(name));
		return -EINVAL;
	}
	ret = quic_psk_next(psk);
	if (!ret) {
		quic_log_err("PSK file %s is empty", quic_log_file(name));
		return -EINVAL;
	}
	return ret < 0 ? ret : 0;
}

static void quic_psk_close(struct quic_psk *psk)
{
	gnutls_memset(psk->line, 0, sizeof(psk->line));
	if (psk->file)
		fclose(psk->file);
}

static int quic_psk_use(const struct quic_psk *psk, gnutls_psk_client_credentials_t cred)
{
	const gnutls_datum_t digits = {
		.data = psk->identity.data + 1,
		.size = psk->identity.size - 1,
	};
	gnutls_datum_t identity;
	int ret;

	/* As GnuTLS's servers read it: an identity of any bytes follows a '#', in hexadecimal. */
	if (psk->identity.data[0] != '#')
		return gnutls_psk_set_client_credentials2(cred, &psk->identity, &psk->key,
							  GNUTLS_PSK_KEY_HEX);
	ret = gnutls_hex_decode2(&digits, &identity);
	if (ret)
		return ret;
	ret = gnutls_psk_set_client_credentials2(cred, &identity, &psk->key, GNUTLS_PSK_KEY_HEX);
	gnutls_free(identity.data);
	return ret;
}

/* A client uses the first key of the file. */
int quic_psk_set_client(gnutls_psk_client_credentials_t cred, const char *file)
{
	struct quic_psk psk;
	int ret;

	ret = quic_psk_open(&psk, file);
	if (!ret)
		ret = quic_psk_use(&psk, cred);
	quic_psk_close(&psk);
	return ret;
}

/*
 * In the handshake GnuTLS looks up the client's identity among all lines. All are looked at before: a mistake
 * in one is better found now than when its client comes.
 */
int quic_psk_set_server(gnutls_psk_server_credentials_t cred, const char *file)
{
	struct quic_psk psk;
	int ret;

	ret = quic_psk_open(&psk, file);
	if (!ret) {
		do {
			ret = quic_psk_next(&psk);
		} while (ret > 0);
	}
	quic_psk_close(&psk);
	return ret ? ret : gnutls_psk_set_server_credentials_file(cred, file);
}
