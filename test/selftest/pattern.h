/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files whose every byte is known.
 */
#ifndef _PATTERN_H
#define _PATTERN_H

#include <stddef.h>
#include <stdint.h>

/* The byte at offset @i. */
uint8_t pattern(size_t i);
/* A file in memory of so many of them. */
int pattern_file(size_t size);

#endif /* _PATTERN_H */
