// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client that is asked to prove its address first (RFC 9000, 8.1.2 and 17.2.5; S5.9): in the version that it
 * began with, and before any other is chosen (RFC 9368, 7.1).
 */
#include "conn_internal.h"

/* Bytes of an Initial packet besides its token: IDs, header, tag, and some of a ClientHello. */
#define BESIDES_TOKEN	200

int quic_retry_tag(const struct quic_version *version, const struct quic_cid *odcid,
		   const u8 *retry, size_t len, u8 tag[QUIC_TAG_LEN])
{
	size_t pseudo_len = 1 + odcid->len + len;
	struct quic_mem mem = { .limit = U64_MAX };
	u8 *pseudo;
	int err;

	pseudo = quic_alloc_data(&mem, pseudo_len + QUIC_TAG_LEN, false);
	if (!pseudo)
		return -ENOMEM;
	pseudo[0] = odcid->len;
	memcpy(pseudo + 1, odcid->id, odcid->len);
	memcpy(pseudo + 1 + odcid->len, retry, len);
	err = quic_retry_seal(version, pseudo, pseudo_len);
	if (!err)
		memcpy(tag, pseudo + pseudo_len, QUIC_TAG_LEN);
	quic_free(&mem, pseudo, pseudo_len + QUIC_TAG_LEN);
	return err;
}

/* RFC 9000, 17.2.5.2: the first one, before any other packet, that answers what was sent. */
static bool acceptable(struct quic_conn *conn, const struct quic_packet *pkt)
{
	u8 tag[QUIC_TAG_LEN];

	if (conn->is_server || conn->state != QUIC_CONN_HANDSHAKING || conn->got_packet ||
	    conn->got_retry || !conn->recovery.space[QUIC_SPACE_INITIAL].next_pn)
		return false;
	if (pkt->version != conn->version->number ||
	    !quic_cids_match(&conn->local_cids, &pkt->dcid))
		return false;
	/* RFC 9000, 17.2.5.1: it has to bring a new ID. */
	if (quic_cid_equal(&pkt->scid, &conn->initial_dcid))
		return false;
	/* No Initial packet could carry it. */
	if (pkt->token_len + BESIDES_TOKEN > conn->path[conn->active_path].mtu)
		return false;
	return !quic_retry_tag(conn->version, &conn->initial_dcid, pkt->data,
			       pkt->len - QUIC_TAG_LEN, tag) &&
	       !crypto_memneq(tag, pkt->data + pkt->len - QUIC_TAG_LEN, QUIC_TAG_LEN);
}

void quic_retry_receive(struct quic_conn *conn, const struct quic_packet *pkt, u64 now)
{
	if (!acceptable(conn, pkt) || quic_new_token_use(conn, pkt->token, pkt->token_len))
		return;
	conn->got_retry = true;
	conn->retry_scid = pkt->scid;
	conn->ops->token(conn, pkt->token, pkt->token_len);
	/* RFC 9002, 6.3 */
	quic_initial_restart(conn, conn->version, &pkt->scid, now);
}
