// SPDX-License-Identifier: GPL-2.0-only
/*
 * The application protocols in a ClientHello that is still protected: opened with Initial keys on a
 * copy, and put together for engine/client_hello.c (S2.23 to S2.25).
 *
 * A ClientHello with post-quantum key shares takes two datagrams, and clients shuffle its CRYPTO
 * frames: so all bytes of all datagrams are put in place first.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "../engine/client_hello.h"
#include "../engine/frame.h"
#include "../engine/packet.h"
#include "listener.h"

#define HELLO_MAX	QUIC_CLIENT_HELLO_MAX

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
		err = quic_client_hello_alpn(hello->data,
					     find_first_zero_bit(hello->have, HELLO_MAX), alpn);
	kfree(hello);
	return err;
}
