/* SPDX-License-Identifier: GPL-2.0-only */
/* What QUIC has in each network namespace. */
#ifndef QUIC_SOCKET_NET_H
#define QUIC_SOCKET_NET_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "../engine/token.h"
#include "../observe/mib.h"

#define QUIC_ENDPOINT_HASH_BITS	8
#define QUIC_PEER_HASH_BITS	8
#define QUIC_SECRET_LEN		32

/**
 * struct quic_net - state of a namespace
 * @endpoints: UDP sockets by port [@endpoints_lock]
 * @reap: closes endpoints that nobody uses
 * @listeners, @conns: sockets for /proc, by quic_sock.entry [@socks_lock]
 * @peers: sockets with a connection, by quic_sock.peer [@socks_lock]
 * @closing: those whose program has closed them, until the connection has ended [@socks_lock]
 * @token_key: seals tokens, once there was a listener [@token_lock]
 * @reset_secret: behind stateless reset tokens (RFC 9000, 10.3.2)
 * @mib: counters of /proc/net/quic/snmp
 */
struct quic_net {
	struct mutex endpoints_lock;
	struct hlist_head endpoints[1 << QUIC_ENDPOINT_HASH_BITS];
	struct work_struct reap;
	spinlock_t socks_lock;
	struct list_head listeners;
	struct list_head conns;
	struct list_head closing;
	struct hlist_head peers[1 << QUIC_PEER_HASH_BITS];
	spinlock_t token_lock;
	struct quic_token_key token_key;
	u8 reset_secret[QUIC_SECRET_LEN];
	struct quic_mib __percpu *mib;
};

extern unsigned int quic_net_id;

static inline struct quic_net *quic_net(const struct net *net)
{
	return net_generic(net, quic_net_id);
}

#define QUIC_INC_STATS(net, field)	SNMP_INC_STATS(quic_net(net)->mib, field)
#define QUIC_DEC_STATS(net, field)	SNMP_DEC_STATS(quic_net(net)->mib, field)
#define QUIC_ADD_STATS(net, field, n)	SNMP_ADD_STATS(quic_net(net)->mib, field, n)

int quic_net_register(void);
void quic_net_unregister(void);

#endif
