/* SPDX-License-Identifier: MIT */
/*
 * What the library logged: from logged_begin() on, everything up to LOG_DEBUG is kept.
 */
#ifndef _LOGGED_H
#define _LOGGED_H

#include <stdbool.h>

void logged_begin(void);
/* Is there a line of that level with the text in it? */
bool logged(int level, const char *text);
void assert_logged(int level, const char *text);

#endif /* _LOGGED_H */
