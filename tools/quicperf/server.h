/* SPDX-License-Identifier: MIT */
/* The server: answers whatever clients ask for, many of them at once. */
#ifndef _QUICPERF_SERVER_H
#define _QUICPERF_SERVER_H

#include "options.h"

/* Serve until a signal. Returns the exit status. */
int server_run(const struct common_options *options, const struct tls *tls);

#endif /* _QUICPERF_SERVER_H */
