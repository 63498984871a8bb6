// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <netinet/quic.h>

#include "closing.h"
#include "relay.h"

/* Application error codes: of a stream that nobody asked for, and of a close before the end */
#define CODE_UNWANTED 1
#define CODE_FAILED   2

static bool is_empty(const struct relay_buffer *buffer)
{
	return buffer->begin == buffer->end;
}

/* Give up: the peer is told by the close of the connection, for which @phrase is the reason. */
static void fail(struct relay *relay, const char *phrase)
{
	struct quic_connection_close info = { .errcode = CODE_FAILED };

	strncpy((char *)info.phrase, phrase, sizeof(info.phrase) - 1);
	setsockopt(relay->fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info));
	relay->failed = true;
	relay->send_done = true;
	relay->receive_done = true;
	relay->output.begin = relay->output.end;
}

void relay_init_client(struct relay *relay, int fd, bool unidirectional)
{
	memset(relay, 0, sizeof(*relay));
	relay->fd = fd;
	relay->sid = unidirectional ? QUIC_STREAM_TYPE_UNI_MASK : 0;
	relay->receive_done = unidirectional;
}

void relay_init_server(struct relay *relay, int fd)
{
	memset(relay, 0, sizeof(*relay));
	relay->fd = fd;
	relay->sid = -1;
}

void relay_enable_events(int fd)
{
	static const uint8_t types[] = { QUIC_EVENT_STREAM_UPDATE, QUIC_EVENT_STREAM_MAX_DATA,
					 QUIC_EVENT_STREAM_MAX_STREAM };
	struct quic_event_option option = { .on = 1 };
	size_t i;

	for (i = 0; i < sizeof(types); i++) {
		option.type = types[i];
		if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_EVENT, &option, sizeof(option)))
			err(1, "cannot enable events");
	}
}

/* ---- from standard input to the stream ---- */

static void read_input(struct relay *relay)
{
	struct relay_buffer *input = &relay->input;
	ssize_t n;

	n = read(STDIN_FILENO, input->data, sizeof(input->data));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) {
		warn("cannot read standard input");
		fail(relay, "input failed");
		return;
	}
	relay->input_ended = !n;
	input->begin = 0;
	input->end = n;
}

static void send_failed(struct relay *relay)
{
	switch (errno) {
	case EINTR:
		break;
	case EAGAIN:
		/* No room in the send buffer; or the stream may not be opened yet (S3.16). */
		relay->no_credit = !relay->opened;
		break;
	case ENOSPC:
		/* poll() said that the connection may send (S2.41): it is the stream that may not (S3.19). */
		relay->no_credit = true;
		break;
	case EPIPE:
		/* What was received before stays readable. */
		relay->closed = true;
		break;
	case EINVAL:
	case ENOSTR:
		/* The peer wants no more of it (S3.14): its event says so. */
		relay->no_credit = true;
		break;
	default:
		warn("cannot send");
		fail(relay, "sending failed");
	}
}

/* One call for each time that poll() says "writable". */
static void send_input(struct relay *relay)
{
	struct relay_buffer *input = &relay->input;
	uint32_t flags = MSG_NOSIGNAL | MSG_DONTWAIT;
	ssize_t n;

	if (!relay->opened)
		flags |= MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_DONTWAIT;
	if (relay->input_ended)
		flags |= MSG_QUIC_STREAM_FIN;
	n = quic_sendmsg(relay->fd, input->data + input->begin, input->end - input->begin,
			 relay->sid, flags);
	if (n < 0) {
		send_failed(relay);
		return;
	}
	relay->opened = true;
	relay->fin_sent = relay->input_ended;
	input->begin += n;
}

void relay_queue_early_data(struct relay *relay)
{
	while (!relay->input_ended && !relay->failed && is_empty(&relay->input))
		read_input(relay);
	if (!relay->failed)
		send_input(relay);
}

/* ---- from the stream to standard output ---- */

static void handle_update(struct relay *relay, const struct quic_stream_update *update)
{
	if (update->id != relay->sid)
		return;
	switch (update->state) {
	case QUIC_STREAM_SEND_STATE_RECVD:
		relay->send_done = true;
		break;
	case QUIC_STREAM_SEND_STATE_RESET_SENT:
		warnx("the peer wants no more data (code %u)", update->errcode);
		relay->failed = true;
		relay->send_done = true;
		break;
	case QUIC_STREAM_RECV_STATE_RESET_RECVD:
		warnx("the peer gave up in the middle of its data (code %u)", update->errcode);
		fail(relay, "stream was reset");
		break;
	}
}

/* S4.21: the content is not aligned. */
void relay_event(void *arg, const uint8_t *data, size_t len)
{
	struct relay *relay = arg;
	union quic_event event;

	if (len < 1 || len - 1 > sizeof(event))
		return;
	memset(&event, 0, sizeof(event));
	memcpy(&event, data + 1, len - 1);
	if (data[0] == QUIC_EVENT_STREAM_UPDATE)
		handle_update(relay, &event.update);
	else if (data[0] == QUIC_EVENT_STREAM_MAX_STREAM || event.max_data.id == relay->sid)
		relay->no_credit = false;
}

/* There is one stream: the first. A second one is refused, in whatever state it is. */
static void refuse_stream(struct relay *relay, int64_t sid)
{
	struct quic_errinfo info = { .stream_id = sid, .errcode = CODE_UNWANTED };

	setsockopt(relay->fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info, sizeof(info));
	if (!(sid & QUIC_STREAM_TYPE_UNI_MASK))
		setsockopt(relay->fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info));
}

/* The peer has opened the stream; on a unidirectional one nothing can be answered. */
static void adopt_stream(struct relay *relay, int64_t sid)
{
	relay->sid = sid;
	relay->opened = true;
	if (sid & QUIC_STREAM_TYPE_UNI_MASK)
		relay->send_done = true;
}

static void receive_failed(struct relay *relay)
{
	if (errno == EINTR || errno == EAGAIN)
		return;
	if (errno != ENOTCONN)
		warn("cannot receive");
	relay->closed = true;
}

/* Returns false if nothing was there to be received. */
static bool receive_output(struct relay *relay)
{
	struct relay_buffer *output = &relay->output;
	uint32_t flags = MSG_DONTWAIT;
	int64_t sid = -1;
	ssize_t n;

	n = quic_recvmsg(relay->fd, output->data, sizeof(output->data), &sid, &flags);
	if (n < 0) {
		receive_failed(relay);
		return false;
	}
	if (flags & MSG_QUIC_NOTIFICATION) {
		relay_event(relay, output->data, n);
		return true;
	}
	if (relay->sid < 0)
		adopt_stream(relay, sid);
	if (sid != relay->sid) {
		refuse_stream(relay, sid);
		return true;
	}
	if (flags & MSG_QUIC_STREAM_FIN)
		relay->receive_done = true;
	output->begin = 0;
	output->end = n;
	return true;
}

/* How many bytes of the output can be written without waiting, now that poll() says "writable". */
static size_t writable_size(const struct relay_buffer *output)
{
	size_t size = output->end - output->begin;
	struct stat info;

	if (!fstat(STDOUT_FILENO, &info) && S_ISREG(info.st_mode))
		return size;
	/* pipe(7): so much fits into a pipe that has room at all. */
	return size < PIPE_BUF ? size : PIPE_BUF;
}

static void output_failed(struct relay *relay)
{
	warn("cannot write standard output");
	fail(relay, "output closed");
}

static void write_output(struct relay *relay)
{
	struct relay_buffer *output = &relay->output;
	ssize_t n;

	n = write(STDOUT_FILENO, output->data + output->begin, writable_size(output));
	if (n >= 0)
		output->begin += n;
	else if (errno != EINTR && errno != EAGAIN)
		output_failed(relay);
}

/* ---- both ---- */

enum { INPUT, OUTPUT, SOCKET };

static bool wants_send(const struct relay *relay)
{
	if (relay->sid < 0 || relay->no_credit || relay->fin_sent || relay->send_done ||
	    relay->closed)
		return false;
	return !is_empty(&relay->input) || relay->input_ended;
}

/*
 * What to wait for. Descriptors of which nothing is wanted are left out: they may hang up, which
 * poll() would not stop saying.
 */
static void wait_for(const struct relay *relay, struct pollfd *fds)
{
	bool output = !is_empty(&relay->output);
	short events = 0;

	fds[INPUT].fd = -1;
	if (relay->sid >= 0 && is_empty(&relay->input) && !relay->input_ended && !relay->send_done)
		fds[INPUT].fd = STDIN_FILENO;
	fds[INPUT].events = POLLIN;
	/* While there is nothing to write, to learn that the reader is gone. */
	fds[OUTPUT].fd = output || !relay->receive_done ? STDOUT_FILENO : -1;
	fds[OUTPUT].events = output ? POLLOUT : 0;
	if (!output)
		events |= POLLIN;
	if (wants_send(relay))
		events |= POLLOUT;
	fds[SOCKET].fd = events && !(relay->closed && output) ? relay->fd : -1;
	fds[SOCKET].events = events;
}

static void relay_round(struct relay *relay)
{
	struct pollfd fds[3] = { 0 };

	wait_for(relay, fds);
	if (poll(fds, 3, -1) < 0) {
		if (errno != EINTR)
			err(1, "cannot wait");
		return;
	}
	if (fds[OUTPUT].revents && !is_empty(&relay->output)) {
		write_output(relay);
	} else if (fds[OUTPUT].revents & POLLERR) {
		errno = EPIPE;
		output_failed(relay);
	}
	if (fds[INPUT].revents)
		read_input(relay);
	if (wants_send(relay) && fds[SOCKET].revents & POLLOUT)
		send_input(relay);
	if (fds[SOCKET].revents && is_empty(&relay->output))
		receive_output(relay);
}

void relay_run(struct relay *relay)
{
	char reason[CLOSING_TEXT_SIZE];

	while (!relay->send_done || !relay->receive_done || !is_empty(&relay->output)) {
		if (relay->closed && is_empty(&relay->output) && !receive_output(relay))
			break;
		relay_round(relay);
	}
	if (relay->send_done && relay->receive_done)
		return;
	closing_describe(relay->fd, reason);
	warnx("the connection ended before the data did: %s", reason);
	relay->failed = true;
}
