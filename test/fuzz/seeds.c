// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write the inputs that fuzzing starts from: seeds DIRECTORY [CORPUS...], with a folder for each
 * target. A corpus is a text file TARGET.txt with an input in each line: what earlier runs found.
 */
#include <ctype.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "frame_samples.h"
#include "host.h"
#include "params_samples.h"
#include "rfc_samples.h"

static const char *root;
static unsigned int count;

/* @first, unless negative, and then the bytes of all @hex up to NULL. */
static void seed(const char *target, int first, const char *hex, ...)
{
	char path[4096];
	unsigned int byte;
	va_list args;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%u", root, target, count++);
	file = fopen(path, "wb");
	if (!file) {
		perror(path);
		exit(1);
	}
	if (first >= 0)
		fputc(first, file);
	va_start(args, hex);
	for (; hex; hex = va_arg(args, const char *)) {
		while (*hex) {
			if (isspace((unsigned char)*hex)) {
				hex++;
				continue;
			}
			if (sscanf(hex, "%2x", &byte) != 1)
				abort();
			fputc(byte, file);
			hex += 2;
		}
	}
	va_end(args);
	fclose(file);
}

static size_t hex_len(const char *hex)
{
	size_t digits = 0;

	for (; *hex; hex++)
		digits += !isspace((unsigned char)*hex);
	return digits / 2;
}

static void packets(void)
{
	/* type, cipher, lengths of IDs and token, phase, numbers, version, room, least length */
	static const char *const recipes[] = {
		"00 00 08 08 00 01 32 05 00 05dc 0000", "01 00 08 08 00 00 3d 00 00 04b0 04b0",
		"02 01 14 00 00 00 20 10 01 0400 0040", "03 02 00 14 00 00 10 1e 01 0100 0000",
		"00 03 04 00 00 00 05 1f 00 0040 0015", "01 03 08 08 40 00 08 03 01 05dc 04b0",
	};
	static const char bytes[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rfc_samples); i++) {
		seed("packet", 0, rfc_samples[i].client_packet, NULL);
		seed("packet", 0, rfc_samples[i].server_packet, rfc_samples[i].chacha_packet, NULL);
		seed("packet", 0, rfc_samples[i].retry, NULL);
		seed("packet", 0, rfc_samples[i].chacha_packet, bytes, NULL);
	}
	/* Version Negotiation, and a version that is not spoken with long IDs */
	seed("packet", 0, "c0 00000000 08", "0001020304050607", "00", "00000001 6b3343cf", NULL);
	seed("packet", 0, "c0 1a2a3a4a 20", bytes, "01 ff", bytes, NULL);
	for (i = 0; i < ARRAY_SIZE(recipes); i++)
		seed("packet", 1, recipes[i], bytes, bytes, rfc_client_payload, NULL);
}

static void frames(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frame_samples); i++) {
		/* alone, before another frame, and where only some may stand */
		seed("frame", 0, frame_samples[i].hex, NULL);
		seed("frame", 0, frame_samples[i].hex, "01", frame_samples[i].hex, NULL);
		seed("frame", 1 + i % 3, frame_samples[i].hex, NULL);
	}
	seed("frame", 1, rfc_client_payload, "00000000", NULL);
	seed("frame", 1, rfc_server_payload, NULL);
}

static void params(void)
{
	char all[2048] = "", client[2048] = "";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params_samples); i++) {
		seed("params", -1, SCID, params_samples[i].hex, NULL);
		seed("params", -1, SCID, ODCID, params_samples[i].hex, NULL);
		strcat(all, params_samples[i].hex);
		if (!params_samples[i].server)
			strcat(client, params_samples[i].hex);
	}
	seed("params", -1, all, NULL);
	seed("params", -1, client, NULL);
}

static void hellos(void)
{
	static const char body[] =
		"0303 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		"00 0002 1301 01 00";

	/* with ALPN, with ALPN behind a name, without extensions */
	seed("client_hello", -1, "01 000038", body, "000d 0010 0009 0007 02 6833 03 616263", NULL);
	seed("client_hello", -1, "01 000044", body, "0019 0000 0008 0006 00 0003 612e62",
	     "0010 0009 0007 02 6833 03 616263", NULL);
	seed("client_hello", -1, "01 000029", body, NULL);
}

/* Established unless the first byte is 1; steps as fuzz_conn.c reads them. */
static void connections(void)
{
	char header[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frame_samples); i++) {
		/* client says, server says, a second passes; and while the handshake goes on */
		snprintf(header, sizeof(header), "%04x", (unsigned int)hex_len(frame_samples[i].hex));
		seed("conn", 0, "00 00", header, frame_samples[i].hex, "06 20", NULL);
		seed("conn", 0, "01 00", header, frame_samples[i].hex, "06 20", NULL);
		seed("conn", 1, "06 04 00 01", header, frame_samples[i].hex,
		     "01 02", header, frame_samples[i].hex, "06 20", NULL);
	}
	/* applications: data both ways, losses, reset, stop, close */
	seed("conn", 0, "08 ff 00 06 10 09 40 00 06 20 18 00 00 19 00 00 06 20", NULL);
	seed("conn", 0, "08 ff 00 0a aa 06 10 28 05 00 39 06 00 06 20", NULL);
	seed("conn", 0, "08 81 04 0c 07 06 20", NULL);
	seed("conn", 1, "06 04 0a 05 06 40 09 21 01 0d 00 06 20", NULL);
	/* key updates by both, long certificates, the other version, cipher and controller */
	seed("conn", 14, "08 ff 00 58 00 00 06 10 09 40 01 59 00 00 06 20 08 20 04 06 20", NULL);
	seed("conn", 31, "06 40 08 ff 00 0a 55 06 30", NULL);
	/* allocations fail, no room, a spoofed datagram */
	seed("conn", 0, "08 ff 00 0e 0c 06 20 0f 01 08 ff 00 06 20", NULL);
	seed("conn", 0, "05 00 0010 40", "00112233445566778899aabbccddee", "06 10", NULL);
	for (i = 0; i < ARRAY_SIZE(frame_samples); i++) {
		/* after a Retry, in 0-RTT packets that are accepted, from another address */
		snprintf(header, sizeof(header), "%04x", (unsigned int)hex_len(frame_samples[i].hex));
		seed("conn", 33, "06 08 00 01", header, frame_samples[i].hex, "06 20", NULL);
		seed("conn", 192, "00 03", header, frame_samples[i].hex, "06 20", NULL);
		seed("conn", 0, "20 00", header, frame_samples[i].hex, "06 20 20 00 0001 01 06 20", NULL);
	}
	/* 0-RTT that is rejected, with version 2; 0-RTT after a Retry; a rebinding in a transfer, then losses */
	seed("conn", 66, "06 40", NULL);
	seed("conn", 96, "06 40", NULL);
	seed("conn", 0, "08 ff 00 20 00 0001 01 0a 55 06 20 20 00 0001 01 06 30", NULL);
	/* a token, datagrams, a router's word, the end */
	seed("conn", 0, "79 00 00 88 40 00 89 41 00 68 20 00 06 10 98 01 00 06 10", NULL);
}

static void tokens(void)
{
	/* type, bit, address, IDs; and what pretends to be a token of either type */
	seed("token", -1, "00 00 00 7f000001 08 0001020304050607 08 1011121314151617", NULL);
	seed("token", -1, "01 2c 00 7f000001 08 0001020304050607 08 1011121314151617 52",
	     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL);
	seed("token", -1, "01 ff 01 20010db8000000000000000000000001 14",
	     "000102030405060708090a0b0c0d0e0f10111213 00 4e",
	     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL);
}

static void stored(const char *path)
{
	const char *name = strrchr(path, '/');
	char target[64], *line = NULL;
	FILE *file = fopen(path, "r");
	size_t room = 0;

	if (!file || sscanf(name ? name + 1 : path, "%63[a-z_]", target) != 1) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &room, file) > 0)
		seed(target, -1, line, NULL);
	free(line);
	fclose(file);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: seeds DIRECTORY [CORPUS...]\n");
		return 2;
	}
	root = argv[1];
	packets();
	frames();
	params();
	hellos();
	connections();
	tokens();
	for (i = 2; i < argc; i++)
		stored(argv[i]);
	return 0;
}
