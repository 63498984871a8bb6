/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packetisation layer path MTU discovery: the search for the largest datagram that a path carries
 * (RFC 9000, 14.3; RFC 8899).
 *
 * Probes are packets of PING and PADDING. A probe that is acknowledged proves its size; a size of
 * which three were lost does not pass. What the route or the peer permits is tried first, then the
 * range between what passes and what does not is halved.
 */
#ifndef QUIC_ENGINE_PMTUD_H
#define QUIC_ENGINE_PMTUD_H

#include "os.h"

struct quic_conn;
struct quic_path;

/**
 * struct quic_pmtud - the search on one path; what passes is path->mtu
 * @on: there is a search (S6.47); otherwise the route and ICMP are believed
 * @failed: smallest size that did not pass, U32_MAX if none
 * @size: of the last probe
 * @lost: probes of this size that were lost
 * @pn: packet number of the probe in flight, U64_MAX if none
 * @raise_at: the search is over until then, when @failed is tried again; 0 while it goes on,
 *	QUIC_NEVER when the limit was reached
 */
struct quic_pmtud {
	bool on;
	u8 lost;
	u32 failed, size;
	u64 pn;
	u64 raise_at;
};

/*
 * A search begins, or none if it is off: with a connection, when the path becomes the active one,
 * and when the limits of the path have changed.
 */
void quic_pmtud_restart(struct quic_conn *conn, struct quic_path *path);
/* Only small datagrams arrive: back to the base, from where the search begins anew. */
void quic_pmtud_black_hole(struct quic_conn *conn, struct quic_path *path);
/* Size of the probe that should leave on the active path now, 0 if none. */
u32 quic_pmtud_wants(const struct quic_conn *conn, u64 now);
/*
 * Bytes of the congestion window that data must leave free for the next probe, or a bulk transfer
 * would never let it go; 0 for one that would take most of the window.
 */
u32 quic_pmtud_reserve(const struct quic_conn *conn, u64 now);
/* The probe has left with this packet number. */
void quic_pmtud_sent(struct quic_conn *conn, u32 size, u64 pn);
/* The fate of a probe is known. */
void quic_pmtud_acked(struct quic_conn *conn, u64 pn, u64 now);
void quic_pmtud_lost(struct quic_conn *conn, u64 pn, u64 now);
/* When to look again, QUIC_NEVER if nothing but acknowledgements bring the search on. */
u64 quic_pmtud_deadline(const struct quic_conn *conn, u64 now);

#endif
