// SPDX-License-Identifier: GPL-2.0-only
/* NewReno (RFC 9002, 7.3, 7.3.1 to 7.3.3 and appendix B). */
#include "cong.h"

static void reno_init(struct quic_cong *cong)
{
	cong->reno.acked = 0;
}

static void reno_ack(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now)
{
	u64 part;

	if (cong->window < cong->ssthresh) {
		part = min(bytes, cong->ssthresh - cong->window);
		cong->window += part;
		bytes -= part;
	}
	/* One datagram per window acknowledged, counted in bytes (RFC 3465, 2.1): nothing is rounded. */
	cong->reno.acked += bytes;
	while (cong->reno.acked >= cong->window) {
		cong->reno.acked -= cong->window;
		cong->window += cong->mtu;
	}
}

static void reno_congestion(struct quic_cong *cong, u64 now)
{
	cong->ssthresh = cong->window / 2;	/* kLossReductionFactor */
	cong->window = max(cong->ssthresh, quic_cong_min_window(cong));
	cong->reno.acked = 0;
}

static void reno_persistent(struct quic_cong *cong)
{
	cong->reno.acked = 0;
}

const struct quic_cong_ops quic_cong_reno = {
	.algorithm = QUIC_CONG_ALG_RENO,
	.name = "reno",
	.init = reno_init,
	.ack = reno_ack,
	.congestion = reno_congestion,
	.persistent = reno_persistent,
};
