/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The application at one end: opens streams, writes bytes that are known in advance, compares every
 * byte that it reads, resets and stops streams at random.
 */
#ifndef TEST_SIM_APP_H
#define TEST_SIM_APP_H

#include "conn.h"
#include "random.h"

#define SIZES_MAX	4

/**
 * struct workload - what both applications do
 * @streams: how many, by opener (client, server) and type (bidirectional, unidirectional)
 * @size: bytes that the opener sends on each; @sizes: instead, of the first ones
 * @random_size: up to that many
 * @reply: bytes that come back on a bidirectional stream, once the request is complete
 * @at_once: the reply does not wait
 * @parallel: streams of its own that one end has unfinished at a time, 0: no limit
 * @write: bytes of one write at most, 0: any
 * @late_fin: FIN may come by itself, after everything else
 * @more: use MSG_MORE at random
 * @reset, @stop: per 10000 streams and end
 * @chaos: none of this: random calls instead, and no expectations
 * @deaf: nothing is read
 * @foreign: an attacker opens streams beyond these; they are read, and otherwise ignored
 * @early: the server does not wait for the end of the handshake (0.5-RTT data, RFC 9001, 5.7)
 * @pause: ns between the openings of two streams
 * @read: bytes read in a tick of 10 ms at most, 0: no limit
 * @sndbuf: bytes in send buffers at most
 * @datagrams: how many each end sends
 */
struct workload {
	u32 streams[2][2];
	u64 size, sizes[SIZES_MAX], reply;
	bool random_size, at_once, more, late_fin, early, chaos, foreign, deaf;
	u32 parallel, write, reset, stop, datagrams;
	u64 read, sndbuf, pause;
};

/**
 * struct flow - one stream as one end sees it
 * @size: bytes to write in all; @written
 * @reset_at, @stop_at: after so many bytes, U64_MAX never
 * @finished: FIN was written; @was_reset: by either end; @acked: everything arrived
 * @waiting: for the request to be complete
 * @listed: in the list of flows with something to write
 */
struct flow {
	u64 id;
	bool known, own, sends, receives;
	u64 size, written, reset_at;
	bool finished, was_reset, acked, waiting, listed;
	u64 read, stop_at;
	bool read_fin, read_reset, stopped, counted;
};

struct app {
	struct quic_conn *conn;
	const struct workload *load;
	struct random random;
	u64 pattern;			/* the same at both ends */
	bool server;
	struct flow *flows[4];		/* by type, then number */
	u32 room[4];
	u32 opened[2];			/* own, by type */
	u32 unfinished;			/* own */
	u32 finished[2];		/* own and the peer's, both parts over */
	struct flow **active;		/* with something to write; NULL holes are not kept */
	u32 active_count, active_room;
	u64 tick_at;			/* next tick, QUIC_NEVER: no one waits for it */
	u64 open_at;			/* not earlier: the next stream */
	bool retry;			/* an allocation failed: try again at the next tick */
	u64 read_at, read_left;		/* when and how much may be read */
	u64 bytes_read, bytes_written;
	u32 datagrams_sent, datagrams_read;
	u8 *datagrams_seen;		/* by number */
	u64 first_at, last_at;		/* reading */
	bool done;
};

void app_init(struct app *app, struct quic_conn *conn, const struct workload *load, bool server,
	      u64 seed);
void app_clear(struct app *app);
/* Read and write what is possible now. True if anything was. */
bool app_run(struct app *app, u64 now);
/* quic_conn_ops.event of type STREAM_UPDATE */
void app_on_update(struct app *app, const struct quic_stream_update *update);
/* Print what is not finished. */
void app_print(const struct app *app);
/* Once both are done: does what one end read agree with what the other wrote? */
void app_compare(const struct app *a, const struct app *b);

#endif
