// SPDX-License-Identifier: GPL-2.0-only
/* What all congestion controllers share (RFC 9002, 7 and appendix B). */
#include "cong.h"

#define INITIAL_WINDOW_MAX	14720	/* RFC 9002, 7.2 */

u64 quic_cong_initial_window(u32 mtu)
{
	return min_t(u64, 10ULL * mtu, max_t(u64, INITIAL_WINDOW_MAX, 2ULL * mtu));
}

u64 quic_cong_min_window(const struct quic_cong *cong)
{
	return 2ULL * cong->mtu;	/* kMinimumWindow */
}

void quic_cong_init(struct quic_cong *cong, u8 algorithm, u32 mtu)
{
	memset(cong, 0, sizeof(*cong));
	cong->ops = algorithm == QUIC_CONG_ALG_CUBIC ? &quic_cong_cubic : &quic_cong_reno;
	cong->mtu = mtu;
	cong->window = quic_cong_initial_window(mtu);
	cong->ssthresh = U64_MAX;
	cong->ops->init(cong);
}

void quic_cong_set_mtu(struct quic_cong *cong, u32 mtu)
{
	bool initial = !cong->events && cong->window == quic_cong_initial_window(cong->mtu);

	cong->mtu = mtu;
	if (initial)
		cong->window = quic_cong_initial_window(mtu);
	cong->window = max(cong->window, quic_cong_min_window(cong));
}

void quic_cong_on_sent(struct quic_cong *cong, u64 bytes)
{
	cong->in_flight += bytes;
}

void quic_cong_remove(struct quic_cong *cong, u64 bytes)
{
	if (WARN_ON_ONCE(bytes > cong->in_flight))
		bytes = cong->in_flight;
	cong->in_flight -= bytes;
}

/* RFC 9002, B.5: InCongestionRecovery */
static bool in_recovery(const struct quic_cong *cong, u64 sent_at)
{
	return cong->recovery_start && sent_at <= cong->recovery_start;
}

void quic_cong_on_acked(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now)
{
	quic_cong_remove(cong, bytes);
	if (in_recovery(cong, sent_at))
		return;
	if (!cong->limited)
		cong->ops->ack(cong, bytes, sent_at, rtt, now);
	else if (cong->ops->idle)
		cong->ops->idle(cong, now);
}

/* RFC 9002, 7.1 and 7.3.2: by loss or by ECN, once for each window. */
void quic_cong_on_congestion(struct quic_cong *cong, u64 sent_at, u64 now)
{
	if (in_recovery(cong, sent_at))
		return;
	cong->recovery_start = now;
	cong->events++;
	cong->ops->congestion(cong, now);
}

void quic_cong_on_persistent(struct quic_cong *cong)
{
	cong->window = quic_cong_min_window(cong);
	cong->recovery_start = 0;
	cong->ops->persistent(cong);
}

u64 quic_cong_room(const struct quic_cong *cong)
{
	return cong->window > cong->in_flight ? cong->window - cong->in_flight : 0;
}
