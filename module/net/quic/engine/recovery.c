// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss detection (RFC 9002, 5 to 7.6 and appendix A): the events. loss.c declares packets lost,
 * pto.c has the timer.
 */
#include "recovery.h"
#include "loss.h"

void quic_recovery_init(struct quic_recovery *rec, const struct quic_recovery_ops *ops,
			struct quic_mem *mem, bool is_server, u8 algorithm, u64 initial_rtt, u32 mtu)
{
	struct quic_space *sp;

	memset(rec, 0, sizeof(*rec));
	rec->ops = ops;
	rec->mem = mem;
	rec->is_server = is_server;
	for (sp = rec->space; sp < rec->space + QUIC_SPACE_COUNT; sp++) {
		sp->ack_at = QUIC_NEVER;
		sp->loss_at = QUIC_NEVER;
		sp->largest_acked = U64_MAX;
		sp->skip_pn = U64_MAX;
		sp->lost_since = QUIC_NEVER;
		quic_sent_init(&sp->sent);
	}
	quic_rtt_init(&rec->rtt, initial_rtt);
	quic_cong_init(&rec->cong, algorithm, mtu);
	quic_pacer_init(&rec->pacer);
	quic_ecn_init(&rec->ecn);
}

void quic_recovery_clear(struct quic_recovery *rec)
{
	struct quic_space *sp;

	for (sp = rec->space; sp < rec->space + QUIC_SPACE_COUNT; sp++)
		quic_sent_clear(&sp->sent, rec->mem);
}

/* RFC 9002, A.5 */
void quic_recovery_on_sent(struct quic_recovery *rec, enum quic_space_id space,
			   struct quic_sent *sent, u64 now)
{
	struct quic_space *sp = &rec->space[space];

	sent->sent_at = now;
	if (sent->ecn_marked) {
		sp->ect_sent++;
		quic_ecn_sent(&rec->ecn);
	}
	if (!sent->in_flight)
		return;
	if (sent->ack_eliciting) {
		sp->last_eliciting_at = now;
		sp->eliciting_in_flight++;
		if (sp->probes)
			sp->probes--;
	}
	if (sent->path == rec->flow)
		quic_cong_on_sent(&rec->cong, sent->size);
	rec->armed_at = now;
	rec->departed_at = max(rec->departed_at, now);
}

/* What one ACK frame newly acknowledges. */
struct newly_acked {
	u64 count, largest;
	u64 sent_at;		/* of the largest */
	u64 ect;		/* of them sent with an ECT codepoint */
	u8 path;		/* of the largest */
	bool eliciting;
};

/* Mark records as acknowledged; nothing is removed yet, for loss.c looks at the marks. */
static int mark_acked(struct quic_space *sp, struct quic_ack_frame *ack, struct newly_acked *newly)
{
	struct quic_sent_queue *q = &sp->sent;
	u64 i, pn, smallest = 0, largest;
	struct quic_sent *sent;

	for (i = 0; i <= ack->range_count; i++) {
		int err = quic_ack_next(ack, i, &smallest, &largest);

		if (err)
			return err;
		/* RFC 9000, 21.4: nobody can have received it. */
		if (sp->skip_pn >= smallest && sp->skip_pn <= largest)
			return QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION;
		/* Below q->first everything is settled. Ranges go downwards. */
		for (pn = min(largest + 1, q->next); pn > max(smallest, q->first); pn--) {
			sent = quic_sent_find(q, pn - 1);
			if (!sent || sent->acked)
				continue;
			sent->acked = 1;
			if (!newly->count++) {
				newly->largest = pn - 1;
				newly->sent_at = sent->sent_at;
				newly->path = sent->path;
			}
			newly->eliciting |= sent->ack_eliciting;
			newly->ect += sent->ecn_marked;
		}
	}
	return 0;
}

/* RFC 9002, 5.1 and A.7 (UpdateRtt is in rtt.c) */
static void update_rtt(struct quic_recovery *rec, enum quic_space_id space,
		       const struct newly_acked *newly, u64 delay, u64 now)
{
	if (newly->sent_at > now)
		return;		/* the network did not wait for its departure */
	if (space != QUIC_SPACE_APP)
		delay = 0;	/* 13.2.1 of RFC 9000: these are acknowledged at once */
	else if (rec->handshake_confirmed)
		delay = min(delay, rec->max_ack_delay);
	quic_rtt_update(&rec->rtt, now - newly->sent_at, delay, now);
}

/* RFC 9000, 13.4.2.1. This end marks with ECT(0) only. */
static bool plausible(const struct quic_space *sp, const struct quic_ack_frame *ack, u64 ect)
{
	if (!ack->has_ecn)
		return !ect;
	if (ack->ect0 < sp->peer_ecn[0] || ack->ce < sp->peer_ecn[2] || ack->ect1 ||
	    ack->ect0 > sp->ect_sent || ack->ce > sp->ect_sent)
		return false;
	return ack->ect0 - sp->peer_ecn[0] + ack->ce - sp->peer_ecn[2] >= ect;
}

/* RFC 9002, B.7; counts that cannot be are not believed (RFC 9000, 21.10). */
static void process_ecn(struct quic_recovery *rec, struct quic_space *sp,
			const struct quic_ack_frame *ack, const struct newly_acked *newly, u64 now)
{
	bool more_ce = ack->has_ecn && ack->ce > sp->peer_ecn[2];
	bool here = newly->path == rec->flow;
	bool believed = quic_ecn_acked(&rec->ecn, plausible(sp, ack, newly->ect),
				       newly->ect && here);

	if (!ack->has_ecn)
		return;
	sp->peer_ecn[0] = ack->ect0;
	sp->peer_ecn[2] = ack->ce;
	if (more_ce && believed && here)
		quic_loss_congestion(rec, newly->sent_at, now);
}

/* RFC 9002, B.5, with one call of the controller for as many packets as it treats alike. */
static void settle_acked(struct quic_recovery *rec, enum quic_space_id space, u64 largest, u64 now)
{
	struct quic_space *sp = &rec->space[space];
	u64 pn = 0, bytes = 0, sent_at = 0, boundary = rec->cong.recovery_start;
	struct quic_sent *sent;

	while ((sent = quic_sent_next(&sp->sent, &pn)) && pn <= largest) {
		if (!sent->acked) {
			pn++;
			continue;
		}
		if (sent->in_flight && sent->path == rec->flow) {
			if (bytes && sent_at <= boundary && sent->sent_at > boundary) {
				quic_cong_on_acked(&rec->cong, bytes, sent_at, rec->rtt.smoothed,
						   now);
				bytes = 0;
			}
			bytes += sent->size;
			sent_at = sent->sent_at;
		}
		if (sent->in_flight && sent->ack_eliciting)
			sp->eliciting_in_flight--;
		sp->acked_sent_at = max(sp->acked_sent_at, sent->sent_at);
		rec->ops->acked(rec, space, pn, sent, now);
		sent->used = 0;
		pn++;
	}
	if (bytes)
		quic_cong_on_acked(&rec->cong, bytes, sent_at, rec->rtt.smoothed, now);
}

int quic_recovery_on_ack(struct quic_recovery *rec, enum quic_space_id space,
			 struct quic_ack_frame *ack, u64 delay, u64 now)
{
	struct quic_space *sp = &rec->space[space];
	struct newly_acked newly = {};
	bool advanced;
	int err;

	if (sp->discarded)
		return 0;
	/* RFC 9000, 13.1 */
	if (ack->largest >= sp->next_pn)
		return QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION;

	advanced = sp->largest_acked == U64_MAX || ack->largest > sp->largest_acked;
	err = mark_acked(sp, ack, &newly);
	if (err)
		return err;
	if (advanced)
		sp->largest_acked = ack->largest;
	if (!newly.count)
		return 0;

	if (newly.largest == ack->largest && newly.eliciting && newly.path == rec->flow)
		update_rtt(rec, space, &newly, delay, now);
	/* RFC 9000, 13.4.2.1: reordered ACK frames say nothing about ECN. */
	if (advanced)
		process_ecn(rec, sp, ack, &newly, now);

	/* Losses first: acknowledged packets must not grow a window that is about to shrink. */
	quic_loss_detect(rec, space, now);
	settle_acked(rec, space, newly.largest, now);
	quic_sent_trim(&sp->sent, rec->mem);

	if (space == QUIC_SPACE_HANDSHAKE)
		rec->peer_validated = true;
	if (quic_pto_peer_validated(rec))
		rec->pto_count = 0;
	rec->armed_at = now;
	quic_pacer_update(&rec->pacer, rec->cong.window, rec->rtt.smoothed,
			  rec->cong.window < rec->cong.ssthresh, rec->cong.mtu);
	return 0;
}

/* Every live record of a space leaves flight. */
static void empty_space(struct quic_recovery *rec, enum quic_space_id space, bool lost,
			void (*release)(struct quic_recovery *rec, const struct quic_sent *sent),
			u64 now)
{
	struct quic_space *sp = &rec->space[space];
	struct quic_sent *sent;
	u64 pn = 0;

	while ((sent = quic_sent_next(&sp->sent, &pn))) {
		if (sent->in_flight && sent->path == rec->flow)
			quic_cong_remove(&rec->cong, sent->size);
		if (lost)
			rec->ops->lost(rec, space, pn, sent, now);
		else if (release)
			release(rec, sent);
		sent->used = 0;
		pn++;
	}
	quic_sent_trim(&sp->sent, rec->mem);
	sp->eliciting_in_flight = 0;
	sp->loss_at = QUIC_NEVER;
	sp->lost_since = QUIC_NEVER;
}

/* RFC 9002, 6.4 and A.11 */
void quic_recovery_discard(struct quic_recovery *rec, enum quic_space_id space,
			   void (*release)(struct quic_recovery *rec, const struct quic_sent *sent))
{
	struct quic_space *sp = &rec->space[space];

	if (sp->discarded)
		return;
	empty_space(rec, space, false, release, 0);
	quic_sent_clear(&sp->sent, rec->mem);
	quic_space_ack_sent(sp);
	sp->probes = 0;
	sp->discarded = true;
	rec->pto_count = 0;
}

/* RFC 9002, 6.3: after a Retry nothing that was sent counts, and no congestion is concluded. */
void quic_recovery_lose_all(struct quic_recovery *rec, enum quic_space_id space, u64 now)
{
	empty_space(rec, space, true, NULL, now);
	rec->pto_count = 0;
	rec->armed_at = now;
}

static u64 flow_in_flight(const struct quic_recovery *rec)
{
	const struct quic_space *sp;
	struct quic_sent *sent;
	u64 bytes = 0, pn;

	for (sp = rec->space; sp < rec->space + QUIC_SPACE_COUNT; sp++)
		for (pn = 0; (sent = quic_sent_next(&sp->sent, &pn)); pn++)
			if (sent->in_flight && sent->path == rec->flow)
				bytes += sent->size;
	return bytes;
}

void quic_recovery_switch(struct quic_recovery *rec, u8 flow, struct quic_capacity *old,
			  const struct quic_capacity *new)
{
	struct quic_space *sp;

	old->cong = rec->cong;
	old->rtt = rec->rtt;
	old->pacer = rec->pacer;
	old->ecn = rec->ecn;
	rec->cong = new->cong;
	rec->rtt = new->rtt;
	rec->pacer = new->pacer;
	rec->ecn = new->ecn;
	rec->flow = flow;
	/* What was sent here before, and is not settled yet, counts again. */
	rec->cong.in_flight = flow_in_flight(rec);
	rec->pto_count = 0;
	for (sp = rec->space; sp < rec->space + QUIC_SPACE_COUNT; sp++)
		sp->lost_since = QUIC_NEVER;
}
