/* SPDX-License-Identifier: MIT */
/* Standard input and output, and one stream. */
#ifndef _QUICCAT_RELAY_H
#define _QUICCAT_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_BUFFER_SIZE 65536

/**
 * struct relay_buffer - bytes on their way
 * @data: the bytes
 * @begin: where what is left of them begins
 * @end: where it ends
 */
struct relay_buffer {
	uint8_t data[RELAY_BUFFER_SIZE];
	size_t begin;
	size_t end;
};

/**
 * struct relay - one connection whose handshake is done, or which has early data to send
 * @fd: its socket, non-blocking
 * @sid: its stream; -1 while the peer has not opened one
 * @opened: the stream exists: the first bytes were sent, or came
 * @input: from standard input to the stream
 * @output: from the stream to standard output
 * @input_ended: standard input is at its end
 * @fin_sent: the stream's end was queued
 * @send_done: nothing is left to send, or to be acknowledged
 * @receive_done: the peer's end of the stream was received
 * @no_credit: the stream may not send more before its limit rises
 * @closed: the connection is no more
 * @failed: some of the data did not get where it should; a message was printed
 */
struct relay {
	int fd;
	int64_t sid;
	bool opened;
	struct relay_buffer input;
	struct relay_buffer output;
	bool input_ended;
	bool fin_sent;
	bool send_done;
	bool receive_done;
	bool no_credit;
	bool closed;
	bool failed;
};

/* A client's relay opens a stream, which is bidirectional or not. A server's waits for one. */
void relay_init_client(struct relay *relay, int fd, bool unidirectional);
void relay_init_server(struct relay *relay, int fd);

/* Before the handshake: wait for some input and queue it. */
void relay_queue_early_data(struct relay *relay);

/* Ask for the events that relay_run() needs; before the handshake. */
void relay_enable_events(int fd);

/* Take an event that was received; @arg is the relay. */
void relay_event(void *arg, const uint8_t *data, size_t len);

/* Copy until both directions have ended or the connection has. */
void relay_run(struct relay *relay);

#endif /* _QUICCAT_RELAY_H */
