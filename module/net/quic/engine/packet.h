/* SPDX-License-Identifier: GPL-2.0-only */
/* Packet headers and packet protection (RFC 8999; RFC 9000, 17; RFC 9001, 5.3 and 5.4). */
#ifndef QUIC_ENGINE_PACKET_H
#define QUIC_ENGINE_PACKET_H

#include "cid.h"
#include "keys.h"
#include "version.h"
#include "wire.h"

#define QUIC_INITIAL_MIN	1200	/* RFC 9000, 14.1 */
#define QUIC_PN_LEN_MAX		4
#define QUIC_FIXED_BIT		0x40	/* "QUIC Bit" of RFC 9287 */

/**
 * struct quic_packet - one packet of a received datagram
 * @type: of a long header only meaningful if @version is spoken
 * @data: first byte of the packet
 * @len: of the whole packet; what follows in the datagram is the next, coalesced packet
 * @pn_offset: where the packet number is, from @data
 * @header_len, @pn: known after quic_packet_open()
 * @key_phase: of a 1-RTT packet, after header protection was removed
 * @reserved_bits: non-zero reserved bits, checked after opening (RFC 9000, 17.2, 17.3.1)
 * @token: of an Initial or Retry packet
 * @versions: body of a Version Negotiation packet
 */
struct quic_packet {
	enum quic_packet_type type;
	u32 version;
	struct quic_cid dcid, scid;
	u8 *data;
	size_t len;
	size_t pn_offset;
	size_t header_len;
	u64 pn;
	bool key_phase;
	bool fixed_bit;
	u8 reserved_bits;
	const u8 *token;
	size_t token_len;
	const u8 *versions;
	size_t versions_len;
};

/**
 * quic_packet_parse() - the unprotected part of the header of the first packet in @data
 * @short_dcid_len: length of this end's connection IDs, for short headers
 *
 * Return: 0; -EINVAL for what cannot be a QUIC packet (drop the rest of the datagram);
 * -EPROTONOSUPPORT for a long header of a version that is not spoken (only version-independent
 * fields of @pkt are set, RFC 8999).
 */
int quic_packet_parse(struct quic_packet *pkt, u8 *data, size_t len, u8 short_dcid_len);

/* Just the Destination Connection ID, for routing a datagram; false if there is none. */
bool quic_packet_dcid(const u8 *data, size_t len, u8 short_dcid_len, struct quic_cid *dcid);

/**
 * quic_packet_unmask() - remove header protection; sets header_len, pn, key_phase, reserved_bits
 * @hp: NULL: there is none (S6.36)
 * @largest: largest packet number received in the space, or U64_MAX if none (RFC 9000, A.3)
 *
 * Return: 0; -EINVAL if the packet is too short to be sampled or its number is beyond 2^62 - 1.
 */
int quic_packet_unmask(struct quic_packet *pkt, struct quic_hp *hp, u64 largest);

/*
 * Decrypt the payload in place; on success @payload reads the plaintext frames. Without @aead it is
 * in clear. 0 or -EBADMSG: then what follows the header is garbage, so look for a stateless reset's
 * token before.
 */
int quic_packet_open(struct quic_packet *pkt, struct quic_aead *aead, struct quic_reader *payload);

/* RFC 9000, A.2 and A.3. @largest may be U64_MAX (none yet). */
u8 quic_pn_encoded_len(u64 pn, u64 largest_acked);
u64 quic_pn_decode(u64 largest, u64 truncated, u8 len);

/**
 * struct quic_packet_out - a packet being written
 * @start: first byte in the buffer
 * @length_at: where the 2-byte Length field of a long header is, or NULL
 * @pn_at: where the packet number is
 * @tag_len: of the AEAD, 0 in clear
 * @body: where frames go; after quic_packet_begin() the caller advances body.pos. body.end leaves
 *	room for the tag.
 */
struct quic_packet_out {
	enum quic_packet_type type;
	u8 *start;
	u8 *length_at;
	u8 *pn_at;
	u8 pn_len, tag_len;
	u64 pn;
	struct quic_writer body;
};

/**
 * quic_packet_begin() - write a header into @room bytes at @buf
 * @token: for Initial packets, may be NULL
 * @largest_acked: by the peer in this space, for the packet number's length
 *
 * The fixed bit is set; who greases it (RFC 9287) clears it in start[0] before sealing.
 *
 * Return: false if @room cannot hold the header with its packet number, four bytes of payload and
 * the tag.
 */
bool quic_packet_begin(struct quic_packet_out *out, enum quic_packet_type type,
		       const struct quic_version *version, const struct quic_cid *dcid,
		       const struct quic_cid *scid, const u8 *token, size_t token_len,
		       bool key_phase, u64 pn, u64 largest_acked, u8 *buf, size_t room);

/* This packet is not protected: its payload may take the room of the tag (S6.36). */
void quic_packet_in_clear(struct quic_packet_out *out);

/*
 * PADDING so that header protection can be sampled (RFC 9001, 5.4.2) and up to @min_len in all: the
 * frames are complete.
 */
void quic_packet_pad(struct quic_packet_out *out, size_t min_len);
/*
 * The same, and Length filled in, payload sealed, if it is protected. Return: the packet's length with
 * tag, or a negative errno.
 */
int quic_packet_seal(struct quic_packet_out *out, struct quic_aead *aead, size_t min_len);

/* Apply header protection to a train of @count sealed packets of one level in one go; @hp NULL: none. */
int quic_packet_mask(const struct quic_packet_out *outs, unsigned int count, struct quic_hp *hp);

/* Version Negotiation packet (RFC 9000, 17.2.1) answering @pkt. Return: length, 0 if no room. */
size_t quic_packet_version_negotiation(const struct quic_packet *pkt, u8 *buf, size_t room);
/**
 * quic_packet_retry() - a Retry (RFC 9000, 17.2.5) answering the Initial packet @pkt
 * @scid: the ID that the client shall use next; @token: goes with it
 *
 * Return: length, 0 if no room or no memory.
 */
size_t quic_packet_retry(const struct quic_packet *pkt, const struct quic_cid *scid,
			 const u8 *token, size_t token_len, u8 *buf, size_t room);
/*
 * An Initial packet with a CONNECTION_CLOSE (RFC 9000, 5.2.2 and 8.1.2) answering the Initial packet
 * @pkt under the server's Initial keys. Return: length, 0 if no room.
 */
size_t quic_packet_refusal(const struct quic_packet *pkt, const struct quic_keys *keys, u64 code,
			   u8 *buf, size_t room);
/* Stateless reset that looks like a 1-RTT packet (RFC 9000, 10.3): shorter than @received. */
size_t quic_packet_stateless_reset(const u8 token[QUIC_RESET_TOKEN_LEN], size_t received, u8 *buf,
				   size_t room);

#endif
