/* SPDX-License-Identifier: GPL-2.0-only */
/* Congestion control: what every controller is told and what it decides (RFC 9002, 7; RFC 9438). */
#ifndef QUIC_ENGINE_CONG_H
#define QUIC_ENGINE_CONG_H

#include "os.h"

struct quic_cong;

/**
 * struct quic_cong_ops - one controller
 * @ack: @bytes of packets in flight were acknowledged, the last of them sent at @sent_at; not called
 *	while application or flow control limited the window (RFC 9002, 7.8) nor for packets sent
 *	before the recovery period (7.3.2)
 * @congestion: a congestion event began a new recovery period (7.3.2): loss or ECN-CE
 * @persistent: persistent congestion (7.6.2)
 */
struct quic_cong_ops {
	u8 algorithm;		/* enum quic_cong_algo */
	const char *name;
	void (*init)(struct quic_cong *cong);
	void (*ack)(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now);
	void (*congestion)(struct quic_cong *cong, u64 now);
	void (*persistent)(struct quic_cong *cong);
};

/**
 * struct quic_cong - congestion state of one path
 * @window, @ssthresh, @in_flight: bytes
 * @mtu: max datagram size; a change rescales the window (RFC 9002, 7.2)
 * @recovery_start: start of the current recovery period, 0 before the first
 * @limited: the application left room in the window when it was last asked for data (7.8)
 */
struct quic_cong {
	const struct quic_cong_ops *ops;
	u64 window, ssthresh, in_flight;
	u64 recovery_start;
	u32 mtu;
	bool limited;
	u32 events;
	union {
		struct { u64 acked; } reno;
		struct {
			u64 w_max, epoch_start, origin, cwnd_prior;
			u64 k;			/* ns */
			u64 w_est, acked;
		} cubic;
	};
};

extern const struct quic_cong_ops quic_cong_reno, quic_cong_cubic;

void quic_cong_init(struct quic_cong *cong, u8 algorithm, u32 mtu);
void quic_cong_set_mtu(struct quic_cong *cong, u32 mtu);
void quic_cong_on_sent(struct quic_cong *cong, u64 bytes);
/* Bytes left flight for another reason than an acknowledgement: lost, or keys discarded. */
void quic_cong_remove(struct quic_cong *cong, u64 bytes);
void quic_cong_on_acked(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now);
void quic_cong_on_congestion(struct quic_cong *cong, u64 sent_at, u64 now);
void quic_cong_on_persistent(struct quic_cong *cong);
/* Bytes that may be sent now. */
u64 quic_cong_room(const struct quic_cong *cong);

#endif
