// SPDX-License-Identifier: GPL-2.0-only
/* Version Negotiation packets that are believed, and that are not (RFC 9000, 6; RFC 9368, 2 and 4). */
#include "check.h"
#include "pair.h"

static struct pair p;

/* To the client, as the answer to its first packets. */
static void negotiate(const u32 *versions, unsigned int count, u8 spoil_dcid, u8 spoil_scid)
{
	struct quic_conn *conn = &p.client.conn;
	struct quic_cid dcid = quic_cid_find(&conn->local_cids, 0)->cid, scid = conn->original_dcid;
	u8 buf[200];
	struct quic_writer w = { buf, buf + sizeof(buf) };

	dcid.id[0] ^= spoil_dcid;
	scid.id[0] ^= spoil_scid;
	quic_write_u8(&w, 0x80);
	quic_write_u32(&w, 0);
	quic_write_u8(&w, dcid.len);
	quic_write_bytes(&w, dcid.id, dcid.len);
	quic_write_u8(&w, scid.len);
	quic_write_bytes(&w, scid.id, scid.len);
	while (count--)
		quic_write_u32(&w, *versions++);
	pair_deliver(&p.client, buf, w.pos - buf, 0);
}

static u32 version(void)
{
	return p.client.conn.version->number;
}

/* A client that has said its first word in this version, and heard nothing. */
static void begin(u32 number)
{
	pair_init(&p);
	p.client.config.version = number;
	pair_connect(&p);
	pair_flush(&p.client);
}

static const u32 both[] = { QUIC_VERSION_V1, QUIC_VERSION_V2, 0x1a2a3a4a };
static const u32 first[] = { QUIC_VERSION_V1 };
static const u32 second[] = { QUIC_VERSION_V2 };
static const u32 none[] = { 0x1a2a3a4a, 0xff00001d };

/* RFC 9368, 2 and 2.1 */
TEST("P24 S5.7 Version Negotiation leads to the highest common version, once")
{
	begin(0x0a0a);
	negotiate(both, 3, 0, 0);
	CHECK_EQ(version(), QUIC_VERSION_V2);
	/* RFC 9000, 6.2: another one is ignored. */
	negotiate(first, 1, 0, 0);
	CHECK_EQ(version(), QUIC_VERSION_V2);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_HANDSHAKING);
	pair_destroy(&p);
}

TEST("RFC 9369, 5: after Version Negotiation the token of another version is not shown")
{
	pair_init(&p);
	p.client.config.version = 0x0a0a;
	pair_connect(&p);
	CHECK_EQ(quic_conn_set_token(&p.client.conn, (const u8 *)"token", 5), 0);
	pair_flush(&p.client);
	CHECK_EQ(p.client.conn.token_len, 5);
	negotiate(both, 3, 0, 0);
	CHECK_EQ(p.client.conn.token_len, 0);
	pair_destroy(&p);
}

TEST("P24 RFC 9000, 6.2: Version Negotiation that lists the version in use is ignored")
{
	begin(QUIC_VERSION_V1);
	negotiate(both, 3, 0, 0);
	CHECK_EQ(version(), QUIC_VERSION_V1);
	CHECK(!p.client.conn.negotiation.restarted);
	pair_destroy(&p);
}

TEST("RFC 9000, 21.5.5: Version Negotiation with connection IDs of others is ignored")
{
	begin(0x0a0a);
	negotiate(second, 1, 1, 0);
	negotiate(second, 1, 0, 1);
	CHECK_EQ(version(), 0x0a0a);
	pair_destroy(&p);
}

TEST("P24 RFC 9000, 6.2: Version Negotiation after a packet of the server is ignored")
{
	pair_init(&p);
	pair_handshake(&p);
	negotiate(second, 1, 0, 0);
	CHECK_EQ(version(), QUIC_VERSION_V1);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

TEST("RFC 9000, 6: without a common version the attempt is abandoned")
{
	const struct pair_event *event;

	begin(0x0a0a);
	/* RFC 9000, 6.3: reserved versions are nobody's. */
	negotiate(none, 2, 0, 0);
	CHECK_EQ(p.client.conn.state, QUIC_CONN_CLOSED);
	event = pair_event(&p.client, QUIC_EVENT_CONNECTION_CLOSE, 0);
	CHECK(event && event->event.close.errcode == QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION);
	pair_destroy(&p);
}

TEST("RFC 9000, 21.12: a forged downgrade is found out by RFC 9368, 4")
{
	begin(0x0a0a);
	negotiate(first, 1, 0, 0);
	CHECK_EQ(version(), QUIC_VERSION_V1);
	pair_run(&p, p.now + QUIC_SEC);
	CHECK_EQ(p.client.conn.close.code, QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION);
	CHECK(p.client.conn.state > QUIC_CONN_ESTABLISHED);
	pair_destroy(&p);
}

/* RFC 9368, 2.2 and 2.3; RFC 9369, 4 */
TEST("RFC 9369, 4.1: the first packet in another version decides, its Initial keys come later")
{
	pair_init(&p);
	p.server.config.version = QUIC_VERSION_V2;
	pair_handshake(&p);
	CHECK_EQ(version(), QUIC_VERSION_V2);
	CHECK_EQ(p.server.conn.version->number, QUIC_VERSION_V2);
	CHECK_EQ(p.client.conn.negotiation.original->number, QUIC_VERSION_V1);
	pair_destroy(&p);
}
