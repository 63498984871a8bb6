// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages for whoever debugs a handshake. Silent unless a level was set (S9.2).
 *
 * Level and function are the only state of the library that changes; they are atomic because handshakes
 * run in several threads.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <netinet/quic.h>
#include "log.h"

#define QUIC_LOG_SIZE 128 /* S9.13 */
#define QUIC_LOG_FILE 48  /* of a name: two fit into a line, beside what is wrong with them */

static atomic_int quic_log_level = -1;
static _Atomic(quic_set_log_func_t) quic_log_func;

static const char *quic_log_prefix(int level)
{
	switch (level) {
	case LOG_ERR:
		return "ERROR";
	case LOG_NOTICE:
		return "NOTICE";
	default:
		return "DEBUG";
	}
}

/* The end of a long file name. The beginning is what a reader knows, and the line has to say more. */
const char *quic_log_file(const char *name)
{
	size_t len = strlen(name);

	return len > QUIC_LOG_FILE ? name + len - QUIC_LOG_FILE : name;
}

/* A message is one line, whatever a file or a host is called. */
static void quic_log_clean(char *line)
{
	for (; *line; line++) {
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = '?';
	}
}

void quic_log(int level, const char *format, ...)
{
	quic_set_log_func_t func;
	char line[QUIC_LOG_SIZE];
	va_list args;

	if (level > atomic_load(&quic_log_level))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	quic_log_clean(line);

	func = atomic_load(&quic_log_func);
	if (func)
		func(level, line);
	else
		printf("libquic %s: %s\n", quic_log_prefix(level), line);
}

quic_set_log_func_t quic_set_log_func(quic_set_log_func_t func)
{
	return atomic_exchange(&quic_log_func, func);
}

int quic_set_log_level(int level)
{
	return atomic_exchange(&quic_log_level, level);
}
