// SPDX-License-Identifier: GPL-2.0-only
/*
 * The application protocols in a ClientHello that is still protected: opened with Initial keys on a
 * copy, read as far as its ALPN extension, nothing else of TLS (S2.23 to S2.25).
 *
 * A ClientHello with post-quantum key shares takes two datagrams, and clients shuffle its CRYPTO
 * frames: so all bytes of all datagrams are put in place first.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "../engine/frame.h"
#include "../engine/packet.h"
#include "listener.h"

#define HELLO_MAX		16384
#define HELLO_HEADER_LEN	4	/* type and length */
#define TYPE_CLIENT_HELLO	1
#define EXTENSION_ALPN		16	/* RFC 7301 */

/*
 * The beginning of the client's Initial CRYPTO stream; @have: which bytes of it are there; @opened: a
 * packet could be opened.
 */
struct hello {
	u8 data[HELLO_MAX];
	DECLARE_BITMAP(have, HELLO_MAX);
	bool opened;
};

static int put_crypto(struct hello *hello, const struct quic_frame *frame)
{
	if (frame->crypto.offset >= HELLO_MAX || frame->crypto.len > HELLO_MAX - frame->crypto.offset)
		return -EMSGSIZE;
	memcpy(hello->data + frame->crypto.offset, frame->crypto.data, frame->crypto.len);
	bitmap_set(hello->have, frame->crypto.offset, frame->crypto.len);
	return 0;
}

static int read_frames(struct hello *hello, struct quic_reader *payload)
{
	struct quic_frame frame;
	int err = 0;

	while (!err && quic_reader_left(payload)) {
		if (quic_frame_parse(&frame, payload, QUIC_PACKET_INITIAL))
			return -EBADMSG;
		if (frame.type == QUIC_FRAME_CRYPTO)
			err = put_crypto(hello, &frame);
	}
	return err;
}

/* What cannot be opened may be from somebody else: it is passed over. */
static int read_datagram(struct hello *hello, struct quic_keys *keys, const struct quic_cid *dcid,
			 u8 *data, size_t len)
{
	struct quic_reader payload;
	struct quic_packet pkt;
	int err;

	for (; len; data += pkt.len, len -= pkt.len) {
		if (quic_packet_parse(&pkt, data, len, QUIC_CID_LEN))
			return 0;
		if (pkt.type != QUIC_PACKET_INITIAL || !quic_cid_equal(&pkt.dcid, dcid) ||
		    quic_packet_unmask(&pkt, keys->hp, U64_MAX) ||
		    quic_packet_open(&pkt, keys->aead[keys->phase], &payload))
			continue;
		hello->opened = true;
		err = read_frames(hello, &payload);
		if (err)
			return err;
	}
	return 0;
}

static int collect(struct hello *hello, const struct quic_request_datagram *datagrams,
		   unsigned int count, const struct quic_cid *dcid)
{
	struct quic_keys client = {}, server = {};
	struct quic_packet pkt;
	unsigned int i;
	int err = 0;
	u8 *copy;

	if (quic_packet_parse(&pkt, datagrams[0].data, datagrams[0].len, QUIC_CID_LEN))
		return -EBADMSG;
	err = quic_keys_initial(&client, &server, quic_version_find(pkt.version), dcid);
	if (err)
		return err;
	for (i = 0; i < count && !err; i++) {
		copy = kmemdup(datagrams[i].data, datagrams[i].len, GFP_KERNEL);
		if (copy)
			err = read_datagram(hello, &client, dcid, copy, datagrams[i].len);
		else
			err = -ENOMEM;
		kfree(copy);
	}
	quic_keys_clear(&client);
	quic_keys_clear(&server);
	return err;
}

static bool read_block(struct quic_reader *r, struct quic_reader *block, u64 len)
{
	if (!quic_read_bytes(r, &block->pos, len))
		return false;
	block->end = block->pos + len;
	return true;
}

static bool read_block16(struct quic_reader *r, struct quic_reader *block)
{
	u16 len;

	return quic_read_u16(r, &len) && read_block(r, block, len);
}

/* RFC 7301, 3.1. Return: length of the names as copied to @alpn. */
static int parse_alpn(struct quic_reader *body, u8 alpn[QUIC_ALPN_MAX])
{
	size_t total = quic_reader_left(body);
	struct quic_reader list, names;
	const u8 *name;
	u8 len;

	if (total > QUIC_ALPN_MAX || !read_block16(body, &list) || quic_reader_left(body) ||
	    !quic_reader_left(&list))
		return -EBADMSG;
	names = list;
	while (quic_reader_left(&list))
		if (!quic_read_u8(&list, &len) || !len || !quic_read_bytes(&list, &name, len))
			return -EBADMSG;
	memcpy(alpn, names.pos, quic_reader_left(&names));
	return quic_reader_left(&names);
}

/* RFC 8446, 4.1.2. @r: the body. */
static int parse_body(struct quic_reader *r, u8 alpn[QUIC_ALPN_MAX])
{
	struct quic_reader extensions, body;
	const u8 *skipped;
	u8 id_len, len;
	int found = 0;
	u16 type;

	/* Version, random; RFC 9001, 8.4: no session ID. */
	if (!quic_read_bytes(r, &skipped, 2 + 32) || !quic_read_u8(r, &id_len) || id_len)
		return -EBADMSG;
	if (!read_block16(r, &body) || !quic_reader_left(&body) || quic_reader_left(&body) % 2)
		return -EBADMSG;
	if (!quic_read_u8(r, &len) || !len || !quic_read_bytes(r, &skipped, len))
		return -EBADMSG;
	if (!quic_reader_left(r))
		return 0;
	if (!read_block16(r, &extensions) || quic_reader_left(r))
		return -EBADMSG;
	while (quic_reader_left(&extensions)) {
		if (!quic_read_u16(&extensions, &type) || !read_block16(&extensions, &body))
			return -EBADMSG;
		if (type != EXTENSION_ALPN)
			continue;
		if (found)
			return -EBADMSG;
		found = parse_alpn(&body, alpn);
		if (found < 0)
			return found;
	}
	return found;
}

static int parse(const struct hello *hello, u8 alpn[QUIC_ALPN_MAX])
{
	size_t got = find_first_zero_bit(hello->have, HELLO_MAX);
	struct quic_reader r = { hello->data, hello->data + got };
	struct quic_reader body;
	u32 header;

	if (got && hello->data[0] != TYPE_CLIENT_HELLO)
		return -EBADMSG;
	if (!quic_read_u32(&r, &header))
		return -EAGAIN;
	header &= 0xffffff;
	if (header > HELLO_MAX - HELLO_HEADER_LEN)
		return -EMSGSIZE;
	return read_block(&r, &body, header) ? parse_body(&body, alpn) : -EAGAIN;
}

int quic_client_hello_read(const struct quic_request_datagram *datagrams, unsigned int count,
			   const struct quic_cid *dcid, u8 *alpn)
{
	struct hello *hello = kzalloc(sizeof(*hello), GFP_KERNEL);
	int err;

	if (!hello)
		return -ENOMEM;
	err = collect(hello, datagrams, count, dcid);
	if (!err && !hello->opened)
		err = -EBADMSG;
	if (!err && alpn)
		err = parse(hello, alpn);
	kfree(hello);
	return err;
}
