/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that make up a connection share with each other and with nobody else. */
#ifndef QUIC_ENGINE_CONN_INTERNAL_H
#define QUIC_ENGINE_CONN_INTERNAL_H

#include "conn.h"
#include "observe.h"
#include "rtt.h"

/* Packets of one train; a GSO packet holds 64 datagrams at most. */
#define QUIC_TRAIN_MAX	64

/* A 0-RTT packet on a path with larger datagrams. */
#define QUIC_EARLY_PACKET_MAX	16000

/* Bytes kept of NewSessionTicket messages (S5.25). */
#define QUIC_TICKET_MAX	4096

static inline enum quic_space_id quic_level_space(u8 level)
{
	return level == QUIC_CRYPTO_INITIAL ? QUIC_SPACE_INITIAL :
	       level == QUIC_CRYPTO_HANDSHAKE ? QUIC_SPACE_HANDSHAKE : QUIC_SPACE_APP;
}

static inline enum quic_packet_type quic_level_packet_type(u8 level)
{
	static const u8 types[] = {
		[QUIC_CRYPTO_APP]	= QUIC_PACKET_1RTT,
		[QUIC_CRYPTO_INITIAL]	= QUIC_PACKET_INITIAL,
		[QUIC_CRYPTO_HANDSHAKE]	= QUIC_PACKET_HANDSHAKE,
		[QUIC_CRYPTO_EARLY]	= QUIC_PACKET_0RTT,
	};

	return types[level];
}

static inline struct quic_space *quic_conn_space(struct quic_conn *conn, u8 level)
{
	return &conn->recovery.space[quic_level_space(level)];
}

/* S6.36: are packets of @level not protected? */
static inline bool quic_conn_in_clear(const struct quic_conn *conn, u8 level)
{
	return conn->in_clear && level == QUIC_CRYPTO_APP;
}

/* Still exchanging anything but CONNECTION_CLOSE? */
static inline bool quic_conn_is_open(const struct quic_conn *conn)
{
	return conn->state == QUIC_CONN_HANDSHAKING || conn->state == QUIC_CONN_ESTABLISHED;
}

/**
 * struct quic_received - a packet on its way through the connection
 * @ref, @dgram_len: of the datagram it came in
 * @local, @remote: its addresses; NULL if it waited for keys and the path is not known
 * @path: index of the path it came on, QUIC_PATHS_MAX if none
 * @received_at: when; @now is later if it waited for keys
 * @dcid_seq: sequence number of the connection ID it was addressed to, U64_MAX the client's first
 * @authentic: it could be opened
 * @non_probing: it has a frame that only an endpoint on its path sends (RFC 9000, 9.1);
 *	@application: one that its application made it send
 * @eliciting: it wants an acknowledgement; @at_once: without delay
 */
struct quic_received {
	struct quic_packet pkt;
	struct quic_ref *ref;
	size_t dgram_len;
	const struct quic_addr *local, *remote;
	u8 level, path, ecn;
	u64 received_at, now;
	u64 dcid_seq;
	bool authentic, eliciting, at_once, non_probing, application;
};

/* conn.c */
void quic_conn_set_state(struct quic_conn *conn, enum quic_conn_state state);

/* frames.c: 0, a negative errno (do not acknowledge) or a transport error code */
int quic_conn_on_frame(struct quic_conn *conn, struct quic_received *rx, struct quic_frame *frame);

/* receive.c */
void quic_conn_open_packet(struct quic_conn *conn, struct quic_received *rx);

/* early.c: packets that wait for keys */
void quic_early_keep(struct quic_conn *conn, const struct quic_received *rx);
void quic_early_process(struct quic_conn *conn, u8 level, u64 now);
void quic_early_drop(struct quic_conn *conn, u8 level);
void quic_early_clear(struct quic_conn *conn);

/* negotiate.c: versions */
int quic_negotiate_begin(struct quic_conn *conn, u32 number);
void quic_negotiate_clear(struct quic_conn *conn);
void quic_negotiate_fill_params(const struct quic_conn *conn, struct quic_params *params);
int quic_negotiate_check(const struct quic_conn *conn, const struct quic_params *params);
void quic_negotiate_upgrade(struct quic_conn *conn, const struct quic_params *params);
bool quic_negotiate_accepts(const struct quic_conn *conn, const struct quic_packet *pkt);
struct quic_keys *quic_negotiate_keys(struct quic_conn *conn, const struct quic_received *rx);
bool quic_negotiate_waits(const struct quic_conn *conn);
void quic_negotiate_opened(struct quic_conn *conn, const struct quic_keys *keys);
int quic_negotiate_prepare(struct quic_conn *conn, u64 now);
void quic_negotiate_on_packet(struct quic_conn *conn, const struct quic_packet *pkt, u64 now);

/* early_data.c: 0-RTT */
/* What application data leaves in: 1-RTT packets, or 0-RTT packets while it may. */
u8 quic_conn_data_level(const struct quic_conn *conn);
void quic_early_data_refuse(struct quic_conn *conn);
void quic_early_data_on_secret(struct quic_conn *conn, bool send);
void quic_early_data_on_1rtt(struct quic_conn *conn, u64 now);
void quic_early_data_on_timeout(struct quic_conn *conn, u64 now);
void quic_early_data_compare(struct quic_conn *conn, const struct quic_params *real);
int quic_early_data_check(const struct quic_conn *conn);

/* settle.c */
extern const struct quic_recovery_ops quic_conn_recovery_ops;
/* Record that a packet carries a frame; ask quic_sent_has_room() first. */
bool quic_sent_has_room(const struct quic_sent *sent);
void quic_sent_note(struct quic_sent *sent, u8 type, u64 value);

/* fill.c: frames into a packet; true if anything was written. Without @eliciting: only an ACK. */
bool quic_conn_fill(struct quic_conn *conn, u8 level, struct quic_writer *w, struct quic_sent *sent,
		    bool eliciting, u64 now);
/* Is there an ACK due, a probe or (with @eliciting) anything else to send at @level? */
bool quic_conn_wants(struct quic_conn *conn, u8 level, bool eliciting, u64 now);
/* Payload of a full 1-RTT packet. */
size_t quic_conn_mss(struct quic_conn *conn);

/* transmit.c: for whoever makes a datagram of its own */
int quic_transmit_reserve(struct quic_conn *conn, u8 level, unsigned int count);
void quic_transmit_note(struct quic_conn *conn, u8 level, const struct quic_sent *sent, u64 now);
int quic_transmit_finish(struct quic_conn *conn, struct quic_train *train, struct quic_path *path,
			 unsigned int count, u64 flight, u64 now);

/* packet_out.c: one packet from its header to its record; without @sent it leaves none */
bool quic_conn_begin(struct quic_conn *conn, u8 level, u8 *buf, size_t room,
		     struct quic_packet_out *out);
int quic_conn_seal(struct quic_conn *conn, u8 level, struct quic_packet_out *out,
		   struct quic_sent *sent, size_t min_len, u64 now);
bool quic_conn_may_seal(struct quic_conn *conn, u8 level, u64 now);
/* The same for another path than the active one, whose number is in @sent. */
bool quic_conn_begin_on(struct quic_conn *conn, const struct quic_path *path, u8 level, u8 *buf,
			size_t room, struct quic_packet_out *out);
int quic_conn_seal_on(struct quic_conn *conn, u8 level, struct quic_packet_out *out,
		      struct quic_sent *sent, size_t min_len, u64 now);
int quic_conn_mask(struct quic_conn *conn, u8 level, const struct quic_packet_out *outs,
		   unsigned int count);

/* transmit.c: is there anything that could leave if it were not for the pacer? */
bool quic_conn_paced_wants(struct quic_conn *conn, u64 now);

/* close.c */
void quic_conn_fail(struct quic_conn *conn, u64 code, u64 frame, u64 now);
void quic_conn_close_waited(struct quic_conn *conn, u64 now);
void quic_conn_on_close(struct quic_conn *conn, const struct quic_frame *frame, u64 now);
void quic_conn_end(struct quic_conn *conn, u32 code, enum quic_close_trigger trigger);
void quic_conn_received_closing(struct quic_conn *conn);
int quic_conn_transmit_close(struct quic_conn *conn, u64 now, struct quic_train *train);

/* initial.c */
int quic_initial_make_keys(struct quic_conn *conn);
void quic_initial_rekey(struct quic_conn *conn);
void quic_initial_restart(struct quic_conn *conn, const struct quic_version *version,
			  const struct quic_cid *dcid, u64 now);
int quic_initial_prepare(struct quic_conn *conn, u64 now);

/* retry.c */
void quic_retry_receive(struct quic_conn *conn, const struct quic_packet *pkt, u64 now);

/* new_token.c */
int quic_new_token_use(struct quic_conn *conn, const u8 *token, size_t len);
void quic_new_token_forget(struct quic_conn *conn);
int quic_new_token_on_frame(struct quic_conn *conn, const struct quic_frame *frame);
void quic_new_token_fill(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent,
			 u64 now);
void quic_new_token_settled(struct quic_conn *conn, bool lost);

/* secrets.c */
void quic_conn_discard(struct quic_conn *conn, u8 level);
/* established.c */
void quic_conn_establish(struct quic_conn *conn, u64 now);
void quic_conn_try_confirm(struct quic_conn *conn);
void quic_conn_confirm(struct quic_conn *conn);

/* key_phase.c: which key opens a 1-RTT packet; it did; the packet was processed */
void quic_key_phase_init(struct quic_key_phase *kp);
struct quic_aead *quic_key_phase_aead(struct quic_conn *conn, const struct quic_packet *pkt);
int quic_key_phase_opened(struct quic_conn *conn, const struct quic_packet *pkt, u64 now);
void quic_key_phase_received(struct quic_conn *conn, u64 now);
int quic_key_phase_on_ack(const struct quic_conn *conn, const struct quic_packet *pkt, u64 largest);
void quic_key_phase_sent(struct quic_conn *conn, u64 now);
void quic_key_phase_timeout(struct quic_conn *conn, u64 now);
bool quic_key_phase_update(struct quic_conn *conn);
int quic_key_phase_prepare(struct quic_conn *conn);

/* datagrams.c */
int quic_datagrams_on_frame(struct quic_conn *conn, const struct quic_received *rx,
			    const struct quic_frame *frame);
void quic_datagrams_clear(struct quic_conn *conn);
void quic_datagrams_trim(struct quic_conn *conn);
/* Bytes of frames that wait, at most; may one leave; and: write what fits */
u64 quic_datagrams_backlog(const struct quic_conn *conn);
bool quic_datagrams_pending(struct quic_conn *conn);
void quic_datagrams_fill(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent);

/* ticket.c */
int quic_ticket_on_crypto(struct quic_conn *conn, const struct quic_received *rx,
			  const struct quic_frame *frame);

/* path.c: one path */
void quic_path_begin(struct quic_path *path, const struct quic_addr *local,
		     const struct quic_addr *remote, u32 mtu, bool validated);
void quic_path_update_blocked(struct quic_conn *conn);
void quic_path_update_mtu(struct quic_conn *conn);
void quic_path_forget_pmtu(struct quic_conn *conn, struct quic_path *path, u64 now);
void quic_path_check_black_hole(struct quic_conn *conn);
void quic_path_validated(struct quic_conn *conn, struct quic_path *path);

/* paths.c: all of them */
u8 quic_path_find(const struct quic_conn *conn, const struct quic_addr *local,
		  const struct quic_addr *remote);
u8 quic_path_index(const struct quic_conn *conn, const struct quic_path *path);
u64 quic_path_patience(const struct quic_conn *conn);
struct quic_path *quic_path_open(struct quic_conn *conn, const struct quic_addr *local,
				 const struct quic_addr *remote, u64 dcid_seq, u64 now);
struct quic_path *quic_path_open_received(struct quic_conn *conn, struct quic_received *rx);
void quic_path_drop(struct quic_conn *conn, struct quic_path *path);
bool quic_path_uses_cid(const struct quic_conn *conn, u64 seq);
void quic_path_move_cid(struct quic_conn *conn, u64 seq);
void quic_path_renew_cid(struct quic_conn *conn, struct quic_path *path);
void quic_paths_cids_changed(struct quic_conn *conn, u64 now);
void quic_path_activate(struct quic_conn *conn, struct quic_path *path, u64 now);
void quic_path_prove(struct quic_conn *conn);
u64 quic_path_deadline(const struct quic_conn *conn);
void quic_path_timeout(struct quic_conn *conn, u64 now);

/* challenge.c: path validation */
void quic_challenge_begin(struct quic_conn *conn, struct quic_path *path, u64 now);
const u8 *quic_challenge_next(struct quic_challenge *ch, bool full, u64 now);
void quic_challenge_timeout(struct quic_conn *conn, struct quic_path *path, u64 now);
void quic_challenge_received(struct quic_conn *conn, struct quic_received *rx,
			     const u8 data[QUIC_CHALLENGE_LEN]);
void quic_challenge_on_response(struct quic_conn *conn, const u8 data[QUIC_CHALLENGE_LEN],
				u64 now);

/* probe.c: the path that has a probe to send, or NULL; send it */
struct quic_path *quic_probe_path(struct quic_conn *conn);
int quic_probe_transmit(struct quic_conn *conn, struct quic_path *path, u64 now,
			struct quic_train *train);
void quic_probe_settled(struct quic_conn *conn);

/* migrate.c */
void quic_migrate_note_frame(struct quic_received *rx, u64 type);
void quic_migrate_on_packet(struct quic_conn *conn, struct quic_received *rx);
void quic_migrate_validated(struct quic_conn *conn, struct quic_path *path, u64 now);
void quic_migrate_failed(struct quic_conn *conn, struct quic_path *path, u64 now);
bool quic_migrate_permitted(const struct quic_conn *conn, const struct quic_received *rx);
bool quic_migrate_busy(const struct quic_conn *conn);

/* preferred.c */
bool quic_preferred_is_local(const struct quic_conn *conn, const struct quic_addr *addr);

/* timer.c */
void quic_idle_restart(struct quic_conn *conn, u64 now);

/* cids.c */
int quic_cids_begin(struct quic_conn *conn);
void quic_cids_issue(struct quic_conn *conn);
int quic_cids_issue_silently(struct quic_conn *conn);
void quic_cids_clear(struct quic_conn *conn);
void quic_cids_unroute_initial(struct quic_conn *conn);
struct quic_cid_entry *quic_cids_match(struct quic_cid_set *set, const struct quic_cid *cid);
void quic_cids_reset_token(const struct quic_conn *conn, const struct quic_cid *cid,
			   u8 token[QUIC_RESET_TOKEN_LEN]);
void quic_cids_set_remote(struct quic_conn *conn, u64 seq, const struct quic_cid *cid,
			  const u8 *token);
bool quic_cids_is_reset(struct quic_conn *conn, const u8 token[QUIC_RESET_TOKEN_LEN]);
int quic_cids_on_new(struct quic_conn *conn, const struct quic_frame *frame, u64 now);
/* An ID of the peer that no path has used, to be used from now on; or QUIC_SEQ_NONE. */
u64 quic_cids_take(struct quic_conn *conn);
u64 quic_cids_take_seq(struct quic_conn *conn, u64 seq);
void quic_cids_retire(struct quic_conn *conn, u64 seq);
void quic_cids_retire_oldest(struct quic_conn *conn);
bool quic_cids_may_retire(const struct quic_conn *conn, unsigned int n);
int quic_cids_on_retire(struct quic_conn *conn, u64 seq, u64 dcid_seq);
/* cid_frames.c */
void quic_cids_fill(struct quic_conn *conn, struct quic_writer *w, struct quic_sent *sent);
void quic_cids_settled(struct quic_conn *conn, const struct quic_sent_frame *frame, bool lost);

#endif
