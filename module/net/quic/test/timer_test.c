// SPDX-License-Identifier: GPL-2.0-only
/* The one timer of a connection: armed for its deadline, moved only to an earlier one. */
#include <linux/in.h>

#include "../compat.h"
#include "socket.h"

/* A client that has not sent anything: only its idle timeout is ahead. */
static struct sock *connecting(struct kunit *test)
{
	struct socket *listener = quic_test_socket(test), *client = quic_test_socket(test);
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	KUNIT_ASSERT_EQ(test, 0, kernel_bind(listener, (quic_sockaddr *)&addr, sizeof(addr)));
	KUNIT_ASSERT_EQ(test, 0, kernel_listen(listener, 1));
	KUNIT_ASSERT_EQ(test, sizeof(addr), kernel_getsockname(listener, (struct sockaddr *)&addr));
	KUNIT_ASSERT_EQ(test, 0,
			kernel_connect(client, (quic_sockaddr *)&addr, sizeof(addr), 0));
	return client->sk;
}

static u64 expires(const struct quic_sock *qs)
{
	return ktime_to_ns(hrtimer_get_expires(&qs->timer));
}

static void the_timer_waits_for_the_deadline_with_a_reference(struct kunit *test)
{
	struct sock *sk = connecting(test);
	struct quic_sock *qs = quic_sk(sk);
	int references;

	lock_sock(sk);
	KUNIT_EXPECT_TRUE(test, hrtimer_is_queued(&qs->timer));
	KUNIT_EXPECT_TRUE(test, qs->timer_held);
	KUNIT_EXPECT_EQ(test, expires(qs), quic_conn_deadline(qs->conn, quic_now()));
	references = refcount_read(&sk->sk_refcnt);
	quic_timer_cancel(sk);
	KUNIT_EXPECT_FALSE(test, hrtimer_is_queued(&qs->timer));
	KUNIT_EXPECT_FALSE(test, qs->timer_held);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), references - 1);
	quic_timer_cancel(sk);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), references - 1);
	release_sock(sk);
}

static void the_timer_is_moved_to_an_earlier_deadline_only(struct kunit *test)
{
	struct sock *sk = connecting(test);
	struct quic_sock *qs = quic_sk(sk);
	u64 idle, soon;
	int references;

	lock_sock(sk);
	idle = expires(qs);
	references = refcount_read(&sk->sk_refcnt);
	soon = quic_now() + 5 * QUIC_SEC;
	qs->conn->keepalive_at = soon;
	quic_timer_arm(sk);
	KUNIT_EXPECT_EQ(test, expires(qs), soon);
	/* The one that is set fires early and finds nothing due. */
	qs->conn->keepalive_at = QUIC_NEVER;
	quic_timer_arm(sk);
	KUNIT_EXPECT_EQ(test, expires(qs), soon);
	KUNIT_EXPECT_LT(test, soon, idle);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), references);
	release_sock(sk);
}

static void a_timer_that_fires_early_is_armed_again(struct kunit *test)
{
	struct sock *sk = connecting(test);
	struct quic_sock *qs = quic_sk(sk);
	u64 idle = expires(qs);
	unsigned int i;

	lock_sock(sk);
	qs->conn->keepalive_at = quic_now() + QUIC_MSEC;
	quic_timer_arm(sk);
	qs->conn->keepalive_at = QUIC_NEVER;
	release_sock(sk);
	for (i = 0; i < 20000 && expires(qs) < idle; i++)
		fsleep(1000);
	KUNIT_EXPECT_EQ(test, expires(qs), idle);
	KUNIT_EXPECT_TRUE(test, qs->timer_held);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_timer_waits_for_the_deadline_with_a_reference),
	KUNIT_CASE(the_timer_is_moved_to_an_earlier_deadline_only),
	KUNIT_CASE(a_timer_that_fires_early_is_armed_again),
	{}
};

static struct kunit_suite suite = {
	.name = "quic_timer",
	.test_cases = cases,
};

kunit_test_suite(suite);
