// SPDX-License-Identifier: MIT
/*
 * libquic's tests, without a kernel module. Run in the build directory: it writes key files there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "pair.h"

#define DAY (24 * 60 * 60)

struct pki pki;

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	if (!file || fputs(text, file) == EOF || fclose(file)) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct certificate unknown;
	time_t now = time(NULL);
	int ret;

	certificate_create(&pki.authority, NULL, "Test Authority", now - 9 * DAY, now + 9 * DAY);
	certificate_create(&pki.server, &pki.authority, "server.test", now - DAY, now + DAY);
	certificate_create(&pki.expired, &pki.authority, "server.test", now - 3 * DAY, now - DAY);
	certificate_create(&pki.client, &pki.authority, "client.test", now - DAY, now + DAY);
	certificate_create(&unknown, NULL, "Unknown Authority", now - DAY, now + DAY);
	certificate_create(&pki.stranger, &unknown, "client.test", now - DAY, now + DAY);
	certificate_destroy(&unknown);
	certificate_write(&pki.client, OTHER_CERT_FILE, OTHER_KEY_FILE);
	certificate_write(&pki.server, SERVER_CERT_FILE, SERVER_KEY_FILE);
	write_text(PSK_SERVER_FILE, "first:00112233445566778899aabbccddeeff\n"
				    "second:ffeeddccbbaa99887766554433221100\n");
	/* The newline at the end is missing on purpose. */
	write_text(PSK_CLIENT_FILE, "second:ffeeddccbbaa99887766554433221100");

	ret = test_main("libquic", argc, argv);

	certificate_destroy(&pki.authority);
	certificate_destroy(&pki.server);
	certificate_destroy(&pki.expired);
	certificate_destroy(&pki.client);
	certificate_destroy(&pki.stranger);
	return ret;
}
