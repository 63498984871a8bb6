// SPDX-License-Identifier: GPL-2.0-only
#include "attack.h"
#include "conn_internal.h"
#include "host.h"
#include "trace.h"

#define PACKET_MAX	1200
/* Honest traffic, closing, and what is acknowledged late. */
#define ANSWERS_BESIDE	100

void attack_begin(struct world *world)
{
	const struct attack *attack = world->scenario->attack;
	bool server = attack->by == SERVER ||
		      (attack->by == EITHER && random_below(&world->random, 2));

	world->attack.attacker = server ? &world->server : &world->client;
	world->attack.victim = server ? &world->client : &world->server;
	world->client.tls.liar = true;
	world->server.tls.liar = true;
	world->tick_at = world->now;
}

static bool is_ready(const struct world *world)
{
	const struct attack_state *state = &world->attack;
	u8 level = world->scenario->attack->level;

	if (!state->attacker->live || !state->victim->live)
		return false;
	if (level == QUIC_CRYPTO_APP)
		return state->attacker->conn.handshake_confirmed && state->victim->established_at;
	return state->attacker->conn.tx[level].cipher;
}

/* One packet of the attack. Its number is used up in the attacker's engine, without a record. */
static void forge(struct world *world)
{
	struct peer *from = world->attack.attacker;
	struct quic_conn *conn = &from->conn;
	u8 level = world->scenario->attack->level, buf[PACKET_MAX];
	struct quic_space *space = quic_conn_space(conn, level);
	struct quic_keys *keys = &conn->tx[level];
	struct quic_packet_out out;
	int len;

	if (!quic_packet_begin(&out, quic_level_packet_type(level), conn->version,
			       &quic_cid_active(&conn->remote_cids)->cid,
			       &quic_cid_find(&conn->local_cids,
					      quic_cid_lowest(&conn->local_cids))->cid,
			       NULL, 0, keys->phase, space->next_pn++, space->largest_acked, buf,
			       sizeof(buf)))
		sim_fail("no room for an attack");
	world->scenario->attack->write(world, &out.body);
	len = quic_packet_seal(&out, keys->aead[keys->phase],
			       level == QUIC_CRYPTO_INITIAL ? QUIC_INITIAL_MIN : 0);
	SIM_CHECK(len > 0 && !quic_packet_mask(&out, 1, keys->hp));
	conn->stats.packets_sent++;
	from->datagrams++;
	from->bytes += len;
	world->attack.sent++;
	net_send(&world->net, from->server ? TO_CLIENT : TO_SERVER, buf, len, 0, world->now);
}

static void end(struct world *world)
{
	world->attack.over = true;
	/* What was not wrong is ended by the application. */
	if (world->scenario->expect == SURVIVE && world->attack.victim->live &&
	    !world->attack.victim->closed)
		peer_close(world->attack.victim, 0);
}

void attack_tick(struct world *world)
{
	const struct attack *attack = world->scenario->attack;
	struct attack_state *state = &world->attack;
	u64 n;

	if (state->since && (!is_ready(world) || state->sent >= attack->packets)) {
		end(world);
		return;
	}
	world->tick_at = world->now + (attack->pause ? attack->pause : QUIC_MSEC);
	if (!is_ready(world))
		return;
	if (!state->since) {
		state->since = world->now;
		state->answers = state->victim->datagrams;
	}
	trace_who = state->attacker->name;
	for (n = 0; n < max(attack->burst, 1ULL) && state->sent < attack->packets; n++)
		forge(world);
}

void attack_observe(struct world *world)
{
	if (world->attack.since)
		world->attack.peak = max(world->attack.peak, host_bytes());
}

void attack_check(struct world *world)
{
	const struct attack *attack = world->scenario->attack;
	const struct attack_state *state = &world->attack;
	u64 answers = state->victim->datagrams - state->answers;
	const struct quic_conn_close_info *close = &state->victim->conn.close;

	SIM_CHECK(state->since);
	trace("attack: %llu packets, %llu answers, %llu bytes held",
	      (unsigned long long)state->sent, (unsigned long long)answers,
	      (unsigned long long)state->peak);
	if (attack->error && (!close->set || close->by_peer || close->app ||
			      close->code != attack->error))
		sim_fail("the victim ended with %#llx, not %#llx", (unsigned long long)close->code,
			 (unsigned long long)attack->error);
	/* Keys of the handshake may go before the attack is over. */
	if (!attack->error)
		SIM_CHECK((state->sent == attack->packets || attack->level) &&
			  (!close->set || close->app ||
			   close->code == QUIC_TRANSPORT_ERROR_APPLICATION));
	if (answers > ANSWERS_BESIDE + state->sent * (attack->answers ? attack->answers : 60) / 100)
		sim_fail("%llu answers to %llu packets", (unsigned long long)answers,
			 (unsigned long long)state->sent);
	if (state->peak > attack->memory)
		sim_fail("%llu bytes are held", (unsigned long long)state->peak);
}
