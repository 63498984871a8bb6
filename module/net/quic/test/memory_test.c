// SPDX-License-Identifier: GPL-2.0-only
/* The engine's memory is charged to its socket (P22). */
#include "../socket/memory.h"
#include "socket.h"

static void what_is_sent_is_charged_to_the_send_queue(struct kunit *test)
{
	struct sock *sk = quic_test_socket(test)->sk;
	struct quic_mem mem = { .limit = 1 << 20, .host = sk };
	void *ptr;

	lock_sock(sk);
	ptr = quic_alloc(&mem, 1000);
	KUNIT_EXPECT_NOT_NULL(test, ptr);
	/* What kmalloc() takes for it. */
	KUNIT_EXPECT_EQ(test, mem.used, 1024);
	KUNIT_EXPECT_EQ(test, sk->sk_wmem_queued, 1024);
	KUNIT_EXPECT_EQ(test, sk_rmem_alloc_get(sk), 0);
	quic_free(&mem, ptr, 1000);
	KUNIT_EXPECT_EQ(test, mem.used, 0);
	KUNIT_EXPECT_EQ(test, sk->sk_wmem_queued, 0);
	release_sock(sk);
}

static void what_is_received_is_charged_to_the_receive_queue(struct kunit *test)
{
	struct sock *sk = quic_test_socket(test)->sk;
	struct quic_mem mem = { .limit = 1 << 20, .host = sk, .received = true };
	void *ptr;

	lock_sock(sk);
	ptr = quic_alloc(&mem, 3 * PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, ptr);
	KUNIT_EXPECT_EQ(test, sk_rmem_alloc_get(sk), 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, sk->sk_wmem_queued, 0);
	quic_free(&mem, ptr, 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, sk_rmem_alloc_get(sk), 0);
	release_sock(sk);
}

static void an_account_ends_at_its_limit(struct kunit *test)
{
	struct sock *sk = quic_test_socket(test)->sk;
	struct quic_mem mem = { .limit = 4096, .host = sk };
	void *ptr;

	lock_sock(sk);
	ptr = quic_alloc(&mem, 4096);
	KUNIT_EXPECT_NOT_NULL(test, ptr);
	KUNIT_EXPECT_NULL(test, quic_alloc(&mem, 1));
	KUNIT_EXPECT_EQ(test, sk->sk_wmem_queued, 4096);
	quic_free(&mem, ptr, 4096);
	KUNIT_EXPECT_NULL(test, quic_alloc(&mem, 4097));
	KUNIT_EXPECT_EQ(test, sk->sk_wmem_queued, 0);
	release_sock(sk);
}

/* Memory of what has no socket yet. */
static void without_an_owner_nobody_is_charged(struct kunit *test)
{
	struct quic_mem mem = { .limit = 4096 };
	void *ptr = quic_alloc(&mem, 100);

	KUNIT_EXPECT_NOT_NULL(test, ptr);
	KUNIT_EXPECT_EQ(test, mem.used, 128);
	quic_free(&mem, ptr, 100);
	KUNIT_EXPECT_EQ(test, mem.used, 0);
}

static void a_train_is_charged_until_it_is_freed(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(2000, GFP_KERNEL);
	struct sock *sk = quic_test_socket(test)->sk;
	bool charged;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	lock_sock(sk);
	charged = quic_rmem_charge_skb(sk, skb);
	KUNIT_EXPECT_TRUE(test, charged);
	KUNIT_EXPECT_EQ(test, sk_rmem_alloc_get(sk), skb->truesize);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, sk_rmem_alloc_get(sk), 0);
	release_sock(sk);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_is_sent_is_charged_to_the_send_queue),
	KUNIT_CASE(what_is_received_is_charged_to_the_receive_queue),
	KUNIT_CASE(an_account_ends_at_its_limit),
	KUNIT_CASE(without_an_owner_nobody_is_charged),
	KUNIT_CASE(a_train_is_charged_until_it_is_freed),
	{}
};

static struct kunit_suite suite = {
	.name = "quic_memory",
	.test_cases = cases,
};

kunit_test_suite(suite);
