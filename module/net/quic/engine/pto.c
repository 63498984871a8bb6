// SPDX-License-Identifier: GPL-2.0-only
/* The loss detection timer and the probe timeout (RFC 9002, 6.2, A.8 and A.9). */
#include "loss.h"

#define PROBES	2	/* 6.2.4: one may be lost too, also where nothing is in flight (6.2.2.1) */

bool quic_pto_peer_validated(const struct quic_recovery *rec)
{
	return rec->is_server || rec->peer_validated || rec->handshake_confirmed;
}

/* RFC 9002, 6.2.1 */
u64 quic_recovery_pto(const struct quic_recovery *rec, enum quic_space_id space)
{
	return quic_rtt_timeout(&rec->rtt) + (space == QUIC_SPACE_APP ? rec->max_ack_delay : 0);
}

/* @since plus @pto doubled for each timeout so far, at most a time that never comes. */
static u64 backed_off(const struct quic_recovery *rec, u64 since, u64 pto)
{
	u32 shift = min(rec->pto_count, 62U);

	if (pto > (U64_MAX / 2 - since) >> shift)
		return U64_MAX / 2;
	return since + (pto << shift);
}

static u64 earliest_loss(const struct quic_recovery *rec, enum quic_space_id *space)
{
	u64 at = QUIC_NEVER;
	int i;

	for (i = QUIC_SPACE_INITIAL; i < QUIC_SPACE_COUNT; i++) {
		if (rec->space[i].loss_at < at) {
			at = rec->space[i].loss_at;
			*space = i;
		}
	}
	return at;
}

/*
 * Can only a probe bring the handshake on, because none of its packets is in flight?
 *
 * For a client, because the server may not be able to send before it hears from it again (6.2.2.1).
 * For both, because application data in flight has no timer before confirmation, and the peer may
 * be unable to read it until it gets the very handshake message that was lost, and that the data,
 * filling the congestion window, keeps from being sent again.
 */
static bool handshake_stalls(const struct quic_recovery *rec)
{
	if (rec->handshake_confirmed || rec->space[QUIC_SPACE_INITIAL].eliciting_in_flight ||
	    rec->space[QUIC_SPACE_HANDSHAKE].eliciting_in_flight)
		return false;
	return !quic_pto_peer_validated(rec) || rec->space[QUIC_SPACE_APP].eliciting_in_flight;
}

static u64 pto_time(const struct quic_recovery *rec, enum quic_space_id *space)
{
	const struct quic_space *sp;
	u64 at = QUIC_NEVER, t;
	int i;

	*space = QUIC_SPACE_INITIAL;
	if (handshake_stalls(rec)) {
		if (rec->has_handshake_keys)
			*space = QUIC_SPACE_HANDSHAKE;
		return backed_off(rec, rec->armed_at, quic_recovery_pto(rec, *space));
	}
	for (i = QUIC_SPACE_INITIAL; i < QUIC_SPACE_COUNT; i++) {
		sp = &rec->space[i];
		if (!sp->eliciting_in_flight)
			continue;
		/* 6.2.1: not before the handshake is confirmed. */
		if (i == QUIC_SPACE_APP && !rec->handshake_confirmed)
			continue;
		t = backed_off(rec, sp->last_eliciting_at, quic_recovery_pto(rec, i));
		if (t < at) {
			at = t;
			*space = i;
		}
	}
	return at;
}

u64 quic_recovery_deadline(const struct quic_recovery *rec)
{
	enum quic_space_id space;
	u64 at = earliest_loss(rec, &space);

	if (at != QUIC_NEVER)
		return at;
	/* 6.2.2.1 (P20): a server that may not send has nothing to wake up for. */
	if (rec->amplification_blocked)
		return QUIC_NEVER;
	return pto_time(rec, &space);
}

void quic_recovery_on_timeout(struct quic_recovery *rec, u64 now)
{
	enum quic_space_id space;
	u64 at = earliest_loss(rec, &space);
	struct quic_space *sp;

	if (at != QUIC_NEVER) {
		if (at > now)
			return;
		quic_loss_detect(rec, space, now);
		quic_sent_trim(&rec->space[space].sent, rec->mem);
		rec->armed_at = now;
		quic_pacer_update(&rec->pacer, rec->cong.window, rec->rtt.smoothed,
				  rec->cong.window < rec->cong.ssthresh, rec->cong.mtu);
		return;
	}

	if (rec->amplification_blocked || pto_time(rec, &space) > now)
		return;
	/* 6.2.4: other spaces of the handshake with data in flight ride in the same datagram. */
	if (!rec->handshake_confirmed) {
		for (sp = rec->space; sp < &rec->space[QUIC_SPACE_APP]; sp++)
			if (sp->eliciting_in_flight)
				sp->probes = max_t(u8, sp->probes, 1);
	}
	rec->space[space].probes = PROBES;
	rec->pto_count++;
	rec->pto_total++;
	quic_ecn_timeout(&rec->ecn, rec->pto_count);
	rec->armed_at = now;
}
