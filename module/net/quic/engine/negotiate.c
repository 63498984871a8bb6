// SPDX-License-Identifier: GPL-2.0-only
/*
 * The version of a connection (RFC 9368, 2): Version Negotiation packets (RFC 9000, 6; RFC 9368, 2.1)
 * and compatible version negotiation (RFC 9368, 2.3; RFC 9369, 4). Versions 1 and 2 are compatible both
 * ways (RFC 9368, 2.2).
 *
 * Keys take process context. A server chooses in it, for it is given the client's parameters there;
 * a client that sees packets of another version keeps them until quic_conn_prepare_keys().
 */
#include "conn_internal.h"

static void move_keys(struct quic_keys *to, struct quic_keys *from)
{
	quic_keys_clear(to);
	*to = *from;
	memzero_explicit(from, sizeof(*from));
}

/* The highest number of a Version Negotiation packet that this end speaks (S5.7). */
static const struct quic_version *highest(const struct quic_packet *pkt)
{
	struct quic_reader r = { pkt->versions, pkt->versions + pkt->versions_len };
	const struct quic_version *best = NULL, *version;
	u32 number;

	while (quic_read_u32(&r, &number)) {
		version = quic_version_find(number);
		if (version && (!best || version->number > best->number))
			best = version;
	}
	return best;
}

/*
 * A client begins with what it was told to, even if it does not speak it (S5.7): such a version
 * looks like version 1, as far as anything can be known, and any server answers with those that
 * it speaks.
 */
int quic_negotiate_begin(struct quic_conn *conn, u32 number)
{
	struct quic_negotiation *neg = &conn->negotiation;

	conn->version = quic_version_find(number);
	if (!conn->version && !conn->is_server && number) {
		neg->unknown = *quic_version_find(QUIC_VERSION_V1);
		neg->unknown.number = number;
		conn->version = &neg->unknown;
		conn->early_data.refused = true;
	}
	neg->original = conn->version;
	return conn->version ? 0 : -EPROTONOSUPPORT;
}

static bool unknown(const struct quic_conn *conn)
{
	return conn->negotiation.original == &conn->negotiation.unknown;
}

void quic_negotiate_clear(struct quic_conn *conn)
{
	quic_keys_clear(&conn->negotiation.rx);
	quic_keys_clear(&conn->negotiation.tx);
	conn->negotiation.offered = NULL;
}

/* ---- version_information ---- */

/*
 * RFC 9368, 3. A client that begins with a version it does not speak cannot say which one it will
 * come to, so it says nothing, which servers may accept (RFC 9368, 4).
 */
void quic_negotiate_fill_params(const struct quic_conn *conn, struct quic_params *params)
{
	const struct quic_version *versions;
	unsigned int i, count;

	params->has_versions = !conn->config.disable_compatible_version &&
			       (conn->is_server || !unknown(conn));
	if (!params->has_versions)
		return;
	params->chosen_version = conn->version->number;
	/* Preferred first: a client prefers what it chose. */
	params->versions[0] = conn->version->number;
	params->version_count = 1;
	versions = quic_version_list(&count);
	for (i = 0; i < count; i++)
		if (versions[i].number != conn->version->number)
			params->versions[params->version_count++] = versions[i].number;
}

/*
 * RFC 9000, 21.12; RFC 9368, 4: would the client, that reacted to a Version Negotiation packet, have come to the same
 * version if it had listed what the server says it speaks?
 */
static bool same_choice(const struct quic_conn *conn, const struct quic_params *params)
{
	u32 best = conn->version->number;
	unsigned int i;

	for (i = 0; i < params->version_count; i++)
		if (params->versions[i] > best && quic_version_find(params->versions[i]))
			return false;
	return params->version_count;
}

int quic_negotiate_check(const struct quic_conn *conn, const struct quic_params *params)
{
	const int error = QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION;

	if (params->has_versions) {
		/* Also: a client's choice is that of its packets, a server's was offered to it. */
		if (params->chosen_version != conn->version->number)
			return error;
		return conn->negotiation.restarted && !same_choice(conn, params) ? error : 0;
	}
	/* RFC 9368, 4 and 8: without it only version 1 may come of Version Negotiation. */
	return conn->negotiation.restarted && conn->version->number != QUIC_VERSION_V1 ? error : 0;
}

static bool offers(const struct quic_params *params, u32 number)
{
	unsigned int i;

	for (i = 0; i < params->version_count; i++)
		if (params->versions[i] == number)
			return true;
	return false;
}

/* ---- the server chooses ---- */

/*
 * S5.8: the version of CONFIG, if it is a later one, the client offers it, and nothing of the
 * handshake was said in the client's. Without memory the client's choice is as good. Process
 * context.
 */
void quic_negotiate_upgrade(struct quic_conn *conn, const struct quic_params *params)
{
	const struct quic_version *wanted = quic_version_find(conn->config.version);
	const u8 initial = QUIC_CRYPTO_INITIAL, handshake = QUIC_CRYPTO_HANDSHAKE;
	struct quic_keys rx = {}, tx = {};

	if (!conn->is_server || !wanted || wanted->number <= conn->version->number ||
	    !params->has_versions ||
	    conn->config.disable_compatible_version || !offers(params, wanted->number) ||
	    conn->crypto[initial].send.end || conn->tx[handshake].cipher ||
	    conn->rx[handshake].cipher || conn->tx[QUIC_CRYPTO_APP].cipher ||
	    conn->rx[QUIC_CRYPTO_APP].cipher || quic_conn_space(conn, initial)->discarded)
		return;
	if (quic_keys_initial(&rx, &tx, wanted, &conn->initial_dcid))
		return;
	/* RFC 9369, 4.1: the original ones until a Handshake packet of the new version. */
	move_keys(&conn->negotiation.rx, &conn->rx[initial]);
	move_keys(&conn->rx[initial], &rx);
	move_keys(&conn->tx[initial], &tx);
	conn->version = wanted;
}

/* ---- the client follows ---- */

/* RFC 9369, 4.1: a CRYPTO frame in the original version would say that the server stays with it. */
static bool may_follow(const struct quic_conn *conn, u32 number)
{
	return !conn->is_server && conn->version == conn->negotiation.original && !unknown(conn) &&
	       !conn->negotiation.restarted && !conn->config.disable_compatible_version &&
	       !conn->crypto[QUIC_CRYPTO_INITIAL].recv.next &&
	       !conn->rx[QUIC_CRYPTO_HANDSHAKE].cipher && quic_version_find(number);
}

bool quic_negotiate_accepts(const struct quic_conn *conn, const struct quic_packet *pkt)
{
	const struct quic_negotiation *neg = &conn->negotiation;

	/* RFC 9368, 7.3: 0-RTT packets stay in the version that the client began with. */
	if (pkt->type == QUIC_PACKET_0RTT)
		return pkt->version == neg->original->number;
	if (pkt->version == conn->version->number)
		return true;
	if (conn->is_server)
		return pkt->type == QUIC_PACKET_INITIAL && neg->rx.cipher &&
		       pkt->version == neg->original->number;
	return may_follow(conn, pkt->version);
}

/* Keys for a long header packet that quic_negotiate_accepts(); without a cipher: not yet there. */
struct quic_keys *quic_negotiate_keys(struct quic_conn *conn, const struct quic_received *rx)
{
	const struct quic_packet *pkt = &rx->pkt;

	if (rx->level != QUIC_CRYPTO_INITIAL || pkt->version == conn->version->number)
		return &conn->rx[rx->level];
	if (!conn->is_server && !conn->negotiation.offered) {
		conn->negotiation.offered = quic_version_find(pkt->version);
		conn->keys_wanted = true;
	}
	return &conn->negotiation.rx;
}

/* Are Initial keys of another version yet to be made? */
bool quic_negotiate_waits(const struct quic_conn *conn)
{
	return conn->negotiation.offered && !conn->negotiation.tx.cipher;
}

/* A packet was opened with these keys. The first one in another version decides. */
void quic_negotiate_opened(struct quic_conn *conn, const struct quic_keys *keys)
{
	const u8 initial = QUIC_CRYPTO_INITIAL;

	if (conn->is_server || keys != &conn->negotiation.rx)
		return;
	move_keys(&conn->rx[initial], &conn->negotiation.rx);
	move_keys(&conn->tx[initial], &conn->negotiation.tx);
	conn->version = conn->negotiation.offered;
	conn->negotiation.offered = NULL;
}

/* Process context. Return: 0, or an error after which the keys are still wanted. */
int quic_negotiate_prepare(struct quic_conn *conn, u64 now)
{
	struct quic_negotiation *neg = &conn->negotiation;
	int err;

	if (!neg->offered || neg->tx.cipher || !may_follow(conn, neg->offered->number))
		return 0;
	err = quic_keys_initial(&neg->tx, &neg->rx, neg->offered, &conn->initial_dcid);
	if (!err)
		quic_early_process(conn, QUIC_CRYPTO_INITIAL, now);
	return err;
}

/* ---- Version Negotiation packets ---- */

/*
 * RFC 9000, 6.2 and 17.2.1; RFC 8999, 6: only as the answer to the very first packets, and only once
 * (P24).
 */
static bool believable(const struct quic_conn *conn, const struct quic_packet *pkt)
{
	struct quic_reader r = { pkt->versions, pkt->versions + pkt->versions_len };
	u32 number;

	if (conn->is_server || conn->got_packet || conn->retry_scid.len ||
	    conn->negotiation.restarted || !conn->recovery.space[QUIC_SPACE_INITIAL].next_pn ||
	    !quic_cid_equal(&pkt->scid, &conn->original_dcid))
		return false;
	/* Who speaks it would have answered in it. */
	while (quic_read_u32(&r, &number))
		if (number == conn->version->number)
			return false;
	return true;
}

void quic_negotiate_on_packet(struct quic_conn *conn, const struct quic_packet *pkt, u64 now)
{
	const struct quic_version *version;

	if (!believable(conn, pkt))
		return;
	version = highest(pkt);
	if (!version) {
		/* RFC 9000, 6.2: the attempt is abandoned; there is nobody to tell. */
		quic_conn_end(conn, QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION,
			      QUIC_CLOSED_VERSION_MISMATCH);
		return;
	}
	conn->negotiation.restarted = true;
	/* RFC 9369, 5; RFC 9368, 7.2: ticket and token belong to another version. */
	quic_early_data_refuse(conn);
	quic_new_token_forget(conn);
	quic_initial_restart(conn, version, &conn->initial_dcid, now);
}
