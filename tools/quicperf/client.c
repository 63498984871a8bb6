// SPDX-License-Identifier: MIT
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "closing.h"
#include "connection.h"
#include "stats.h"

/**
 * struct client - a workload under way
 * @loop: the loop
 * @options: where to connect to
 * @tls: credentials
 * @plan: what to do
 * @result: what came of it
 * @links: the connections of now
 * @waiting: how many of them are not established yet, before the time begins
 * @links_begun: connections begun
 * @begun: exchanges begun
 * @began: when the time began; 0: not yet
 * @stopped: no more exchanges are to begin
 * @failed: a message was printed
 */
struct client {
	struct loop loop;
	const struct common_options *options;
	const struct tls *tls;
	const struct plan *plan;
	struct measurement *result;
	TAILQ_HEAD(, link) links;
	unsigned int waiting;
	uint64_t links_begun;
	uint64_t begun;
	uint64_t began;
	bool stopped;
	bool failed;
};

/**
 * struct link - one connection of the client
 * @connection: it
 * @client: the client
 * @next_sid: its next stream
 * @began: when it was begun
 * @finished: it did what it was for
 * @entry: place in the client's list
 */
struct link {
	struct connection connection;
	struct client *client;
	int64_t next_sid;
	uint64_t began;
	bool finished;
	TAILQ_ENTRY(link) entry;
};

static struct link *link_of(struct connection *connection)
{
	return (struct link *)connection;
}

static bool all_begun(const struct client *client)
{
	return client->stopped || client->begun >= client->plan->count;
}

/* Where connections are measured: there are exchanges left for one more than there were. */
static bool wants_link(const struct client *client)
{
	return !client->stopped &&
	       client->links_begun * client->plan->streams < client->plan->count;
}

static void begin_exchange(struct link *link)
{
	struct client *client = link->client;
	struct stream *stream;

	if (all_begun(client))
		return;
	client->begun++;
	stream = stream_add(&link->connection.streams, link->next_sid);
	link->next_sid += 4;
	stream->began = loop_now();
	stream->to_send = client->plan->request_size;
	stream_set_wanted(stream, client->plan->response_size);
	connection_send(&link->connection, stream);
}

static void begin_exchanges(struct link *link)
{
	unsigned int i;

	for (i = 0; i < link->client->plan->streams; i++)
		begin_exchange(link);
}

static void fail(struct client *client)
{
	client->failed = true;
	loop_finish(&client->loop);
}

/* The time begins when all connections are there, or where they are what is measured, at once. */
static void begin_time(struct client *client)
{
	struct link *link;

	client->began = loop_now();
	TAILQ_FOREACH(link, &client->links, entry)
		begin_exchanges(link);
	loop_finish(&client->loop);
}

static void on_established(struct connection *connection)
{
	struct link *link = link_of(connection);
	struct client *client = link->client;

	client->result->connections++;
	client->result->cipher = gnutls_cipher_get_name(gnutls_cipher_get(connection->session));
	samples_add(&client->result->handshake_times, loop_now() - link->began);
	if (client->plan->workload == CONNECTIONS)
		begin_exchanges(link);
	else if (!--client->waiting)
		begin_time(client);
}

/* A connection that is measured has done its work with its exchanges. */
static void finish_link(struct link *link)
{
	link->finished = true;
	link->connection.closed = true;
}

static void end_exchange(struct link *link, struct stream *stream)
{
	struct client *client = link->client;

	client->result->exchanges++;
	samples_add(&client->result->exchange_times, loop_now() - stream->began);
	client->result->bytes_sent += stream->sent;
	connection_forget(&link->connection, stream);
	if (client->plan->workload == CONNECTIONS) {
		if (!link->connection.streams.count)
			finish_link(link);
		return;
	}
	begin_exchange(link);
	if (all_begun(client) && client->result->exchanges == client->begun)
		loop_finish(&client->loop);
}

static void on_received(struct connection *connection, int64_t sid, const uint8_t *data, size_t len,
			bool fin)
{
	struct stream *stream = stream_find(&connection->streams, sid);
	struct link *link = link_of(connection);
	struct client *client = link->client;

	(void)data;
	if (!stream)
		return;
	client->result->bytes_received += len;
	stream->received += len;
	if (!fin)
		return;
	if (stream->received != client->plan->response_size || stream->to_send) {
		warnx("%s is no quicperf server: it sent %ju bytes instead of %ju",
		      connection->peer, (uintmax_t)stream->received,
		      (uintmax_t)client->plan->response_size);
		fail(client);
		return;
	}
	end_exchange(link, stream);
}

static void on_sent(struct connection *connection, struct stream *stream)
{
	(void)connection;
	(void)stream;
}

static void on_gone(struct connection *connection, struct stream *stream)
{
	(void)stream;
	warnx("%s is no quicperf server: it wants no more of an exchange", connection->peer);
	fail(link_of(connection)->client);
}

static void remove_link(struct link *link)
{
	struct client *client = link->client;

	TAILQ_REMOVE(&client->links, link, entry);
	if (client->plan->workload != CONNECTIONS)
		json_array_append_new(client->result->stats, stats_to_json(link->connection.fd));
	connection_destroy(&link->connection);
	free(link);
}

static void add_link(struct client *client);

static void on_closed(struct connection *connection)
{
	struct link *link = link_of(connection);
	struct client *client = link->client;
	char reason[CLOSING_TEXT_SIZE];
	bool finished = link->finished;

	if (!finished && !connection->handshake.error) {
		closing_describe(connection->fd, reason);
		warnx("the connection to %s ended: %s", connection->peer, reason);
	}
	remove_link(link);
	if (!finished)
		fail(client);
	else if (wants_link(client))
		add_link(client);
	else if (TAILQ_EMPTY(&client->links))
		loop_finish(&client->loop);
}

static const struct connection_ops client_ops = {
	.established = on_established,
	.received = on_received,
	.sent = on_sent,
	.gone = on_gone,
	.closed = on_closed,
};

static void add_link(struct client *client)
{
	struct link *link = malloc(sizeof(*link));
	uint64_t began = loop_now();
	int fd;

	if (!link)
		err(1, "connection");
	client->links_begun++;
	fd = endpoint_connect(&client->options->endpoint);
	if (!connection_init(&link->connection, &client->loop, &client_ops, client->tls, fd)) {
		free(link);
		fail(client);
		return;
	}
	link->client = client;
	link->next_sid = 0;
	link->began = began;
	link->finished = false;
	TAILQ_INSERT_TAIL(&client->links, link, entry);
}

/* The time is up. What was sent counts when it has arrived; what was asked for has arrived as far as it has. */
static void stop(struct client *client)
{
	struct stream *stream;
	struct link *link;

	client->stopped = true;
	if (client->plan->workload != UPLOAD)
		return;
	TAILQ_FOREACH(link, &client->links, entry) {
		TAILQ_FOREACH(stream, &link->connection.sending, sending)
			stream->to_send = 0;
		link->connection.writable = true;
		loop_schedule(&client->loop, &link->connection.watch);
	}
	loop_run(&client->loop, 0);
}

/* Exchanges that the end of the time cut off, but for a download's, do not count: neither do their bytes. */
static void measure(struct client *client)
{
	const struct plan *plan = client->plan;
	enum loop_end end = LOOP_FINISHED;
	uint64_t deadline = 0;

	if (!client->began)
		end = loop_run(&client->loop, 0);
	if (client->failed || end == LOOP_SIGNAL)
		return;
	if (plan->milliseconds)
		deadline = client->began + plan->milliseconds * 1000;
	end = loop_run(&client->loop, deadline);
	if (!client->failed && end != LOOP_FINISHED)
		stop(client);
}

bool client_run(const struct common_options *options, const struct tls *tls,
		const struct plan *plan, struct measurement *measurement)
{
	struct client client = {
		.options = options,
		.tls = tls,
		.plan = plan,
		.result = measurement,
	};
	unsigned int i;

	memset(measurement, 0, sizeof(*measurement));
	measurement->cipher = "";
	measurement->stats = json_array();
	TAILQ_INIT(&client.links);
	loop_init(&client.loop);
	client.waiting = plan->parallel;
	if (plan->workload == CONNECTIONS)
		client.began = loop_now();
	for (i = 0; i < plan->parallel && !client.failed; i++) {
		if (plan->workload != CONNECTIONS || wants_link(&client))
			add_link(&client);
	}
	if (!client.failed)
		measure(&client);
	if (client.began)
		measurement->seconds = (loop_now() - client.began) / 1e6;
	while (!TAILQ_EMPTY(&client.links))
		remove_link(TAILQ_FIRST(&client.links));
	loop_destroy(&client.loop);
	return !client.failed;
}
