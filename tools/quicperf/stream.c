// SPDX-License-Identifier: MIT
#include <endian.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/quic.h>

#include "stream.h"

#define CHUNK_SIZE 65536

/* IDs of one type step by 4 (RFC 9000, 2.1). */
static unsigned int bucket_of(int64_t id)
{
	return (id >> 2) % STREAM_BUCKETS;
}

struct stream *stream_find(const struct stream_table *table, int64_t id)
{
	struct stream *stream;

	LIST_FOREACH(stream, &table->buckets[bucket_of(id)], in_table) {
		if (stream->id == id)
			return stream;
	}
	return NULL;
}

struct stream *stream_add(struct stream_table *table, int64_t id)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		err(1, "stream");
	stream->id = id;
	LIST_INSERT_HEAD(&table->buckets[bucket_of(id)], stream, in_table);
	table->count++;
	return stream;
}

void stream_remove(struct stream_table *table, struct stream *stream)
{
	LIST_REMOVE(stream, in_table);
	table->count--;
	free(stream);
}

void stream_remove_all(struct stream_table *table)
{
	unsigned int i;

	for (i = 0; i < STREAM_BUCKETS; i++) {
		while (!LIST_EMPTY(&table->buckets[i]))
			stream_remove(table, LIST_FIRST(&table->buckets[i]));
	}
}

void stream_set_wanted(struct stream *stream, uint64_t bytes)
{
	bytes = htobe64(bytes);
	memcpy(stream->header, &bytes, sizeof(bytes));
}

uint64_t stream_wanted(const struct stream *stream)
{
	uint64_t bytes;

	memcpy(&bytes, stream->header, sizeof(bytes));
	return be64toh(bytes);
}

static enum stream_result result_of_error(void)
{
	switch (errno) {
	case EAGAIN:
		return STREAM_FULL;
	case ENOSPC:
		/* The stream's credit or the connection's (S3.19). */
		return STREAM_BLOCKED;
	case EINVAL:
	case ENOSTR:
		/* S3.14: it was reset, as the peer asked. */
		return STREAM_GONE;
	case EPIPE:
		return STREAM_CLOSED;
	default:
		err(1, "cannot send");
	}
}

static void count_sent(struct stream *stream, size_t header, size_t sent)
{
	size_t of_header = sent < header ? sent : header;

	stream->opened = true;
	stream->header_done += of_header;
	stream->to_send -= sent - of_header;
	stream->sent += sent - of_header;
}

enum stream_result stream_send(int fd, struct stream *stream, bool with_header)
{
	/* The content of messages is of no importance; what is left of the header goes in front of it. */
	static uint8_t buffer[STREAM_HEADER_SIZE + CHUNK_SIZE];
	size_t header = with_header ? STREAM_HEADER_SIZE - stream->header_done : 0;
	size_t payload = stream->to_send < CHUNK_SIZE ? stream->to_send : CHUNK_SIZE;
	uint8_t *message = buffer + STREAM_HEADER_SIZE - header;
	uint32_t flags = MSG_NOSIGNAL | MSG_DONTWAIT;
	ssize_t n;

	memcpy(message, stream->header + STREAM_HEADER_SIZE - header, header);
	/* A server answers on a stream that exists. */
	if (with_header && !stream->opened)
		flags |= MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_DONTWAIT;
	if (payload == stream->to_send)
		flags |= MSG_QUIC_STREAM_FIN;
	do {
		n = quic_sendmsg(fd, message, header + payload, stream->id, flags);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return result_of_error();
	count_sent(stream, header, n);
	/* S3.20: the end counts if all of it was taken. */
	return (flags & MSG_QUIC_STREAM_FIN) && (size_t)n == header + payload ? STREAM_ENDED :
										STREAM_MORE;
}
