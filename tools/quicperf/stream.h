/* SPDX-License-Identifier: MIT */
/*
 * One exchange, which is one bidirectional stream. The protocol ("perf" in ALPN):
 *
 *	client: 8 bytes, big-endian: how many bytes it wants; then any bytes it likes; then the stream's end
 *	server: that many bytes, once it has the client's end; then the stream's end
 *
 * So an upload is a request that wants 0 bytes, a download one without bytes of its own, and what connects or
 * asks often is told apart from the rest by the client alone.
 */
#ifndef _QUICPERF_STREAM_H
#define _QUICPERF_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define STREAM_ALPN	   "perf"
#define STREAM_HEADER_SIZE 8
#define STREAM_BUCKETS	   256

/**
 * struct stream - an exchange under way
 * @id: stream ID
 * @header: the client's first bytes
 * @header_done: how many of them were sent or received
 * @to_send: how many bytes behind the header are still to be sent
 * @sent: how many were
 * @received: how many were received, header excluded
 * @opened: something was sent
 * @began: microseconds, for the client
 * @sending: place in the list of streams that have something to send
 * @in_table: place in the table
 */
struct stream {
	int64_t id;
	uint8_t header[STREAM_HEADER_SIZE];
	uint8_t header_done;
	uint64_t to_send;
	uint64_t sent;
	uint64_t received;
	bool opened;
	uint64_t began;
	TAILQ_ENTRY(stream) sending;
	LIST_ENTRY(stream) in_table;
};

TAILQ_HEAD(stream_list, stream);

/**
 * struct stream_table - the streams of a connection by their IDs
 * @buckets: lists of streams
 * @count: streams in it
 */
struct stream_table {
	LIST_HEAD(, stream) buckets[STREAM_BUCKETS];
	unsigned int count;
};

enum stream_result {
	STREAM_MORE,	/* some of it was sent */
	STREAM_ENDED,	/* the rest of it was sent, and the end */
	STREAM_BLOCKED, /* this stream may not send for now */
	STREAM_FULL,	/* none may: not even a new one */
	STREAM_GONE,	/* the peer wants no more of it */
	STREAM_CLOSED,	/* the connection has ended */
};

struct stream *stream_find(const struct stream_table *table, int64_t id);
/* A new one; ends the program if there is no memory. */
struct stream *stream_add(struct stream_table *table, int64_t id);
void stream_remove(struct stream_table *table, struct stream *stream);
void stream_remove_all(struct stream_table *table);

void stream_set_wanted(struct stream *stream, uint64_t bytes);
uint64_t stream_wanted(const struct stream *stream);

/* One chunk. @header: the first bytes are its header, this is the client. */
enum stream_result stream_send(int fd, struct stream *stream, bool header);

#endif /* _QUICPERF_STREAM_H */
