// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a connection ends (RFC 9000, 10): by the application, with its code (RFC 9000, 20.2), or by an
 * error (RFC 9000, 11 and 11.1).
 */
#include "conn_internal.h"

/*
 * RFC 9000, 10.2: closing and draining last three PTOs at least. S2.39 wants ports to be free soon;
 * three PTOs of a slow path would be seconds, and what arrives after this bound gets the
 * stateless answer of an unknown connection ID, which the RFC permits as well.
 */
#define CLOSE_TIME_MAX	(500 * QUIC_MSEC)

static void enter(struct quic_conn *conn, enum quic_conn_state state, u64 now)
{
	u64 pto = quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP);

	conn->close_at = now + min(3 * pto, CLOSE_TIME_MAX);
	quic_early_clear(conn);
	quic_conn_set_state(conn, state);
}

static void emit(struct quic_conn *conn, u32 code, u8 frame, const u8 *phrase, size_t phrase_len)
{
	union quic_event event = {};

	event.close.errcode = code;
	event.close.frame = frame;
	/* NUL-terminated: 63 bytes at most (S7.6). */
	if (phrase_len)
		memcpy(event.close.phrase, phrase,
		       min(phrase_len, sizeof(event.close.phrase) - 1));
	conn->ops->event(conn, QUIC_EVENT_CONNECTION_CLOSE, &event, NULL, 0);
}

static void set_phrase(struct quic_conn_close_info *close, const void *phrase, size_t len)
{
	close->phrase_len = min_t(size_t, len, sizeof(close->phrase) - 1);
	if (close->phrase_len)
		memcpy(close->phrase, phrase, close->phrase_len);
}

void quic_conn_close(struct quic_conn *conn, bool app, u64 code, u64 frame, const void *phrase,
		     size_t phrase_len, u64 now)
{
	struct quic_conn_close_info *close = &conn->close;

	if (!quic_conn_is_open(conn))
		return;
	close->set = true;
	close->app = app;
	close->code = code;
	close->frame = frame;
	if (app && conn->state == QUIC_CONN_HANDSHAKING) {
		/* RFC 9000, 10.2.3: nothing of the application before the peer is known. */
		close->app = false;
		close->code = QUIC_TRANSPORT_ERROR_APPLICATION;
		close->frame = 0;
	} else {
		set_phrase(close, phrase, phrase_len);
	}
	quic_observe_connection_closed(conn, app ? QUIC_CLOSED_APPLICATION : QUIC_CLOSED_ERROR);
	conn->close_pending = true;
	conn->close_flush = app;
	conn->close_threshold = 1;
	conn->streams.flush = true;
	enter(conn, QUIC_CONN_CLOSING, now);
}

/* What was received stays readable (S2.36). */
void quic_conn_abandon(struct quic_conn *conn)
{
	if (!quic_conn_is_open(conn))
		return;
	quic_early_clear(conn);
	quic_conn_set_state(conn, QUIC_CONN_CLOSED);
}

/* The peer violated the protocol, or this end cannot go on. */
void quic_conn_fail(struct quic_conn *conn, u64 code, u64 frame, u64 now)
{
	if (!quic_conn_is_open(conn))
		return;
	emit(conn, code, frame, NULL, 0);
	quic_conn_close(conn, false, code, frame, NULL, 0, now);
}

static void closed_by_peer(struct quic_conn *conn, const struct quic_frame *frame, u64 now)
{
	struct quic_conn_close_info *close = &conn->close;
	u8 type;

	close->set = true;
	close->by_peer = true;
	close->app = frame->type == QUIC_FRAME_CONNECTION_CLOSE_APP;
	close->code = frame->close.code;
	close->frame = frame->close.frame_type;
	set_phrase(close, frame->close.reason, frame->close.reason_len);
	quic_observe_connection_closed(conn, close->app ? QUIC_CLOSED_APPLICATION :
				       QUIC_CLOSED_ERROR);
	type = close->app || close->frame > U8_MAX ? 0 : close->frame;
	emit(conn, close->code, type, close->phrase, close->phrase_len);
	enter(conn, QUIC_CONN_DRAINING, now);
}

/*
 * RFC 9000, 10.2.3: a client closes before it knows whether its server is done as well. It says so in a
 * Handshake packet, without the application's code, and in a 1-RTT packet, which may have data before it.
 * The server's TLS is another process and may be at the client's last message: only after that can the
 * second packet be opened.
 */
static bool may_wait(const struct quic_conn *conn, const struct quic_frame *frame)
{
	return conn->is_server && conn->state == QUIC_CONN_HANDSHAKING &&
	       frame->type == QUIC_FRAME_CONNECTION_CLOSE &&
	       frame->close.code == QUIC_TRANSPORT_ERROR_APPLICATION &&
	       conn->crypto[QUIC_CRYPTO_HANDSHAKE].recv.next && !conn->tls_waits;
}

/* CONNECTION_CLOSE arrived (RFC 9000, 10.2.2 and 19.19). */
void quic_conn_on_close(struct quic_conn *conn, const struct quic_frame *frame, u64 now)
{
	if (!quic_conn_is_open(conn))
		return;
	if (may_wait(conn, frame))
		conn->close_waits = true;
	else
		closed_by_peer(conn, frame, now);
}

/* TLS is done, or cannot be without the peer. */
void quic_conn_close_waited(struct quic_conn *conn, u64 now)
{
	static const struct quic_frame frame = {
		.type = QUIC_FRAME_CONNECTION_CLOSE,
		.close.code = QUIC_TRANSPORT_ERROR_APPLICATION,
	};

	if (conn->close_waits && quic_conn_is_open(conn))
		closed_by_peer(conn, &frame, now);
}

/* Without a word: idle timeout (RFC 9000, 10.1) or stateless reset (10.3.1). */
void quic_conn_end(struct quic_conn *conn, u32 code, enum quic_close_trigger trigger)
{
	conn->close.idle = trigger == QUIC_CLOSED_IDLE_TIMEOUT;
	conn->close.reset = trigger == QUIC_CLOSED_STATELESS_RESET;
	quic_observe_connection_closed(conn, trigger);
	emit(conn, code, 0, NULL, 0);
	quic_conn_set_state(conn, QUIC_CONN_CLOSED);
}

/*
 * RFC 9000, 10.2.1: a packet in the closing state gets the same answer, after 1, 2, 4, ...
 * packets.
 */
void quic_conn_received_closing(struct quic_conn *conn)
{
	if (conn->close_pending || ++conn->close_received < conn->close_threshold)
		return;
	conn->close_received = 0;
	if (conn->close_threshold < 1U << 16)
		conn->close_threshold *= 2;
	conn->close_pending = true;
}

static bool write_close(struct quic_conn *conn, u8 level, struct quic_writer *w)
{
	const struct quic_conn_close_info *close = &conn->close;

	if (level == QUIC_CRYPTO_APP)
		return quic_frame_write_close(w, close->app ? QUIC_FRAME_CONNECTION_CLOSE_APP :
					      QUIC_FRAME_CONNECTION_CLOSE, close->code,
					      close->frame, close->phrase, close->phrase_len);
	/* RFC 9000, 10.2.3 */
	if (close->app)
		return quic_frame_write_close(w, QUIC_FRAME_CONNECTION_CLOSE,
					      QUIC_TRANSPORT_ERROR_APPLICATION, 0, NULL, 0);
	return quic_frame_write_close(w, QUIC_FRAME_CONNECTION_CLOSE, close->code, close->frame,
				      close->phrase, close->phrase_len);
}

/* One packet with the frame; 0 if there is no room for it. */
static int close_packet(struct quic_conn *conn, u8 level, u8 *buf, size_t room, size_t min_len,
			u64 now)
{
	struct quic_packet_out out;
	int len;

	if (!quic_conn_begin(conn, level, buf, room, &out) ||
	    !write_close(conn, level, &out.body))
		return 0;
	len = quic_conn_seal(conn, level, &out, NULL, min_len, now);
	if (len < 0 || quic_conn_mask(conn, level, &out, 1))
		return 0;
	return len;
}

/*
 * RFC 9000, 10.2.3: in every level that has keys, for this end cannot always know which ones the
 * peer has; once the handshake is confirmed only the last is left.
 */
int quic_conn_transmit_close(struct quic_conn *conn, u64 now, struct quic_train *train)
{
	static const u8 levels[] = { QUIC_CRYPTO_INITIAL, QUIC_CRYPTO_HANDSHAKE, QUIC_CRYPTO_APP };
	struct quic_path *path = &conn->path[conn->active_path];
	u64 room = min3((u64)train->cap, (u64)QUIC_INITIAL_MIN, quic_path_allowance(path));
	bool pad = !conn->is_server && conn->tx[QUIC_CRYPTO_INITIAL].cipher;
	unsigned int i, last = 0;
	size_t len = 0;

	conn->close_pending = false;
	for (i = 0; i < ARRAY_SIZE(levels); i++)
		if (conn->tx[levels[i]].cipher)
			last = i;
	for (i = 0; i <= last; i++) {
		if (!conn->tx[levels[i]].cipher)
			continue;
		/* RFC 9000, 14.1: a client's datagrams with Initial packets are full ones. */
		len += close_packet(conn, levels[i], train->buf + len, room - len,
				    pad && i == last ? QUIC_INITIAL_MIN - len : 0, now);
	}
	if (!len)
		return 0;
	train->len = len;
	train->segment = len;
	train->path = path;
	if (!path->validated)
		path->sent += len;
	conn->stats.bytes_sent += len;
	return 1;
}
