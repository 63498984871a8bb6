/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection: everything of RFC 9000 that is not one of the parts it is made of.
 *
 * The host gives it datagrams, the time, secrets and application data, asks it for datagrams, and
 * is told what happened through struct quic_conn_ops. It owns no timer: quic_conn_deadline() says
 * when quic_conn_timeout() wants to be called.
 *
 * Usual order in the host, under its lock, after anything that may have produced something to send:
 *
 *	while ((n = quic_conn_transmit(conn, now, &train)) > 0)
 *		send(&train);
 *	arm_timer(quic_conn_deadline(conn));
 *
 * After a train of received datagrams this is done once, so that one acknowledgement decision,
 * one wake-up and one trip through the transmit path serve the whole train.
 */
#ifndef QUIC_ENGINE_CONN_H
#define QUIC_ENGINE_CONN_H

#include "crypto_stream.h"
#include "datagrams.h"
#include "early_data.h"
#include "key_phase.h"
#include "keys.h"
#include "negotiate.h"
#include "params.h"
#include "path.h"
#include "recovery.h"
#include "streams.h"
#include "token.h"

enum quic_conn_state {
	QUIC_CONN_HANDSHAKING,
	QUIC_CONN_ESTABLISHED,	/* both 1-RTT secrets are installed (S5.1) */
	QUIC_CONN_CLOSING,	/* a CONNECTION_CLOSE was (or will be) sent: RFC 9000, 10.2.1 */
	QUIC_CONN_DRAINING,	/* the peer closed: RFC 9000, 10.2.2 */
	QUIC_CONN_CLOSED,	/* nothing will be sent any more; the host may free it */
};

/* Packets kept until their keys are installed (S5.3). */
#define QUIC_CONN_EARLY_PACKETS_MAX	128

struct quic_conn;

/**
 * struct quic_conn_ops - what the host is told; called with its lock held, from within calls into
 * the connection
 * @event: an event of section 7 of the API; @data/@len: token or ticket bytes of events 8 and 9.
 *	The host drops it if the application did not ask for it.
 * @token: client: a token to keep arrived (S5.28, S5.29)
 * @make_token: server: write a token for later connections from @remote to @token, which has room for
 *	QUIC_TOKEN_MAX bytes; its length or -ENOMEM
 * @readable: something was appended to conn->streams.inq or conn->handshake_inq, or @stream, which has an
 *	owner, has something new to read or will have nothing any more
 * @writable: flow control, a stream limit or the send buffer gained room; @stream NULL: any
 * @state: conn->state changed
 * @paths: conn->proven_path is another one, or a path was given up: which local addresses are in use
 *	may have changed, and which addresses programs see (S2.43)
 * @cid_add: route datagrams with this Destination Connection ID to this connection; -ENOMEM,
 *	-EEXIST
 * @cid_remove: not any more
 * @rx_room: may received payload be kept? In-order data is asked for with @in_order and gets more
 *	room than data that waits for a gap, so that the missing piece is always admitted (P22)
 */
struct quic_conn_ops {
	void (*event)(struct quic_conn *conn, u8 type, const union quic_event *event,
		      const u8 *data, size_t len);
	void (*token)(struct quic_conn *conn, const u8 *token, size_t len);
	int (*make_token)(struct quic_conn *conn, const struct quic_addr *remote, u64 now,
			  u8 *token);
	void (*readable)(struct quic_conn *conn, struct quic_stream *stream);
	void (*writable)(struct quic_conn *conn, struct quic_stream *stream);
	void (*state)(struct quic_conn *conn);
	void (*paths)(struct quic_conn *conn);
	int (*cid_add)(struct quic_conn *conn, const struct quic_cid *cid);
	void (*cid_remove)(struct quic_conn *conn, const struct quic_cid *cid);
	bool (*rx_room)(struct quic_conn *conn, bool in_order);
};

/**
 * struct quic_conn_config - what is fixed when a connection begins
 * @params: own transport parameters; connection IDs and tokens in it are filled in by the
 *	connection
 * @version: number of the first version tried (client), of the preferred one (server)
 * @algorithm: enum quic_cong_algo
 * @initial_rtt, @keepalive: ns, 0: default, off
 * @mtu: UDP payload bytes that the route carries
 * @pmtud_interval: ns, 0: the route is believed, nothing is probed
 * @nodelay: S3.24
 * @disable_compatible_version: omit version_information
 * @send_reset_token: server: advertise a stateless reset token
 * @reset_secret: key from which stateless reset tokens are made (32 bytes)
 */
struct quic_conn_config {
	struct quic_params params;
	u32 version;
	u8 algorithm;
	u64 initial_rtt, keepalive;
	u32 mtu;
	u64 pmtud_interval;
	bool nodelay, disable_compatible_version, send_reset_token;
	u8 reset_secret[32];
};

/**
 * struct quic_conn_drops - received packets that were given up, by reason, for the host's counters
 * @header: malformed, or not for this connection; @number: received before, or too old
 * @frames: authentic, but its frames break the rules; @opening: not authentic
 * @deferred: not a loss: packets that waited for their keys and were opened then
 */
struct quic_conn_drops {
	u64 header, number, frames, opening, deferred;
};

/**
 * struct quic_conn_close_info - why and how a connection ends
 * @set: a CONNECTION_CLOSE is to be sent or was received; not when the connection ends silently
 * @app: application close (0x1d)
 * @by_peer: received
 * @idle: nothing came for too long; @reset: by a stateless reset (RFC 9000, 10.3)
 * @code: up to 62 bits
 */
struct quic_conn_close_info {
	bool set, app, by_peer, idle, reset;
	u64 code, frame;
	u8 phrase_len;
	u8 phrase[QUIC_CLOSE_PHRASE_BUFFER_SIZE];
};

/* So many tokens are recognised when they come again. */
#define QUIC_TOKENS_SEEN	8

/**
 * struct quic_new_token - NEW_TOKEN frames
 * @pending: server: one is to be sent; @in_flight: so many are neither acknowledged nor lost
 * @seen: client: fingerprints of the last tokens that arrived, @seen_count in all
 */
struct quic_new_token {
	bool pending;
	u8 in_flight;
	u64 seen[QUIC_TOKENS_SEEN];
	unsigned int seen_count;
};

/* One packet kept until its keys come. */
struct quic_early_packet {
	struct list_head node;
	struct quic_ref *ref;
	u8 *data;
	size_t len;
	size_t dgram_len;
	u8 path;
	u8 ecn;
	u8 level;	/* whose keys are missing */
	u64 dcid_seq;
	u64 received_at;
};

/**
 * struct quic_conn - a connection
 *
 * @mem, @mem_tx, @mem_rx: accounts; a limit of 0 at the beginning means the default
 * @tx, @rx: keys by enum quic_crypto_level
 * @datagrams: DATAGRAM frames to send
 * @handshake_inq: deliverable CRYPTO segments of all levels in order of arrival (S4.1, S4.11)
 * @original_dcid: the client's first choice, for transport parameters (RFC 9000, 7.3)
 * @initial_dcid: what the client addresses until it knows the server's ID, and what Initial keys are
 *	made from; @initial_routed: server: the host routes it to this connection; @initial_wanted:
 *	Initial keys are to be made anew
 * @peer_scid: what the peer calls itself in long headers; a client learns it with @got_packet
 * @got_retry: client: a Retry was followed, its Source Connection ID was @retry_scid; server: the
 *	client answers one
 * @token: client: of Initial packets; @new_token: server: for later connections
 * @active_path: where everything but probes is sent; @proven_path: the last active one that was
 *	validated; @migrating: one that this end wants to be active, QUIC_PATHS_MAX if none
 * @settling: this end has migrated, and the peer's application has not sent anything there yet (F8)
 * @preferred_wanted: client: quic_conn_use_preferred() may be called
 * @flows: last number given to a path; @responses_in_flight: packets with PATH_RESPONSE frames
 * @moving_pn: one above the highest number of a 1-RTT packet that was no probe (RFC 9000, 9.3)
 * @remote: the peer's parameters: valid once @has_remote, remembered ones before (S3.27)
 * @handshake_complete: TLS is done: both 1-RTT keys are installed
 * @handshake_done_pending, @ping_pending, @cids_pending: frames to send: the last stands for
 *	NEW_CONNECTION_ID and RETIRE_CONNECTION_ID
 * @got_packet: a packet of the peer was processed
 * @keys_wanted: quic_conn_prepare_keys() has something to do
 * @in_clear: both ends have set disable_1rtt_encryption: 1-RTT packets are not protected (S6.36)
 * @ticket: client: NewSessionTicket bytes until a message is complete (S5.25); @ticket_done: it was
 * @idle_at, @keepalive_at, @close_at: absolute times; @close_at ends closing and draining
 * @retry_at: when the host has to try to send again, after a failed allocation (P15)
 * @idle_restarted: by a send since the last receive (RFC 9000, 10.1)
 * @close_pending: CONNECTION_CLOSE must be sent; @close_flush: but data that may leave goes first
 * @tls_waits: server: TLS has read all messages and wants another; @close_waits: for TLS, which may have
 *	the last one (quic_conn_handshake_wait())
 * @close_received, @close_threshold: packets in the closing state, and how many make the
 *	next answer
 * @asked_at: when the host last asked for datagrams; @departs_at: when what it got leaves
 * @skip_at: 1-RTT packet number that will be skipped (RFC 9000, 21.4)
 * @ack_only: packets without an ack-eliciting frame sent in a row (RFC 9000, 13.2.4)
 * @hurries: times that the handshake was sent again early (RFC 9002, 6.2.3)
 * @outs: scratch for the packets of a train
 * @early: packets waiting for keys
 * @host: for the host's container_of() users that prefer a pointer
 */
struct quic_conn {
	const struct quic_conn_ops *ops;
	struct quic_conn_config config;
	enum quic_conn_state state;
	bool is_server;
	const struct quic_version *version;
	struct quic_negotiation negotiation;

	struct quic_mem mem;		/* control state */
	struct quic_mem mem_tx;		/* send buffers */
	struct quic_mem mem_rx;		/* records of received data */

	struct quic_keys tx[QUIC_CRYPTO_MAX], rx[QUIC_CRYPTO_MAX];
	struct quic_crypto_stream crypto[QUIC_CRYPTO_MAX];
	struct quic_recovery recovery;
	struct quic_streams streams;
	struct quic_datagrams datagrams;
	struct list_head handshake_inq;

	struct quic_path path[QUIC_PATHS_MAX];
	u8 active_path, proven_path, migrating;
	bool settling, preferred_wanted;
	u8 flows, responses_in_flight;
	u64 moving_pn;
	struct quic_cid_set local_cids, remote_cids;
	struct quic_cid original_dcid, retry_scid, initial_dcid, peer_scid;
	bool initial_routed, initial_wanted, got_retry;
	u8 *token;
	size_t token_len;
	struct quic_new_token new_token;

	struct quic_params remote;
	bool has_remote;
	bool handshake_complete;
	bool handshake_confirmed;	/* RFC 9001, 4.1.2 */
	bool handshake_done_pending, ping_pending, cids_pending;
	bool got_packet;
	bool keys_wanted;
	bool in_clear;
	struct quic_key_phase key_phase;
	u8 *ticket;
	u16 ticket_len;
	bool ticket_done;

	u64 idle_at, keepalive_at, close_at, retry_at, asked_at, departs_at;
	bool idle_restarted;
	struct quic_conn_close_info close;
	bool close_pending, close_flush;
	bool tls_waits, close_waits;
	u32 close_received, close_threshold;

	u64 skip_at;
	u8 ack_only, hurries;
	struct quic_packet_out *outs;

	struct list_head early;
	unsigned int early_count;
	struct quic_early_data early_data;

	struct quic_conn_stats stats;
	struct quic_conn_drops drops;
	void *host;
};

/* ---- life ---- */

/*
 * Both begin with zeroed memory in which the host may have set @conn->host and the limits of the
 * three accounts. After an error the connection is CLOSED and destroyed already.
 */

/*
 * A client: chooses connection IDs, makes Initial keys (process context). Sends nothing.
 * Return: 0, -EPROTONOSUPPORT (config->version is 0), -ENOMEM, or the error of a cipher.
 */
int quic_conn_connect(struct quic_conn *conn, const struct quic_conn_ops *ops,
		      const struct quic_conn_config *config, const struct quic_addr *local,
		      const struct quic_addr *remote, u64 now);

/**
 * quic_conn_accept() - a server, from the header of the client's first Initial packet
 * @initial: parsed; the datagram itself is then given to quic_conn_receive()
 * @original_dcid, @retry_scid: NULL, or from a valid Retry token; @validated: the address
 *	was proved by a token
 *
 * Process context: makes Initial keys. Return: 0, -EEXIST (@initial's Destination Connection ID is
 * routed already: a connection for it exists, P26), -EINVAL (that ID is too short), -ENOMEM,
 * -EPROTONOSUPPORT, error of a cipher.
 */
int quic_conn_accept(struct quic_conn *conn, const struct quic_conn_ops *ops,
		     const struct quic_conn_config *config, const struct quic_addr *local,
		     const struct quic_addr *remote, const struct quic_packet *initial,
		     const struct quic_cid *original_dcid, const struct quic_cid *retry_scid,
		     bool validated, u64 now);

/*
 * Free all that hangs on it (not @conn itself); every local connection ID is removed through
 * ops->cid_remove.
 */
void quic_conn_destroy(struct quic_conn *conn);

/**
 * quic_conn_close() - begin the immediate close (RFC 9000, 10.2)
 * @app: 0x1d with @code from the application; before the handshake is complete it is replaced by
 *	0x1c APPLICATION without phrase (RFC 9000, 10.2.3; S2.37). TLS alerts (@app false,
 *	@code 0x100 to 0x1ff) go out as they are, in every level that the peer may read
 *
 * The frame leaves with the following quic_conn_transmit(), behind data that may leave now (S2.38).
 */
void quic_conn_close(struct quic_conn *conn, bool app, u64 code, u64 frame, const void *phrase,
		     size_t phrase_len, u64 now);
/* The end, without a word to the peer (S2.35: SHUT_RD). */
void quic_conn_abandon(struct quic_conn *conn);

/* ---- the network ---- */

/**
 * struct quic_datagram - a received UDP payload
 * @data: linear, writable: it is decrypted in place
 * @ref: keeps it alive
 * @ecn: the two ECN bits of the IP header
 */
struct quic_datagram {
	u8 *data;
	size_t len;
	struct quic_ref *ref;
	struct quic_addr local, remote;
	u8 ecn;
};

/* All packets of a datagram that belongs to this connection. Never fails towards the host. */
void quic_conn_receive(struct quic_conn *conn, const struct quic_datagram *dgram, u64 now);

/**
 * struct quic_train - datagrams to send, of equal size except that the last may be shorter
 * @buf, @cap: given by the host
 * @max_segments: given by the host: how many datagrams one GSO packet may hold (1: no GSO)
 * @len: bytes written; @segment: size of each datagram but the last
 * @path: addresses to use; @ecn: ECN bits to set
 * @departure: when it should leave, if the host waits (quic_conn_set_pacing()), else 0
 */
struct quic_train {
	u8 *buf;
	size_t cap;
	unsigned int max_segments;
	size_t len;
	size_t segment;
	const struct quic_path *path;
	u8 ecn;
	u64 departure;
};

/* How large a buffer the next train can use, 0 if there is nothing to send now. Cheap. */
size_t quic_conn_transmit_size(struct quic_conn *conn, u64 now);
/* Fill a train. Return: datagrams in it, 0 when nothing may be sent now, -ENOMEM. */
int quic_conn_transmit(struct quic_conn *conn, u64 now, struct quic_train *train);

/*
 * Before the next train: what the host permits, and whether it is the network that waits for departure
 * times. @max_rate: bytes per second, U64_MAX: any; @ahead: ns before its departure at which a train is
 * taken, 0: trains leave when they are taken.
 */
void quic_conn_set_pacing(struct quic_conn *conn, u64 max_rate, u64 ahead);

/*
 * The host had no buffer for a train: quic_conn_deadline() asks again a little later, not at once
 * (P15).
 */
void quic_conn_transmit_later(struct quic_conn *conn, u64 now);

/* The earliest time at which quic_conn_timeout() must be called, QUIC_NEVER if none. */
u64 quic_conn_deadline(struct quic_conn *conn, u64 now);
void quic_conn_timeout(struct quic_conn *conn, u64 now);

/* ---- paths ---- */

/**
 * quic_conn_migrate() - validate a path from @local to the peer, then use it (S6.22 to S6.27)
 *
 * The host receives at @local already. It is told of success by ops->paths, and of the end of any
 * path too. Return: 0; -EINVAL: not ESTABLISHED, another family, the current address, or the peer
 * forbids it; -EAGAIN: a migration is in progress.
 */
int quic_conn_migrate(struct quic_conn *conn, const struct quic_addr *local, u64 now);
/* What it would return, before the host receives there. */
int quic_conn_may_migrate(const struct quic_conn *conn, const struct quic_addr *local);
/* A server's preferred address, before its transport parameters are fetched (S6.21, S6.32). */
int quic_conn_set_preferred(struct quic_conn *conn, const struct quic_addr *addr);
/* A client's way to it: @local and @remote as the host chose them from conn->remote. */
int quic_conn_use_preferred(struct quic_conn *conn, const struct quic_addr *local,
			    const struct quic_addr *remote, u64 now);
/* CONNECTION_ID set (S6.15, S6.16); 0 leaves a number. 0, -EINVAL or -EAGAIN. */
int quic_conn_set_cids(struct quic_conn *conn, bool dest, u64 active, u64 prior_to, u64 now);

/* The route to the peer begins with a device that takes datagrams of @mtu bytes of UDP payload. */
void quic_conn_set_mtu(struct quic_conn *conn, u32 mtu);
/*
 * A router on the active path lets no more than @mtu bytes of UDP payload pass, says somebody whom the
 * host believes. It counts for ten minutes.
 */
void quic_conn_set_pmtu(struct quic_conn *conn, u32 mtu, u64 now);
/*
 * May a datagram of @len bytes that begins with @head be one that this end has sent on the active
 * path? As far as @head_len bytes of it tell.
 */
bool quic_conn_has_sent(const struct quic_conn *conn, const u8 *head, size_t head_len, size_t len);

/* ---- TLS ---- */

/*
 * Message bytes of @level: reserve/commit as quic_sendbuf_reserve(); -EINVAL for a level without
 * send keys.
 */
int quic_conn_crypto_check(const struct quic_conn *conn, u8 level);
/* The peer has all of the handshake at @level, and its keys are gone (RFC 9001, 4.9). */
bool quic_conn_crypto_settled(const struct quic_conn *conn, u8 level);
u8 *quic_conn_crypto_reserve(struct quic_conn *conn, u8 level, size_t want, bool may_sleep,
			     size_t *room);
void quic_conn_crypto_commit(struct quic_conn *conn, u8 level, size_t len, bool more);
/* First handshake segment to read, or NULL; and: @len bytes of it were read. */
struct quic_segment *quic_conn_handshake_head(struct quic_conn *conn);
void quic_conn_handshake_consume(struct quic_conn *conn, struct quic_segment *seg, size_t len);
/*
 * There is no such segment, and TLS cannot go on without: a close of the peer that waited for it happens now
 * (RFC 9000, 10.2.3).
 */
void quic_conn_handshake_wait(struct quic_conn *conn, u64 now);

/**
 * quic_conn_set_secret() - CRYPTO_SECRET (section 5.4 of the API). Process context.
 *
 * Installs keys, then processes packets that waited for them; may enter ESTABLISHED.
 * Return: 0; -EINVAL; -ENOENT (cipher missing); -ENOMEM; -EPIPE (S5.3).
 */
int quic_conn_set_secret(struct quic_conn *conn, u8 level, bool send, u32 cipher_type,
			 const u8 secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE], u64 now);
/*
 * Make keys that packets asked for. Process context, soon after anything that left conn->keys_wanted
 * set, and then again after a while if it still is: there was no memory. Initial keys after a Retry;
 * the keys after the next ones: a key update is answered at once, but the one after it only when
 * this was called. Packets that waited are processed.
 */
void quic_conn_prepare_keys(struct quic_conn *conn, u64 now);
/*
 * KEY_UPDATE (6.9). Process context. -EPIPE: not ESTABLISHED; -EINVAL: the last update is not
 * finished, or the connection is not encrypted.
 */
int quic_conn_key_update(struct quic_conn *conn, u64 now);
/* TRANSPORT_PARAM_EXT get and set (section 5.5). */
int quic_conn_local_params(struct quic_conn *conn, u8 *buf, size_t room);
int quic_conn_set_remote_params(struct quic_conn *conn, const u8 *data, size_t len, u64 now);
/*
 * TRANSPORT_PARAM set, before the handshake: own values (S6.39), or remembered ones of the peer
 * (S3.27).
 */
void quic_conn_set_local_values(struct quic_conn *conn, const struct quic_params *params);
void quic_conn_set_remote_values(struct quic_conn *conn, const struct quic_params *params);
/* CONFIG set on a connection that is HANDSHAKING (S6.46, S6.47). */
void quic_conn_set_config(struct quic_conn *conn, const struct quic_conn_config *config);

/* ---- datagrams (3.3 of the API) ---- */

/* Bytes that one may have now; 0 if none may be sent. */
size_t quic_conn_datagram_max(struct quic_conn *conn);
/* May a datagram of @len bytes be sent? 0, -EINVAL: the peer takes none, -EMSGSIZE (S3.30). */
int quic_conn_datagram_check(struct quic_conn *conn, size_t len);
/* Room for one that was checked, or NULL; then either of the others. */
u8 *quic_conn_datagram_reserve(struct quic_conn *conn, size_t len, bool may_sleep);
void quic_conn_datagram_commit(struct quic_conn *conn, u8 *data, bool more);
void quic_conn_datagram_cancel(struct quic_conn *conn, u8 *data);

/* ---- address validation ---- */

/* Client: the token of Initial packets (S5.29); too late after the first one. 0 or -ENOMEM. */
int quic_conn_set_token(struct quic_conn *conn, const u8 *token, size_t len);
/* Server: send a NEW_TOKEN. 0; -EINVAL unless ESTABLISHED; -EAGAIN: the last is on its way (S6.50). */
int quic_conn_send_token(struct quic_conn *conn);

/* ---- figures ---- */

void quic_conn_get_stats(const struct quic_conn *conn, struct quic_conn_stats *stats);

#endif
