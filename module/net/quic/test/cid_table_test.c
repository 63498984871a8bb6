// SPDX-License-Identifier: GPL-2.0-only
/* Which socket a Destination Connection ID belongs to. */
#include "../udp/cid_table.h"
#include "socket.h"

static const struct quic_cid first = { .len = 8, .id = "abcdefgh" };

static void a_socket_is_found_by_its_id_with_a_reference(struct kunit *test)
{
	struct sock *sk = quic_test_socket(test)->sk;
	int before = refcount_read(&sk->sk_refcnt);

	KUNIT_ASSERT_EQ(test, 0, quic_cid_table_add(sk, &first));
	KUNIT_EXPECT_PTR_EQ(test, quic_cid_table_find(&init_net, &first), sk);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), before + 1);
	sock_put(sk);
	quic_cid_table_remove(sk, &first);
	KUNIT_EXPECT_NULL(test, quic_cid_table_find(&init_net, &first));
}

static void ids_of_other_lengths_are_others(struct kunit *test)
{
	struct quic_cid shorter = first, longer = first, none = { .len = 0 };
	struct sock *sk = quic_test_socket(test)->sk;

	shorter.len = 7;
	longer.len = 9;		/* of which the last byte is zero */
	KUNIT_ASSERT_EQ(test, 0, quic_cid_table_add(sk, &first));
	KUNIT_EXPECT_NULL(test, quic_cid_table_find(&init_net, &shorter));
	KUNIT_EXPECT_NULL(test, quic_cid_table_find(&init_net, &longer));
	KUNIT_EXPECT_NULL(test, quic_cid_table_find(&init_net, &none));
	quic_cid_table_remove(sk, &first);
}

/* P26 */
static void an_id_has_one_owner_who_alone_gives_it_up(struct kunit *test)
{
	struct sock *sk = quic_test_socket(test)->sk, *other = quic_test_socket(test)->sk;

	KUNIT_ASSERT_EQ(test, 0, quic_cid_table_add(sk, &first));
	KUNIT_EXPECT_EQ(test, -EEXIST, quic_cid_table_add(sk, &first));
	KUNIT_EXPECT_EQ(test, -EEXIST, quic_cid_table_add(other, &first));
	quic_cid_table_remove(other, &first);
	KUNIT_EXPECT_PTR_EQ(test, quic_cid_table_find(&init_net, &first), sk);
	sock_put(sk);
	quic_cid_table_remove(sk, &first);
	KUNIT_ASSERT_EQ(test, 0, quic_cid_table_add(other, &first));
	quic_cid_table_remove(other, &first);
}

/* S2.51 */
static void ids_are_per_namespace(struct kunit *test)
{
	struct net *elsewhere = kunit_kzalloc(test, sizeof(*elsewhere), GFP_KERNEL);
	struct sock *sk = quic_test_socket(test)->sk;

	KUNIT_ASSERT_NOT_NULL(test, elsewhere);
	KUNIT_ASSERT_EQ(test, 0, quic_cid_table_add(sk, &first));
	/* The namespace is a part of the key and nothing else. */
	KUNIT_EXPECT_NULL(test, quic_cid_table_find(elsewhere, &first));
	quic_cid_table_remove(sk, &first);
}

static void the_table_grows_and_shrinks(struct kunit *test)
{
	struct sock *sk = quic_test_socket(test)->sk, *found;
	struct quic_cid cid = { .len = 8 };
	u32 i;

	for (i = 0; i < 5000; i++) {
		memcpy(cid.id, &i, sizeof(i));
		KUNIT_ASSERT_EQ(test, 0, quic_cid_table_add(sk, &cid));
	}
	for (i = 0; i < 5000; i++) {
		memcpy(cid.id, &i, sizeof(i));
		found = quic_cid_table_find(&init_net, &cid);
		KUNIT_ASSERT_PTR_EQ(test, found, sk);
		sock_put(found);
		quic_cid_table_remove(sk, &cid);
		KUNIT_ASSERT_NULL(test, quic_cid_table_find(&init_net, &cid));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_socket_is_found_by_its_id_with_a_reference),
	KUNIT_CASE(ids_of_other_lengths_are_others),
	KUNIT_CASE(an_id_has_one_owner_who_alone_gives_it_up),
	KUNIT_CASE(ids_are_per_namespace),
	KUNIT_CASE(the_table_grows_and_shrinks),
	{}
};

static struct kunit_suite suite = {
	.name = "quic_cid_table",
	.test_cases = cases,
};

kunit_test_suite(suite);
