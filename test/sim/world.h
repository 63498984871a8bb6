/* SPDX-License-Identifier: GPL-2.0-only */
/* One run: a client and a server on a network, from the first packet until nothing is left. */
#ifndef TEST_SIM_WORLD_H
#define TEST_SIM_WORLD_H

#include "app.h"
#include "listener.h"
#include "net.h"
#include "tls.h"

struct world;
struct attack;

#define ROUTES_MAX	32
#define RCVBUF		(4 << 20)	/* default of peer.rcvbuf */

/**
 * struct peer - one end
 * @live: its connection exists; @closed: it is CLOSED
 * @addr: where it is in the beginning; @preferred: server: where it would rather be
 * @moves: how often its proven path became another one
 * @routes: connection IDs that lead to it
 * @rcvbuf: bytes of received payload kept
 * @remembers: client: it knows the server's parameters from before (S3.27): @remembered
 * @lies: per 10000 packets
 * @max_rate, @ahead: as quic_conn_set_pacing() has them; the network waits for departure times
 * @error: how it ended: CONNECTION_CLOSE event
 * @updates: key updates begun here; @updates_seen: KEY_UPDATE events
 * @token: client: of an earlier connection, then the last of @tokens that arrived
 * @datagrams: sent; @runs: calls into the engine; @ticks: wake-ups that the application wanted
 */
struct peer {
	struct world *world;
	const char *name;
	bool server, live, was_live, closed;
	struct quic_conn conn;
	struct quic_conn_config config;
	struct quic_addr addr, preferred;
	u64 moves;
	struct tls tls;
	struct app app;
	struct quic_cid routes[ROUTES_MAX];
	unsigned int route_count;
	u64 rcvbuf;
	bool remembers;
	struct quic_params remembered;
	unsigned int lies;
	u64 max_rate, ahead;
	bool got_close;
	u64 updates, updates_seen;
	u8 token[QUIC_TOKEN_MAX];
	size_t token_len;
	unsigned int tokens;
	struct quic_connection_close error;
	u64 datagrams, bytes, received, runs, ticks, established_at, closed_at;
	struct quic_conn_stats stats;	/* when it ended */
};

/**
 * struct attack_state - how far an attack is
 * @sent: packets of it; @since: since when
 * @answers: datagrams that the victim had sent before
 * @peak: the most bytes that both ends held at a time
 */
struct attack_state {
	struct peer *attacker, *victim;
	u64 sent, since, answers, peak;
	bool over;
};

/**
 * struct journey - paths that change
 * @nat_host, @nat_port: a NAT adds them to the client's address
 * @addresses: how many an end has taken so far
 * @spoofed, @reflected: bytes that seemed to come from an innocent address, and that went there
 * @since: when something began
 */
struct journey {
	u8 nat_host;
	u16 nat_port, addresses;
	u64 spoofed, reflected, since;
};

enum expectation {
	COMPLETE,	/* all is transferred, the connection closed without error */
	SURVIVE,	/* it may end in any way, but it does end, and nothing is left */
};

/**
 * struct scenario - what to simulate
 * @seeds: how many runs of it a check does
 * @limit: simulated seconds until it must be over
 * @tune: last changes before the start; @check: afterwards; @tick: whenever world.tick_at has come
 * @faults: let an allocation fail now and then, per 10000 calls into the engine;
 *	@faults_established: not before both ends are ESTABLISHED
 * @attack: one end is an attacker (attack.h)
 * @gate: what lies between the client and everything else: sees each datagram when the client sends it, or
 *	just before it reaches the client, and may change its addresses; false loses it
 */
struct scenario {
	const char *name;
	unsigned int seeds;
	struct net_config net[DIRECTIONS];
	struct workload load;
	enum expectation expect;
	u64 limit;
	unsigned int faults;
	bool faults_established;
	const struct attack *attack;
	void (*tune)(struct world *world);
	void (*tick)(struct world *world);
	bool (*gate)(struct world *world, int direction, struct net_route *route, const u8 *data,
		     size_t len);
	void (*check)(struct world *world);
};

struct world {
	const struct scenario *scenario;
	struct random random;
	struct net net;
	struct workload load;
	struct peer client, server;
	struct listener listener;
	u64 now, limit;
	bool closing;		/* somebody closes because all is done */
	u64 tick_at;		/* for scenario.tick */
	u64 clock;		/* timers fire at multiples of it, 0: exactly */
	u64 finished_at;	/* all was transferred */
	u64 refused;		/* first packets that made no connection */
	struct attack_state attack;
	struct journey journey;
};

/* Each file with scenarios registers its table, before main(): SCENARIOS(table) behind it. */
struct scenario_list {
	const struct scenario *table;
	unsigned int count;
	struct scenario_list *next;
};

void scenarios_register(struct scenario_list *list);

#define SCENARIOS(table)								\
	static struct scenario_list list_of_##table = { (table), ARRAY_SIZE(table), NULL };	\
	__attribute__((__constructor__)) static void register_##table(void)		\
	{										\
		scenarios_register(&list_of_##table);					\
	}										\
	struct scenario_list

/* Ends the process with a message if anything is wrong. */
void world_run(const struct scenario *scenario, u64 seed);

/* Shall an allocation fail soon? Arms host_fail_alloc_after(). */
void world_inject_fault(struct world *world);
/* Figures of a run that has ended. */
void world_print(void);

/* Begin the immediate close at one end. */
void peer_close(struct peer *peer, u64 code);
/* peer.c */
void peer_init(struct peer *peer, struct world *world, bool server);
int peer_connect(struct peer *peer);
int peer_accept(struct peer *peer, const struct quic_packet *initial,
		const struct admission *admission);
/* Let application and TLS do what they can, and send what there is. */
void peer_run(struct peer *peer);
void peer_receive(struct peer *peer, const struct net_datagram *d);
u64 peer_deadline(struct peer *peer);
void peer_timeout(struct peer *peer);
void peer_destroy(struct peer *peer);
bool peer_routes(const struct peer *peer, const struct quic_cid *cid);
/* Does it receive at this address? */
bool peer_is_at(const struct peer *peer, const struct quic_addr *addr);

/* invariants.c */
void check_invariants(struct peer *peer);

#endif
