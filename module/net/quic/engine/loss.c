// SPDX-License-Identifier: GPL-2.0-only
/* Declaring packets lost, and persistent congestion (RFC 9002, 6.1, 6.1.1, 7.6, A.10 and B.8). */
#include "loss.h"

#define PACKET_THRESHOLD	3	/* kPacketThreshold, 6.1.1 */
#define PERSISTENT_PTOS		3	/* kPersistentCongestionThreshold, 7.6.1 */

bool quic_loss_by_number(const struct quic_space *sp, u64 pn)
{
	return sp->largest_acked >= pn + PACKET_THRESHOLD;
}

/* RFC 9002, 7.6.1: with max_ack_delay whatever the space. */
static u64 persistent_duration(const struct quic_recovery *rec)
{
	return (quic_rtt_timeout(&rec->rtt) + rec->max_ack_delay) * PERSISTENT_PTOS;
}

/* Was a packet of another space acknowledged that was sent after @since? */
static bool acked_elsewhere(const struct quic_recovery *rec, const struct quic_space *sp, u64 since)
{
	const struct quic_space *other;

	for (other = rec->space; other < rec->space + QUIC_SPACE_COUNT; other++)
		if (other != sp && other->acked_sent_at > since)
			return true;
	return false;
}

/*
 * A lost packet lengthens the run of lost ones; true when that makes it persistent congestion
 * (7.6.2). The run lives in the space, not in the event: its ends may be declared lost by different
 * ACK frames.
 */
static bool lengthen_run(const struct quic_recovery *rec, struct quic_space *sp,
			 const struct quic_sent *sent)
{
	if (!sent->ack_eliciting || sent->pmtu_probe || sent->path != rec->flow ||
	    !rec->rtt.first_sample_at || sent->sent_at <= rec->rtt.first_sample_at)
		return false;
	if (sp->lost_since == QUIC_NEVER || acked_elsewhere(rec, sp, sp->lost_since)) {
		sp->lost_since = sent->sent_at;
		return false;
	}
	if (sent->sent_at - sp->lost_since <= persistent_duration(rec))
		return false;
	sp->lost_since = sent->sent_at;
	return true;
}

static void lose(struct quic_recovery *rec, enum quic_space_id space, u64 pn,
		 struct quic_sent *sent, u64 now)
{
	struct quic_space *sp = &rec->space[space];

	if (sent->in_flight) {
		if (sent->path == rec->flow)
			quic_cong_remove(&rec->cong, sent->size);
		rec->packets_lost++;
		if (sent->ack_eliciting)
			sp->eliciting_in_flight--;
	}
	rec->ops->lost(rec, space, pn, sent, now);
	sent->used = 0;
}

void quic_loss_congestion(struct quic_recovery *rec, u64 sent_at, u64 now)
{
	quic_cong_on_congestion(&rec->cong, sent_at, max(now, rec->departed_at));
}

void quic_loss_detect(struct quic_recovery *rec, enum quic_space_id space, u64 now)
{
	struct quic_space *sp = &rec->space[space];
	u64 delay = quic_rtt_loss_delay(&rec->rtt), last_lost_at = 0, pn, end;
	/* Is the fate of all packets before this one known? Then it continues the run or ends it. */
	bool settled = true, persistent = false, congestion = false;
	struct quic_sent *sent;

	sp->loss_at = QUIC_NEVER;
	if (sp->largest_acked == U64_MAX)
		return;

	end = min(sp->sent.next, sp->largest_acked + 1);
	for (pn = sp->sent.first; pn < end; pn++) {
		sent = quic_sent_at(&sp->sent, pn);
		if (sent->acked) {
			if (settled)
				sp->lost_since = QUIC_NEVER;
			continue;
		}
		/* The sum does not wrap: a record's time and delay are both far from 2^63. */
		if (sent->used && !quic_loss_by_number(sp, pn) && sent->sent_at + delay > now) {
			sp->loss_at = min(sp->loss_at, sent->sent_at + delay);
			settled = false;
			continue;
		}
		if (settled)
			persistent |= lengthen_run(rec, sp, sent);
		if (!sent->used)
			continue;	/* skipped, or declared lost before its predecessors were */
		/*
		 * RFC 9000, 14.4 and 9.4: the loss of a PMTU probe, or on another path, says nothing
		 * about congestion of this one.
		 */
		if (sent->in_flight && !sent->pmtu_probe && sent->path == rec->flow) {
			congestion = true;
			last_lost_at = sent->sent_at;
		}
		lose(rec, space, pn, sent, now);
	}

	if (congestion)
		quic_loss_congestion(rec, last_lost_at, now);
	if (persistent)
		quic_cong_on_persistent(&rec->cong);
}
