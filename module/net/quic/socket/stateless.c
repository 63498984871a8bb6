// SPDX-License-Identifier: GPL-2.0-only
/* Answers to datagrams that belong to no connection (see stateless.h). */
#include <linux/slab.h>

#include "../udp/endpoint.h"
#include "../udp/skb.h"
#include "../udp/transmit.h"
#include "net.h"
#include "request.h"
#include "stateless.h"
#include "token.h"

/*
 * Answers of one endpoint in a second. Retry is without a limit: it is much shorter than what brings it, no
 * dearer than that was to receive, and the only way in for clients during a flood (RFC 9000, 21.2).
 */
#define REPLIES_MAX	2000

/* Retry with the longest connection IDs; refusals and resets are shorter. */
#define REPLY_LEN	(1 + 4 + 2 * (1 + QUIC_CID_LEN_MAX) + QUIC_TOKEN_MAX + QUIC_TAG_LEN)

static bool allowed(struct quic_endpoint *ep)
{
	if (time_after(jiffies, ep->replies_since + HZ)) {
		ep->replies_since = jiffies;
		ep->replies = 0;
	}
	return ep->replies++ < REPLIES_MAX;
}

static void reply(struct quic_endpoint *ep, struct sk_buff *skb, const u8 *buf, size_t len)
{
	if (len)
		quic_reply_send(ep->net, skb, ep->ifindex, buf, len);
}

/*
 * RFC 9000, 5.2.2, 6.1 and 21.5.5: only for datagrams that could begin a connection in some version,
 * and hardly more than they brought.
 */
void quic_stateless_version(struct quic_endpoint *ep, struct sk_buff *skb,
			    const struct quic_packet *pkt, unsigned int len)
{
	u8 buf[600];

	if (len >= QUIC_INITIAL_MIN && allowed(ep))
		reply(ep, skb, buf, quic_packet_version_negotiation(pkt, buf, sizeof(buf)));
}

/* S5.9 */
void quic_stateless_retry(struct quic_endpoint *ep, struct sk_buff *skb,
			  const struct quic_packet *pkt)
{
	struct quic_cid scid = { .len = QUIC_CID_LEN };
	struct quic_addr local, remote;
	struct quic_token_owner owner = { &remote, pkt->version, &scid };
	u8 token[QUIC_TOKEN_MAX], buf[REPLY_LEN];
	int len;
	u8 ecn;

	quic_skb_addresses(skb, &local, &remote, &ecn);
	quic_random(scid.id, scid.len);
	len = quic_token_make(ep->net, QUIC_TOKEN_RETRY, &owner, &pkt->dcid, token);
	if (len > 0)
		reply(ep, skb, buf, quic_packet_retry(pkt, &scid, token, len, buf, sizeof(buf)));
}

/*
 * F40. The ID is in nobody's use in the whole namespace, or the datagram would not have come here: the
 * answer is of no use against a connection that lives (RFC 9000, 21.11).
 */
void quic_stateless_reset(struct quic_endpoint *ep, struct sk_buff *skb, const u8 *data,
			  unsigned int len)
{
	const u8 *secret = quic_net(ep->net)->reset_secret;
	u8 token[QUIC_HASH_LEN_MAX], buf[REPLY_LEN];
	struct quic_cid dcid;

	if (quic_packet_dcid(data, len, QUIC_CID_LEN, &dcid) && allowed(ep) &&
	    !quic_hmac(QUIC_HASH_SHA256, secret, QUIC_SECRET_LEN, dcid.id, dcid.len, token))
		reply(ep, skb, buf, quic_packet_stateless_reset(token, len, buf, sizeof(buf)));
}

/* RFC 9000, 5.2.2 and 8.1.2; F9 */
void quic_stateless_refuse(struct quic_endpoint *ep, const struct quic_request *req, u64 code)
{
	const struct quic_request_datagram *first = &req->datagrams[0];
	struct quic_keys client = {}, server = {};
	struct quic_packet pkt;
	bool may;
	u8 *buf;

	spin_lock_bh(&ep->lock);
	may = allowed(ep);
	spin_unlock_bh(&ep->lock);
	if (!may || quic_packet_parse(&pkt, first->data, first->len, QUIC_CID_LEN) ||
	    quic_keys_initial(&client, &server, quic_version_find(pkt.version), &pkt.dcid))
		return;
	buf = kmalloc(REPLY_LEN, GFP_KERNEL);
	if (buf)
		reply(ep, first->skb, buf,
		      quic_packet_refusal(&pkt, &server, code, buf, REPLY_LEN));
	kfree(buf);
	quic_keys_clear(&client);
	quic_keys_clear(&server);
}
