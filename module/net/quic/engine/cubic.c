// SPDX-License-Identifier: GPL-2.0-only
/*
 * CUBIC (RFC 9438) in integers: windows in bytes, times in milliseconds where they are cubed.
 *
 * w_max, cwnd_prior, w_est, epoch_start, k: the RFC's W_max, cwnd_prior, W_est, t_epoch, K.
 * acked counts acknowledged bytes, times ALPHA_DEN, towards the next step of w_est; idle_since is
 * when the application stopped using the window.
 */
#include "cong.h"

/* C = 0.4 segments per second cubed; beta = 0.7; alpha = 3 * (1 - beta) / (1 + beta) = 9 / 17. */
#define BETA_NUM	7
#define BETA_DEN	10
#define ALPHA_NUM	9
#define ALPHA_DEN	17
/* Time away from K that is still computed; the target is clamped long before. */
#define OFFSET_MAX	100000U		/* ms */

static u32 cube_root(u64 x)
{
	u64 root = 0;
	int shift;

	/* Bit by bit: floor(cbrt(2^64)) < 2^22. */
	for (shift = 21; shift >= 0; shift--) {
		u64 try = root | (1ULL << shift);

		if (try * try <= div64_u64(x, try))
			root = try;
	}
	return root;
}

static void cubic_init(struct quic_cong *cong)
{
	memset(&cong->cubic, 0, sizeof(cong->cubic));
	quic_hystart_init(&cong->cubic.hystart);
}

/* RFC 9438, 4.2: the epoch begins with the first acknowledgement in congestion avoidance. */
static void start_epoch(struct quic_cong *cong, u64 now)
{
	u64 below;

	cong->cubic.epoch_start = now;
	cong->cubic.w_est = cong->window;
	cong->cubic.acked = 0;
	if (cong->cubic.w_max <= cong->window) {
		cong->cubic.w_max = cong->window;
		cong->cubic.k = 0;
		return;
	}
	/* K = cbrt((W_max - cwnd_epoch) / C); in ms, with C = 2/5 and windows in bytes. */
	below = min(cong->cubic.w_max - cong->window, 1ULL << 32);
	cong->cubic.k = cube_root(div_u64(below * 2500000000ULL, cong->mtu));
}

/* W_cubic(t) = C * (t - K)^3 + W_max, t in ms (figure 1). */
static u64 w_cubic(const struct quic_cong *cong, u64 t)
{
	bool before = t < cong->cubic.k;
	u64 offset = min_t(u64, before ? cong->cubic.k - t : t - cong->cubic.k, OFFSET_MAX);
	u64 delta;

	/* 0.4 * mtu * offset^3 / 10^9, divided twice so that nothing overflows. */
	delta = div_u64(offset * offset * offset, 1000);
	delta = div_u64(delta * 2 * cong->mtu, 5 * 1000000);
	if (!before)
		return cong->cubic.w_max + delta;
	return cong->cubic.w_max > delta ? cong->cubic.w_max - delta : 0;
}

static void avoid_congestion(struct quic_cong *cong, u64 bytes, u64 rtt, u64 now)
{
	u64 t, target;
	bool behind;

	if (!cong->cubic.epoch_start)
		start_epoch(cong, now);
	t = div_u64(now - cong->cubic.epoch_start, QUIC_MSEC);

	/* 4.3: what Reno would have by now; with its own slope once it has made up the loss. */
	behind = cong->cubic.w_est < cong->cubic.cwnd_prior;
	cong->cubic.acked += bytes * (behind ? ALPHA_NUM : ALPHA_DEN);
	while (cong->cubic.acked >= cong->window * ALPHA_DEN) {
		cong->cubic.acked -= cong->window * ALPHA_DEN;
		cong->cubic.w_est += cong->mtu;
	}

	if (w_cubic(cong, t) < cong->cubic.w_est) {
		cong->window = max(cong->window, cong->cubic.w_est);
		return;
	}
	/* 4.4 and 4.5: towards the window of one round trip from now, by half a window at most. */
	target = w_cubic(cong, t + div_u64(rtt, QUIC_MSEC));
	target = clamp(target, cong->window, cong->window + cong->window / 2);
	cong->window += div64_u64((target - cong->window) * bytes, cong->window);
}

/*
 * Slow start: HyStart++ until the first congestion event (RFC 9406, 4.3), then the plain one.
 * Return: bytes that are left for congestion avoidance.
 */
static u64 start_slowly(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 now)
{
	struct quic_hystart *hs = &cong->cubic.hystart;
	u64 part;

	if (cong->ssthresh == U64_MAX) {
		cong->window += quic_hystart_ack(hs, bytes, sent_at, now);
		if (hs->phase == QUIC_HYSTART_DONE)
			cong->ssthresh = cong->window;
		return 0;
	}
	part = min(bytes, cong->ssthresh - cong->window);
	cong->window += part;
	return bytes - part;
}

static void cubic_ack(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now)
{

	/* 5.8: time in which the application did not use the window is not part of t. */
	if (cong->cubic.idle_since) {
		if (cong->cubic.epoch_start)
			cong->cubic.epoch_start += now - cong->cubic.idle_since;
		cong->cubic.idle_since = 0;
	}
	if (cong->window < cong->ssthresh)
		bytes = start_slowly(cong, bytes, sent_at, now);
	if (bytes)
		avoid_congestion(cong, bytes, rtt, now);
}

static void cubic_idle(struct quic_cong *cong, u64 now)
{
	if (!cong->cubic.idle_since)
		cong->cubic.idle_since = now;
}

static void cubic_congestion(struct quic_cong *cong, u64 now)
{
	u64 window = cong->window;

	/* 4.7: fast convergence. */
	if (window < cong->cubic.w_max)
		cong->cubic.w_max = div_u64(window * (BETA_DEN + BETA_NUM), 2 * BETA_DEN);
	else
		cong->cubic.w_max = window;
	cong->cubic.cwnd_prior = window;
	/* 4.6 */
	cong->ssthresh = max(div_u64(window * BETA_NUM, BETA_DEN), quic_cong_min_window(cong));
	cong->window = cong->ssthresh;
	cong->cubic.epoch_start = 0;
	cong->cubic.idle_since = 0;
}

/* 4.8: as after a timeout; the next epoch finds its plateau by itself. */
static void cubic_persistent(struct quic_cong *cong)
{
	cubic_init(cong);
}

const struct quic_cong_ops quic_cong_cubic = {
	.algorithm = QUIC_CONG_ALG_CUBIC,
	.name = "cubic",
	.init = cubic_init,
	.ack = cubic_ack,
	.idle = cubic_idle,
	.congestion = cubic_congestion,
	.persistent = cubic_persistent,
};
