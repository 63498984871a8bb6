// SPDX-License-Identifier: GPL-2.0-only
/* Trains of datagrams in one sk_buff: where they are, and what makes them fit for decryption in place. */
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "../udp/skb.h"

#define SEGMENT	100

static u8 pattern(unsigned int offset)
{
	return offset * 7 + offset / SEGMENT;
}

static struct sk_buff *check_skb(struct kunit *test, struct sk_buff *skb)
{
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

static void fill(u8 *data, unsigned int offset, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		data[i] = pattern(offset + i);
}

static struct sk_buff *linear(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = check_skb(test, alloc_skb(len, GFP_KERNEL));

	fill(skb_put(skb, len), 0, len);
	return skb;
}

/* In fragments of @part bytes each, as GRO makes them. */
static struct sk_buff *fragmented(struct kunit *test, unsigned int len, unsigned int part)
{
	struct sk_buff *skb = check_skb(test, alloc_skb(64, GFP_KERNEL));
	unsigned int offset, size, i = 0;
	struct page *page;

	for (offset = 0; offset < len; offset += size) {
		size = min(part, len - offset);
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		fill(page_address(page), offset, size);
		skb_add_rx_frag(skb, i++, page, 0, size, PAGE_SIZE);
	}
	return skb;
}

static void make_train(struct sk_buff *skb)
{
	skb_shinfo(skb)->gso_size = SEGMENT;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(skb->len, SEGMENT);
}

/* The walk meets @len bytes in segments, the last one shorter. */
static void expect_walk(struct kunit *test, struct sk_buff *skb, unsigned int len)
{
	unsigned int size, offset = 0, i;
	struct quic_skb_walk walk;
	u8 *data;

	quic_skb_walk_init(&walk, skb);
	while ((data = quic_skb_walk_next(&walk, &size))) {
		KUNIT_EXPECT_EQ(test, size, min_t(unsigned int, SEGMENT, len - offset));
		for (i = 0; i < size; i++)
			KUNIT_ASSERT_EQ(test, data[i], pattern(offset + i));
		offset += size;
	}
	KUNIT_EXPECT_EQ(test, offset, len);
}

static void a_linear_train_is_walked(struct kunit *test)
{
	struct sk_buff *skb = linear(test, 350);

	make_train(skb);
	skb = quic_skb_prepare(skb);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_walk(test, skb, 350);
	kfree_skb(skb);
}

static void a_train_in_fragments_stays_where_it_is(struct kunit *test)
{
	struct sk_buff *skb = fragmented(test, 350, SEGMENT), *prepared;

	make_train(skb);
	prepared = quic_skb_prepare(skb);
	KUNIT_EXPECT_PTR_EQ(test, prepared, skb);
	KUNIT_EXPECT_TRUE(test, skb_is_nonlinear(prepared));
	expect_walk(test, prepared, 350);
	kfree_skb(prepared);
}

static void a_datagram_across_fragments_is_made_contiguous(struct kunit *test)
{
	struct sk_buff *skb = fragmented(test, 350, 130);

	make_train(skb);
	skb = quic_skb_prepare(skb);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_walk(test, skb, 350);
	kfree_skb(skb);
}

static void a_fragment_list_is_walked(struct kunit *test)
{
	struct sk_buff *skb = linear(test, SEGMENT), *part = linear(test, SEGMENT);

	fill(part->data, SEGMENT, SEGMENT);
	skb_shinfo(skb)->frag_list = part;
	skb->len += part->len;
	skb->data_len += part->len;
	skb->truesize += part->truesize;
	make_train(skb);
	skb = quic_skb_prepare(skb);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_walk(test, skb, 2 * SEGMENT);
	kfree_skb(skb);
}

/* P08: what a sniffer looks at is not decrypted under its eyes. */
static void what_somebody_shares_is_copied(struct kunit *test)
{
	struct sk_buff *skb = linear(test, 350), *clone, *prepared;

	make_train(skb);
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	prepared = quic_skb_prepare(skb);
	KUNIT_ASSERT_NOT_NULL(test, prepared);
	KUNIT_EXPECT_PTR_NE(test, prepared->data, clone->data);
	expect_walk(test, prepared, 350);
	memset(prepared->data, 0, 350);
	expect_walk(test, clone, 350);
	kfree_skb(prepared);
	kfree_skb(clone);
}

static void a_wrong_checksum_is_dropped(struct kunit *test)
{
	struct sk_buff *skb = linear(test, 350);

	skb->ip_summed = CHECKSUM_NONE;
	skb->csum = 0;
	KUNIT_EXPECT_NULL(test, quic_skb_prepare(skb));
}

static void an_extracted_datagram_keeps_its_headers(struct kunit *test)
{
	struct sk_buff *skb, *copy;
	struct quic_addr local, remote;
	struct udphdr *uh;
	struct iphdr *iph;
	u8 ecn;

	skb = check_skb(test, alloc_skb(sizeof(*iph) + sizeof(*uh) + 350, GFP_KERNEL));
	skb->protocol = htons(ETH_P_IP);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, sizeof(*iph));
	iph->saddr = htonl(0x0a090001);
	iph->daddr = htonl(0x0a090002);
	iph->tos = 3;
	skb_set_transport_header(skb, sizeof(*iph));
	uh = skb_put_zero(skb, sizeof(*uh));
	uh->source = htons(1111);
	uh->dest = htons(2222);
	fill(skb_put(skb, 350), 0, 350);
	__skb_pull(skb, sizeof(*iph) + sizeof(*uh));

	copy = quic_skb_extract(skb, skb->data + 2 * SEGMENT, SEGMENT);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, copy->len, SEGMENT);
	KUNIT_EXPECT_MEMEQ(test, copy->data, skb->data + 2 * SEGMENT, SEGMENT);
	quic_skb_addresses(copy, &local, &remote, &ecn);
	KUNIT_EXPECT_EQ(test, local.family, 4);
	KUNIT_EXPECT_EQ(test, local.port, 2222);
	KUNIT_EXPECT_EQ(test, remote.port, 1111);
	KUNIT_EXPECT_EQ(test, local.ip[3], 2);
	KUNIT_EXPECT_EQ(test, remote.ip[3], 1);
	KUNIT_EXPECT_EQ(test, ecn, 3);
	kfree_skb(copy);
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_linear_train_is_walked),
	KUNIT_CASE(a_train_in_fragments_stays_where_it_is),
	KUNIT_CASE(a_datagram_across_fragments_is_made_contiguous),
	KUNIT_CASE(a_fragment_list_is_walked),
	KUNIT_CASE(what_somebody_shares_is_copied),
	KUNIT_CASE(a_wrong_checksum_is_dropped),
	KUNIT_CASE(an_extracted_datagram_keeps_its_headers),
	{}
};

static struct kunit_suite suite = {
	.name = "quic_skb",
	.test_cases = cases,
};

kunit_test_suite(suite);
