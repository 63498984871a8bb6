/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bulk data, checked byte by byte. The sender is a child process.
 */
#ifndef _TRANSFER_H
#define _TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Start to send @total bytes and FIN on a new stream. The child keeps the socket open to the end. */
pid_t transfer_send(int fd, int64_t sid, size_t total);
/* Receive all of it, from streams of which only this one carries data. */
void transfer_receive(int fd, int64_t sid, size_t total);
/* Both, with a child that sends, to its end. */
void transfer(int from, int to, int64_t sid, size_t total);
/* Receive in a child process. */
pid_t transfer_receiver(int fd, int64_t sid, size_t total);
/* The child succeeded; and without waiting: did it already? */
void transfer_wait(pid_t child);
bool transfer_done(pid_t child);

#endif /* _TRANSFER_H */
