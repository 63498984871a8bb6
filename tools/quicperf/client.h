/* SPDX-License-Identifier: MIT */
/* The client: runs a workload and measures it. */
#ifndef _QUICPERF_CLIENT_H
#define _QUICPERF_CLIENT_H

#include <jansson.h>

#include "options.h"
#include "samples.h"

enum workload {
	UPLOAD,
	DOWNLOAD,
	REQUESTS,
	CONNECTIONS,
};

/* A number of bytes that does not end before the time does. */
#define BYTES_ENDLESS INT64_MAX

/**
 * struct plan - what to do
 * @workload: what kind of thing
 * @parallel: connections at a time
 * @streams: exchanges at a time in each of them
 * @count: exchanges altogether; UINT64_MAX: until the time is up
 * @milliseconds: time; 0: until all exchanges are done
 * @request_size: bytes that an exchange sends
 * @response_size: bytes that it asks for
 */
struct plan {
	enum workload workload;
	unsigned int parallel;
	unsigned int streams;
	uint64_t count;
	uint64_t milliseconds;
	uint64_t request_size;
	uint64_t response_size;
};

/**
 * struct measurement - what came of it
 * @seconds: how long it took
 * @bytes_sent: bytes of exchanges without their headers
 * @bytes_received: bytes of answers
 * @exchanges: exchanges completed
 * @exchange_times: from the beginning of each to its last byte
 * @connections: connections whose handshake was completed
 * @handshake_times: from connect() to that
 * @cipher: GnuTLS's name of the cipher
 * @stats: array of the connections' statistics at their end
 */
struct measurement {
	double seconds;
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint64_t exchanges;
	struct samples exchange_times;
	uint64_t connections;
	struct samples handshake_times;
	const char *cipher;
	json_t *stats;
};

/* Returns false after a message if it could not be done to its end. */
bool client_run(const struct common_options *options, const struct tls *tls,
		const struct plan *plan, struct measurement *measurement);

#endif /* _QUICPERF_CLIENT_H */
