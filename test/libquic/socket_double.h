/* SPDX-License-Identifier: MIT */
/*
 * Pairs of connected QUIC sockets in memory, as far as a handshake can see them: handshake
 * messages, secrets, transport parameters, tickets and the close. The linker puts it in the place of
 * the system calls (--wrap); other file descriptors still reach the kernel.
 */
#ifndef _SOCKET_DOUBLE_H
#define _SOCKET_DOUBLE_H

#include <stdbool.h>
#include <netinet/quic.h> /* and nothing else: S1.1 */

/* File descriptors of the two sockets of a pair, and of the first, which most tests use. */
#define DOUBLE_PAIRS	    16
#define DOUBLE_CLIENT(pair) (1000 + 2 * (pair))
#define DOUBLE_SERVER(pair) (1001 + 2 * (pair))
#define CLIENT_FD	    DOUBLE_CLIENT(0)
#define SERVER_FD	    DOUBLE_SERVER(0)

/* Start from a fresh pair, or from the first one. */
void double_reset_pair(int pair);
void double_reset(void);

/* Close one socket as the kernel does: the peer gets the errcode stored for the close. */
void double_close(int fd);

/* Hand out received messages in pieces of at most @len bytes. */
void double_set_chunk(int fd, size_t len);

/* The next @count calls of sendmsg() and recvmsg() on @fd fail with EINTR, and then as many with EAGAIN. */
void double_disturb(int fd, unsigned int count);

/* The next setsockopt(TRANSPORT_PARAM_EXT) on @fd fails like one that was refused. */
void double_refuse_params(int fd);

/* Session ticket that the client's socket collected, length 0 if none; and another in its place. */
size_t double_ticket(const void **data);
void double_set_ticket(const void *data, size_t len);

const struct quic_crypto_secret *double_secret(int fd, int level, bool send);
bool double_has_secret(int fd, int level, bool send);
/* The order in which secrets came, two characters for each: level (E, H or A), direction (> or <). */
const char *double_secrets(int fd);
bool double_got_peer_params(int fd);
uint32_t double_close_code(int fd);

#endif /* _SOCKET_DOUBLE_H */
