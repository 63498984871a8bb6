/* SPDX-License-Identifier: MIT */
/* Why a connection is no more, in words. */
#ifndef _TOOLS_CLOSING_H
#define _TOOLS_CLOSING_H

#define CLOSING_TEXT_SIZE 128

/* The socket's connection has ended: say how. */
void closing_describe(int fd, char text[CLOSING_TEXT_SIZE]);

#endif /* _TOOLS_CLOSING_H */
