// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>

#include "connection.h"

#define RECEIVE_SIZE 262144
#define ROUNDS	     16 /* calls in a row for one connection, while others wait */

static void end_session(struct connection *connection)
{
	if (!connection->session)
		return;
	handshake_end(&connection->handshake);
	gnutls_deinit(connection->session);
	connection->session = NULL;
}

static void handle_handshake(struct connection *connection, enum handshake_state state)
{
	switch (state) {
	case HANDSHAKE_WANTS_INPUT:
		connection->readable = false;
		break;
	case HANDSHAKE_WANTS_OUTPUT:
		/* No edge tells when it may (S2.41): it is tried again. */
		break;
	case HANDSHAKE_DONE:
		connection->ops->established(connection);
		end_session(connection);
		connection->readable = true;
		connection->writable = true;
		break;
	case HANDSHAKE_FAILED:
		handshake_complain(&connection->handshake, connection->peer);
		connection->closed = true;
	}
}

static void receive(struct connection *connection)
{
	static uint8_t buffer[RECEIVE_SIZE];
	uint32_t flags = MSG_DONTWAIT;
	int64_t sid = -1;
	ssize_t n;

	n = quic_recvmsg(connection->fd, buffer, sizeof(buffer), &sid, &flags);
	if (n >= 0)
		connection->ops->received(connection, sid, buffer, n, flags & MSG_QUIC_STREAM_FIN);
	else if (errno == EAGAIN)
		connection->readable = false;
	else if (errno != EINTR)
		connection->closed = true;
}

static void stop_sending(struct connection *connection, struct stream *stream)
{
	TAILQ_REMOVE(&connection->sending, stream, sending);
	connection->sending_count--;
	connection->blocked = 0;
}

/* A stream that cannot go on lets the others try; when all have, it is the next edge's turn. */
static void rotate(struct connection *connection, struct stream *stream, bool blocked)
{
	TAILQ_REMOVE(&connection->sending, stream, sending);
	TAILQ_INSERT_TAIL(&connection->sending, stream, sending);
	connection->blocked = blocked ? connection->blocked + 1 : 0;
	if (connection->blocked >= connection->sending_count) {
		connection->writable = false;
		connection->blocked = 0;
	}
}

static void send_some(struct connection *connection)
{
	struct stream *stream = TAILQ_FIRST(&connection->sending);

	switch (stream_send(connection->fd, stream, connection->client)) {
	case STREAM_MORE:
		rotate(connection, stream, false);
		break;
	case STREAM_BLOCKED:
		rotate(connection, stream, true);
		break;
	case STREAM_ENDED:
		stop_sending(connection, stream);
		connection->ops->sent(connection, stream);
		break;
	case STREAM_GONE:
		stop_sending(connection, stream);
		connection->ops->gone(connection, stream);
		break;
	case STREAM_FULL:
		connection->writable = false;
		break;
	case STREAM_CLOSED:
		/* What was received before is still to be read. */
		connection->writable = false;
		connection->readable = true;
	}
}

static bool can_send(const struct connection *connection)
{
	return connection->writable && !TAILQ_EMPTY(&connection->sending);
}

static bool connection_run(struct watch *watch, uint32_t events)
{
	struct connection *connection = (struct connection *)watch;
	int i;

	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		connection->readable = true;
	if (events & EPOLLOUT)
		connection->writable = true;
	if (connection->session)
		handle_handshake(connection, handshake_advance(&connection->handshake));
	if (!connection->session) {
		for (i = 0; i < ROUNDS && connection->readable && !connection->closed; i++)
			receive(connection);
		for (i = 0; i < ROUNDS && can_send(connection) && !connection->closed; i++)
			send_some(connection);
	}
	if (connection->closed) {
		connection->ops->closed(connection);
		return false;
	}
	return connection->readable || can_send(connection);
}

bool connection_init(struct connection *connection, struct loop *loop,
		     const struct connection_ops *ops, const struct tls *tls, int fd)
{
	memset(connection, 0, sizeof(*connection));
	connection->session = tls_session(tls, fd);
	if (!connection->session) {
		close(fd);
		return false;
	}
	connection->watch.run = connection_run;
	connection->loop = loop;
	connection->ops = ops;
	connection->client = !tls->server;
	connection->fd = fd;
	TAILQ_INIT(&connection->sending);
	endpoint_peer_name(fd, connection->peer);
	loop_add(loop, fd, &connection->watch);
	/* Its first run sees how this went on. */
	connection->handshake.session = connection->session;
	connection->handshake.fd = fd;
	handshake_begin(&connection->handshake);
	connection->readable = true;
	loop_schedule(loop, &connection->watch);
	return true;
}

void connection_destroy(struct connection *connection)
{
	loop_remove(connection->loop, connection->fd, &connection->watch);
	end_session(connection);
	stream_remove_all(&connection->streams);
	close(connection->fd);
}

void connection_send(struct connection *connection, struct stream *stream)
{
	TAILQ_INSERT_TAIL(&connection->sending, stream, sending);
	connection->sending_count++;
	connection->writable = true;
	loop_schedule(connection->loop, &connection->watch);
}

void connection_forget(struct connection *connection, struct stream *stream)
{
	stream_remove(&connection->streams, stream);
}
