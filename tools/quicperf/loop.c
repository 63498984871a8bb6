// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "loop.h"

#define EVENTS 64

uint64_t loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000;
}

static void register_fd(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };

	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll_ctl");
}

void loop_init(struct loop *loop)
{
	sigset_t set;

	TAILQ_INIT(&loop->pending);
	loop->finished = false;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->signals < 0 || loop->epoll < 0)
		err(1, "event loop");
	/* NULL: no watch. */
	register_fd(loop, loop->signals, EPOLLIN, NULL);
}

void loop_destroy(struct loop *loop)
{
	close(loop->epoll);
	close(loop->signals);
}

void loop_add(struct loop *loop, int fd, struct watch *watch)
{
	register_fd(loop, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, watch);
}

void loop_remove(struct loop *loop, int fd, struct watch *watch)
{
	if (watch->pending)
		TAILQ_REMOVE(&loop->pending, watch, entry);
	watch->pending = false;
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void loop_schedule(struct loop *loop, struct watch *watch)
{
	if (!watch->pending)
		TAILQ_INSERT_TAIL(&loop->pending, watch, entry);
	watch->pending = true;
}

void loop_finish(struct loop *loop)
{
	loop->finished = true;
}

static void run_watch(struct loop *loop, struct watch *watch, uint32_t events)
{
	if (watch->pending)
		TAILQ_REMOVE(&loop->pending, watch, entry);
	watch->pending = false;
	if (watch->run(watch, events))
		loop_schedule(loop, watch);
}

/* Milliseconds for epoll_wait(), rounded up. */
static int time_left(const struct loop *loop, uint64_t deadline)
{
	uint64_t now, left;

	if (!TAILQ_EMPTY(&loop->pending))
		return 0;
	if (!deadline)
		return -1;
	now = loop_now();
	left = deadline > now ? (deadline - now + 999) / 1000 : 0;
	return left < INT32_MAX ? left : INT32_MAX;
}

/* Returns false if there was a signal. */
static bool wait_for_events(struct loop *loop, int timeout)
{
	struct epoll_event events[EVENTS];
	struct signalfd_siginfo info;
	int i, n;

	n = epoll_wait(loop->epoll, events, EVENTS, timeout);
	if (n < 0 && errno != EINTR)
		err(1, "epoll_wait");
	for (i = 0; i < n; i++) {
		if (events[i].data.ptr)
			run_watch(loop, events[i].data.ptr, events[i].events);
		else if (read(loop->signals, &info, sizeof(info)) == sizeof(info))
			return false;
	}
	return true;
}

enum loop_end loop_run(struct loop *loop, uint64_t deadline)
{
	loop->finished = false;
	while (!loop->finished) {
		if (deadline && loop_now() >= deadline)
			return LOOP_DEADLINE;
		if (!wait_for_events(loop, time_left(loop, deadline)))
			return LOOP_SIGNAL;
		if (!loop->finished && !TAILQ_EMPTY(&loop->pending))
			run_watch(loop, TAILQ_FIRST(&loop->pending), 0);
	}
	return LOOP_FINISHED;
}
