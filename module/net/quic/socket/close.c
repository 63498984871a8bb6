// SPDX-License-Identifier: GPL-2.0-only
/* shutdown() and close() (2.8 of the API). */
#include "close.h"
#include "event.h"
#include "listener.h"
#include "net.h"
#include "../engine/frame.h"

/*
 * S2.37. A TLS alert that the handshake agent left in CONNECTION_CLOSE is told to the peer as what it
 * is (RFC 9001, 4.8).
 */
static void close_conn(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);
	const struct quic_connection_close *close = &qs->close;
	bool alert = sk->sk_state == QUIC_SS_HANDSHAKING &&
		     close->errcode >= QUIC_TRANSPORT_ERROR_CRYPTO &&
		     close->errcode <= QUIC_TRANSPORT_ERROR_CRYPTO + 0xff;

	/* The frame type tells the peer's program an alert from an application's code. */
	quic_conn_close(qs->conn, !alert, close->errcode, alert ? QUIC_FRAME_CRYPTO : 0, close->phrase,
			strnlen(close->phrase, sizeof(close->phrase)), quic_now());
	quic_sock_update(sk);
}

/* S2.35: SHUT_RD ends the connection too, but the peer is not told. */
static void end_conn(struct sock *sk, int how)
{
	if (how != SHUT_RD) {
		close_conn(sk);
		return;
	}
	quic_conn_abandon(quic_sk(sk)->conn);
	quic_sock_update(sk);
}

int quic_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err = 0;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	if (sk->sk_state == QUIC_SS_LISTENING)
		err = how == SHUT_WR ? 0 : -EOPNOTSUPP;
	else if (!quic_sock_is_open(sk))
		err = -ENOTCONN;
	else
		end_conn(sk, how);
	release_sock(sk);
	return err;
}

/* Nobody holds it any more; the connection may still have to say goodbye. */
static void let_go(struct sock *sk)
{
	struct quic_net *qn = quic_net(sock_net(sk));
	struct quic_sock *qs = quic_sk(sk);

	if (!qs->conn || qs->conn->state == QUIC_CONN_CLOSED) {
		quic_sock_kill(sk);
		return;
	}
	spin_lock_bh(&qn->socks_lock);
	list_move(&qs->entry, &qn->closing);
	spin_unlock_bh(&qn->socks_lock);
}

void quic_close_last(struct sock *sk)
{
	if (quic_sock_is_open(sk))
		close_conn(sk);
	else
		quic_sock_update(sk);
	if (quic_sk(sk)->conn)
		let_go(sk);
}

void quic_close(struct sock *sk, long timeout)
{
	struct quic_sock *qs = quic_sk(sk);
	bool peeled;

	lock_sock(sk);
	peeled = !list_empty(&qs->peeled.socks);
	if (sk->sk_state == QUIC_SS_LISTENING) {
		quic_listen_stop(sk);
	} else if (peeled && quic_sock_is_open(sk)) {
		/* PO.20 */
		qs->event_mask = 0;
		quic_event_purge(sk);
		quic_streams_abandon(&qs->conn->streams);
		quic_sock_update(sk);
	} else if (quic_sock_is_open(sk)) {
		close_conn(sk);
	}
	sock_orphan(sk);
	if (!peeled)
		let_go(sk);
	release_sock(sk);
	sock_put(sk);
}
