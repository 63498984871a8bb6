// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received sk_buffs.
 *
 * UDP GRO, and GSO over loopback and veth, deliver trains as one skb. It is linear when it comes
 * straight from a local sender, and has page fragments or a fragment list when GRO made it; the
 * datagrams in it are mostly contiguous anyway, so they are decrypted where they are.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ipv6.h>

#include "skb.h"

void quic_ref_get(struct quic_ref *ref)
{
	skb_get((struct sk_buff *)ref);
}

void quic_ref_put(struct quic_ref *ref)
{
	consume_skb((struct sk_buff *)ref);
}

/* Address of @len bytes at @offset of the payload if they are contiguous, else NULL. */
static u8 *contiguous(const struct sk_buff *skb, unsigned int offset, unsigned int len)
{
	const struct sk_buff *part;
	unsigned int i, size;

	size = skb_headlen(skb);
	if (offset < size)
		return len <= size - offset ? skb->data + offset : NULL;
	offset -= size;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		size = skb_frag_size(frag);
		if (offset < size)
			return len <= size - offset && !PageHighMem(skb_frag_page(frag)) ?
			       (u8 *)skb_frag_address(frag) + offset : NULL;
		offset -= size;
	}
	skb_walk_frags(skb, part) {
		if (offset < part->len)
			return len <= part->len - offset ? contiguous(part, offset, len) : NULL;
		offset -= part->len;
	}
	return NULL;
}

void quic_skb_walk_init(struct quic_skb_walk *walk, struct sk_buff *skb)
{
	walk->skb = skb;
	walk->offset = 0;
	walk->segment = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : skb->len;
}

u8 *quic_skb_walk_next(struct quic_skb_walk *walk, unsigned int *len)
{
	u8 *data;

	if (walk->offset >= walk->skb->len)
		return NULL;
	*len = min(walk->segment, walk->skb->len - walk->offset);
	data = contiguous(walk->skb, walk->offset, *len);
	walk->offset += *len;
	return data;
}

static bool all_contiguous(struct sk_buff *skb)
{
	struct quic_skb_walk walk;
	unsigned int len;

	if (skb_has_shared_frag(skb))
		return false;
	quic_skb_walk_init(&walk, skb);
	while (walk.offset < skb->len)
		if (!quic_skb_walk_next(&walk, &len))
			return false;
	return true;
}

struct sk_buff *quic_skb_prepare(struct sk_buff *skb)
{
	if (skb_checksum_complete(skb))
		goto drop;
	if (skb_cloned(skb)) {
		struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC | __GFP_NOWARN);

		consume_skb(skb);
		return copy;
	}
	if (skb_is_nonlinear(skb) && !all_contiguous(skb) && skb_linearize(skb))
		goto drop;
	return skb;
drop:
	kfree_skb(skb);
	return NULL;
}

struct sk_buff *quic_skb_extract(struct sk_buff *skb, const u8 *data, unsigned int len)
{
	unsigned int transport = skb_transport_header(skb) - skb_network_header(skb);
	unsigned int headers = transport + sizeof(struct udphdr);
	struct sk_buff *copy = alloc_skb(headers + len, GFP_ATOMIC | __GFP_NOWARN);

	if (!copy)
		return NULL;
	skb_put_data(copy, skb_network_header(skb), headers);
	skb_reset_network_header(copy);
	skb_set_transport_header(copy, transport);
	skb_put_data(copy, data, len);
	__skb_pull(copy, headers);
	copy->protocol = skb->protocol;
	memcpy(copy->cb, skb->cb, sizeof(copy->cb));
	return copy;
}

void quic_skb_addresses(const struct sk_buff *skb, struct quic_addr *local,
			struct quic_addr *remote, u8 *ecn)
{
	const struct udphdr *uh = udp_hdr(skb);

	memset(local, 0, sizeof(*local));
	memset(remote, 0, sizeof(*remote));
	local->port = ntohs(uh->dest);
	remote->port = ntohs(uh->source);
	if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *iph = ip_hdr(skb);

		local->family = 4;
		remote->family = 4;
		memcpy(local->ip, &iph->daddr, sizeof(iph->daddr));
		memcpy(remote->ip, &iph->saddr, sizeof(iph->saddr));
		*ecn = iph->tos & INET_ECN_MASK;
	} else {
		const struct ipv6hdr *iph = ipv6_hdr(skb);

		local->family = 6;
		remote->family = 6;
		memcpy(local->ip, &iph->daddr, sizeof(iph->daddr));
		memcpy(remote->ip, &iph->saddr, sizeof(iph->saddr));
		if (ipv6_addr_type(&iph->daddr) & IPV6_ADDR_LINKLOCAL)
			local->scope = IP6CB(skb)->iif;
		if (ipv6_addr_type(&iph->saddr) & IPV6_ADDR_LINKLOCAL)
			remote->scope = IP6CB(skb)->iif;
		*ecn = ipv6_get_dsfield(iph) & INET_ECN_MASK;
	}
}
