// SPDX-License-Identifier: GPL-2.0-only
/* Each transport parameter: absent, twice, from the wrong side, too long, at its limits. */
#include "check.h"
#include "params_samples.h"
#include "wire.h"

#define BAD	QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM

#define PREFERRED_NO_V6	"00000000000000000000000000000000 0000"

static int parse(struct quic_params *params, const char *prefix, const char *hex, bool from_server)
{
	u8 bytes[1000], *exact;
	size_t len;
	int err;

	len = check_hex(prefix, bytes, sizeof(bytes));
	len += check_hex(hex, bytes + len, sizeof(bytes) - len);
	exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	err = quic_params_parse(params, exact, len, from_server);
	free(exact);
	return err;
}

static int from_client(struct quic_params *params, const char *hex)
{
	return parse(params, SCID, hex, false);
}

static int from_server(struct quic_params *params, const char *hex)
{
	return parse(params, SCID ODCID, hex, true);
}

TEST("P24 absent parameters have their defaults")
{
	struct quic_params p, defaults;

	quic_params_defaults(&defaults);
	CHECK_EQ(defaults.max_udp_payload_size, 65527);
	CHECK_EQ(defaults.ack_delay_exponent, 3);
	CHECK_EQ(defaults.max_ack_delay, 25);
	CHECK_EQ(defaults.active_connection_id_limit, 2);
	CHECK_EQ(from_client(&p, ""), 0);
	CHECK(p.has_initial_scid && p.initial_scid.len == 2 && p.initial_scid.id[1] == 0xbb);
	defaults.has_initial_scid = true;
	defaults.initial_scid = p.initial_scid;
	CHECK_MEM(&p, &defaults, sizeof(p));
}

TEST("P24 the ids are obligatory")
{
	struct quic_params p;

	CHECK_EQ(parse(&p, "", "", false), BAD);
	CHECK_EQ(parse(&p, "", ODCID, true), BAD);
	CHECK_EQ(parse(&p, SCID, "", true), BAD);
	CHECK_EQ(parse(&p, SCID, ODCID, true), 0);
	/* zero-length IDs are IDs */
	CHECK_EQ(parse(&p, "0f 00", "00 00", true), 0);
	CHECK(p.has_initial_scid && p.has_original_dcid && !p.initial_scid.len);
}

TEST("P24 each parameter is read")
{
	char all[2000] = "";
	struct quic_params p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params_samples); i++)
		strcat(all, params_samples[i].hex);
	CHECK_EQ(parse(&p, "", all, true), 0);
	CHECK(p.max_idle_timeout == 30000 && p.max_udp_payload_size == 1500);
	CHECK(p.max_data == 1 << 20 && p.max_stream_data_bidi_local == 1);
	CHECK(p.max_stream_data_bidi_remote == 2 && p.max_stream_data_uni == 3);
	CHECK(p.max_streams_bidi == 4 && p.max_streams_uni == 5);
	CHECK(p.ack_delay_exponent == 6 && p.max_ack_delay == 7);
	CHECK(p.active_connection_id_limit == 4 && p.max_datagram_frame_size == 0x3fff);
	CHECK(p.disable_active_migration && p.grease_quic_bit && p.disable_1rtt_encryption);
	CHECK(p.has_original_dcid && p.original_dcid.len == 1 && p.original_dcid.id[0] == 0xcc);
	CHECK(p.has_retry_scid && p.retry_scid.id[0] == 0xdd);
	CHECK(p.has_reset_token && p.reset_token[15] == 15);
	CHECK(p.has_preferred && p.preferred_cid.len == 1 && p.preferred_token[1] == 1);
	CHECK(p.preferred_v4.family == 4 && p.preferred_v4.port == 4433);
	CHECK(p.preferred_v4.ip[0] == 192 && p.preferred_v4.ip[3] == 1);
	CHECK(p.preferred_v6.family == 6 && p.preferred_v6.port == 4434);
	CHECK(p.preferred_v6.ip[0] == 0x20 && p.preferred_v6.ip[15] == 1);
	CHECK(p.has_versions && p.chosen_version == 1);
	CHECK(p.version_count == 1 && p.versions[0] == 1);
}

/* RFC 9000, 7.4 */
TEST("P24 each parameter twice")
{
	struct quic_params p;
	char twice[400];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params_samples); i++) {
		snprintf(twice, sizeof(twice), "%s %s", params_samples[i].hex,
			 params_samples[i].hex);
		CHECK_EQ(from_server(&p, twice), BAD);
	}
}

TEST("P24 each parameter from the wrong side")
{
	struct quic_params p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params_samples); i++) {
		if (!strcmp(params_samples[i].hex, SCID))
			continue;
		CHECK_EQ(from_client(&p, params_samples[i].hex),
			 params_samples[i].server ? BAD : 0);
	}
}

TEST("P24 each parameter longer and shorter")
{
	u8 bytes[100], part[100];
	struct quic_params p;
	size_t len, id_len, body;
	unsigned int i;
	bool is_cid, ok;

	for (i = 0; i < ARRAY_SIZE(params_samples); i++) {
		/* on their own, the other obligatory ones behind */
		len = check_hex(params_samples[i].hex, bytes, sizeof(bytes));
		id_len = 1 << (bytes[0] >> 6);
		body = bytes[id_len];
		is_cid = bytes[0] == 0x00 || bytes[0] == 0x0f || bytes[0] == 0x10;

		memcpy(part, bytes, len);
		part[id_len] = body + 1;
		part[len] = 0;
		len++;
		if (bytes[0] != 0x0f)
			len += check_hex(SCID, part + len, sizeof(part) - len);
		if (bytes[0] != 0x00)
			len += check_hex(ODCID, part + len, sizeof(part) - len);
		CHECK_EQ(quic_params_parse(&p, part, len, true), is_cid ? 0 : BAD);

		if (!body)
			continue;
		memcpy(part, bytes, id_len + body);
		part[id_len] = body - 1;
		len = id_len + body;
		if (bytes[0] != 0x0f)
			len += check_hex(SCID, part + len, sizeof(part) - len);
		if (bytes[0] != 0x00)
			len += check_hex(ODCID, part + len, sizeof(part) - len);
		ok = quic_params_parse(&p, part, len, true) == 0;
		CHECK_EQ(ok, is_cid);
	}
}

TEST("P12 parameters cut anywhere")
{
	struct quic_params p;
	size_t len, cut, id_len;
	unsigned int i;
	u8 bytes[100], *part;

	for (i = 0; i < ARRAY_SIZE(params_samples); i++) {
		if (!strcmp(params_samples[i].hex, SCID) || !strcmp(params_samples[i].hex, ODCID))
			continue;
		len = check_hex(SCID ODCID, bytes, sizeof(bytes));
		id_len = len;
		len += check_hex(params_samples[i].hex, bytes + len, sizeof(bytes) - len);
		for (cut = 0; cut < len; cut++) {
			part = malloc(cut ? cut : 1);
			memcpy(part, bytes, cut);
			CHECK_EQ(quic_params_parse(&p, part, cut, true), cut == id_len ? 0 : BAD);
			free(part);
		}
	}
}

static const struct {
	const char *hex;
	int err;
} limits[] = {
	/* any max_idle_timeout: RFC 9000, 18.2 has no lower bound */
	{ "01 01 00", 0 }, { "01 01 01", 0 }, { "01 02 43e7", 0 }, { "01 02 43e8", 0 },
	{ "01 08 ffffffffffffffff", 0 },
	{ "03 02 44af", BAD }, { "03 02 44b0", 0 }, { "03 04 8000fff7", 0 },
	{ "03 04 8000fff8", 0 }, { "03 08 ffffffffffffffff", 0 },
	{ "04 01 00", 0 }, { "04 08 ffffffffffffffff", 0 },
	{ "07 08 ffffffffffffffff", 0 },
	/* RFC 9000, 4.6: 2^60 streams */
	{ "08 08 d000000000000000", 0 }, { "08 08 d000000000000001", BAD },
	{ "09 08 d000000000000000", 0 }, { "09 08 d000000000000001", BAD },
	{ "0a 01 00", 0 }, { "0a 01 14", 0 }, { "0a 01 15", BAD },
	{ "0b 01 00", 0 }, { "0b 02 7fff", 0 }, { "0b 04 80004000", BAD },
	{ "0e 01 00", BAD }, { "0e 01 01", BAD }, { "0e 01 02", 0 },
	{ "0e 08 ffffffffffffffff", 0 },
	{ "0f 14 0102030405060708090a0b0c0d0e0f1011121314", BAD }, /* the second one */
	{ "10 14 0102030405060708090a0b0c0d0e0f1011121314", 0 },
	{ "10 15 0102030405060708090a0b0c0d0e0f101112131415", BAD },
	{ "20 01 00", 0 }, { "20 01 01", 0 }, { "20 02 44af", 0 }, { "20 02 44b0", 0 },
	{ "20 08 ffffffffffffffff", 0 },
	/* an integer in more bytes than it needs is fine, one that ends early is not */
	{ "0b 02 4005", 0 }, { "0b 02 0500", BAD },
	/* RFC 9368, 4: no version is 0, nothing is cut */
	{ "11 04 00000001", 0 }, { "11 04 00000000", BAD }, { "11 08 00000001 00000000", BAD },
	{ "11 00", BAD }, { "11 07 00000001 000000", BAD },
	/* RFC 9000, 7.4.2: what is unknown is skipped, however long or often */
	{ "1b 00 1b 00", 0 }, { "7fff 03 010203", 0 }, { "ffffffffffffffff 01 00", 0 },
	{ "30 00 60ff 00", 0 },
};

TEST("P24 boundaries of each parameter")
{
	struct quic_params p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (from_server(&p, limits[i].hex) != limits[i].err)
			check_failed(__FILE__, __LINE__, "%s", limits[i].hex);
}

TEST("F33 values too large to use are brought down")
{
	struct quic_params p;

	CHECK_EQ(from_client(&p, "01 08 ffffffffffffffff 0e 08 ffffffffffffffff"
				 "08 08 d000000000000000 09 02 5001"), 0);
	CHECK_EQ(p.max_idle_timeout, 0xffffffff);
	CHECK_EQ(p.active_connection_id_limit, QUIC_CID_LIMIT_MAX);
	CHECK_EQ(p.max_streams_bidi, 4096);
	CHECK_EQ(p.max_streams_uni, 4096);
	CHECK_EQ(from_client(&p, "03 08 ffffffffffffffff"), 0);
	CHECK_EQ(p.max_udp_payload_size, 65527);
	/* P13: flow control is never cut */
	CHECK_EQ(from_client(&p, "04 08 ffffffffffffffff"), 0);
	CHECK_EQ(p.max_data, QUIC_VARINT_MAX);
}

TEST("preferred addresses")
{
	struct quic_params p;

	/* one family only */
	CHECK_EQ(from_server(&p, "0d 2a" PREFERRED_V4 PREFERRED_NO_V6 "01 ee" TOKEN), 0);
	CHECK(p.preferred_v4.family == 4 && p.preferred_v6.family == 0);
	/* no address, but a port; an ID of 20 bytes */
	CHECK_EQ(from_server(&p, "0d 3d 00000000 1151" PREFERRED_NO_V6
			     "14 0102030405060708090a0b0c0d0e0f1011121314" TOKEN), 0);
	CHECK(p.preferred_v4.family == 4 && p.preferred_v4.port == 4433);
	CHECK(p.preferred_cid.len == 20 && p.preferred_cid.id[19] == 20);
	/* an ID of no or of 21 bytes, an ID beyond the body */
	CHECK_EQ(from_server(&p, "0d 29" PREFERRED_V4 PREFERRED_V6 "00" TOKEN), BAD);
	CHECK_EQ(from_server(&p, "0d 3e" PREFERRED_V4 PREFERRED_V6
			     "15 0102030405060708090a0b0c0d0e0f101112131415" TOKEN), BAD);
	CHECK_EQ(from_server(&p, "0d 2a" PREFERRED_V4 PREFERRED_V6 "02 ee" TOKEN), BAD);
	/* RFC 9000, 18.2: not from a server without connection IDs */
	CHECK_EQ(parse(&p, "0f 00" ODCID, "0d 2a" PREFERRED_V4 PREFERRED_V6 "01 ee" TOKEN, true),
		 BAD);
}

/* RFC 9368, 3 */
TEST("version information")
{
	struct quic_params p;
	unsigned int i;

	/* RFC 9368, 4: a client's choice is among its versions, a server's need not be */
	CHECK_EQ(from_client(&p, "11 08 00000001 6b3343cf"), BAD);
	CHECK_EQ(from_server(&p, "11 08 00000001 6b3343cf"), 0);
	CHECK_EQ(from_client(&p, "11 0c 00000001 6b3343cf 00000001"), 0);
	CHECK(p.version_count == 2 && p.versions[0] == QUIC_VERSION_V2);
	/* more than are kept: the first count, and the choice is looked for in all */
	CHECK_EQ(from_client(&p, "11 28 00000001 1a2a3a4a 00000002 00000003 00000004 00000005"
				 "00000006 00000007 00000008 00000001"), 0);
	CHECK_EQ(p.version_count, QUIC_PARAMS_VERSIONS_MAX);
	for (i = 1; i < QUIC_PARAMS_VERSIONS_MAX; i++)
		CHECK_EQ(p.versions[i], i + 1);
}

static void fill(struct quic_params *p)
{
	quic_params_defaults(p);
	p->max_idle_timeout = 30000;
	p->max_udp_payload_size = 1400;
	p->max_data = QUIC_VARINT_MAX;
	p->max_stream_data_bidi_local = 1;
	p->max_stream_data_bidi_remote = 64;
	p->max_stream_data_uni = 16384;
	p->max_streams_bidi = 100;
	p->max_streams_uni = 0;
	p->ack_delay_exponent = 0;
	p->max_ack_delay = 0;
	p->active_connection_id_limit = 7;
	p->max_datagram_frame_size = 65535;
	p->disable_active_migration = true;
	p->grease_quic_bit = true;
	p->disable_1rtt_encryption = true;
	p->has_initial_scid = true;
	p->initial_scid = (struct quic_cid){ 8, "initial" };
	p->has_versions = true;
	p->chosen_version = 1;
	p->version_count = 2;
	p->versions[0] = QUIC_VERSION_V2;
	p->versions[1] = QUIC_VERSION_V1;
}

static void fill_server(struct quic_params *p)
{
	p->has_original_dcid = true;
	p->original_dcid = (struct quic_cid){ 20, "original" };
	p->has_retry_scid = true;
	p->retry_scid = (struct quic_cid){ 5, "retry" };
	p->has_reset_token = true;
	memset(p->reset_token, 0xa1, sizeof(p->reset_token));
	p->has_preferred = true;
	p->preferred_cid = (struct quic_cid){ 8, "prefer" };
	memset(p->preferred_token, 0xa2, sizeof(p->preferred_token));
	p->preferred_v4 = (struct quic_addr){ .family = 4, .port = 443, .ip = { 192, 0, 2, 1 } };
	p->preferred_v6 = (struct quic_addr){ .family = 6, .port = 444, .ip = { 0x20, [15] = 9 } };
}

/* RFC 9000, 18 */
TEST("what is encoded is read back")
{
	struct quic_params p, q;
	u8 buf[256];
	int len;

	fill(&p);
	len = quic_params_encode(&p, false, buf, sizeof(buf));
	CHECK(len > 0);
	CHECK_EQ(quic_params_parse(&q, buf, len, false), 0);
	CHECK_MEM(&q, &p, sizeof(p));

	fill_server(&p);
	/* S5.15: everything fits into 256 bytes */
	len = quic_params_encode(&p, true, buf, sizeof(buf));
	CHECK(len > 0);
	CHECK_EQ(quic_params_parse(&q, buf, len, true), 0);
	CHECK_MEM(&q, &p, sizeof(p));

	/* a client never says what only a server may */
	len = quic_params_encode(&p, false, buf, sizeof(buf));
	CHECK_EQ(quic_params_parse(&q, buf, len, false), 0);
	CHECK(!q.has_original_dcid && !q.has_retry_scid && !q.has_reset_token && !q.has_preferred);
}

TEST("defaults are not encoded")
{
	struct quic_params p;
	u8 buf[64];

	quic_params_defaults(&p);
	CHECK_EQ(quic_params_encode(&p, true, buf, sizeof(buf)), 0);
	p.has_initial_scid = true;
	CHECK_EQ(quic_params_encode(&p, true, buf, sizeof(buf)), 2);
	CHECK_MEM(buf, "\x0f\0", 2);
}

TEST("P10 a small buffer is refused")
{
	struct quic_params p;
	u8 buf[256], *exact;
	int len, room;

	fill(&p);
	fill_server(&p);
	len = quic_params_encode(&p, true, buf, sizeof(buf));
	for (room = 0; room < len; room++) {
		exact = malloc(room ? room : 1);
		CHECK_EQ(quic_params_encode(&p, true, exact, room), -EINVAL);
		free(exact);
	}
	CHECK_EQ(quic_params_encode(&p, true, buf, len), len);
}
