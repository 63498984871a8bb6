// SPDX-License-Identifier: GPL-2.0-only
/* Key updates (RFC 9001, 6): begun by this end, or followed; which key a packet is for. */
#include "conn_internal.h"

void quic_key_phase_init(struct quic_key_phase *kp)
{
	memset(kp, 0, sizeof(*kp));
	kp->first_rx = U64_MAX;
	kp->old_until = QUIC_NEVER;
	kp->sent_at = QUIC_NEVER;
}

/* Is a packet that is not of the current phase from the one before? */
static bool is_old(const struct quic_key_phase *kp, const struct quic_packet *pkt)
{
	return kp->first_rx != U64_MAX && pkt->pn < kp->first_rx;
}

/*
 * RFC 9001, 6.3 and 6.5: the phase bit says current or not; a packet that is not and is older than
 * the current phase is of the phase before. Nothing is derived here, so a forged bit costs nothing
 * but the attempt to open the packet (RFC 9001, 9.5 and P17).
 */
struct quic_aead *quic_key_phase_aead(struct quic_conn *conn, const struct quic_packet *pkt)
{
	struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP];

	if (pkt->key_phase == rx->phase)
		return rx->aead[rx->phase];
	if (is_old(&conn->key_phase, pkt))
		return rx->prev;
	return rx->aead[!rx->phase];
}

static void advance(struct quic_conn *conn, struct quic_keys *keys, bool keep, bool by_peer)
{
	quic_aead_free(keys->prev);
	keys->prev = NULL;
	if (keep)
		keys->prev = keys->aead[keys->phase];
	else
		quic_aead_free(keys->aead[keys->phase]);
	keys->aead[keys->phase] = NULL;
	keys->phase = !keys->phase;
	quic_observe_key_updated(conn, keys == &conn->tx[QUIC_CRYPTO_APP], by_peer, keys->phase);
}

/*
 * A PING of the new phase goes out at once, so that the peer follows (F5) and acknowledges it, even
 * if this end has nothing but ACKs to send: before that neither end may begin another update.
 */
static void advance_tx(struct quic_conn *conn, bool by_peer)
{
	struct quic_key_phase *kp = &conn->key_phase;
	struct quic_keys *tx = &conn->tx[QUIC_CRYPTO_APP];

	advance(conn, tx, false, by_peer);
	tx->used = 0;
	kp->first_tx = conn->recovery.space[QUIC_SPACE_APP].next_pn;
	kp->sent_at = QUIC_NEVER;
	kp->unfinished = true;
	conn->keys_wanted = true;
	conn->ping_pending = true;
}

/* RFC 9001, 6.1: has the peer acknowledged a packet of the current phase? */
static bool is_acked(const struct quic_conn *conn)
{
	u64 acked = conn->recovery.space[QUIC_SPACE_APP].largest_acked;

	return acked != U64_MAX && acked >= conn->key_phase.first_tx;
}

/*
 * Begin an update (RFC 9001, 6.1): false while it is not permitted, or its keys are not there. The
 * receiving keys follow with the peer's first packet of the new phase.
 */
bool quic_key_phase_update(struct quic_conn *conn)
{
	const struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP], *tx = &conn->tx[QUIC_CRYPTO_APP];

	if (!conn->handshake_confirmed || rx->phase != tx->phase || !rx->aead[!rx->phase] ||
	    !tx->aead[!tx->phase] || !is_acked(conn))
		return false;
	advance_tx(conn, false);
	return true;
}

/*
 * What is not permitted yet, because the handshake is not confirmed, waits: the application cannot
 * know how far that is.
 */
int quic_conn_key_update(struct quic_conn *conn, u64 now)
{
	struct quic_key_phase *kp = &conn->key_phase;

	if (conn->state != QUIC_CONN_ESTABLISHED)
		return -EPIPE;
	/* S6.33; and there are no keys to update in a connection that is not encrypted (S6.36). */
	if (kp->unfinished || kp->wanted || conn->in_clear)
		return -EINVAL;
	quic_conn_prepare_keys(conn, now);
	kp->wanted = !quic_key_phase_update(conn);
	conn->ping_pending = true;
	return 0;
}

void quic_key_phase_sent(struct quic_conn *conn, u64 now)
{
	if (conn->key_phase.sent_at == QUIC_NEVER)
		conn->key_phase.sent_at = now;
}

/*
 * @pkt is authentic. If it is the first of the next phase, both directions move on (RFC 9001,
 * 6.2). Return: 0 or KEY_UPDATE.
 */
int quic_key_phase_opened(struct quic_conn *conn, const struct quic_packet *pkt, u64 now)
{
	struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP], *tx = &conn->tx[QUIC_CRYPTO_APP];
	u64 largest = quic_ackset_largest(&conn->recovery.space[QUIC_SPACE_APP].received);
	struct quic_key_phase *kp = &conn->key_phase;
	bool by_peer = tx->phase == rx->phase;
	union quic_event event = {};

	if (pkt->key_phase == rx->phase) {
		kp->first_rx = min(kp->first_rx, pkt->pn);
		/* RFC 9001, 6.4: an older key was used for a higher number. */
		return kp->first_rx < kp->last_old ? QUIC_TRANSPORT_ERROR_KEY_UPDATE : 0;
	}
	if (is_old(kp, pkt)) {
		kp->last_old = max(kp->last_old, pkt->pn);
		return 0;
	}
	if (largest != U64_MAX && pkt->pn < largest)
		return QUIC_TRANSPORT_ERROR_KEY_UPDATE;
	/* RFC 9001, 6.2: twice, without waiting for an acknowledgement of the first. */
	if (by_peer && kp->unfinished && kp->sent_at == QUIC_NEVER)
		return QUIC_TRANSPORT_ERROR_KEY_UPDATE;
	advance(conn, rx, true, by_peer);
	kp->first_rx = pkt->pn;
	kp->last_old = largest == U64_MAX ? 0 : largest;
	/* RFC 9001, 6.5 */
	kp->old_until = now + 3 * quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP);
	conn->keys_wanted = true;
	if (!by_peer)
		return 0;
	advance_tx(conn, true);
	event.key_update_phase = tx->phase;
	conn->ops->event(conn, QUIC_EVENT_KEY_UPDATE, &event, NULL, 0);
	return 0;
}

/*
 * RFC 9001, 6.2: who has received a packet of the new phase answers in it, so an older packet cannot
 * acknowledge one.
 */
int quic_key_phase_on_ack(const struct quic_conn *conn, const struct quic_packet *pkt, u64 largest)
{
	return pkt->key_phase != conn->tx[QUIC_CRYPTO_APP].phase &&
	       largest >= conn->key_phase.first_tx ? QUIC_TRANSPORT_ERROR_KEY_UPDATE : 0;
}

/* S6.35: an update is over when a packet arrives, two probe timeouts after its beginning. */
void quic_key_phase_received(struct quic_conn *conn, u64 now)
{
	u64 pto = quic_recovery_pto(&conn->recovery, QUIC_SPACE_APP);
	struct quic_key_phase *kp = &conn->key_phase;

	if (kp->wanted && quic_key_phase_update(conn))
		kp->wanted = false;
	if (kp->unfinished && kp->sent_at <= now && now - kp->sent_at >= 2 * pto &&
	    conn->rx[QUIC_CRYPTO_APP].phase == conn->tx[QUIC_CRYPTO_APP].phase && is_acked(conn))
		kp->unfinished = false;
}

void quic_key_phase_timeout(struct quic_conn *conn, u64 now)
{
	struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP];

	if (conn->key_phase.old_until > now)
		return;
	conn->key_phase.old_until = QUIC_NEVER;
	quic_aead_free(rx->prev);
	rx->prev = NULL;
}

/* The keys after the next ones. Process context. Return: 0, or an error: they are still wanted. */
int quic_key_phase_prepare(struct quic_conn *conn)
{
	struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP], *tx = &conn->tx[QUIC_CRYPTO_APP];

	if (!rx->cipher || !tx->cipher)
		return 0;
	/* The sending key first: whoever can receive a phase can answer in it. */
	return quic_keys_prepare_update(tx, conn->version) ?:
	       quic_keys_prepare_update(rx, conn->version);
}
