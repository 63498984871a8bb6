// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection's one timer. It is only moved when the deadline came nearer: one that fires early
 * finds nothing due and is armed again, which costs less than to move it with every packet.
 */
#include "../compat.h"
#include "sock.h"

void quic_timer_expired(struct sock *sk)
{
	struct quic_conn *conn = quic_sk(sk)->conn;

	if (!conn)
		return;
	quic_conn_timeout(conn, quic_now());
	quic_sock_update(sk);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct sock *sk = (struct sock *)container_of(timer, struct quic_sock, timer);

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		set_bit(QUIC_PENDING_TIMER, &quic_sk(sk)->pending);
	else
		quic_timer_expired(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
	return HRTIMER_NORESTART;
}

void quic_timer_init(struct sock *sk)
{
	hrtimer_setup(&quic_sk(sk)->timer, on_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
}

void quic_timer_cancel(struct sock *sk)
{
	if (hrtimer_try_to_cancel(&quic_sk(sk)->timer) == 1)
		__sock_put(sk);
}

void quic_timer_arm(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	u64 deadline = quic_conn_deadline(qs->conn, quic_now());

	if (deadline == QUIC_NEVER) {
		quic_timer_cancel(sk);
		return;
	}
	if (hrtimer_is_queued(&qs->timer) &&
	    (u64)ktime_to_ns(hrtimer_get_expires(&qs->timer)) <= deadline)
		return;
	quic_timer_cancel(sk);
	sock_hold(sk);
	hrtimer_start(&qs->timer, ns_to_ktime(deadline), HRTIMER_MODE_ABS_SOFT);
}
