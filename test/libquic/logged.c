// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <netinet/quic.h>

#include "../selftest/harness.h"
#include "logged.h"

#define LINES 256

static struct {
	int level;
	char text[128];
} lines[LINES];
static unsigned int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Both ends of a handshake may log at once. */
static void keep(int level, const char *text)
{
	pthread_mutex_lock(&lock);
	ASSERT(count < LINES);
	ASSERT(strlen(text) < sizeof(lines[0].text));
	lines[count].level = level;
	strcpy(lines[count++].text, text);
	pthread_mutex_unlock(&lock);
}

void logged_begin(void)
{
	count = 0;
	quic_set_log_func(keep);
	quic_set_log_level(LOG_DEBUG);
}

bool logged(int level, const char *text)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (lines[i].level == level && strstr(lines[i].text, text))
			return true;
	}
	return false;
}

void assert_logged(int level, const char *text)
{
	unsigned int i;

	if (logged(level, text))
		return;
	for (i = 0; i < count; i++)
		printf("# logged %d: %s\n", lines[i].level, lines[i].text);
	test_fail(__FILE__, __LINE__, "not logged at level %d: %s", level, text);
}
