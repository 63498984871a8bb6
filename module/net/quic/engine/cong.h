/* SPDX-License-Identifier: GPL-2.0-only */
/* Congestion control: what every controller is told and what it decides (RFC 9002, 7; RFC 9438). */
#ifndef QUIC_ENGINE_CONG_H
#define QUIC_ENGINE_CONG_H

#include "hystart.h"

struct quic_cong;

/**
 * struct quic_cong_ops - one controller
 * @ack: @bytes of packets in flight were acknowledged, the last of them sent at @sent_at; not
 *	called while application or flow control limited the window (RFC 9002, 7.8) nor for packets
 *	sent before the recovery period (7.3.2)
 * @idle: the same, but application or flow control did limit the window; may be NULL
 * @congestion: a congestion event began a new recovery period (7.3.2): loss or ECN-CE
 * @persistent: persistent congestion (7.6.2)
 */
struct quic_cong_ops {
	u8 algorithm;		/* enum quic_cong_algo */
	const char *name;
	void (*init)(struct quic_cong *cong);
	void (*ack)(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now);
	void (*idle)(struct quic_cong *cong, u64 now);
	void (*congestion)(struct quic_cong *cong, u64 now);
	void (*persistent)(struct quic_cong *cong);
};

/**
 * struct quic_cong - congestion state of one path
 * @window, @ssthresh, @in_flight: bytes
 * @mtu: max datagram size
 * @recovery_start: start of the current recovery period, 0 before the first
 * @limited: the application left room in the window when it was last asked for data (7.8): set by
 *	whoever asks it
 * @events: congestion events so far
 * @reno.acked: bytes acknowledged since the window last grew in congestion avoidance
 * @cubic: see cubic.c
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
			u64 w_max, cwnd_prior, w_est;	/* bytes */
			u64 epoch_start, idle_since;	/* 0: none */
			u64 k;				/* ms */
			u64 acked;
			struct quic_hystart hystart;
		} cubic;
	};
};

extern const struct quic_cong_ops quic_cong_reno, quic_cong_cubic;

/* Initial and smallest window for datagrams of @mtu bytes (RFC 9002, 7.2). */
u64 quic_cong_initial_window(u32 mtu);
u64 quic_cong_min_window(const struct quic_cong *cong);

void quic_cong_init(struct quic_cong *cong, u8 algorithm, u32 mtu);
/* Max datagram size has changed: an untouched initial window changes with it (RFC 9002, 7.2). */
void quic_cong_set_mtu(struct quic_cong *cong, u32 mtu);
void quic_cong_on_sent(struct quic_cong *cong, u64 bytes);
/* Bytes left flight for another reason than an acknowledgement: lost, or keys discarded. */
void quic_cong_remove(struct quic_cong *cong, u64 bytes);
/* @bytes of packets in flight were acknowledged, sent up to @sent_at; @rtt: smoothed. */
void quic_cong_on_acked(struct quic_cong *cong, u64 bytes, u64 sent_at, u64 rtt, u64 now);
/* Loss or ECN-CE of a packet that was sent at @sent_at (RFC 9002, B.6). */
void quic_cong_on_congestion(struct quic_cong *cong, u64 sent_at, u64 now);
void quic_cong_on_persistent(struct quic_cong *cong);
/* Bytes that may be sent now. */
u64 quic_cong_room(const struct quic_cong *cong);

#endif
