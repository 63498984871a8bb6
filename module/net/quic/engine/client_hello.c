// SPDX-License-Identifier: GPL-2.0-only
/* What is read of TLS: the names of application protocols in a ClientHello (S2.23 to S2.26). */
#include "client_hello.h"
#include "wire.h"

#define HEADER_LEN		4	/* type and length */
#define TYPE_CLIENT_HELLO	1
#define EXTENSION_ALPN		16	/* RFC 7301 */

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
static int parse_alpn(struct quic_reader *body, u8 *alpn)
{
	size_t total = quic_reader_left(body);
	struct quic_reader list, names;
	const u8 *name;
	u8 len;

	if (total > QUIC_CLIENT_HELLO_ALPN_MAX || !read_block16(body, &list) || quic_reader_left(body) ||
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
static int parse_body(struct quic_reader *r, u8 *alpn)
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

int quic_client_hello_alpn(const u8 *data, size_t len, u8 *alpn)
{
	struct quic_reader r = { data, data + len }, body;
	u32 header;

	if (len && data[0] != TYPE_CLIENT_HELLO)
		return -EBADMSG;
	if (!quic_read_u32(&r, &header))
		return -EAGAIN;
	header &= 0xffffff;
	if (header > QUIC_CLIENT_HELLO_MAX - HEADER_LEN)
		return -EMSGSIZE;
	return read_block(&r, &body, header) ? parse_body(&body, alpn) : -EAGAIN;
}
