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
	struct quic_sock *qs = container_of(timer, struct quic_sock, timer);
	struct sock *sk = (struct sock *)qs;
	bool last;

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		set_bit(QUIC_PENDING_TIMER, &qs->pending);
	else
		quic_timer_expired(sk);
	bh_unlock_sock(sk);

	/* Armed again meanwhile, by this call or by another CPU: then the reference is still needed. */
	spin_lock(&qs->timer_lock);
	last = !hrtimer_is_queued(timer);
	if (last)
		qs->timer_held = false;
	spin_unlock(&qs->timer_lock);
	if (last)
		sock_put(sk);
	return HRTIMER_NORESTART;
}

void quic_timer_init(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	spin_lock_init(&qs->timer_lock);
	qs->timer_held = false;
	hrtimer_setup(&qs->timer, on_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
}

void quic_timer_cancel(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	bool cancelled;

	spin_lock_bh(&qs->timer_lock);
	cancelled = hrtimer_try_to_cancel(&qs->timer) == 1;
	if (cancelled)
		qs->timer_held = false;
	else if (hrtimer_is_queued(&qs->timer))
		/* Its function runs, maybe as our caller, so it stays queued: let it be short. */
		hrtimer_start(&qs->timer, 0, HRTIMER_MODE_ABS_SOFT);
	spin_unlock_bh(&qs->timer_lock);
	if (cancelled)
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
	spin_lock_bh(&qs->timer_lock);
	if (!hrtimer_is_queued(&qs->timer) ||
	    (u64)ktime_to_ns(hrtimer_get_expires(&qs->timer)) > deadline) {
		if (!qs->timer_held)
			sock_hold(sk);
		qs->timer_held = true;
		hrtimer_start(&qs->timer, ns_to_ktime(deadline), HRTIMER_MODE_ABS_SOFT);
	}
	spin_unlock_bh(&qs->timer_lock);
}
