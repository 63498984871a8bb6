// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine asks of its host: memory, routing of connection IDs, room for received data, and
 * to be told what happened. Called with the socket lock held, often in softirq.
 */
#include <linux/slab.h>

#include "../compat.h"
#include "../udp/cid_table.h"
#include "event.h"
#include "memory.h"
#include "migrate.h"
#include "net.h"
#include "sock.h"
#include "stream_sock.h"
#include "token.h"

/* What kmalloc() takes for @size bytes, about: the same at allocation and release. */
static u64 charge(size_t size)
{
	return size > PAGE_SIZE ? PAGE_ALIGN(size) : roundup_pow_of_two(max_t(size_t, size, 8));
}

static bool take(struct quic_mem *mem, u64 bytes)
{
	if (bytes > mem->limit || mem->used > mem->limit - bytes)
		return false;
	if (mem->host && !(mem->received ? quic_rmem_charge(mem->host, bytes) :
					   quic_wmem_charge(mem->host, bytes)))
		return false;
	mem->used += bytes;
	return true;
}

static void give_back(struct quic_mem *mem, u64 bytes)
{
	mem->used -= bytes;
	if (!mem->host)
		return;
	if (mem->received)
		quic_rmem_uncharge(mem->host, bytes);
	else
		quic_wmem_uncharge(mem->host, bytes);
}

static void *alloc(struct quic_mem *mem, size_t size, gfp_t gfp)
{
	const struct sock *sk = mem->host;
	u64 bytes = charge(size);
	void *ptr;

	if (!take(mem, bytes))
		return NULL;
	/* A socket with a control group has charged it already. */
	ptr = kmalloc(size, gfp | __GFP_NOWARN | (sk && quic_memcg_charges(sk) ? 0 : __GFP_ACCOUNT));
	if (!ptr)
		give_back(mem, bytes);
	return ptr;
}

void *quic_alloc(struct quic_mem *mem, size_t size)
{
	return alloc(mem, size, GFP_ATOMIC | __GFP_ZERO);
}

void *quic_alloc_data(struct quic_mem *mem, size_t size, bool may_sleep)
{
	return alloc(mem, size, may_sleep ? GFP_KERNEL : GFP_ATOMIC);
}

void quic_free(struct quic_mem *mem, void *ptr, size_t size)
{
	if (!ptr)
		return;
	give_back(mem, charge(size));
	kfree(ptr);
}

static struct sock *sk_of(struct quic_conn *conn)
{
	return conn->host;
}

static void on_event(struct quic_conn *conn, u8 type, const union quic_event *event,
		     const u8 *data, size_t len)
{
	struct sock *sk = sk_of(conn);

	if (type == QUIC_EVENT_CONNECTION_CLOSE)
		quic_event_note_close(sk, &event->close);
	if (type == QUIC_EVENT_NEW_SESSION_TICKET)
		quic_sock_store_ticket(sk, data, len);
	quic_event_queue(sk, type, event, data, len);
}

static void on_token(struct quic_conn *conn, const u8 *token, size_t len)
{
	quic_sock_store_token(sk_of(conn), token, len);
}

static int make_token(struct quic_conn *conn, const struct quic_addr *remote, u64 now, u8 *token)
{
	struct quic_token_owner owner = { remote, conn->version->number, NULL };

	return quic_token_make(sock_net(sk_of(conn)), QUIC_TOKEN_REGULAR, &owner, NULL, token);
}

static void on_readable(struct quic_conn *conn, struct quic_stream *stream)
{
	if (stream && stream->owner)
		quic_stream_sock_changed(stream->owner, QUIC_WAKE_READ);
	if (!stream || !stream->recv.peeled)
		quic_sk(sk_of(conn))->wake |= QUIC_WAKE_READ;
}

static void on_writable(struct quic_conn *conn, struct quic_stream *stream)
{
	if (stream && stream->send.peeled)
		quic_stream_sock_changed(stream->owner, QUIC_WAKE_WRITE);
	/*
	 * The connection's socket writes on all others (S2.42), and a system call of it may wait for this
	 * one as well.
	 */
	if (!stream || !stream->send.peeled || stream->users > !!stream->owner)
		quic_sk(sk_of(conn))->wake |= QUIC_WAKE_WRITE;
}

static void count_close(struct net *net, const struct quic_conn_close_info *close)
{
	if (!close->set || close->app)
		return;
	if (close->by_peer)
		QUIC_INC_STATS(net, QUIC_MIB_FRM_INCLOSES);
	else
		QUIC_INC_STATS(net, QUIC_MIB_FRM_OUTCLOSES);
}

static void on_state(struct quic_conn *conn)
{
	struct sock *sk = sk_of(conn);
	struct net *net = sock_net(sk);
	int state;

	if (conn->state == QUIC_CONN_HANDSHAKING)
		state = QUIC_SS_HANDSHAKING;
	else if (conn->state == QUIC_CONN_ESTABLISHED)
		state = QUIC_SS_ESTABLISHED;
	else
		state = QUIC_SS_CLOSED;
	if (sk->sk_state == state)
		return;

	if (state == QUIC_SS_ESTABLISHED) {
		quic_event_release(sk);
		QUIC_INC_STATS(net, QUIC_MIB_CONN_CURRENTESTABS);
		if (conn->is_server)
			QUIC_INC_STATS(net, QUIC_MIB_CONN_PASSIVEESTABS);
		else
			QUIC_INC_STATS(net, QUIC_MIB_CONN_ACTIVEESTABS);
	} else if (sk->sk_state == QUIC_SS_ESTABLISHED) {
		QUIC_DEC_STATS(net, QUIC_MIB_CONN_CURRENTESTABS);
	}
	if (state == QUIC_SS_CLOSED) {
		count_close(net, &conn->close);
		WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	}
	inet_sk_set_state(sk, state);
	quic_sk(sk)->wake |= QUIC_WAKE_ALL;
}

static void on_paths(struct quic_conn *conn)
{
	quic_sock_paths_changed(sk_of(conn));
}

static int on_cid_add(struct quic_conn *conn, const struct quic_cid *cid)
{
	return quic_cid_table_add(sk_of(conn), cid);
}

static void on_cid_remove(struct quic_conn *conn, const struct quic_cid *cid)
{
	quic_cid_table_remove(sk_of(conn), cid);
}

/*
 * The receive buffer is charged with whole sk_buffs, so one may hold much more memory than payload.
 * Data in order may use twice the buffer: flow control bounds it, and it is what the reader waits for.
 * When memory is short nothing else is taken than that (P22). The train that brings data in
 * order does not count: one may be larger than a small buffer, and would then be dropped whenever it is
 * sent again. Data after a gap may not do that, it would keep the missing bytes out.
 */
static bool on_rx_room(struct quic_conn *conn, bool in_order)
{
	struct sock *sk = sk_of(conn);
	u64 limit = READ_ONCE(sk->sk_rcvbuf);

	if (in_order)
		limit = 2 * limit + quic_sk(sk)->rx_train;
	else if (quic_memory_pressed(sk))
		limit = min_t(u64, limit, READ_ONCE(quic_sysctl_rmem[0]));
	if (sk_rmem_alloc_get(sk) <= limit)
		return true;
	QUIC_INC_STATS(sock_net(sk), QUIC_MIB_FRM_RCVBUFDROP);
	return false;
}

const struct quic_conn_ops quic_host_ops = {
	.event = on_event,
	.token = on_token,
	.make_token = make_token,
	.readable = on_readable,
	.writable = on_writable,
	.state = on_state,
	.paths = on_paths,
	.cid_add = on_cid_add,
	.cid_remove = on_cid_remove,
	.rx_room = on_rx_room,
};

struct quic_conn *quic_host_conn_new(struct sock *sk)
{
	struct quic_conn *conn = kvzalloc(sizeof(*conn), GFP_KERNEL_ACCOUNT);

	if (!conn)
		return NULL;
	conn->host = sk;
	conn->mem.host = sk;
	conn->mem_tx.host = sk;
	conn->mem_rx.host = sk;
	conn->mem_rx.received = true;
	return conn;
}

void quic_host_conn_free(struct quic_conn *conn)
{
	kvfree(conn);
}
