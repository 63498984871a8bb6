// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every system call in every state of a socket: one table, with the statement that gives the answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"
#include "state.h"

/* ---- the calls ---- */

static int bind_to(int fd, const char *host)
{
	struct address addr = address(host, 0);

	return address_bind(fd, &addr);
}

static int call_bind(int fd)
{
	return bind_to(fd, "127.0.0.1");
}

static int call_bind_multicast(int fd)
{
	return bind_to(fd, "224.0.0.1");
}

static int call_listen(int fd)
{
	return listen(fd, 1);
}

static int call_listen_zero(int fd)
{
	return listen(fd, 0);
}

static int connect_to(int fd, const char *host)
{
	struct address addr = address(host, 4433);

	return address_connect(fd, &addr);
}

static int call_connect(int fd)
{
	return connect_to(fd, "127.0.0.1");
}

static int call_connect_multicast(int fd)
{
	return connect_to(fd, "224.0.0.1");
}

static int call_connect_wildcard(int fd)
{
	return connect_to(fd, "0.0.0.0");
}

static int call_disconnect(int fd)
{
	struct sockaddr addr = { .sa_family = AF_UNSPEC };

	return connect(fd, &addr, sizeof(addr));
}

static int call_accept(int fd)
{
	return accept(fd, NULL, NULL);
}

static int call_send(int fd)
{
	return send(fd, "x", 1, MSG_NOSIGNAL);
}

static int call_send_new(int fd)
{
	return stream_send(fd, -1, NEW, "x", 1);
}

static int call_send_oob(int fd)
{
	return send(fd, "x", 1, MSG_OOB | MSG_NOSIGNAL);
}

static int call_send_nothing(int fd)
{
	return stream_send(fd, -1, NEW, "", 0);
}

static int call_send_bad_flags(int fd)
{
	return stream_send(fd, -1, MSG_QUIC_DATAGRAM, "x", 1);
}

static int call_send_datagram(int fd)
{
	return send(fd, "x", 1, MSG_QUIC_DATAGRAM);
}

static int call_send_initial(int fd)
{
	return handshake_send(fd, QUIC_CRYPTO_INITIAL, "x", 1, 0);
}

static int call_send_handshake(int fd)
{
	return handshake_send(fd, QUIC_CRYPTO_HANDSHAKE, "x", 1, 0);
}

static int call_send_app(int fd)
{
	return handshake_send(fd, QUIC_CRYPTO_APP, "x", 1, 0);
}

static int call_send_early(int fd)
{
	return handshake_send(fd, QUIC_CRYPTO_EARLY, "x", 1, 0);
}

static int call_recv(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0);
}

static int call_recv_peek(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK);
}

static int call_recv_error(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_ERRQUEUE);
}

static int call_shutdown_write(int fd)
{
	return shutdown(fd, SHUT_WR);
}

static int call_shutdown_read(int fd)
{
	return shutdown(fd, SHUT_RD);
}

static int call_shutdown_both(int fd)
{
	return shutdown(fd, SHUT_RDWR);
}

static int call_shutdown_bad(int fd)
{
	return shutdown(fd, 7);
}

static int call_getsockname(int fd)
{
	struct address addr = { .len = sizeof(addr.storage) };

	return getsockname(fd, &addr.sa, &addr.len);
}

static int call_getpeername(int fd)
{
	struct address addr = { .len = sizeof(addr.storage) };

	return getpeername(fd, &addr.sa, &addr.len);
}

static int call_inq(int fd)
{
	int bytes;

	return ioctl(fd, SIOCINQ, &bytes);
}

static int call_outq(int fd)
{
	int bytes;

	return ioctl(fd, SIOCOUTQ, &bytes);
}

static int call_outqnsd(int fd)
{
	int bytes;

	return ioctl(fd, SIOCOUTQNSD, &bytes);
}

static int call_other_ioctl(int fd)
{
	return ioctl(fd, TCGETS);
}

static int call_splice_from(int fd)
{
	int pipes[2], ret, error;

	ASSERT_OK(pipe2(pipes, O_NONBLOCK));
	ret = splice(fd, NULL, pipes[1], NULL, 100, SPLICE_F_NONBLOCK);
	error = errno;
	close(pipes[0]);
	close(pipes[1]);
	errno = error;
	return ret;
}

static int call_splice_to(int fd)
{
	int pipes[2], ret, error;

	ASSERT_OK(pipe2(pipes, O_NONBLOCK));
	ASSERT_EQ(write(pipes[1], "x", 1), 1);
	ret = splice(pipes[0], NULL, fd, NULL, 1, SPLICE_F_NONBLOCK);
	error = errno;
	close(pipes[0]);
	close(pipes[1]);
	errno = error;
	return ret;
}

/* ---- options ---- */

static int set(int fd, int option, const void *value, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, option, value, len);
}

/* Room for every value; zero, or for selectors what is asked for. */
static int get(int fd, int option, unsigned char first)
{
	unsigned char value[4096] = { first };
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_QUIC, option, value, &len);
}

static int set_event(int fd)
{
	struct quic_event_option event = { .type = QUIC_EVENT_KEY_UPDATE, .on = 1 };

	return set(fd, QUIC_SOCKOPT_EVENT, &event, sizeof(event));
}

static int get_event(int fd)
{
	return get(fd, QUIC_SOCKOPT_EVENT, QUIC_EVENT_KEY_UPDATE);
}

static int get_stream_open(int fd)
{
	struct quic_stream_info info = { .stream_id = -1 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len);
}

static int set_reset(int fd)
{
	struct quic_errinfo info = { .stream_id = 0 };

	return set(fd, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info));
}

static int set_stop(int fd)
{
	struct quic_errinfo info = { .stream_id = 0 };

	return set(fd, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info, sizeof(info));
}

static int set_cid(int fd)
{
	struct quic_connection_id_info info = { 0 };

	return set(fd, QUIC_SOCKOPT_CONNECTION_ID, &info, sizeof(info));
}

static int get_cid(int fd)
{
	return get(fd, QUIC_SOCKOPT_CONNECTION_ID, 1);
}

static int migrate_to(int fd, const char *host, unsigned short port)
{
	struct address addr = address(host, port);

	return set(fd, QUIC_SOCKOPT_CONNECTION_MIGRATION, &addr.sa, addr.len);
}

static int set_migration(int fd)
{
	return migrate_to(fd, "127.0.0.1", 4499);
}

static int set_migration_bad(int fd)
{
	return migrate_to(fd, "127.0.0.1", 0);
}

static int set_close(int fd)
{
	struct quic_connection_close info = { .errcode = 1 };

	return set(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info));
}

static int get_close(int fd)
{
	return get(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, 0);
}

static int set_key_update(int fd)
{
	return set(fd, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0);
}

static int set_params(int fd)
{
	struct quic_transport_param params = { .max_data = 100000 };

	return set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params));
}

static int set_params_remote(int fd)
{
	struct quic_transport_param params = { .remote = 1, .max_data = 100000 };

	return set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params));
}

static int get_params(int fd)
{
	return get(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, 0);
}

static int get_params_remote(int fd)
{
	return get(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, 1);
}

static int set_config(int fd)
{
	struct quic_config config = { .stream_data_nodelay = 1 };

	return set(fd, QUIC_SOCKOPT_CONFIG, &config, sizeof(config));
}

static int get_config(int fd)
{
	return get(fd, QUIC_SOCKOPT_CONFIG, 0);
}

/* The NEW_TOKEN of the handshake may not be acknowledged yet (S6.50). */
static int set_token(int fd)
{
	int tries = 10000, ret;

	do
		ret = set(fd, QUIC_SOCKOPT_TOKEN, "token", 5);
	while (ret < 0 && errno == EAGAIN && --tries && !usleep(2000));
	return ret;
}

static int get_token(int fd)
{
	return get(fd, QUIC_SOCKOPT_TOKEN, 0);
}

static int set_alpn(int fd)
{
	return set(fd, QUIC_SOCKOPT_ALPN, "h3", 2);
}

static int get_alpn(int fd)
{
	return get(fd, QUIC_SOCKOPT_ALPN, 0);
}

static int set_ticket(int fd)
{
	static const char ticket[64];

	return set(fd, QUIC_SOCKOPT_SESSION_TICKET, ticket, sizeof(ticket));
}

static int get_ticket(int fd)
{
	return get(fd, QUIC_SOCKOPT_SESSION_TICKET, 0);
}

static int set_secret(int fd)
{
	return secret_set(fd, QUIC_CRYPTO_EARLY, true, true, TLS_CIPHER_AES_GCM_128);
}

static int get_params_ext(int fd)
{
	return get(fd, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, 0);
}

static int set_params_ext(int fd)
{
	return set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, "\xff\xff", 2);
}

static int set_unknown(int fd)
{
	return set(fd, 63, "x", 1);
}

static int set_long(int fd)
{
	static const char value[4097];

	return set(fd, QUIC_SOCKOPT_ALPN, value, sizeof(value));
}

static int get_stats(int fd)
{
	return get(fd, QUIC_SOCKOPT_CONN_STATS, 0);
}

static int get_error(int fd)
{
	socklen_t len = sizeof(int);
	int error = -1;

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len));
	errno = error;
	return error ? -1 : 0;
}

/* ---- the table: 0 is success; AGN, PIPE and NCON keep it narrow ---- */

#define AGN	EAGAIN
#define INV	EINVAL
#define NCON	ENOTCONN
#define NOPT	ENOPROTOOPT
#define NSUP	EOPNOTSUPP
#define EVERYWHERE(error)	\
	{ error, error, error, error, error, error, error, error, error, error }

static const struct {
	const char *statement;
	const char *name;
	int (*call)(int fd);
	int want[STATES];
} calls[] = {
	/*	fresh bound listening connecting accepted client server closing closed ended */
	{ "S2.11", "bind", call_bind, { 0, INV, INV, INV, INV, INV, INV, INV, INV, INV } },
	{ "S2.9", "bind to multicast", call_bind_multicast, EVERYWHERE(INV) },
	{ "S2.16", "listen(1)", call_listen, { 0, 0, 0, INV, INV, INV, INV, INV, INV, INV } },
	{ "S2.17", "listen(0)", call_listen_zero,
	  { INV, INV, 0, INV, INV, INV, INV, INV, INV, INV } },
	{ "S2.33", "connect", call_connect, { 0, 0, INV, INV, INV, INV, INV, INV, INV, INV } },
	{ "S2.9", "connect to multicast", call_connect_multicast, EVERYWHERE(INV) },
	{ "S2.9", "connect to the wildcard", call_connect_wildcard, EVERYWHERE(INV) },
	{ "S2.33", "connect to AF_UNSPEC", call_disconnect, EVERYWHERE(INV) },
	{ "S2.28", "accept", call_accept, { INV, INV, AGN, INV, INV, INV, INV, INV, INV, INV } },
	/* An established connection has no active stream yet (S3.10). */
	{ "S3.2", "send", call_send,
	  { EPIPE, EPIPE, EPIPE, INV, INV, INV, INV, EPIPE, EPIPE, EPIPE } },
	{ "S3.17", "send on a new stream", call_send_new,
	  { EPIPE, EPIPE, EPIPE, INV, INV, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S3.1", "send out of band", call_send_oob, EVERYWHERE(INV) },
	{ "S3.18", "send of nothing", call_send_nothing,
	  { EPIPE, EPIPE, EPIPE, EMSGSIZE, EMSGSIZE, EMSGSIZE, EMSGSIZE, EPIPE, EPIPE, EPIPE } },
	{ "S3.3", "send with bad stream flags", call_send_bad_flags,
	  { EPIPE, EPIPE, EPIPE, INV, INV, INV, INV, EPIPE, EPIPE, EPIPE } },
	{ "S3.30", "send of a datagram", call_send_datagram,
	  { EPIPE, EPIPE, EPIPE, INV, INV, INV, INV, EPIPE, EPIPE, EPIPE } },
	{ "S3.9", "send at level INITIAL", call_send_initial,
	  { EPIPE, EPIPE, EPIPE, 0, 0, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S3.7", "send at level HANDSHAKE", call_send_handshake,
	  { EPIPE, EPIPE, EPIPE, INV, INV, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S3.7", "send at level APP", call_send_app,
	  { EPIPE, EPIPE, EPIPE, INV, INV, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S3.7", "send at level EARLY", call_send_early,
	  { EPIPE, EPIPE, EPIPE, INV, INV, INV, INV, EPIPE, EPIPE, EPIPE } },
	{ "S4.13", "recv", call_recv, { NCON, NCON, NCON, AGN, AGN, AGN, AGN, NCON, NCON, NCON } },
	{ "S4.13", "peek", call_recv_peek,
	  { NCON, NCON, NCON, AGN, AGN, AGN, AGN, NCON, NCON, NCON } },
	{ "S4.3", "recv with MSG_ERRQUEUE", call_recv_error,
	  { NCON, NCON, NCON, AGN, AGN, AGN, AGN, NCON, NCON, NCON } },
	{ "S2.35", "shutdown(WR)", call_shutdown_write,
	  { NCON, NCON, 0, 0, 0, 0, 0, NCON, NCON, NCON } },
	{ "S2.35", "shutdown(RD)", call_shutdown_read,
	  { NCON, NCON, NSUP, 0, 0, 0, 0, NCON, NCON, NCON } },
	{ "S2.35", "shutdown(RDWR)", call_shutdown_both,
	  { NCON, NCON, NSUP, 0, 0, 0, 0, NCON, NCON, NCON } },
	{ "S2.35", "shutdown(7)", call_shutdown_bad, EVERYWHERE(INV) },
	{ "S2.43", "getsockname", call_getsockname, EVERYWHERE(0) },
	{ "S2.43", "getpeername", call_getpeername,
	  { NCON, NCON, NCON, 0, 0, 0, 0, NCON, NCON, NCON } },
	{ "S2.44", "SIOCINQ", call_inq, { 0, 0, INV, 0, 0, 0, 0, 0, 0, 0 } },
	{ "S2.44", "SIOCOUTQ", call_outq, { 0, 0, INV, 0, 0, 0, 0, 0, 0, 0 } },
	{ "S2.44", "SIOCOUTQNSD", call_outqnsd, { 0, 0, INV, 0, 0, 0, 0, 0, 0, 0 } },
	{ "S2.44", "another ioctl", call_other_ioctl, EVERYWHERE(ENOTTY) },
	{ "S2.49", "splice from it", call_splice_from,
	  { NCON, NCON, NCON, AGN, AGN, AGN, AGN, NCON, NCON, NCON } },
	{ "S2.49", "splice to it", call_splice_to,
	  { EPIPE, EPIPE, EPIPE, INV, INV, INV, INV, EPIPE, EPIPE, EPIPE } },

	{ "S6.4", "set EVENT", set_event, EVERYWHERE(0) },
	{ "S6.4", "get EVENT", get_event, EVERYWHERE(0) },
	{ "S6.5", "get STREAM_OPEN", get_stream_open,
	  { EPIPE, EPIPE, EPIPE, INV, INV, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S6.9", "set STREAM_RESET", set_reset, EVERYWHERE(INV) },
	{ "S6.11", "set STREAM_STOP_SENDING", set_stop, EVERYWHERE(INV) },
	{ "S6.13", "set CONNECTION_ID", set_cid,
	  { INV, INV, INV, INV, INV, 0, 0, INV, INV, INV } },
	{ "S6.13", "get CONNECTION_ID", get_cid,
	  { INV, INV, INV, INV, INV, 0, 0, INV, INV, INV } },
	{ "S6.20 S6.21", "set CONNECTION_MIGRATION", set_migration,
	  { EPIPE, EPIPE, EPIPE, INV, 0, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S6.20", "set CONNECTION_MIGRATION to no port", set_migration_bad, EVERYWHERE(INV) },
	{ "S6.18", "set CONNECTION_CLOSE", set_close, EVERYWHERE(0) },
	{ "S6.19", "get CONNECTION_CLOSE", get_close, EVERYWHERE(0) },
	{ "S6.33", "set KEY_UPDATE", set_key_update,
	  { EPIPE, EPIPE, EPIPE, EPIPE, EPIPE, 0, 0, EPIPE, EPIPE, EPIPE } },
	{ "S6.38", "set TRANSPORT_PARAM", set_params, { 0, 0, 0, 0, 0, INV, INV, 0, 0, 0 } },
	{ "S6.38", "set TRANSPORT_PARAM, the peer's", set_params_remote,
	  { INV, INV, INV, 0, 0, INV, INV, INV, INV, INV } },
	{ "S6.37", "get TRANSPORT_PARAM", get_params, EVERYWHERE(0) },
	{ "S6.37", "get TRANSPORT_PARAM, the peer's", get_params_remote, EVERYWHERE(0) },
	{ "S6.45", "set CONFIG", set_config, { 0, 0, 0, 0, 0, INV, INV, 0, 0, 0 } },
	{ "S6.45", "get CONFIG", get_config, EVERYWHERE(0) },
	{ "S6.49 S6.50", "set TOKEN", set_token, { 0, 0, INV, 0, INV, 0, 0, 0, 0, INV } },
	{ "S6.49 S6.50", "get TOKEN", get_token, { 0, 0, INV, 0, INV, 0, INV, 0, 0, INV } },
	{ "S6.51", "set ALPN", set_alpn, { 0, 0, INV, 0, 0, 0, 0, 0, 0, 0 } },
	{ "S6.52", "get ALPN", get_alpn, EVERYWHERE(0) },
	{ "S5.23", "set SESSION_TICKET", set_ticket, EVERYWHERE(0) },
	{ "S5.20 S5.21", "get SESSION_TICKET", get_ticket,
	  { 0, 0, EPIPE, 0, 0, 0, 0, 0, 0, EPIPE } },
	{ "S5.10", "set CRYPTO_SECRET", set_secret,
	  { INV, INV, INV, 0, 0, INV, INV, INV, INV, INV } },
	{ "S5.15", "get TRANSPORT_PARAM_EXT", get_params_ext,
	  { INV, INV, INV, 0, 0, INV, INV, INV, INV, INV } },
	{ "S5.17", "set TRANSPORT_PARAM_EXT", set_params_ext, EVERYWHERE(INV) },
	{ "S6.1", "set an option of no name", set_unknown, EVERYWHERE(NOPT) },
	{ "S6.1", "set a long value", set_long, EVERYWHERE(INV) },
	{ "F54", "get CONN_STATS", get_stats, EVERYWHERE(0) },
	{ "F11", "SO_ERROR", get_error, EVERYWHERE(0) },
};

static void every_call(enum state state)
{
	struct pair pair;
	unsigned int i;
	int fd, error;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		/* Nothing changes a socket that is CLOSED, and it takes a while to be. */
		if (state != CLOSED || !i)
			pair = pair_in_state(state, &fd);
		errno = 0;
		error = calls[i].call(fd) < 0 ? errno : 0;
		if (error != calls[i].want[state])
			test_fail(__FILE__, __LINE__, "%s: %s of a socket that is %s: %s, not %s",
				  calls[i].statement, calls[i].name, state_name(state),
				  strerrorname_np(error), strerrorname_np(calls[i].want[state]));
		if (state != CLOSED)
			pair_close(&pair);
	}
}

TEST_LIMIT("P30 S2.4 every call on a fresh socket", 120)
{
	every_call(FRESH);
}

TEST_LIMIT("P30 every call on a bound socket", 120)
{
	every_call(BOUND);
}

TEST_LIMIT("P30 every call on a listener", 120)
{
	every_call(LISTENING);
}

TEST_LIMIT("P30 every call on a client that shakes hands", 120)
{
	every_call(CONNECTING);
}

TEST_LIMIT("P30 every call on an accepted socket that shakes hands", 120)
{
	every_call(ACCEPTED);
}

TEST_LIMIT("P30 every call on an established client", 120)
{
	every_call(CLIENT);
}

TEST_LIMIT("P30 every call on an established server", 120)
{
	every_call(SERVER);
}

TEST_LIMIT("P30 every call right after the end of a connection", 120)
{
	every_call(CLOSING);
}

TEST_LIMIT("P30 every call long after the end of a connection", 120)
{
	every_call(CLOSED);
}

TEST_LIMIT("P30 every call after the peer ended the connection", 120)
{
	every_call(ENDED);
}

TEST("S2.40 poll in every state")
{
	static const int readable = POLLIN | POLLRDNORM, writable = POLLOUT | POLLWRNORM;
	int state, fd, want, got;
	struct pair pair;

	for (state = FRESH; state < STATES; state++) {
		pair = pair_in_state(state, &fd);
		if (state == LISTENING || state == CONNECTING || state == ACCEPTED)
			want = 0;
		else if (state == CLIENT || state == SERVER)
			want = writable;
		else
			want = readable | writable | POLLRDHUP | POLLHUP;
		got = poll_events(fd);
		if (got != want)
			test_fail(__FILE__, __LINE__, "a socket that is %s: 0x%x, not 0x%x",
				  state_name(state), got, want);
		pair_close(&pair);
	}
}
