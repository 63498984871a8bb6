/* SPDX-License-Identifier: MIT */
/* A connection in the loop: its handshake, its streams, what goes in and out. */
#ifndef _QUICPERF_CONNECTION_H
#define _QUICPERF_CONNECTION_H

#include "endpoint.h"
#include "handshake.h"
#include "loop.h"
#include "stream.h"
#include "tls.h"

struct connection;

/**
 * struct connection_ops - what an end does. None of these may free the connection but @closed.
 * @established: the handshake is done
 * @received: @len bytes of a stream, and with @fin its end
 * @sent: all of a stream has been sent
 * @gone: the peer wants no more of a stream
 * @closed: the handshake failed, after a message, or the connection has ended
 */
struct connection_ops {
	void (*established)(struct connection *connection);
	void (*received)(struct connection *connection, int64_t sid, const uint8_t *data,
			 size_t len, bool fin);
	void (*sent)(struct connection *connection, struct stream *stream);
	void (*gone)(struct connection *connection, struct stream *stream);
	void (*closed)(struct connection *connection);
};

/**
 * struct connection - a connection; part of something larger
 * @watch: its socket in the loop
 * @loop: the loop
 * @ops: what this end does
 * @client: this end is the client
 * @fd: socket
 * @session: TLS session, NULL when the handshake is done
 * @handshake: the handshake
 * @peer: the peer's name, for messages
 * @streams: exchanges under way
 * @sending: those with something to send
 * @sending_count: how many these are
 * @blocked: how many of them in a row could not
 * @readable: there may be something to receive
 * @writable: something may be sent
 * @closed: @ops->closed has to be called
 */
struct connection {
	struct watch watch;
	struct loop *loop;
	const struct connection_ops *ops;
	bool client;
	int fd;
	gnutls_session_t session;
	struct handshake handshake;
	char peer[ENDPOINT_NAME_SIZE];
	struct stream_table streams;
	struct stream_list sending;
	unsigned int sending_count;
	unsigned int blocked;
	bool readable;
	bool writable;
	bool closed;
};

/* Take over the socket and begin the handshake. Returns false after a message; then the socket is closed. */
bool connection_init(struct connection *connection, struct loop *loop,
		     const struct connection_ops *ops, const struct tls *tls, int fd);
void connection_destroy(struct connection *connection);

/* The stream has something to send. */
void connection_send(struct connection *connection, struct stream *stream);
/* The stream is of no interest any more. */
void connection_forget(struct connection *connection, struct stream *stream);

#endif /* _QUICPERF_CONNECTION_H */
