// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "../selftest/harness.h"
#include "pair.h"

static unsigned int lines;
static unsigned int reasons;
static int highest = -1;

static void count(int level, const char *line)
{
	ASSERT(strlen(line) <= 127);
	ASSERT(!strchr(line, '\n'));
	lines++;
	if (level > highest)
		highest = level;
	if (strstr(line, "another name"))
		reasons++;
}

static void refuse_certificate(void)
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_verify(&pair, "other.test");
	pair_init(&pair);
	pair_run(&pair);
	ASSERT_EQ(pair.client.result, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	pair_destroy(&pair);
}

TEST("T184 S9.13 the level is -1 at first, and setting it gives the old one")
{
	ASSERT_EQ(quic_set_log_level(LOG_NOTICE), -1);
	ASSERT_EQ(quic_set_log_level(LOG_DEBUG), LOG_NOTICE);
}

TEST("S9.2 the log is silent by default")
{
	ASSERT(!quic_set_log_func(count));
	refuse_certificate();
	ASSERT_EQ(lines, 0);
	ASSERT(quic_set_log_func(NULL) == count);
}

TEST("S9.13 the log says why a certificate was refused")
{
	quic_set_log_func(count);
	quic_set_log_level(LOG_ERR);
	refuse_certificate();
	ASSERT_EQ(reasons, 1);
	ASSERT_EQ(highest, LOG_ERR);
}

TEST("S9.13 messages above the level are not emitted")
{
	quic_set_log_func(count);
	quic_set_log_level(LOG_NOTICE);
	refuse_certificate();
	ASSERT_EQ(highest, LOG_NOTICE);
	quic_set_log_level(LOG_DEBUG);
	refuse_certificate();
	ASSERT_EQ(highest, LOG_DEBUG);
}

TEST("S9.13 without a function messages go to stdout, with their level in front")
{
	int fds[2], out = dup(STDOUT_FILENO);
	char text[1000];
	ssize_t len;

	ASSERT_OK(pipe(fds));
	fflush(stdout);
	ASSERT_OK(dup2(fds[1], STDOUT_FILENO));
	quic_set_log_level(LOG_NOTICE);
	refuse_certificate();
	fflush(stdout);
	ASSERT_OK(dup2(out, STDOUT_FILENO));
	len = read(fds[0], text, sizeof(text) - 1);
	ASSERT(len > 0);
	text[len] = '\0';
	ASSERT(strstr(
		text,
		"libquic ERROR: the peer's certificate was refused: it is for another name\n"));
	ASSERT(strstr(text, "libquic NOTICE: alert to the peer: "));
	ASSERT(!strstr(text, "DEBUG"));
}
