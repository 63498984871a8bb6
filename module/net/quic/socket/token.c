// SPDX-License-Identifier: GPL-2.0-only
/* The secrets with which a namespace recognises clients (see token.h). */
#include "net.h"
#include "sock.h"
#include "token.h"

int quic_token_prepare(struct net *net)
{
	struct quic_net *qn = quic_net(net);
	struct quic_token_key key = {};
	int err;

	/* Whoever sees a listener sees the key that was there before it. */
	if (READ_ONCE(qn->token_key.aead))
		return 0;
	err = quic_token_key_init(&key);
	if (err)
		return err;
	spin_lock_bh(&qn->token_lock);
	if (!qn->token_key.aead)
		swap(qn->token_key, key);
	spin_unlock_bh(&qn->token_lock);
	quic_token_key_clear(&key);
	return 0;
}

void quic_token_clear(struct net *net)
{
	quic_token_key_clear(&quic_net(net)->token_key);
}

int quic_token_make(struct net *net, enum quic_token_type type,
		    const struct quic_token_owner *owner, const struct quic_cid *original_dcid,
		    u8 *token)
{
	struct quic_net *qn = quic_net(net);
	int len;

	spin_lock_bh(&qn->token_lock);
	len = quic_token_seal(&qn->token_key, type, owner, original_dcid, quic_now(), token);
	spin_unlock_bh(&qn->token_lock);
	return len;
}

enum quic_token_verdict quic_token_judge(struct net *net, const u8 *token, size_t len,
					 const struct quic_token_owner *owner,
					 struct quic_cid *original_dcid)
{
	struct quic_net *qn = quic_net(net);
	enum quic_token_verdict verdict;

	spin_lock_bh(&qn->token_lock);
	verdict = quic_token_open(&qn->token_key, token, len, owner, quic_now(), original_dcid);
	spin_unlock_bh(&qn->token_lock);
	return verdict;
}
