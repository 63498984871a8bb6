// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling datagrams (RFC 9000, 12.2, 14; RFC 9002, 7; design 3): during the handshake one
 * datagram of coalesced packets at a time, afterwards trains of 1-RTT packets of equal size.
 */
#include "conn_internal.h"

/* Less room than this behind a packet is not worth another one. */
#define COALESCE_MIN	100

/* After a failed allocation (P15). */
#define RETRY_AFTER	(10 * QUIC_MSEC)

/*
 * A packet that is not full ends its train, for GSO segments have one size. One that lacks less
 * than this part is filled up with padding instead.
 */
#define PAD_PART	8

/* Two datagrams: a lost one, and one that is sent meanwhile. */
#define HANDSHAKE_RESERVE	(2 * QUIC_INITIAL_MIN)

/* Bytes. Ours are shorter, others may have 1000 (P10). */
#define LONG_TOKEN	200

static const u8 levels[] = {
	QUIC_CRYPTO_INITIAL, QUIC_CRYPTO_EARLY, QUIC_CRYPTO_HANDSHAKE, QUIC_CRYPTO_APP,
};

static int no_memory(struct quic_conn *conn, u64 now)
{
	conn->retry_at = now + RETRY_AFTER;
	return -ENOMEM;
}

int quic_transmit_reserve(struct quic_conn *conn, u8 level, unsigned int count)
{
	struct quic_space *space = quic_conn_space(conn, level);

	/* Numbers that were skipped, one more that may be, and those of the packets. */
	return quic_sent_reserve(&space->sent, &conn->mem,
				 space->next_pn - space->sent.next + 1 + count);
}

/* A train is complete: @flight bytes of it count for congestion control. */
int quic_transmit_finish(struct quic_conn *conn, struct quic_train *train, struct quic_path *path,
			 unsigned int count, u64 flight, u64 now)
{
	conn->retry_at = QUIC_NEVER;
	train->path = path;
	train->departure = conn->recovery.pacer.ahead ? conn->departs_at : 0;
	if (path == &conn->path[conn->active_path] && conn->recovery.ecn.marking)
		train->ecn = QUIC_ECN_ECT0;
	if (!path->validated)
		path->sent += train->len;
	quic_path_update_blocked(conn);
	conn->stats.bytes_sent += train->len;
	if (flight)
		quic_pacer_sent(&conn->recovery.pacer, flight, now);
	return count;
}

/* RFC 9000, 10.1: the first ack-eliciting packet after a received one restarts the idle timer. */
void quic_transmit_note(struct quic_conn *conn, u8 level, const struct quic_sent *sent, u64 now)
{
	if (sent->ack_eliciting && !conn->idle_restarted) {
		conn->idle_restarted = true;
		quic_idle_restart(conn, now);
	}
	if (level != QUIC_CRYPTO_APP)
		return;
	if (sent->ack_eliciting)
		conn->ack_only = 0;
	else if (conn->ack_only < U8_MAX)
		conn->ack_only++;
}

/* ---- the handshake ---- */

static bool later_wants(struct quic_conn *conn, unsigned int i, bool eliciting, u64 now)
{
	while (++i < ARRAY_SIZE(levels))
		if (quic_conn_wants(conn, levels[i], eliciting, now))
			return true;
	return false;
}

/* RFC 9002, 7.5: probes are not held back by the congestion window. */
static bool handshake_may_send(const struct quic_conn *conn)
{
	const struct quic_recovery *rec = &conn->recovery;

	return quic_cong_room(&rec->cong) >= QUIC_INITIAL_MIN ||
	       rec->space[QUIC_SPACE_INITIAL].probes || rec->space[QUIC_SPACE_HANDSHAKE].probes ||
	       rec->space[QUIC_SPACE_APP].probes;
}

/**
 * struct coalesced - a datagram of packets of several levels
 * @room: bytes that it may have
 * @len: bytes that it has
 * @flight: of them, what counts for congestion control
 * @eliciting: packets may carry more than an ACK
 * @pad: it must be a full one (RFC 9000, 14.1; RFC 9001, 9.3): a client's with
 *	any Initial packet, a server's with an ack-eliciting one
 * @handshake: there is a Handshake packet in it
 */
struct coalesced {
	size_t room, len;
	u64 flight;
	bool eliciting, pad, handshake;
};

/* The packet of one level, if it has anything to say. Return: 0 or an error. */
static int coalesce(struct quic_conn *conn, unsigned int i, struct coalesced *dg, u8 *buf, u64 now)
{
	bool wrote, last;
	struct quic_sent sent = {};
	struct quic_packet_out out;
	u8 level = levels[i];
	int len;

	if (quic_transmit_reserve(conn, level, 1))
		return -ENOMEM;
	if (!quic_conn_begin(conn, level, buf + dg->len, dg->room - dg->len, &out))
		return 0;
	wrote = quic_conn_fill(conn, level, &out.body, &sent, dg->eliciting, now);
	/* Padding that was promised to an earlier packet has to come anyway. */
	if (!wrote && !dg->pad)
		return 0;
	if (level == QUIC_CRYPTO_INITIAL && (!conn->is_server || sent.ack_eliciting))
		dg->pad = true;
	last = !later_wants(conn, i, dg->eliciting, now) ||
	       quic_writer_room(&out.body) < COALESCE_MIN;
	len = quic_conn_seal(conn, level, &out, &sent, dg->pad && last ? dg->room - dg->len : 0,
			     now);
	if (len < 0)
		return len;
	len = quic_conn_mask(conn, level, &out, 1) ? : len;
	if (len < 0)
		return len;
	quic_transmit_note(conn, level, &sent, now);
	dg->len += len;
	dg->flight += sent.in_flight ? len : 0;
	dg->handshake |= level == QUIC_CRYPTO_HANDSHAKE;
	return 0;
}

/* A long token would leave little of the smallest datagram. */
static size_t handshake_room(const struct quic_conn *conn, const struct quic_path *path)
{
	return conn->token_len > LONG_TOKEN ? path->mtu : QUIC_INITIAL_MIN;
}

static int transmit_handshake(struct quic_conn *conn, u64 now, struct quic_train *train)
{
	struct quic_path *path = &conn->path[conn->active_path];
	struct coalesced dg = {
		.room = min_t(size_t, train->cap, handshake_room(conn, path)),
		.eliciting = handshake_may_send(conn),
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(levels) && !err && dg.room - dg.len >= COALESCE_MIN; i++)
		if (quic_conn_wants(conn, levels[i], dg.eliciting, now) &&
		    quic_conn_may_seal(conn, levels[i], now))
			err = coalesce(conn, i, &dg, train->buf, now);
	if (!dg.len)
		return err ? no_memory(conn, now) : 0;
	train->len = dg.len;
	train->segment = dg.len;
	/* RFC 9001, 4.9.1 */
	if (dg.handshake && !conn->is_server)
		quic_conn_discard(conn, QUIC_CRYPTO_INITIAL);
	return quic_transmit_finish(conn, train, path, 1, dg.flight, now);
}

/* ---- 1-RTT, and 0-RTT behind the ClientHello's datagram ---- */

/**
 * struct builder - a train being built
 * @train: where it goes
 * @level: of its packets
 * @mtu: size of its packets
 * @max: packets that fit
 * @count: packets so far
 * @budget: bytes that congestion control and pacing let go
 * @flight: bytes that count for congestion control
 */
struct builder {
	struct quic_train *train;
	u8 level;
	size_t mtu;
	unsigned int max, count;
	u64 budget, flight;
};

/*
 * What congestion control and pacing let go. Until the handshake is complete the peer may be
 * unable to read application data, so it does not fill the window: what the handshake lost finds
 * room.
 */
static u64 send_budget(const struct quic_conn *conn, u32 mtu, bool paced, u64 now)
{
	const struct quic_recovery *rec = &conn->recovery;
	u64 room = quic_cong_room(&rec->cong), reserved;

	reserved = conn->handshake_complete ? quic_pmtud_reserve(conn, now) : HANDSHAKE_RESERVE;
	room -= min(room, reserved);
	return paced ? min(room, quic_pacer_room(&rec->pacer, now, mtu)) : room;
}

/* Bytes of the application that wait, at most. */
static u64 backlog(const struct quic_conn *conn)
{
	return quic_streams_backlog(&conn->streams) + quic_datagrams_backlog(conn);
}

/*
 * May a packet carry more than an ACK? A full one must fit into what congestion control and
 * pacing let go, or else all that there is to say.
 */
static bool fits(struct quic_conn *conn, size_t mtu, u64 budget)
{
	u64 header = conn->path[conn->active_path].mtu - quic_conn_mss(conn);

	return budget >= mtu ||
	       backlog(conn) + header + COALESCE_MIN <= budget;
}

/* The same for the next packet of a train, and how large it may be. */
static bool eliciting_room(struct quic_conn *conn, const struct builder *b, size_t *room)
{
	if (conn->recovery.space[QUIC_SPACE_APP].probes || b->budget >= b->mtu)
		return true;
	if (b->count || !fits(conn, b->mtu, b->budget))
		return false;
	*room = min_t(size_t, *room, b->budget);
	return true;
}

/* Return: length of the packet; 0 if there is nothing to send; a negative errno. */
static int build_packet(struct quic_conn *conn, struct builder *b, u64 now)
{
	const u8 level = b->level;
	struct quic_train *train = b->train;
	struct quic_packet_out *out = &conn->outs[b->count];
	size_t room = min(b->mtu, train->cap - train->len), missing, min_len = 0;
	bool eliciting = eliciting_room(conn, b, &room);
	struct quic_sent sent = {};
	int len;

	if (!quic_conn_wants(conn, level, eliciting, now) || !quic_conn_may_seal(conn, level, now))
		return 0;
	if (!quic_conn_begin(conn, level, train->buf + train->len, room, out))
		return 0;
	if (!quic_conn_fill(conn, level, &out->body, &sent, eliciting, now))
		return 0;

	missing = b->mtu - (out->body.pos + out->tag_len - out->start);
	if (missing && missing <= b->mtu / PAD_PART && b->count + 1 < b->max &&
	    b->budget >= 2 * b->mtu && quic_conn_wants(conn, level, true, now))
		min_len = b->mtu;
	len = quic_conn_seal(conn, level, out, &sent, min_len, now);
	if (len < 0)
		return len;
	quic_transmit_note(conn, level, &sent, now);
	if (sent.in_flight) {
		b->budget -= min(b->budget, (u64)len);
		b->flight += len;
	}
	return len;
}

/*
 * RFC 9002, 7.8: did the train end for want of data although the window had room? To be paced is no
 * such want, unless the host permits less than the window does.
 */
static void note_limits(struct quic_conn *conn, const struct builder *b, u64 now)
{
	struct quic_cong *cong = &conn->recovery.cong;

	cong->limited = quic_cong_room(cong) >= b->mtu &&
			(quic_pacer_capped(&conn->recovery.pacer) ||
			 !quic_conn_wants(conn, b->level, true, now));
}

static int transmit_train(struct quic_conn *conn, u64 now, struct quic_train *train, bool paced)
{
	struct quic_recovery *rec = &conn->recovery;
	struct quic_path *path = &conn->path[conn->active_path];
	u64 allowance = quic_path_allowance(path);
	struct builder b = {
		.train = train,
		.level = quic_conn_data_level(conn),
		.mtu = path->mtu,
	};
	int len = 0;

	if (!quic_conn_wants(conn, b.level, true, now)) {
		note_limits(conn, &b, now);
		return 0;
	}
	b.mtu = min_t(u64, b.mtu, allowance);
	/* The Length field of a long header has two bytes. */
	if (b.level == QUIC_CRYPTO_EARLY)
		b.mtu = min_t(u64, b.mtu, QUIC_EARLY_PACKET_MAX);
	b.budget = send_budget(conn, b.mtu, paced, now);
	/* RFC 9002, 7.7: an ACK alone is not paced. */
	if (paced && b.budget)
		conn->departs_at = max(conn->departs_at, quic_pacer_departure(&rec->pacer, now));
	/* One more for what the budget does not hold back: an ACK, probes. */
	b.max = min3(div64_u64(min_t(u64, train->cap, allowance), b.mtu),
		     div64_u64(b.budget, b.mtu) + 1 + rec->space[QUIC_SPACE_APP].probes,
		     min_t(u64, train->max_segments, QUIC_TRAIN_MAX));
	b.max = max(b.max, 1U);
	if (quic_transmit_reserve(conn, b.level, b.max))
		return no_memory(conn, now);

	while (b.count < b.max) {
		len = build_packet(conn, &b, now);
		if (len <= 0)
			break;
		if (!b.count)
			train->segment = len;
		train->len += len;
		b.count++;
		if ((size_t)len < b.mtu)
			break;
	}
	if (b.count && quic_conn_mask(conn, b.level, conn->outs, b.count)) {
		/* Without masks nobody can read them: they are lost. */
		train->len = 0;
		return no_memory(conn, now);
	}
	note_limits(conn, &b, now);
	if (!b.count)
		return len < 0 ? no_memory(conn, now) : 0;
	return quic_transmit_finish(conn, train, path, b.count, b.flight, now);
}

/* A probe of the path's MTU is a datagram of its own. */
static int transmit_mtu_probe(struct quic_conn *conn, u32 size, u64 now, struct quic_train *train)
{
	struct quic_path *path = &conn->path[conn->active_path];
	struct quic_sent sent = { .ack_eliciting = 1, .pmtu_probe = 1 };
	struct quic_packet_out out;
	int len;

	if (quic_transmit_reserve(conn, QUIC_CRYPTO_APP, 1))
		return no_memory(conn, now);
	conn->departs_at = max(conn->departs_at,
			       quic_pacer_departure(&conn->recovery.pacer, now));
	if (!quic_conn_may_seal(conn, QUIC_CRYPTO_APP, now) ||
	    !quic_conn_begin(conn, QUIC_CRYPTO_APP, train->buf, size, &out) ||
	    !quic_frame_write_type(&out.body, QUIC_FRAME_PING))
		return 0;
	len = quic_conn_seal(conn, QUIC_CRYPTO_APP, &out, &sent, size, now);
	quic_pmtud_sent(conn, size, out.pn);
	if (len < 0 || quic_conn_mask(conn, QUIC_CRYPTO_APP, &out, 1))
		return no_memory(conn, now);
	quic_transmit_note(conn, QUIC_CRYPTO_APP, &sent, now);
	train->len = len;
	train->segment = len;
	return quic_transmit_finish(conn, train, path, 1, len, now);
}

/* Size of the probe that may leave now, 0 if none. */
static u32 mtu_probe_size(const struct quic_conn *conn, u64 now)
{
	u32 size = quic_pmtud_wants(conn, now);

	return size && quic_pacer_room(&conn->recovery.pacer, now, size) ? size : 0;
}

/* ---- all together ---- */

static bool handshake_wants(struct quic_conn *conn, u64 now)
{
	bool eliciting;

	if (!conn->tx[QUIC_CRYPTO_INITIAL].cipher && !conn->tx[QUIC_CRYPTO_HANDSHAKE].cipher)
		return false;
	eliciting = handshake_may_send(conn);
	return quic_conn_wants(conn, QUIC_CRYPTO_INITIAL, eliciting, now) ||
	       quic_conn_wants(conn, QUIC_CRYPTO_HANDSHAKE, eliciting, now);
}

static int transmit(struct quic_conn *conn, u64 now, struct quic_train *train, bool paced)
{
	struct quic_path *path = quic_probe_path(conn);
	u32 size;

	if (path)
		return quic_probe_transmit(conn, path, now, train);
	/*
	 * RFC 9000, 8.1: everything counts, so nothing is begun that could not be finished (P20).
	 */
	if (conn->recovery.amplification_blocked)
		return 0;
	if (handshake_wants(conn, now))
		return transmit_handshake(conn, now, train);
	size = mtu_probe_size(conn, now);
	if (size && size <= train->cap)
		return transmit_mtu_probe(conn, size, now, train);
	return transmit_train(conn, now, train, paced);
}

int quic_conn_transmit(struct quic_conn *conn, u64 now, struct quic_train *train)
{
	int n;

	train->len = 0;
	train->segment = 0;
	train->ecn = 0;
	train->departure = 0;
	train->path = &conn->path[conn->active_path];
	conn->asked_at = now;
	/* What overtakes other packets makes them look lost (RFC 9002, 6.1.1). */
	conn->departs_at = max(now, conn->recovery.departed_at);
	quic_ecn_prepare(&conn->recovery.ecn);
	if (quic_conn_is_open(conn))
		return transmit(conn, now, train, true);
	if (conn->state != QUIC_CONN_CLOSING || !conn->close_pending)
		return 0;
	/* S2.38: what the congestion window lets go precedes the close. */
	if (conn->close_flush) {
		n = transmit(conn, now, train, false);
		if (n > 0)
			return n;
		conn->close_flush = false;
	}
	return quic_conn_transmit_close(conn, now, train);
}

bool quic_conn_paced_wants(struct quic_conn *conn, u64 now)
{
	u32 mtu = conn->path[conn->active_path].mtu;

	return quic_pmtud_wants(conn, now) ||
	       (fits(conn, mtu, send_budget(conn, mtu, false, now)) &&
		quic_conn_wants(conn, quic_conn_data_level(conn), true, now));
}

void quic_conn_set_pacing(struct quic_conn *conn, u64 max_rate, u64 ahead)
{
	struct quic_recovery *rec = &conn->recovery;

	quic_pacer_set(&rec->pacer, max_rate, ahead, rec->cong.mtu);
}

void quic_conn_transmit_later(struct quic_conn *conn, u64 now)
{
	no_memory(conn, now);
}

size_t quic_conn_transmit_size(struct quic_conn *conn, u64 now)
{
	struct quic_recovery *rec = &conn->recovery;
	const struct quic_path *path = &conn->path[conn->active_path];
	u64 mtu = path->mtu, budget, need, count;
	u32 probe;

	conn->asked_at = now;
	if (!quic_conn_is_open(conn))
		return conn->state == QUIC_CONN_CLOSING && conn->close_pending ? mtu : 0;
	if (quic_probe_path(conn))
		return QUIC_INITIAL_MIN;
	if (rec->amplification_blocked)
		return 0;
	if (handshake_wants(conn, now))
		return mtu;
	probe = mtu_probe_size(conn, now);
	if (probe)
		return probe;
	mtu = min(mtu, quic_path_allowance(path));
	budget = send_budget(conn, mtu, true, now);
	if (!quic_conn_wants(conn, quic_conn_data_level(conn), fits(conn, mtu, budget), now))
		return 0;
	/* Headers of packets and frames: a sixteenth is more than they take. */
	need = backlog(conn) + backlog(conn) / 16;
	/* With an MTU of 64 KiB a small message must not take as much memory at both ends (P22). */
	if (need + QUIC_MTU_MIN < mtu)
		return need + QUIC_MTU_MIN;
	budget = min(budget, need);
	count = min_t(u64, div64_u64(budget, mtu) + 1, QUIC_TRAIN_MAX);
	return mtu * min_t(u64, count, max_t(u64, div64_u64(U16_MAX, mtu), 1));
}
