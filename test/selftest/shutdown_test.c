// SPDX-License-Identifier: GPL-2.0-only
/*
 * How connections end.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static void expect_end(int fd)
{
	char byte;

	ASSERT_ERRNO(recv(fd, &byte, 1, 0), ENOTCONN);
	ASSERT_ERRNO(recv(fd, &byte, 1, MSG_DONTWAIT), ENOTCONN);
	ASSERT_ERRNO(send(fd, &byte, 1, MSG_NOSIGNAL), EPIPE);
}

TEST("T043 S4.13 S4.23 data before the close is read")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW, "last words");
	close(pair.client);
	stream_expect(pair.server, 0, 0, "last words");
	expect_end(pair.server);
	close(pair.server);
	close(pair.listener);
}

TEST("T044 S2.36 after shutdown")
{
	struct pair pair = pair_connected();

	stream_write(pair.server, 1, NEW, "unread");
	EVENTUALLY(poll_events(pair.client) & POLLIN);
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_ERRNO(stream_send(pair.client, 0, NEW, "x", 1), EPIPE);
	stream_expect(pair.client, 1, 0, "unread");
	expect_end(pair.client);
	expect_end(pair.server);
	pair_close(&pair);
}

TEST("T045 S2.43 S2.35 names after the end")
{
	struct pair pair = pair_connected();
	struct address addr = address_local(pair.server), after;
	struct address peer = { .len = sizeof(peer.storage) };

	close(pair.client);
	expect_end(pair.server);
	ASSERT_ERRNO(getpeername(pair.server, &peer.sa, &peer.len), ENOTCONN);
	after = address_local(pair.server);
	ASSERT_MEM(&after.in, &addr.in, sizeof(addr.in));
	ASSERT_ERRNO(shutdown(pair.server, SHUT_WR), ENOTCONN);
	close(pair.server);
	close(pair.listener);
}

TEST("T046 S2.52 S4.14 idle timeout")
{
	struct quic_transport_param client = { .max_idle_timeout = 2000000 };
	struct pair pair = pair_connected_params(client, (struct quic_transport_param){ 0 });

	expect_end(pair.client);
	expect_end(pair.server);
	pair_close(&pair);
}

TEST("S2.52 idle timeout of an unanswered client")
{
	struct pair pair = pair_listening("127.0.0.1");

	params_set(pair.client, (struct quic_transport_param){ .max_idle_timeout = 1000000 });
	pair_connect(&pair);
	close(pair.listener);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	expect_end(pair.client);
	close(pair.client);
}

TEST("T047 S2.38 data and fin before close")
{
	struct pair pair = pair_connected();

	stream_write(pair.client, 0, NEW | FIN, "x");
	close(pair.client);
	stream_expect(pair.server, 0, FIN, "x");
	expect_end(pair.server);
	close(pair.server);
	close(pair.listener);
}

TEST("T048 S2.39 port is free again")
{
	struct pair pair = pair_connected();
	struct address addr = address_local(pair.listener);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);

	pair_close(&pair);
	EVENTUALLY(!address_bind(udp, &addr));
}

TEST("T050 S2.44 unsent bytes")
{
	struct pair pair = pair_connected();
	int value = -1;

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, "0123456789", 10, MSG_MORE), 10);
	ASSERT_OK(ioctl(pair.client, SIOCOUTQNSD, &value));
	ASSERT_EQ(value, 10);
	ASSERT_OK(ioctl(pair.client, SIOCOUTQ, &value));
	ASSERT(value >= 10);
	ASSERT_OK(ioctl(pair.server, SIOCINQ, &value));
	ASSERT_EQ(value, 0);
	pair_close(&pair);
}

TEST("S2.35 bad how")
{
	struct pair pair = pair_connected();

	ASSERT_ERRNO(shutdown(pair.client, 3), EINVAL);
	ASSERT_OK(shutdown(pair.client, SHUT_RDWR));
	ASSERT_ERRNO(shutdown(pair.client, SHUT_RDWR), ENOTCONN);
	expect_end(pair.server);
	pair_close(&pair);
}

TEST("S2.5 a socket is one connection")
{
	struct pair pair = pair_connected();
	struct address addr = address_local(pair.listener);

	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_ERRNO(address_connect(pair.client, &addr), EINVAL);
	ASSERT_ERRNO(listen(pair.client, 1), EINVAL);
	pair_close(&pair);
}

TEST("S4.14 blocked receiver wakes at the close")
{
	struct pair pair = pair_connected();
	pid_t child = fork();
	int status;
	char byte;

	ASSERT_OK(child);
	if (!child) {
		close(pair.client);
		ASSERT_ERRNO(recv(pair.server, &byte, 1, 0), ENOTCONN);
		_exit(0);
	}
	usleep(100000);
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	pair_close(&pair);
}

TEST("killed process closes its connection")
{
	struct pair pair = pair_connected();
	pid_t child = fork();

	ASSERT_OK(child);
	if (!child) {
		pause();
		_exit(0);
	}
	/* The child holds the client alone. */
	close(pair.client);
	stream_write(pair.server, 1, NEW, "still there");
	ASSERT_OK(kill(child, SIGKILL));
	ASSERT_EQ(waitpid(child, NULL, 0), child);
	expect_end(pair.server);
	close(pair.server);
	close(pair.listener);
}

TEST("S2.35 F10 the peer is not told of SHUT_RD")
{
	struct pair pair = pair_connected();

	stream_write(pair.server, 1, NEW, "unread");
	EVENTUALLY(poll_events(pair.client) & POLLIN);
	ASSERT_OK(shutdown(pair.client, SHUT_RD));
	stream_expect(pair.client, 1, 0, "unread");
	expect_end(pair.client);
	usleep(100000);
	ASSERT(!(poll_events(pair.server) & POLLHUP));
	pair_close(&pair);
}

static struct pair pair_keepalive(uint32_t timeout, uint32_t interval)
{
	struct quic_transport_param params = { .max_idle_timeout = timeout };
	struct pair pair = pair_listening("127.0.0.1");

	params_set(pair.client, params);
	config_set(pair.client, (struct quic_config){ .keepalive_probe_interval = interval });
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	return pair;
}

TEST("S2.53 a connection that probes outlives its idle timeout")
{
	/* A machine that stops may be late with a probe, though not by that much. */
	struct pair pair = pair_keepalive(7000000, 1500000);

	sleep(9);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S2.52 a connection that does not probe dies of it, at both ends")
{
	struct pair pair = pair_keepalive(2000000, 0);

	expect_end(pair.client);
	expect_end(pair.server);
	pair_close(&pair);
}

/* Long enough to be answered with a reset; which an acknowledgement may have brought already. */
static void ask_nobody(int fd)
{
	static const char text[] = "is anybody there, or is this for nobody at all?";

	if (stream_send(fd, 0, NEW, text, sizeof(text)) < 0)
		ASSERT_EQ(errno, EPIPE);
}

/* The server vanishes without a word, and its listener answers for it. */
TEST("S4.14 S6.19 S7.6 a stateless reset ends the connection")
{
	struct quic_connection_close info = { .errcode = 5, .phrase = "mine" }, got;
	struct quic_transport_param server = { .stateless_reset = 1 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	socklen_t len = sizeof(got);
	union quic_event event;
	char byte;

	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
			     sizeof(info)));
	event_enable(pair.client, QUIC_EVENT_CONNECTION_CLOSE, true);
	ASSERT_OK(shutdown(pair.server, SHUT_RD));
	close(pair.server);
	ask_nobody(pair.client);
	event = event_expect(pair.client, QUIC_EVENT_CONNECTION_CLOSE);
	ASSERT_EQ(event.close.errcode, 0x100);
	ASSERT_EQ(event.close.frame, 0);
	ASSERT_EQ(event.close.phrase[0], 0);
	ASSERT_ERRNO(recv(pair.client, &byte, 1, 0), ENOTCONN);
	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &got, &len));
	ASSERT_MEM(&got, &info, sizeof(got));
	close(pair.client);
	close(pair.listener);
}

TEST("RFC 9000, 10.3.1: a stateless reset ends one of the connections between two addresses")
{
	struct quic_transport_param server = { .stateless_reset = 1 };
	struct pair pair = pair_listening("127.0.0.1"), other;
	struct address addr = address("127.0.0.1", 0);

	params_set(pair.listener, server);
	other = pair;
	other.client = quic_socket(AF_INET);
	ASSERT_OK(address_bind(pair.client, &addr));
	addr = address_local(pair.client);
	ASSERT_OK(address_bind(other.client, &addr));
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_connect(&other);
	pair_hello(&other);
	pair_handshake(&other);
	pair_echo(&other, 0);
	ASSERT_OK(shutdown(pair.server, SHUT_RD));
	close(pair.server);
	ask_nobody(pair.client);
	expect_end(pair.client);
	pair_echo(&other, 4);
	close(pair.client);
	pair_close(&other);
}

TEST("S6.19 an idle timeout leaves the close reason as it was")
{
	struct quic_transport_param client = { .max_idle_timeout = 2000000 };
	struct pair pair = pair_connected_params(client, (struct quic_transport_param){ 0 });
	struct quic_connection_close info = { .errcode = 5, .phrase = "mine" }, got;
	socklen_t len = sizeof(got);

	ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
			     sizeof(info)));
	expect_end(pair.server);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &got, &len));
	ASSERT_MEM(&got, &info, sizeof(got));
	pair_close(&pair);
}
