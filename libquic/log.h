/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef _QUIC_LOG_H
#define _QUIC_LOG_H

#include <syslog.h>

__attribute__((format(printf, 2, 3))) void quic_log(int level, const char *format, ...);

#define quic_log_err(...)    quic_log(LOG_ERR, __VA_ARGS__)
#define quic_log_notice(...) quic_log(LOG_NOTICE, __VA_ARGS__)
#define quic_log_debug(...)  quic_log(LOG_DEBUG, __VA_ARGS__)

const char *quic_log_file(const char *name);

#endif /* _QUIC_LOG_H */
