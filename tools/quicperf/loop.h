/* SPDX-License-Identifier: MIT */
/* An event loop: sockets by edges, a deadline, and the signals that end it. */
#ifndef _QUICPERF_LOOP_H
#define _QUICPERF_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/**
 * struct watch - a descriptor that the loop watches; part of something larger
 * @run: called with the events of epoll(7), edge triggered. Does a bounded amount of work and returns whether
 *       there is more, for which it is called again with no events. May free the watch if it returns false.
 * @pending: there is more
 * @entry: place in the loop's list of those
 */
struct watch {
	bool (*run)(struct watch *watch, uint32_t events);
	bool pending;
	TAILQ_ENTRY(watch) entry;
};

/**
 * struct loop - the loop
 * @epoll: epoll descriptor
 * @signals: descriptor that tells of SIGINT and SIGTERM
 * @pending: watches with more to do
 * @finished: set by loop_finish()
 */
struct loop {
	int epoll;
	int signals;
	TAILQ_HEAD(, watch) pending;
	bool finished;
};

enum loop_end {
	LOOP_FINISHED,
	LOOP_DEADLINE,
	LOOP_SIGNAL,
};

void loop_init(struct loop *loop);
void loop_destroy(struct loop *loop);
void loop_add(struct loop *loop, int fd, struct watch *watch);
/* Before the watch is freed; closing the descriptor is the caller's. */
void loop_remove(struct loop *loop, int fd, struct watch *watch);
/* Have the watch called again soon. */
void loop_schedule(struct loop *loop, struct watch *watch);
void loop_finish(struct loop *loop);

/* Run until loop_finish(), a signal, or the deadline in microseconds of loop_now(); 0: none. */
enum loop_end loop_run(struct loop *loop, uint64_t deadline);
uint64_t loop_now(void);

#endif /* _QUICPERF_LOOP_H */
