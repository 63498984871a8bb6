// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "tracing.h"

#define INSTANCE	"/sys/kernel/tracing/instances/quic-selftest"

static pid_t owner;

static void tracing_stop(void)
{
	/* Not for children of the test. */
	if (getpid() == owner && rmdir(INSTANCE))
		perror(INSTANCE);
}

void tracing_start(void)
{
	int fd;

	/* A test that was killed may have left one. */
	if (mkdir(INSTANCE, 0700) && errno == EEXIST) {
		ASSERT_OK(rmdir(INSTANCE));
		ASSERT_OK(mkdir(INSTANCE, 0700));
	}
	owner = getpid();
	atexit(tracing_stop);
	fd = open(INSTANCE "/events/quic/enable", O_WRONLY | O_CLOEXEC);
	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, "1", 1), 1);
	close(fd);
}

static bool has_word(const char *line, const char *word, size_t len)
{
	const char *at = line;

	while ((at = strstr(at, word))) {
		if (at[-1] == ' ' && (at[len] == ' ' || at[len] == '\n'))
			return true;
		at++;
	}
	return false;
}

static bool has_words(const char *line, const char *words)
{
	char copy[256], *word, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")))
		if (*word && !has_word(line, word, strlen(word)))
			return false;
	return true;
}

static unsigned int search(const char *event, const char *words, char *found, size_t size)
{
	FILE *file = fopen(INSTANCE "/trace", "re");
	char line[1024], mark[64], *fields;
	unsigned int count = 0;

	ASSERT(file);
	snprintf(mark, sizeof(mark), " quic_%s: ", event);
	while (fgets(line, sizeof(line), file)) {
		fields = strstr(line, mark);
		if (!fields)
			continue;
		fields += strlen(mark) - 1;
		if (has_words(fields, words) && !count++)
			snprintf(found, size, "%s", fields);
	}
	fclose(file);
	return count;
}

bool tracing_find(const char *event, const char *words, char *line, size_t size)
{
	return search(event, words, line, size);
}

unsigned int tracing_count(const char *event, const char *words)
{
	char line[1];

	return search(event, words, line, sizeof(line));
}

void tracing_field(const char *line, const char *name, char *value, size_t size)
{
	char mark[64];
	const char *at;
	size_t len;

	snprintf(mark, sizeof(mark), " %s=", name);
	at = strstr(line, mark);
	if (!at)
		test_fail(__FILE__, __LINE__, "no %s in:%s", name, line);
	at += strlen(mark);
	len = strcspn(at, " \n");
	snprintf(value, size, "%.*s", (int)len, at);
}

unsigned long long tracing_number(const char *line, const char *name)
{
	unsigned long long number;
	char value[64], *end;

	tracing_field(line, name, value, sizeof(value));
	number = strtoull(value, &end, 10);
	if (*end)
		test_fail(__FILE__, __LINE__, "%s is %s", name, value);
	return number;
}
