/* SPDX-License-Identifier: MIT */
/* Numbers on the command line. What is none ends the program with a message and status 2. */
#ifndef _TOOLS_NUMBER_H
#define _TOOLS_NUMBER_H

#include <stdint.h>

/* Exit status of a wrong command line. */
#define EXIT_USAGE 2

/* A decimal number from @min to @max; @what says in messages what it is. */
uint64_t number_parse(const char *what, const char *text, uint64_t min, uint64_t max);

/* The same of bytes: K, M and G after the number mean 1000, 10^6 and 10^9 of them. */
uint64_t number_parse_bytes(const char *what, const char *text);

/* Seconds with up to three decimals, as milliseconds: at least 1. */
uint64_t number_parse_seconds(const char *what, const char *text);

#endif /* _TOOLS_NUMBER_H */
