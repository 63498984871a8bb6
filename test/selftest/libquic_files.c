// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../libquic/certificate.h"
#include "harness.h"
#include "libquic_files.h"

#define DAY	(24 * 60 * 60)

/* Files of the running test, in a directory of its own. */
static char directory[] = "/tmp/quic-selftest-XXXXXX";
char cert_file[64], key_file[64], server_psk[64], client_psk[64];

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	ASSERT(file);
	fputs(text, file);
	fclose(file);
}

static void remove_files(void)
{
	unlink(cert_file);
	unlink(key_file);
	unlink(server_psk);
	unlink(client_psk);
	rmdir(directory);
}

void make_files(void)
{
	struct certificate authority, cert;
	time_t now = time(NULL);

	ASSERT(mkdtemp(directory));
	snprintf(cert_file, sizeof(cert_file), "%s/cert.pem", directory);
	snprintf(key_file, sizeof(key_file), "%s/key.pem", directory);
	snprintf(server_psk, sizeof(server_psk), "%s/server.psk", directory);
	snprintf(client_psk, sizeof(client_psk), "%s/client.psk", directory);
	certificate_create(&authority, NULL, "Test Authority", now - DAY, now + DAY);
	certificate_create(&cert, &authority, "server.test", now - DAY, now + DAY);
	certificate_write(&cert, cert_file, key_file);
	certificate_destroy(&cert);
	certificate_destroy(&authority);
	write_text(server_psk, "one:00112233445566778899aabbccddeeff\n"
			       "two:ffeeddccbbaa99887766554433221100\n");
	write_text(client_psk, "two:ffeeddccbbaa99887766554433221100\n");
	atexit(remove_files);
}
