// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams that validate paths, on whichever path they belong (RFC 9000, 8.2). */
#include "conn_internal.h"

/* A header with the longest connection ID, one PATH_CHALLENGE, a tag. */
#define PROBE_MIN	64

/*
 * Packets with PATH_RESPONSE frames whose fate is not known. Other paths have no congestion window:
 * this is it.
 */
#define RESPONSES_IN_FLIGHT	8

static bool challenge_due(const struct quic_conn *conn, const struct quic_path *path)
{
	/* RFC 9000, 9: not before the handshake is confirmed. */
	return path->challenge.running && path->challenge.due && conn->handshake_confirmed;
}

static bool response_due(const struct quic_conn *conn, const struct quic_path *path)
{
	return path->responses.count && conn->responses_in_flight < RESPONSES_IN_FLIGHT;
}

struct quic_path *quic_probe_path(struct quic_conn *conn)
{
	struct quic_path *path;

	if (!conn->tx[QUIC_CRYPTO_APP].cipher)
		return NULL;
	for (path = conn->path; path < conn->path + QUIC_PATHS_MAX; path++)
		if (path->used && path->dcid_seq != QUIC_SEQ_NONE &&
		    (challenge_due(conn, path) || response_due(conn, path)) &&
		    quic_path_allowance(path) >= PROBE_MIN)
			return path;
	return NULL;
}

static void fill(struct quic_conn *conn, struct quic_path *path, struct quic_writer *w,
		 struct quic_sent *sent, bool full, u64 now)
{
	struct quic_responses *owed = &path->responses;
	bool room = true;
	u8 i;

	/* RFC 9000, 8.2.1: one in a packet, and never the same data again. */
	if (challenge_due(conn, path))
		room = quic_frame_write_path(w, QUIC_FRAME_PATH_CHALLENGE,
					     quic_challenge_next(&path->challenge, full, now));
	if (!response_due(conn, path))
		return;
	for (i = 0; i < owed->count && room; i++)
		room = quic_frame_write_path(w, QUIC_FRAME_PATH_RESPONSE, owed->data[i]);
	/* RFC 9000, 13.3: not sent again; the note only counts them. */
	owed->count = 0;
	quic_sent_note(sent, QUIC_FRAME_PATH_RESPONSE, 0);
	conn->responses_in_flight++;
}

/* Return: 1 with a datagram in @train, 0 or -ENOMEM. */
int quic_probe_transmit(struct quic_conn *conn, struct quic_path *path, u64 now,
			struct quic_train *train)
{
	const u8 level = QUIC_CRYPTO_APP;
	size_t room = min3((u64)train->cap, (u64)QUIC_INITIAL_MIN, quic_path_allowance(path));
	struct quic_sent sent = { .ack_eliciting = 1, .path = path->flow };
	struct quic_packet_out out;
	int len;

	/* Of other paths it is not known whether they carry marks. */
	conn->recovery.ecn.marking = false;
	if (quic_transmit_reserve(conn, level, 1)) {
		/* As if it was lost: the timer, or the peer, asks again. */
		if (challenge_due(conn, path))
			quic_challenge_next(&path->challenge, true, now);
		path->responses.count = 0;
		quic_conn_transmit_later(conn, now);
		return -ENOMEM;
	}
	if (!quic_conn_may_seal(conn, level, now) ||
	    !quic_conn_begin_on(conn, path, level, train->buf, room, &out))
		return 0;
	fill(conn, path, &out.body, &sent, room == QUIC_INITIAL_MIN, now);
	/* RFC 9000, 8.2.1 and 8.2.2: a full datagram, if it may be one. */
	len = quic_conn_seal_on(conn, level, &out, &sent, room, now);
	if (len > 0 && quic_conn_mask(conn, level, &out, 1))
		len = -ENOMEM;
	if (len < 0)
		return -ENOMEM;
	train->len = len;
	train->segment = len;
	quic_transmit_note(conn, level, &sent, now);
	return quic_transmit_finish(conn, train, path, 1, 0, now);
}

/* The fate of a packet with PATH_RESPONSE frames is known. */
void quic_probe_settled(struct quic_conn *conn)
{
	conn->responses_in_flight--;
}
