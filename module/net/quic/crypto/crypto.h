/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's cryptographic operations (../engine/cipher.h) on the kernel's crypto API.
 *
 * All algorithms are synchronous: a packet is sealed or opened before the call returns, whatever
 * context it is in (P5). Keys are made in process context only (P6); everything else works in
 * softirq.
 *
 * A key carries the one request that its operations use, so that no packet allocates anything.
 * Therefore a key is used by one thread at a time: by whoever owns the connection, which the socket
 * lock says (in process context: lock_sock(); in softirq: bh_lock_sock() and nobody owns it).
 */
#ifndef QUIC_CRYPTO_H
#define QUIC_CRYPTO_H

#include <linux/workqueue.h>

#include "../engine/cipher.h"

/* Load the algorithms that every connection needs. Before the first, and after the last key. */
int quic_crypto_init(void);
void quic_crypto_exit(void);

/* For quic_crypto_init(): the parts of this folder. */
int quic_aead_init(void);
int quic_hash_init(void);
void quic_hash_exit(void);
int quic_retry_init(void);
void quic_retry_exit(void);

/* Keys are dropped in any context, and freed here, in process context. */
extern struct workqueue_struct *quic_key_wq;

#endif
