// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport parameters that break a rule end the connection, and the peer is told so with
 * TRANSPORT_PARAMETER_ERROR (RFC 9000, 7.4; S5.17, S5.18; P24).
 */
#include "check.h"
#include "pair.h"

#define TOKEN		"000102030405060708090a0b0c0d0e0f"
#define PREFERRED	"c0000201 1151 20010db8000000000000000000000001 1152"

enum sender {
	CLIENT = 1,
	SERVER = 2,
	EITHER = CLIENT | SERVER,
};

/**
 * struct rule - what an end says
 * @id: first byte of the parameter's identifier, which is taken out of what it would say
 * @hex: stands there instead
 * @by: whose rule it is
 */
struct rule {
	const char *name;
	u8 id;
	const char *hex;
	enum sender by;
};

static const struct rule broken[] = {
	/* RFC 9000, 7.3 */
	{ "no initial_source_connection_id", 0x0f, "", EITHER },
	{ "another initial_source_connection_id", 0x0f, "0f 08 0000000000000000", EITHER },
	{ "no original_destination_connection_id", 0x00, "", SERVER },
	{ "another original_destination_connection_id", 0x00, "00 08 0000000000000000", SERVER },
	{ "retry_source_connection_id without a Retry", 0x10, "10 01 dd", SERVER },
	/* RFC 9000, 7.4 */
	{ "one parameter twice", 0x0c, "0c 00 0c 00", EITHER },
	{ "one parameter twice, with different values", 0x04, "04 01 01 04 01 02", EITHER },
	/* RFC 9000, 18: an identifier or a length that is cut, a body that is not there */
	{ "half an identifier", 0x04, "40", EITHER },
	{ "no length", 0x04, "04", EITHER },
	{ "less than its length", 0x04, "04 05 01", EITHER },
	{ "an integer that ends before its body", 0x04, "04 02 0101", EITHER },
	{ "an integer that ends after its body", 0x04, "04 01 40", EITHER },
	/* RFC 9000, 18.2: what a client may not say */
	{ "a client's original_destination_connection_id", 0x00, "00 01 cc", CLIENT },
	{ "a client's stateless_reset_token", 0x02, "02 10 " TOKEN, CLIENT },
	{ "a client's preferred_address", 0x0d, "0d 2a" PREFERRED "01 ee" TOKEN, CLIENT },
	{ "a client's retry_source_connection_id", 0x10, "10 01 dd", CLIENT },
	/* RFC 9000, 18.2: values */
	{ "a short stateless_reset_token", 0x02, "02 0f 000102030405060708090a0b0c0d0e", SERVER },
	{ "max_udp_payload_size of 1199", 0x03, "03 02 44af", EITHER },
	{ "initial_max_streams_bidi of 2^60 + 1", 0x08, "08 08 d000000000000001", EITHER },
	{ "initial_max_streams_uni of 2^60 + 1", 0x09, "09 08 d000000000000001", EITHER },
	{ "ack_delay_exponent of 21", 0x0a, "0a 01 15", EITHER },
	{ "max_ack_delay of 2^14", 0x0b, "0b 04 80004000", EITHER },
	{ "disable_active_migration with a value", 0x0c, "0c 01 00", EITHER },
	{ "a preferred_address without connection ID", 0x0d, "0d 29" PREFERRED "00" TOKEN, SERVER },
	{ "a preferred_address that is cut", 0x0d, "0d 18" PREFERRED, SERVER },
	{ "active_connection_id_limit of 1", 0x0e, "0e 01 01", EITHER },
	{ "a connection ID of 21 bytes", 0x10, "10 15" TOKEN "1011121314", SERVER },
	/* RFC 9221, 3; RFC 9287, 3 */
	{ "max_datagram_frame_size in two integers", 0x20, "20 02 0101", EITHER },
	{ "grease_quic_bit with a value", 0x6a, "6ab2 01 00", EITHER },
	/* RFC 9368, 3 and 4 */
	{ "version_information that is empty", 0x11, "11 00", EITHER },
	{ "version_information that is cut", 0x11, "11 07 00000001 000000", EITHER },
	{ "version 0 as the choice", 0x11, "11 04 00000000", EITHER },
	{ "version 0 among the others", 0x11, "11 0c 00000001 00000001 00000000", EITHER },
	{ "a client's choice that it does not offer", 0x11, "11 08 00000001 6b3343cf", CLIENT },
};

/* The same rules, just kept. */
static const struct rule kept[] = {
	{ "max_udp_payload_size of 1200", 0x03, "03 02 44b0", EITHER },
	{ "max_udp_payload_size of 2^62 - 1", 0x03, "03 08 ffffffffffffffff", EITHER },
	{ "initial_max_streams_bidi of 2^60", 0x08, "08 08 d000000000000000", EITHER },
	{ "initial_max_streams_uni of 2^60", 0x09, "09 08 d000000000000000", EITHER },
	{ "ack_delay_exponent of 20", 0x0a, "0a 01 14", EITHER },
	{ "max_ack_delay of 2^14 - 1", 0x0b, "0b 02 7fff", EITHER },
	{ "active_connection_id_limit of 2", 0x0e, "0e 01 02", EITHER },
	{ "active_connection_id_limit of 2^62 - 1", 0x0e, "0e 08 ffffffffffffffff", EITHER },
	{ "max_datagram_frame_size of 0", 0x20, "20 01 00", EITHER },
	{ "an integer that is longer than it must be", 0x04, "04 08 c000000000000001", EITHER },
	{ "no version_information", 0x11, "", EITHER },
	{ "versions that nobody knows", 0x11, "11 0c 00000001 1a2a3a4a 00000001", EITHER },
	/* RFC 9000, 7.4.2 */
	{ "an unknown parameter, twice", 0x1b, "1b 02 0102 1b 00", EITHER },
};

static struct pair p;

/* What @from would say, with the parameter of the rule exchanged. */
static int say(struct pair_end *from, const struct rule *rule, u8 *out)
{
	u8 own[QUIC_PARAMS_MAX_LEN];
	int len, pos, size, n = 0;

	len = quic_conn_local_params(&from->conn, own, sizeof(own));
	CHECK(len > 0);
	for (pos = 0; pos < len; pos += size) {
		/* Identifiers of up to four bytes, lengths of one. */
		size = 1 << (own[pos] >> 6);
		size += 1 + own[pos + size];
		if (own[pos] == rule->id)
			continue;
		memcpy(out + n, own + pos, size);
		n += size;
	}
	return n + check_hex(rule->hex, out + n, QUIC_PARAMS_MAX_LEN - n);
}

static void check_rule(const struct rule *rule, struct pair_end *from, bool good)
{
	struct pair_end *to = from == &p.server ? &p.client : &p.server;
	u8 said[QUIC_PARAMS_MAX_LEN];
	u64 code = 0;
	int err, len;

	pair_init(&p);
	to->hold_tls = true;
	pair_connect(&p);
	/* The first flight of @from has arrived, and its parameters have not been looked at. */
	pair_run(&p, p.now + (from == &p.server ? 22 : 11) * QUIC_MSEC);
	len = say(from, rule, said);
	err = quic_conn_set_remote_params(&to->conn, said, len, p.now);
	pair_flush(to);
	pair_run(&p, p.now + 15 * QUIC_MSEC);
	if (from->conn.close.set)
		code = from->conn.close.code;
	if (err != (good ? 0 : -EINVAL) || to->conn.close.set == good ||
	    code != (good ? 0 : QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM))
		check_failed(__FILE__, __LINE__, "%s, said by a %s: %d, and %#llx to the peer",
			     rule->name, from->is_server ? "server" : "client", err,
			     (unsigned long long)code);
	pair_destroy(&p);
}

static void check_rules(const struct rule *rules, unsigned int count, enum sender by, bool good)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (rules[i].by & by)
			check_rule(&rules[i], by == SERVER ? &p.server : &p.client, good);
}

TEST("P24 S5.18 a client that breaks a rule of transport parameters hears of it")
{
	check_rules(broken, ARRAY_SIZE(broken), CLIENT, false);
}

TEST("P24 S5.18 a server that breaks a rule of transport parameters hears of it")
{
	check_rules(broken, ARRAY_SIZE(broken), SERVER, false);
}

TEST("P24 S5.18 values at the edge of what is permitted are taken from a client")
{
	check_rules(kept, ARRAY_SIZE(kept), CLIENT, true);
}

TEST("P24 S5.18 values at the edge of what is permitted are taken from a server")
{
	check_rules(kept, ARRAY_SIZE(kept), SERVER, true);
}
