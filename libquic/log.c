// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages for whoever debugs a handshake. Silent unless a level was set.
 *
 * Level and function are the only global state of the library; they are atomic because handshakes
 * run in several threads.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <netinet/quic.h>
#include "log.h"

#define QUIC_LOG_SIZE	128

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
