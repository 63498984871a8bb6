/* SPDX-License-Identifier: GPL-2.0-only */
/* The key schedule: from a traffic secret to packet protection (RFC 9001, 5.1, 5.2, 6.1). */
#ifndef QUIC_ENGINE_KEYS_H
#define QUIC_ENGINE_KEYS_H

#include "cid.h"
#include "cipher.h"
#include "version.h"

/**
 * struct quic_keys - one direction of one encryption level
 * @cipher: which AEAD; NULL while not installed
 * @hp: header protection, never changed by a key update (RFC 9001, 6)
 * @aead: packet protection by key phase: [phase] the current one, [!phase] the next one once it has
 *	been made ready, so that a forged phase bit costs no key derivation (RFC 9001, 9.5 and P17)
 * @prev: packet protection of the phase before, for reordered packets (RFC 9001, 6.5), or NULL
 * @secret: traffic secret of the newest phase that has an @aead, from which the next is derived
 * @phase: current key phase bit
 * @used: packets sealed or failed to open with the current key (RFC 9001, 6.6)
 */
struct quic_keys {
	const struct quic_cipher *cipher;
	struct quic_hp *hp;
	struct quic_aead *aead[2];
	struct quic_aead *prev;
	u8 secret[QUIC_HASH_LEN_MAX];
	u8 phase;
	u64 used;
};

/*
 * HKDF-Expand-Label of TLS 1.3 (RFC 8446, 7.1; RFC 5869) with an empty context; @label comes
 * without "tls13 ".
 */
int quic_hkdf_expand_label(enum quic_hash hash, const u8 *secret, size_t secret_len,
			   const char *label, u8 *out, size_t out_len);

/**
 * quic_keys_install() - make the keys of one direction from its traffic secret
 *
 * Process context. On error @keys is unchanged. @secret is cipher->secret_len bytes.
 */
int quic_keys_install(struct quic_keys *keys, const struct quic_version *version,
		      const struct quic_cipher *cipher, const u8 *secret);

/* Make aead[!phase] and its secret ready for the next key update. Process context. */
int quic_keys_prepare_update(struct quic_keys *keys, const struct quic_version *version);

/*
 * Initial keys from the client's first Destination Connection ID (RFC 9001, 5.2). Process context.
 * On error both are unchanged.
 */
int quic_keys_initial(struct quic_keys *client, struct quic_keys *server,
		      const struct quic_version *version, const struct quic_cid *dcid);

/* Discard: free and wipe. */
void quic_keys_clear(struct quic_keys *keys);

/* retry.c: integrity tag over the pseudo-packet (RFC 9001, 5.8). Any context. 0 or -ENOMEM. */
int quic_retry_tag(const struct quic_version *version, const struct quic_cid *odcid,
		   const u8 *retry, size_t len, u8 tag[QUIC_TAG_LEN]);

#endif
