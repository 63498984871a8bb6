/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's trace of what happens in quic.ko (docs/observability.md), in an instance of this process.
 */
#ifndef _TRACING_H
#define _TRACING_H

#include <stdbool.h>
#include <stddef.h>

/* Switch all events of quic on, until the process ends. */
void tracing_start(void);
/*
 * The first line of this event that contains all of @words (separated by blanks, each "field=value"
 * complete), from its fields on. False if there is none.
 */
bool tracing_find(const char *event, const char *words, char *line, size_t size);
/* How many lines of the event contain them. */
unsigned int tracing_count(const char *event, const char *words);
/* The text of a field in a line: up to the next blank. */
void tracing_field(const char *line, const char *name, char *value, size_t size);
unsigned long long tracing_number(const char *line, const char *name);

#endif /* _TRACING_H */
