// SPDX-License-Identifier: GPL-2.0-only
/* What the fate of a sent packet means for the state that its frames carried (RFC 9000, 13.3). */
#include "conn_internal.h"
#include "loss.h"

bool quic_sent_has_room(const struct quic_sent *sent)
{
	return sent->frame_count < QUIC_SENT_FRAMES_MAX;
}

void quic_sent_note(struct quic_sent *sent, u8 type, u64 value)
{
	struct quic_sent_frame *frame = &sent->frames[sent->frame_count++];

	frame->type = type;
	frame->value = value;
}

static struct quic_conn *conn_of(struct quic_recovery *rec)
{
	return container_of(rec, struct quic_conn, recovery);
}

static void frame_acked(struct quic_conn *conn, enum quic_space_id space,
			const struct quic_sent *sent, const struct quic_sent_frame *frame)
{
	switch (frame->type) {
	case QUIC_FRAME_ACK:
		/* RFC 9000, 13.2.4 */
		quic_ackset_forget(&conn->recovery.space[space].received, frame->value);
		break;
	case QUIC_FRAME_CRYPTO:
		quic_sendbuf_acked(&conn->crypto[sent->level].send, &conn->mem_tx, frame->value,
				   frame->len);
		break;
	case QUIC_FRAME_NEW_CONNECTION_ID:
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		quic_cids_settled(conn, frame, false);
		break;
	case QUIC_FRAME_NEW_TOKEN:
		quic_new_token_settled(conn, false);
		break;
	case QUIC_FRAME_HANDSHAKE_DONE:
		break;
	case QUIC_FRAME_PATH_RESPONSE:
		quic_probe_settled(conn);
		break;
	default:
		quic_streams_acked(&conn->streams, frame);
	}
}

static void frame_lost(struct quic_conn *conn, const struct quic_sent *sent,
		       const struct quic_sent_frame *frame)
{
	switch (frame->type) {
	case QUIC_FRAME_ACK:
		break;	/* the next one says more */
	case QUIC_FRAME_CRYPTO:
		quic_sendbuf_lost(&conn->crypto[sent->level].send, frame->value, frame->len);
		break;
	case QUIC_FRAME_NEW_CONNECTION_ID:
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		quic_cids_settled(conn, frame, true);
		break;
	case QUIC_FRAME_NEW_TOKEN:
		quic_new_token_settled(conn, true);
		break;
	case QUIC_FRAME_HANDSHAKE_DONE:
		conn->handshake_done_pending = true;
		break;
	case QUIC_FRAME_PATH_RESPONSE:
		quic_probe_settled(conn);
		break;
	default:
		quic_streams_lost(&conn->streams, frame);
	}
}

static void on_acked(struct quic_recovery *rec, enum quic_space_id space, u64 pn,
		     const struct quic_sent *sent, u64 now)
{
	struct quic_conn *conn = conn_of(rec);
	unsigned int i;

	conn->early_data.accepted |= sent->level == QUIC_CRYPTO_EARLY;
	for (i = 0; i < sent->frame_count; i++)
		frame_acked(conn, space, sent, &sent->frames[i]);
	if (sent->pmtu_probe)
		quic_pmtud_acked(conn, pn, now);
}

/* Without an acknowledgement nothing is lost: it was given up, by a Retry or with 0-RTT rejected. */
static void observe_loss(const struct quic_conn *conn, enum quic_space_id space, u64 pn,
			 const struct quic_sent *sent)
{
	const struct quic_space *sp = &conn->recovery.space[space];

	if (sp->largest_acked != U64_MAX)
		quic_observe_packet_lost(conn, pn, sent, quic_loss_by_number(sp, pn) ?
					 QUIC_LOSS_REORDERING_THRESHOLD : QUIC_LOSS_TIME_THRESHOLD);
}

static void on_lost(struct quic_recovery *rec, enum quic_space_id space, u64 pn,
		    const struct quic_sent *sent, u64 now)
{
	struct quic_conn *conn = conn_of(rec);
	unsigned int i;

	observe_loss(conn, space, pn, sent);
	for (i = 0; i < sent->frame_count; i++)
		frame_lost(conn, sent, &sent->frames[i]);
	if (sent->pmtu_probe)
		quic_pmtud_lost(conn, pn, now);
}

const struct quic_recovery_ops quic_conn_recovery_ops = {
	.acked = on_acked,
	.lost = on_lost,
};
