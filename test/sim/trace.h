/* SPDX-License-Identifier: GPL-2.0-only */
/* What a replayed run prints: datagrams, packets with their frames, calls of the application. */
#ifndef TEST_SIM_TRACE_H
#define TEST_SIM_TRACE_H

#include "os.h"

extern bool trace_on;
/* Simulated time, and whose code runs; printed in front of each line. */
extern u64 trace_now;
extern const char *trace_who;

void trace_line(const char *fmt, ...) __attribute__((__format__(printf, 1, 2)));

#define trace(...) do {				\
	if (trace_on)				\
		trace_line(__VA_ARGS__);	\
} while (0)

/* A packet in clear: @packet is its header, then @payload_len bytes of frames. */
void trace_packet(const char *what, u64 pn, const u8 *packet, size_t header_len,
		  size_t payload_len);

/* The run has failed: print why and how to replay it, and end the process. */
void sim_fail(const char *fmt, ...) __attribute__((__format__(printf, 1, 2), __noreturn__));
/* For its message. */
void sim_describe(const char *scenario, u64 seed);

#define SIM_CHECK(cond) do {						\
	if (!(cond))							\
		sim_fail("%s:%d: %s", __FILE__, __LINE__, #cond);	\
} while (0)

#endif
