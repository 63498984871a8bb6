// SPDX-License-Identifier: MIT
#include <string.h>
#include <syslog.h>

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
