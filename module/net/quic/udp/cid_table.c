// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which socket a Destination Connection ID belongs to: one table for all, the network namespace is
 * part of the key. Read under RCU; sockets are freed after a grace period (SOCK_RCU_FREE), and a
 * reader takes a reference only if there is one left (P03).
 */
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "cid_table.h"

struct cid_key {
	struct net *net;
	struct quic_cid cid;	/* bytes beyond its length are zero */
};

struct cid_entry {
	struct rhash_head node;
	struct cid_key key;
	struct sock *sk;
	struct rcu_head rcu;
};

static const struct rhashtable_params params = {
	.key_len = sizeof(struct cid_key),
	.key_offset = offsetof(struct cid_entry, key),
	.head_offset = offsetof(struct cid_entry, node),
	.automatic_shrinking = true,
};

static struct rhashtable table;

static void make_key(struct cid_key *key, struct net *net, const struct quic_cid *cid)
{
	memset(key, 0, sizeof(*key));
	key->net = net;
	key->cid.len = cid->len;
	memcpy(key->cid.id, cid->id, cid->len);
}

int quic_cid_table_add(struct sock *sk, const struct quic_cid *cid)
{
	struct cid_entry *entry = kzalloc(sizeof(*entry), GFP_ATOMIC | __GFP_NOWARN);
	int err;

	if (!entry)
		return -ENOMEM;
	make_key(&entry->key, sock_net(sk), cid);
	entry->sk = sk;
	err = rhashtable_lookup_insert_fast(&table, &entry->node, params);
	if (err)
		kfree(entry);
	return err == -EEXIST ? -EEXIST : err ? -ENOMEM : 0;
}

void quic_cid_table_remove(struct sock *sk, const struct quic_cid *cid)
{
	struct cid_entry *entry;
	struct cid_key key;

	make_key(&key, sock_net(sk), cid);
	rcu_read_lock();
	entry = rhashtable_lookup(&table, &key, params);
	if (entry && entry->sk == sk && !rhashtable_remove_fast(&table, &entry->node, params))
		kfree_rcu(entry, rcu);
	rcu_read_unlock();
}

struct sock *quic_cid_table_find(struct net *net, const struct quic_cid *cid)
{
	struct sock *sk = NULL;
	struct cid_entry *entry;
	struct cid_key key;

	make_key(&key, net, cid);
	rcu_read_lock();
	entry = rhashtable_lookup(&table, &key, params);
	if (entry && refcount_inc_not_zero(&entry->sk->sk_refcnt))
		sk = entry->sk;
	rcu_read_unlock();
	return sk;
}

int quic_cid_table_init(void)
{
	return rhashtable_init(&table, &params);
}

void quic_cid_table_exit(void)
{
	rhashtable_destroy(&table);
}
