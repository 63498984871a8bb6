// SPDX-License-Identifier: GPL-2.0-only
/* Key updates (RFC 9001, 6): which key a packet is for, and following the peer to a new one. */
#include "conn_internal.h"

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
	if (rx->prev && pkt->pn < conn->phase_pn)
		return rx->prev;
	return rx->aead[!rx->phase];
}

static void advance(struct quic_keys *keys, bool keep)
{
	quic_aead_free(keys->prev);
	keys->prev = NULL;
	if (keep)
		keys->prev = keys->aead[keys->phase];
	else
		quic_aead_free(keys->aead[keys->phase]);
	keys->aead[keys->phase] = NULL;
	keys->phase = !keys->phase;
}

static void advance_tx(struct quic_conn *conn)
{
	struct quic_keys *tx = &conn->tx[QUIC_CRYPTO_APP];

	advance(tx, false);
	tx->used = 0;
	conn->tx_phase_pn = conn->recovery.space[QUIC_SPACE_APP].next_pn;
	conn->keys_wanted = true;
}

/*
 * Begin an update (RFC 9001, 6.1): false while it is not permitted, or its keys are not there. The
 * receiving keys follow with the peer's first packet of the new phase.
 */
bool quic_key_phase_update(struct quic_conn *conn)
{
	const struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP], *tx = &conn->tx[QUIC_CRYPTO_APP];
	u64 acked = conn->recovery.space[QUIC_SPACE_APP].largest_acked;

	if (!conn->handshake_confirmed || rx->phase != tx->phase || !rx->aead[!rx->phase] ||
	    !tx->aead[!tx->phase] || acked == U64_MAX || acked < conn->tx_phase_pn)
		return false;
	advance_tx(conn);
	return true;
}

/*
 * @pkt is authentic. If it is the first of the next phase, both directions move on (RFC 9001,
 * 6.2).
 */
void quic_key_phase_opened(struct quic_conn *conn, const struct quic_packet *pkt)
{
	struct quic_keys *rx = &conn->rx[QUIC_CRYPTO_APP], *tx = &conn->tx[QUIC_CRYPTO_APP];
	union quic_event event = {};

	if (pkt->key_phase == rx->phase) {
		conn->phase_pn = min(conn->phase_pn, pkt->pn);
		return;
	}
	if (rx->prev && pkt->pn < conn->phase_pn)
		return;
	advance(rx, true);
	conn->phase_pn = pkt->pn;
	conn->keys_wanted = true;
	if (tx->phase == rx->phase)
		return;
	advance_tx(conn);
	event.key_update_phase = tx->phase;
	conn->ops->event(conn, QUIC_EVENT_KEY_UPDATE, &event, NULL, 0);
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
