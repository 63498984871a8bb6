/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What travels through a QUIC socket: stream data, handshake messages, events.
 */
#ifndef _MESSAGE_H
#define _MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/quic.h>

#define NEW		MSG_QUIC_STREAM_NEW
#define FIN		MSG_QUIC_STREAM_FIN
#define UNI		MSG_QUIC_STREAM_UNI
#define NOWAIT		MSG_QUIC_STREAM_DONTWAIT
#define SNDBLOCK	MSG_QUIC_STREAM_SNDBLOCK

#define MESSAGE_SIZE	70000

/* What one recvmsg() returned. */
struct message {
	ssize_t len;
	int flags;		/* msg_flags */
	bool has_stream;	/* came with QUIC_STREAM_INFO */
	int64_t sid;
	uint32_t stream_flags;
	bool has_level;		/* came with QUIC_HANDSHAKE_INFO */
	int level;
	uint8_t data[MESSAGE_SIZE + 1];
};

/* sendmsg() with QUIC_STREAM_INFO; never raises SIGPIPE. */
ssize_t stream_send(int fd, int64_t sid, uint32_t stream_flags, const void *data, size_t len);
/* The same with sendmsg() flags. */
ssize_t stream_send_flags(int fd, int64_t sid, uint32_t stream_flags, const void *data, size_t len,
			  int flags);
/* All of a string, successfully. */
void stream_write(int fd, int64_t sid, uint32_t stream_flags, const char *text);

/* recvmsg() of up to @size bytes. */
ssize_t message_recv(int fd, struct message *message, size_t size, int flags);

/* The next message is this text (bare FIN: ""), with this stream and FIN or 0. */
void stream_expect(int fd, int64_t sid, uint32_t fin, const char *text);
/* Read and throw away @len bytes of a stream. */
void stream_drain(int fd, size_t len);

ssize_t handshake_send(int fd, int level, const void *data, size_t len, int flags);
void handshake_expect(int fd, int level, const char *text);

/* Switch events of a type on or off. */
void event_enable(int fd, int type, bool on);
/* The next message is a whole event of this type. */
union quic_event event_expect(int fd, int type);
void event_expect_update(int fd, int64_t sid, int state, uint32_t errcode, uint64_t finalsz);

/* Nothing to receive now. */
void message_expect_none(int fd);

#endif /* _MESSAGE_H */
