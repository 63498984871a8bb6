/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The QUIC socket: what connects a struct sock with a connection of the engine.
 *
 * Locking. The socket lock (lock_sock() in system calls, bh_lock_sock() in softirq when nobody owns
 * it) covers the connection and everything below marked [lock]. Received trains wait in @rxq, which
 * has its own lock, and the timer leaves a bit in @pending, when the socket is owned; its owner
 * works both off in release_sock() through quic_release_cb().
 *
 * Life. A socket with a connection has one more reference, for the connection, from connect or accept
 * until the connection is closed and no program holds the socket or one of its streams (quic_sock_kill()). So
 * a closed socket lives on until the engine has said its last word, which takes half a second at most.
 *
 * After anything that may have changed the connection, quic_sock_update() sends, arms the timer
 * and wakes, once.
 */
#ifndef QUIC_SOCKET_SOCK_H
#define QUIC_SOCKET_SOCK_H

#include <linux/hrtimer.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "../engine/conn.h"
#include "../udp/icmp.h"
#include "net.h"

/* Socket states, as /proc shows them (S10.3). */
enum quic_sock_state {
	QUIC_SS_ESTABLISHED	= TCP_ESTABLISHED,
	QUIC_SS_HANDSHAKING	= TCP_SYN_RECV,
	QUIC_SS_CLOSED		= TCP_CLOSE,
	QUIC_SS_LISTENING	= TCP_LISTEN,
};

#define QUIC_ALPN_MAX		128	/* S6.51 */
#define QUIC_STREAMS_API_MAX	4096	/* max_streams_* of TRANSPORT_PARAM */

/* Where a connection may receive: on each path, and at the preferred address of each family. */
#define QUIC_SOCK_ENDPOINTS	(QUIC_PATHS_MAX + 2)

/* Bits of quic_sock.pending: what release_sock() has to do. */
enum quic_sock_pending {
	QUIC_PENDING_RX,
	QUIC_PENDING_TIMER,
	QUIC_PENDING_TOO_BIG,
};

/* Bits of quic_sock.wake: whom quic_sock_update() wakes. [lock] */
enum quic_sock_wake {
	QUIC_WAKE_READ	= BIT(0),
	QUIC_WAKE_WRITE	= BIT(1),
	QUIC_WAKE_ALL	= BIT(2),
};

struct quic_endpoint;

/**
 * struct quic_listen - what only a listener has; all under the lock of its endpoint
 * @node: in quic_endpoint.listeners, read under RCU
 * @requests: connections to accept, @count of them, @backlog + 1 at most
 */
struct quic_listen {
	struct hlist_node node;
	struct list_head requests;
	unsigned int count, backlog;
};

/**
 * struct quic_peeled - the sockets of streams that were peeled off (stream_sock.h)
 * @socks: all of them [lock]
 * @changed: whom quic_sock_update() wakes [lock]
 * @starved: those that wait for what they share: credit of the connection, room in the send buffer [@lock]
 */
struct quic_peeled {
	struct list_head socks, changed, starved;
	spinlock_t lock;
};

/**
 * struct quic_sock - an IPPROTO_QUIC socket
 * @conn: the connection, NULL until connect or accept [lock]
 * @endpoint: UDP socket in use, NULL while unbound; @more: those of other paths [lock]
 * @local: address bound to, or of the proven path; @remote: of the peer [lock]
 * @is_server: listener, or accepted [lock]
 * @route_*: which path sk_dst_cache is for, and its device [lock]
 * @mtu: of that route; @pmtudisc: IP_MTU_DISCOVER and IPV6_MTU_DISCOVER [lock]
 * @rxq: received trains to work off, @rxq_bytes of memory [its lock]
 * @rx_train: memory of the train that is worked off just now [lock]
 * @timer: connection's deadline
 * @timer_held: it holds a reference: it is queued, or its function has not ended. [timer_lock]
 * @key_work: makes the keys that conn->keys_wanted stands for
 * @events: struct quic_event_item in order; @early_events: to be told after the handshake [lock]
 * @event_mask: types enabled [lock]
 * @params, @config: values of TRANSPORT_PARAM and CONFIG [lock]
 * @close: value of CONNECTION_CLOSE [lock]
 * @alpn: NUL-terminated, comma-separated [lock]; constant while listening
 * @ticket: value of SESSION_TICKET set by the application [lock]
 * @token: client: value of TOKEN [lock]
 * @secret: behind ticket keys: of a listener and its children (S5.33)
 * @counted, @counted_drops: engine counters that are in the MIB already [lock]
 * @peer: in quic_net.peers [socks_lock, as @local and @remote while it is there]
 * @peeled: streams with a socket of their own
 * @too_big: to work off when the lock is free [lock]
 * @entry: in quic_net.listeners, .conns or .closing [socks_lock]
 */
struct quic_sock {
	struct inet_sock inet;

	struct quic_conn *conn;
	struct quic_endpoint *endpoint, *more[QUIC_SOCK_ENDPOINTS];
	struct quic_addr local, remote;
	bool is_server;
	u8 wake;

	struct quic_addr route_local, route_remote;
	u32 route_cookie;
	int route_ifindex;
	u32 mtu;
	u8 pmtudisc[2];

	struct sk_buff_head rxq;
	u64 rxq_bytes;
	u32 rx_train;
	unsigned long pending;
	struct hrtimer timer;
	spinlock_t timer_lock;
	bool timer_held;
	struct delayed_work key_work;

	struct list_head events, early_events;
	u32 event_mask;
	u32 event_bytes;

	struct quic_transport_param params;
	struct quic_config config;
	struct quic_connection_close close;
	char alpn[QUIC_ALPN_MAX + 1];
	u8 *ticket;
	u16 ticket_len;
	u8 *token;
	u16 token_len;
	u8 secret[QUIC_SECRET_LEN];

	struct quic_conn_stats counted;
	struct quic_conn_drops counted_drops;
	struct quic_listen listen;
	struct quic_peeled peeled;
	struct hlist_node peer;
	struct quic_too_big too_big;
	struct list_head entry;
};

/* Where inet6_create() looks for it: at the end. */
struct quic6_sock {
	struct quic_sock quic;
	struct ipv6_pinfo inet6;
};

static inline struct quic_sock *quic_sk(const struct sock *sk)
{
	return (struct quic_sock *)sk;
}

static inline u64 quic_now(void)
{
	return ktime_get_ns();
}

/* HANDSHAKING or ESTABLISHED */
static inline bool quic_sock_is_open(const struct sock *sk)
{
	return sk->sk_state == QUIC_SS_HANDSHAKING || sk->sk_state == QUIC_SS_ESTABLISHED;
}

/* sock.c */
int quic_sock_init(struct sock *sk);
/* The part of it that a clone does not take over. */
void quic_sock_init_state(struct sock *sk);
/* A connection begins: @conn belongs to @sk from now on, which enters HANDSHAKING. [lock] */
void quic_sock_start(struct sock *sk, struct quic_conn *conn);
/* Send, arm the timer, wake, and let go of a closed connection. [lock; any context] */
void quic_sock_update(struct sock *sk);
/* Free everything but the socket's memory. @sk is dead or was never seen by a program. [lock] */
void quic_sock_kill(struct sock *sk);
void quic_unhash(struct sock *sk);

/* rx.c */
/* Queue a train; false if there is no room: dropped. Any context. */
bool quic_sock_enqueue(struct sock *sk, struct sk_buff *skb);
/* Work off the queue, or leave it to the owner of the lock. Softirq. */
void quic_sock_receive(struct sock *sk);
/* One datagram, with the socket lock held. */
void quic_sock_datagram(struct sock *sk, struct sk_buff *skb, u8 *data, unsigned int len, u64 now);
void quic_release_cb(struct sock *sk);

/* timer.c */
void quic_timer_init(struct sock *sk);
void quic_timer_arm(struct sock *sk);
void quic_timer_cancel(struct sock *sk);
void quic_timer_expired(struct sock *sk);

/* keys.c: ask for quic_conn_prepare_keys(); queued work holds a reference. [lock; any context] */
void quic_keys_init(struct sock *sk);
void quic_keys_want(struct sock *sk);
void quic_keys_cancel(struct sock *sk);

/* tx.c */
void quic_sock_transmit(struct sock *sk);

/* host.c */
extern const struct quic_conn_ops quic_host_ops;
/* Zeroed connection with its limits set, or NULL. Process context. */
struct quic_conn *quic_host_conn_new(struct sock *sk);
void quic_host_conn_free(struct quic_conn *conn);

/* opt_crypto.c: a NewSessionTicket arrived (S5.24). [lock] */
void quic_sock_store_ticket(struct sock *sk, const u8 *data, size_t len);

/* opt_token.c: a token arrived (S5.28, S5.29); it is not wanted any more. [lock] */
void quic_sock_store_token(struct sock *sk, const u8 *data, size_t len);
void quic_sock_drop_token(struct sock *sk);

/* config.c */
void quic_config_init(struct quic_sock *qs);
void quic_config_fill(const struct quic_sock *qs, u32 mtu, struct quic_conn_config *config);
void quic_params_from_user(const struct quic_transport_param *user, struct quic_params *params);
void quic_params_to_user(const struct quic_params *params, struct quic_transport_param *user);

#endif
