/* SPDX-License-Identifier: MIT */
/*
 * A pair of connected QUIC sockets in memory, as far as a handshake can see them: handshake
 * messages, secrets, transport parameters, tickets and the close. The linker puts it in the place of
 * the system calls (--wrap); other file descriptors still reach the kernel.
 */
#ifndef _SOCKET_DOUBLE_H
#define _SOCKET_DOUBLE_H

#include <stdbool.h>
#include <netinet/quic.h>	/* and nothing else: S1.1 */

/* File descriptors of the two sockets. */
#define CLIENT_FD	1000
#define SERVER_FD	1001

/* Start from a fresh pair. */
void double_reset(void);

/* Close one socket as the kernel does: the peer gets the errcode stored for the close. */
void double_close(int fd);

/* Hand out received messages in pieces of at most @len bytes. */
void double_set_chunk(int fd, size_t len);

/* The next setsockopt(TRANSPORT_PARAM_EXT) on @fd fails like one that was refused. */
void double_refuse_params(int fd);

/* Session ticket that the client's socket collected, length 0 if none. */
size_t double_ticket(const void **data);

const struct quic_crypto_secret *double_secret(int fd, int level, bool send);
bool double_has_secret(int fd, int level, bool send);
bool double_got_peer_params(int fd);
uint32_t double_close_code(int fd);

#endif /* _SOCKET_DOUBLE_H */
