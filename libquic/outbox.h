/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handshake messages that GnuTLS wrote and that are not sent yet.
 */
#ifndef _QUIC_OUTBOX_H
#define _QUIC_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct quic_outbox - a message in the list; NULL is the empty list
 * @next: the message to send after it
 * @level: enum quic_crypto_level
 * @len: bytes in @data
 * @data: the message, with its TLS header
 */
struct quic_outbox {
	struct quic_outbox *next;
	uint8_t level;
	size_t len;
	uint8_t data[];
};

int quic_outbox_append(struct quic_outbox **outbox, uint8_t level, const void *data, size_t len);
void quic_outbox_pop(struct quic_outbox **outbox);
void quic_outbox_purge(struct quic_outbox **outbox);

#endif /* _QUIC_OUTBOX_H */
