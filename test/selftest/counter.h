/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of /proc/net/quic/snmp, of the namespace that the test is in. */
#ifndef _COUNTER_H
#define _COUNTER_H

long long counter(const char *name);

#endif /* _COUNTER_H */
