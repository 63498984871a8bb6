/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The secrets with which a namespace recognises clients (section 5.7 of the API): one key for the
 * tokens of all its listeners, made by the first listen(), and one secret behind all stateless reset
 * tokens. Both are random, and end with the namespace.
 */
#ifndef QUIC_SOCKET_TOKEN_H
#define QUIC_SOCKET_TOKEN_H

#include <net/net_namespace.h>

#include "../engine/token.h"

/* Process context. 0 or a negative errno. */
int quic_token_prepare(struct net *net);
void quic_token_clear(struct net *net);

/* As quic_token_seal() and quic_token_open(). Any context. */
int quic_token_make(struct net *net, enum quic_token_type type,
		    const struct quic_token_owner *owner, const struct quic_cid *original_dcid,
		    u8 *token);
enum quic_token_verdict quic_token_judge(struct net *net, const u8 *token, size_t len,
					 const struct quic_token_owner *owner,
					 struct quic_cid *original_dcid);

#endif
