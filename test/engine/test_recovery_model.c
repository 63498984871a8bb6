// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss detection against RFC 9002's pseudocode, written again below as the RFC writes it: a plain
 * table of packets that is searched from end to end, one timer. Random sequences of events drive
 * both; after each event both must agree (P23).
 */
#include "check.h"
#include "recovery.h"

#define MS		QUIC_MSEC
#define PACKETS		400
#define MTU		1200
#define INFINITE	U64_MAX

enum fate { NOT_SENT, OUTSTANDING, ACKED, LOST, DISCARDED };

struct model_packet {
	u64 time_sent, size;
	enum fate fate;
	bool eliciting, in_flight, newly;
};

/* A.3 and B.2 */
static struct model {
	struct model_packet packets[3][PACKETS];
	u64 next[3], largest_acked[3], loss_time[3], last_eliciting[3];
	u64 latest, smoothed, var, min, first_sample;
	u64 pto_count, max_ack_delay, timer, bytes_in_flight;
	bool server, confirmed, handshake_keys, handshake_ack, blocked, dropped[3];
	double window, ssthresh;
	u64 recovery_start;
	/* Persistent congestion: up to which packet number it was looked for, and what was found. */
	u64 examined[3], run[3];
	u64 now;
} m;

static u64 pick(u64 below)
{
	u64 value;

	quic_random(&value, sizeof(value));
	return value % below;
}

/* ---- the RFC ---- */

static bool model_eliciting(int space)
{
	u64 i;

	for (i = 0; i < m.next[space]; i++)
		if (m.packets[space][i].fate == OUTSTANDING && m.packets[space][i].eliciting &&
		    m.packets[space][i].in_flight)
			return true;
	return false;
}

static bool model_any_eliciting(void)
{
	return model_eliciting(0) || model_eliciting(1) || model_eliciting(2);
}

static bool model_validated(void)
{
	return m.server || m.handshake_ack || m.confirmed;
}

/*
 * The RFC's anti-deadlock condition, and one that it lacks: application data in flight has no timer
 * of its own before confirmation.
 */
static bool model_stalls(void)
{
	return !m.confirmed && !model_eliciting(0) && !model_eliciting(1) &&
	       (!model_validated() || model_eliciting(2));
}

static u64 model_pto(int *space)
{
	u64 duration = (m.smoothed + max(4 * m.var, (u64)MS)) << m.pto_count, timeout = INFINITE;
	int i;

	*space = 0;
	if (model_stalls()) {
		*space = m.handshake_keys ? 1 : 0;
		return m.now + duration;
	}
	for (i = 0; i < 3; i++) {
		if (!model_eliciting(i))
			continue;
		if (i == 2) {
			if (!m.confirmed)
				return timeout;
			duration += m.max_ack_delay << m.pto_count;
		}
		if (m.last_eliciting[i] + duration < timeout) {
			timeout = m.last_eliciting[i] + duration;
			*space = i;
		}
	}
	return timeout;
}

static u64 model_loss_time(int *space)
{
	u64 time = INFINITE;
	int i;

	for (i = 0; i < 3; i++) {
		if (m.loss_time[i] < time) {
			time = m.loss_time[i];
			*space = i;
		}
	}
	return time;
}

static void model_set_timer(void)
{
	int space;

	m.timer = model_loss_time(&space);
	if (m.timer != INFINITE)
		return;
	if (m.blocked)
		return;
	if (!model_any_eliciting() && model_validated())
		return;
	m.timer = model_pto(&space);
}

static void model_congestion(u64 sent_time)
{
	if (m.recovery_start && sent_time <= m.recovery_start)
		return;
	m.recovery_start = m.now;
	m.ssthresh = m.window / 2;
	m.window = m.ssthresh > 2 * MTU ? m.ssthresh : 2 * MTU;
}

/* 7.6.2 over all packets of a space whose fate, and whose predecessors' fate, is known. */
static bool model_persistent(int space)
{
	u64 duration = 3 * (m.smoothed + max(4 * m.var, (u64)MS) + m.max_ack_delay);
	bool found = false;
	u64 pn, elsewhere = 0;
	int i;

	for (i = 0; i < 3; i++)
		for (pn = 0; i != space && pn < m.next[i]; pn++)
			if (m.packets[i][pn].fate == ACKED && !m.packets[i][pn].newly)
				elsewhere = max(elsewhere, m.packets[i][pn].time_sent);

	for (pn = m.examined[space]; pn < m.next[space] && pn <= m.largest_acked[space]; pn++) {
		struct model_packet *p = &m.packets[space][pn];

		if (p->fate == OUTSTANDING)
			break;
		if (p->fate == ACKED)
			m.run[space] = INFINITE;
		if (p->fate != LOST || !p->eliciting || !m.first_sample ||
		    p->time_sent <= m.first_sample)
			continue;
		if (m.run[space] == INFINITE || elsewhere > m.run[space]) {
			m.run[space] = p->time_sent;
		} else if (p->time_sent - m.run[space] > duration) {
			m.run[space] = p->time_sent;
			found = true;
		}
	}
	m.examined[space] = pn;
	return found;
}

static void model_detect_lost(int space)
{
	u64 delay = max(m.latest, m.smoothed), last = 0, pn;

	delay = max(delay + delay / 8, (u64)MS);
	m.loss_time[space] = INFINITE;
	for (pn = 0; pn < m.next[space] && pn <= m.largest_acked[space]; pn++) {
		struct model_packet *p = &m.packets[space][pn];

		if (p->fate != OUTSTANDING)
			continue;
		if (p->time_sent + delay <= m.now || m.largest_acked[space] >= pn + 3) {
			p->fate = LOST;
			if (p->in_flight) {
				m.bytes_in_flight -= p->size;
				last = max(last, p->time_sent);
			}
		} else {
			m.loss_time[space] = min(m.loss_time[space], p->time_sent + delay);
		}
	}
	if (last)
		model_congestion(last);
	if (model_persistent(space)) {
		m.window = 2 * MTU;
		m.recovery_start = 0;
	}
}

static void model_acked(struct model_packet *p)
{
	double part;

	if (!p->in_flight)
		return;
	m.bytes_in_flight -= p->size;
	if (m.recovery_start && p->time_sent <= m.recovery_start)
		return;
	part = p->size;
	if (m.window < m.ssthresh) {
		/* What goes beyond ssthresh belongs to congestion avoidance. */
		part = m.window + part > m.ssthresh ? m.window + part - m.ssthresh : 0;
		m.window += p->size - part;
	}
	m.window += MTU * part / m.window;
}

static void model_ack(int space, const bool *acks, u64 largest, u64 delay)
{
	bool any = false, eliciting = false, largest_newly = false;
	u64 pn, adjusted, sample = 0;

	m.largest_acked[space] = m.largest_acked[space] == INFINITE ? largest :
				 max(m.largest_acked[space], largest);
	for (pn = 0; pn <= largest; pn++) {
		struct model_packet *p = &m.packets[space][pn];

		if (!acks[pn] || p->fate != OUTSTANDING)
			continue;
		p->fate = ACKED;
		p->newly = true;
		any = true;
		eliciting |= p->eliciting;
		if (pn == largest) {
			largest_newly = true;
			sample = m.now - p->time_sent;
		}
	}
	if (!any)
		return;
	if (largest_newly && eliciting) {
		m.latest = sample;
		if (space != 2)
			delay = 0;
		if (!m.first_sample) {
			m.min = sample;
			m.smoothed = sample;
			m.var = sample / 2;
			m.first_sample = m.now;
		} else {
			m.min = min(m.min, sample);
			if (m.confirmed)
				delay = min(delay, m.max_ack_delay);
			adjusted = sample >= m.min + delay ? sample - delay : sample;
			m.var = (3 * m.var + (m.smoothed > adjusted ? m.smoothed - adjusted :
					      adjusted - m.smoothed)) / 4;
			m.smoothed = (7 * m.smoothed + adjusted) / 8;
		}
	}
	model_detect_lost(space);
	for (pn = 0; pn <= largest; pn++) {
		if (m.packets[space][pn].newly)
			model_acked(&m.packets[space][pn]);
		m.packets[space][pn].newly = false;
	}
	if (space == 1)
		m.handshake_ack = true;
	if (model_validated())
		m.pto_count = 0;
	model_set_timer();
}

/* Returns the space to probe, or -1. */
static int model_timeout(void)
{
	u64 time;
	int space = 0;

	time = model_loss_time(&space);
	if (time != INFINITE) {
		model_detect_lost(space);
		model_set_timer();
		return -1;
	}
	model_pto(&space);
	m.pto_count++;
	model_set_timer();
	return space;
}

/* ---- both ---- */

static struct quic_mem mem = HOST_MEM_UNLIMITED;
static struct quic_recovery rec;
static enum fate fates[3][PACKETS];

static void on_acked(struct quic_recovery *r, enum quic_space_id space, u64 pn,
		     const struct quic_sent *sent, u64 now)
{
	CHECK_EQ(fates[space][pn], OUTSTANDING);
	fates[space][pn] = ACKED;
}

static void on_lost(struct quic_recovery *r, enum quic_space_id space, u64 pn,
		    const struct quic_sent *sent, u64 now)
{
	CHECK_EQ(fates[space][pn], OUTSTANDING);
	fates[space][pn] = LOST;
}

static const struct quic_recovery_ops ops = { .acked = on_acked, .lost = on_lost };

static void setup(bool server, bool confirmed)
{
	int i;

	memset(&m, 0, sizeof(m));
	memset(fates, 0, sizeof(fates));
	quic_recovery_init(&rec, &ops, &mem, server, QUIC_CONG_ALG_RENO, 0, MTU);
	m.server = server;
	m.smoothed = 333 * MS;
	m.var = m.smoothed / 2;
	m.window = 10 * MTU;
	m.ssthresh = 1e18;
	m.timer = INFINITE;
	m.now = QUIC_SEC;
	m.confirmed = confirmed;
	rec.handshake_confirmed = confirmed;
	m.max_ack_delay = 25 * MS;
	rec.max_ack_delay = 25 * MS;
	for (i = 0; i < 3; i++) {
		m.largest_acked[i] = INFINITE;
		m.loss_time[i] = INFINITE;
		m.run[i] = INFINITE;
	}
}

static void compare(void)
{
	int space;
	u64 pn;

	for (space = 0; space < 3; space++) {
		for (pn = 0; pn < m.next[space]; pn++)
			CHECK_EQ(fates[space][pn], m.packets[space][pn].fate);
		CHECK_EQ(rec.space[space].eliciting_in_flight != 0, model_eliciting(space));
	}
	CHECK_EQ(rec.rtt.smoothed, m.smoothed);
	CHECK_EQ(rec.rtt.var, m.var);
	CHECK_EQ(rec.cong.in_flight, m.bytes_in_flight);
	CHECK_EQ(rec.pto_count, m.pto_count);
	CHECK_EQ(rec.cong.recovery_start, m.recovery_start);
	/* Whole datagrams against fractions of a byte. */
	CHECK(rec.cong.window <= m.window + 3 * MTU);
	CHECK(rec.cong.window + 3 * MTU >= m.window);
	CHECK_EQ(quic_recovery_deadline(&rec), m.timer);
}

static void send_one(int space, bool eliciting, bool in_flight)
{
	u64 pn = m.next[space];
	struct model_packet *p = &m.packets[space][pn];
	struct quic_space *sp = &rec.space[space];
	struct quic_sent *sent;

	if (pn == PACKETS || m.dropped[space])
		return;
	m.next[space]++;
	*p = (struct model_packet){ .time_sent = m.now, .size = 40 + pick(MTU - 40),
				    .fate = OUTSTANDING, .eliciting = eliciting,
				    .in_flight = in_flight };
	if (in_flight) {
		if (eliciting)
			m.last_eliciting[space] = m.now;
		m.bytes_in_flight += p->size;
		model_set_timer();
	}

	fates[space][pn] = OUTSTANDING;
	CHECK_EQ(quic_sent_reserve(&sp->sent, &mem, 1), 0);
	sent = quic_sent_add(&sp->sent, pn);
	sp->next_pn = pn + 1;
	sent->size = p->size;
	sent->ack_eliciting = eliciting;
	sent->in_flight = in_flight;
	quic_recovery_on_sent(&rec, space, sent, m.now);
}

static void receive_ack(int space)
{
	u64 count = m.next[space], i, pn, delay = pick(50) * MS, from, floor;
	struct quic_ackset set = {};
	bool acks[PACKETS] = {};
	struct quic_frame frame;
	struct quic_writer w;
	struct quic_reader r;
	u8 buf[2000];

	if (!count || m.dropped[space])
		return;
	from = count - 1 - pick(min(count, 20ULL));
	floor = pick(8) ? from - min(from, pick(20)) : 0;
	for (pn = floor; pn <= from; pn++)
		if (pn == from || pick(4))
			quic_ackset_add(&set, pn);
	for (i = 0; i < set.count; i++)
		for (pn = set.ranges[i].first; pn <= set.ranges[i].last; pn++)
			acks[pn] = true;
	w.pos = buf;
	w.end = buf + sizeof(buf);
	CHECK(quic_ackset_write(&set, &w, 0, NULL));
	r.pos = buf;
	r.end = w.pos;
	CHECK_EQ(quic_frame_parse(&frame, &r, QUIC_PACKET_1RTT), 0);
	CHECK_EQ(quic_recovery_on_ack(&rec, space, &frame.ack, delay, m.now), 0);
	model_ack(space, acks, from, delay);
}

static void discard(int space)
{
	u64 pn;

	if (m.dropped[space])
		return;
	quic_recovery_discard(&rec, space, NULL);
	for (pn = 0; pn < m.next[space]; pn++) {
		if (m.packets[space][pn].fate != OUTSTANDING)
			continue;
		fates[space][pn] = DISCARDED;
		m.packets[space][pn].fate = DISCARDED;
		if (m.packets[space][pn].in_flight)
			m.bytes_in_flight -= m.packets[space][pn].size;
	}
	m.dropped[space] = true;
	m.loss_time[space] = INFINITE;
	m.pto_count = 0;
	model_set_timer();
	/* In a connection, sending or receiving is what causes it, and rearms the timer. */
	send_one(space + 1, true, true);
}

static void timeout(void)
{
	int space, i;

	if (m.timer == INFINITE || m.timer > m.now + 100 * QUIC_SEC)
		return;
	m.now = max(m.now, m.timer) + pick(3) * pick(MS);
	for (i = 0; i < 3; i++)
		rec.space[i].probes = 0;
	space = model_timeout();
	quic_recovery_on_timeout(&rec, m.now);
	for (i = 0; i < 3; i++)
		if (i == space)
			CHECK(rec.space[i].probes);
		else if (space < 0 || m.confirmed || !model_eliciting(i))
			CHECK(!rec.space[i].probes);
}

static int some_space(void)
{
	int space = pick(10);

	return m.confirmed || space > 4 ? 2 : space > 2 ? 1 : 0;
}

static void one_event(void)
{
	u64 event = pick(100);

	/* Mostly milliseconds apart, sometimes a long silence. */
	m.now += pick(20) ? pick(20 * MS) : pick(2 * QUIC_SEC);
	if (event < 50)
		send_one(some_space(), pick(10), pick(20));
	else if (event < 80)
		receive_ack(some_space());
	else if (event < 92)
		timeout();
	else if (event == 92 && !pick(5) && !m.dropped[0])
		discard(0);
	else if (event == 93 && !pick(5) && m.dropped[0])
		discard(1);
	else if (event == 94 && !pick(5) && m.dropped[1])
		m.confirmed = rec.handshake_confirmed = true, model_set_timer();
	else if (event == 95 && m.server)
		m.blocked = rec.amplification_blocked = pick(2), model_set_timer();
	else if (event == 96 && !m.handshake_keys)
		m.handshake_keys = rec.has_handshake_keys = true;
}

static void run(u64 seed, bool confirmed)
{
	int i;

	host_seed(seed);
	setup(pick(2), confirmed);
	for (i = 0; i < 300; i++) {
		one_event();
		/* The anti-deadlock PTO runs from the last event, of which new keys are none. */
		if (model_stalls())
			CHECK(quic_recovery_deadline(&rec) != QUIC_NEVER || m.blocked);
		else
			compare();
	}
	quic_recovery_clear(&rec);
	CHECK_EQ(mem.used, 0);
}

TEST("P23 random events as in the pseudocode while shaking hands")
{
	u64 seed;

	for (seed = 0; seed < 4000; seed++)
		run(seed, false);
}

TEST("P23 random events as in the pseudocode when confirmed")
{
	u64 seed;

	for (seed = 0; seed < 4000; seed++)
		run(seed, true);
}
