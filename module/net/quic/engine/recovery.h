/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loss detection: RTT, acknowledged and lost packets, probe timeout, persistent congestion
 * (RFC 9002, 5, 6, 7.6 and appendix A). One per connection, over its three packet number spaces.
 */
#ifndef QUIC_ENGINE_RECOVERY_H
#define QUIC_ENGINE_RECOVERY_H

#include "ackset.h"
#include "cong.h"
#include "ecn.h"
#include "pacer.h"
#include "rtt.h"
#include "sent.h"

enum quic_space_id {
	QUIC_SPACE_INITIAL,
	QUIC_SPACE_HANDSHAKE,
	QUIC_SPACE_APP,
	QUIC_SPACE_COUNT,
};

/**
 * struct quic_space - a packet number space (RFC 9000, 12.3)
 *
 * Receiving:
 * @received: packet numbers to acknowledge
 * @largest_at: when the largest of them arrived
 * @ack_at: when an ACK must leave at the latest; QUIC_NEVER: none is due; `now` or less: at once
 * @ack_waiting: ack-eliciting packets received since an ACK was last sent
 * @ecn: received ECT(0), ECT(1), CE
 *
 * Sending:
 * @next_pn: next packet number
 * @largest_acked: by the peer, U64_MAX if none
 * @sent: packets in flight
 * @loss_at: when the earliest packet is declared lost by time, QUIC_NEVER if none (A.3 loss_time)
 * @last_eliciting_at: when the last ack-eliciting packet left
 * @eliciting_in_flight: how many ack-eliciting packets are in flight
 * @probes: PTO probe packets that must be sent regardless of the congestion window (6.2.4)
 * @skip_pn: packet number that was skipped against optimistic ACKs (RFC 9000, 21.4),
 *	U64_MAX if none
 * @ect_sent: packets sent with an ECT codepoint
 * @peer_ecn: ECN counts the peer last reported (RFC 9000, 13.4.2.1)
 * @lost_since: when the first of a run of lost ack-eliciting packets was sent, with no acknowledged
 *	one in between; QUIC_NEVER if there is no such run (RFC 9002, 7.6.2)
 * @acked_sent_at: latest send time of the packets acknowledged so far
 */
struct quic_space {
	struct quic_ackset received;
	u64 largest_at;
	u64 ack_at;
	u32 ack_waiting;
	u64 ecn[3];

	u64 next_pn;
	u64 largest_acked;
	struct quic_sent_queue sent;
	u64 loss_at;
	u64 last_eliciting_at;
	u32 eliciting_in_flight;
	u8 probes;
	bool discarded;
	u64 skip_pn;
	u64 ect_sent;
	u64 peer_ecn[3];
	u64 lost_since;
	u64 acked_sent_at;
};

/**
 * struct quic_capacity - what is known of the capacity of a path that is not the active one
 * @cong, @rtt, @pacer, @ecn: as they were when it was left
 */
struct quic_capacity {
	struct quic_cong cong;
	struct quic_rtt rtt;
	struct quic_pacer pacer;
	struct quic_ecn ecn;
};

struct quic_recovery;

/* What the connection does when the fate of a packet is known. Called once for each live record. */
struct quic_recovery_ops {
	void (*acked)(struct quic_recovery *rec, enum quic_space_id space, u64 pn,
		      const struct quic_sent *sent, u64 now);
	void (*lost)(struct quic_recovery *rec, enum quic_space_id space, u64 pn,
		     const struct quic_sent *sent, u64 now);
};

/**
 * struct quic_recovery - loss detection of a connection
 * @cong, @pacer, @rtt, @ecn: of the active path (a path has its own; a migration replaces them)
 * @flow: which number packets have in their record that count for these (RFC 9000, 9.4)
 * @max_ack_delay: the peer's, ns; counts only once the handshake is confirmed (5.3)
 * @pto_count: consecutive probe timeouts; @pto_total: all of them
 * @packets_lost: packets in flight that were declared lost
 * @departed_at: latest departure of a packet in flight so far
 * @armed_at: last event that rearms the timer (A.8), from which a client's anti-deadlock PTO runs
 * @is_server, @handshake_confirmed, @peer_validated: for the timers (6.2.1, 6.2.2.1): whether this
 *	end may assume that the peer has validated its address; a client learns that from the first
 *	Handshake acknowledgement
 * @amplification_blocked: a server may not send now, so no PTO is armed (6.2.2.1)
 * @has_handshake_keys: which space a client's anti-deadlock probe uses (6.2.2.1)
 */
struct quic_recovery {
	const struct quic_recovery_ops *ops;
	struct quic_mem *mem;
	struct quic_space space[QUIC_SPACE_COUNT];
	struct quic_rtt rtt;
	struct quic_cong cong;
	struct quic_pacer pacer;
	struct quic_ecn ecn;
	u8 flow;
	u64 max_ack_delay;
	u32 pto_count;
	u64 pto_total;
	u64 packets_lost;
	u64 armed_at, departed_at;
	bool is_server, handshake_confirmed, peer_validated;
	bool amplification_blocked, has_handshake_keys;
};

void quic_recovery_init(struct quic_recovery *rec, const struct quic_recovery_ops *ops,
			struct quic_mem *mem, bool is_server, u8 algorithm, u64 initial_rtt,
			u32 mtu);
/*
 * Frees all records. @ops are not called; where frames refer to streams, quic_recovery_discard()
 * comes first.
 */
void quic_recovery_clear(struct quic_recovery *rec);

/*
 * A packet left, or leaves at @now, which may be in the future (pacer.h). @sent was filled in by the
 * caller after quic_sent_add(), except sent_at. An ack-eliciting one uses up one of space->probes.
 * Pacing is the caller's (quic_pacer_sent()).
 */
void quic_recovery_on_sent(struct quic_recovery *rec, enum quic_space_id space,
			   struct quic_sent *sent, u64 now);

/**
 * quic_recovery_on_ack() - an ACK frame arrived
 * @delay: ACK Delay decoded, ns (0 for Initial and Handshake spaces: the caller need not care)
 *
 * Return: 0, or PROTOCOL_VIOLATION when a packet is acknowledged that was never sent (RFC 9000,
 * 13.1), or that was skipped (21.4): then the connection is over, and only quic_recovery_clear()
 * may follow.
 */
int quic_recovery_on_ack(struct quic_recovery *rec, enum quic_space_id space,
			 struct quic_ack_frame *ack, u64 delay, u64 now);

/*
 * Next deadline of loss detection (loss time or PTO), maybe in the past; QUIC_NEVER if none
 * (RFC 9002, A.8).
 */
u64 quic_recovery_deadline(const struct quic_recovery *rec);
/* Has it come? Declares losses, or asks for probes in spaces (->probes). RFC 9002, A.9. */
void quic_recovery_on_timeout(struct quic_recovery *rec, u64 now);

/*
 * Keys of a space were discarded: its packets leave flight, are neither acked nor lost (RFC 9002,
 * 6.4). @ops->lost is not called; each record is passed to @release (may be NULL) first.
 */
void quic_recovery_discard(struct quic_recovery *rec, enum quic_space_id space,
			   void (*release)(struct quic_recovery *rec,
					   const struct quic_sent *sent));
/*
 * 0-RTT was rejected or a Retry arrived: every packet of the space is lost, without congestion
 * response.
 */
void quic_recovery_lose_all(struct quic_recovery *rec, enum quic_space_id space, u64 now);

/**
 * quic_recovery_switch() - another path is the active one
 * @flow: its number
 * @old: keeps what is known of the path that is left; @new: of the other one
 *
 * RFC 9000, 9.4: packets that are in flight stay, and are acknowledged or lost, but those of another
 * path count neither for RTT nor for congestion of this one.
 */
void quic_recovery_switch(struct quic_recovery *rec, u8 flow, struct quic_capacity *old,
			  const struct quic_capacity *new);

/* PTO of a space without back-off, max_ack_delay included where it counts (6.2.1). */
u64 quic_recovery_pto(const struct quic_recovery *rec, enum quic_space_id space);

/**
 * quic_space_on_received() - a packet was processed: when must an ACK leave?
 * @at_once: it holds a frame that is acknowledged at once (S8.10)
 * @max_ack_delay: ns; 0 in Initial and Handshake spaces
 * @ecn: ECN bits of its datagram
 *
 * RFC 9000, 13.2.1 and 13.2.2: out-of-order packets, CE marks and every second ack-eliciting packet
 * make the ACK due at @now, the rest within @max_ack_delay. The caller sends after a whole train, so
 * a train costs one ACK.
 */
void quic_space_on_received(struct quic_space *space, u64 pn, bool ack_eliciting, bool at_once,
			    u64 max_ack_delay, u8 ecn, u64 now);
/* An ACK frame for all of it was written into a packet. */
void quic_space_ack_sent(struct quic_space *space);

#endif
