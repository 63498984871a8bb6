// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"
#include "server.h"

#define BACKLOG	     1024
#define MOST_STREAMS 4096 /* that a client may have open: the kernel's bound */

/* A client that gives up so many exchanges in their middle is not served any more. */
#define MOST_KEPT (2 * MOST_STREAMS)

/* Application error codes */
#define CODE_MALFORMED 1 /* a stream ended inside its first 8 bytes */
#define CODE_TOO_MANY  2

struct server {
	struct watch watch;
	struct loop loop;
	const struct common_options *options;
	const struct tls *tls;
	int listener;
	TAILQ_HEAD(, client) clients;
};

struct client {
	struct connection connection;
	struct server *server;
	TAILQ_ENTRY(client) entry;
};

static struct client *client_of(struct connection *connection)
{
	return (struct client *)connection;
}

static void refuse(struct connection *connection, uint32_t code, const char *phrase)
{
	struct quic_connection_close info = { .errcode = code };

	strncpy((char *)info.phrase, phrase, sizeof(info.phrase) - 1);
	setsockopt(connection->fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info));
	connection->closed = true;
}

static void on_established(struct connection *connection)
{
	if (client_of(connection)->server->options->verbose)
		warnx("connection from %s", connection->peer);
}

/* The first bytes say how many are wanted; the others are only counted. */
static void take(struct stream *stream, const uint8_t *data, size_t len)
{
	size_t header = STREAM_HEADER_SIZE - stream->header_done;

	if (header > len)
		header = len;
	memcpy(stream->header + stream->header_done, data, header);
	stream->header_done += header;
	stream->received += len - header;
}

static void on_received(struct connection *connection, int64_t sid, const uint8_t *data, size_t len,
			bool fin)
{
	struct stream *stream = stream_find(&connection->streams, sid);

	if (!stream) {
		if (connection->streams.count >= MOST_KEPT) {
			refuse(connection, CODE_TOO_MANY, "too many exchanges");
			return;
		}
		stream = stream_add(&connection->streams, sid);
	}
	take(stream, data, len);
	if (!fin)
		return;
	if (stream->header_done < STREAM_HEADER_SIZE) {
		refuse(connection, CODE_MALFORMED, "8 bytes expected");
	} else if (sid & QUIC_STREAM_TYPE_UNI_MASK) {
		/* There is no way back. */
		connection_forget(connection, stream);
	} else {
		stream->to_send = stream_wanted(stream);
		connection_send(connection, stream);
	}
}

static void on_closed(struct connection *connection)
{
	struct client *client = client_of(connection);

	TAILQ_REMOVE(&client->server->clients, client, entry);
	connection_destroy(connection);
	free(client);
}

static const struct connection_ops server_ops = {
	.established = on_established,
	.received = on_received,
	.sent = connection_forget,
	.gone = connection_forget,
	.closed = on_closed,
};

/* One client. Returns false if there is none, or none can be taken. */
static bool accept_one(struct server *server)
{
	struct client *client;
	int fd;

	fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EAGAIN)
			return false;
		warn("cannot accept a connection");
		/* Without descriptors the next one fails too; it is tried when the next client comes. */
		return errno != EMFILE && errno != ENFILE;
	}
	client = malloc(sizeof(*client));
	if (!client)
		err(1, "connection");
	if (!connection_init(&client->connection, &server->loop, &server_ops, server->tls, fd)) {
		free(client);
		return true;
	}
	client->server = server;
	TAILQ_INSERT_TAIL(&server->clients, client, entry);
	return true;
}

static bool server_accept(struct watch *watch, uint32_t events)
{
	(void)events;
	return accept_one((struct server *)watch);
}

int server_run(const struct common_options *options, const struct tls *tls)
{
	struct quic_transport_param params = { .max_streams_bidi = MOST_STREAMS };
	struct server server = { .watch.run = server_accept, .options = options, .tls = tls };
	char name[ENDPOINT_NAME_SIZE];

	TAILQ_INIT(&server.clients);
	loop_init(&server.loop);
	server.listener = endpoint_listen(&options->endpoint, BACKLOG);
	if (setsockopt(server.listener, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params,
		       sizeof(params)))
		err(1, "cannot set transport parameters");
	if (options->verbose) {
		endpoint_local_name(server.listener, name);
		warnx("listening on %s", name);
	}
	loop_add(&server.loop, server.listener, &server.watch);
	loop_run(&server.loop, 0);
	while (!TAILQ_EMPTY(&server.clients))
		on_closed(&TAILQ_FIRST(&server.clients)->connection);
	loop_remove(&server.loop, server.listener, &server.watch);
	close(server.listener);
	loop_destroy(&server.loop);
	return EXIT_SUCCESS;
}
