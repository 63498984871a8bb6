// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peeling off a stream: what it makes, which streams, and who keeps the connection (docs/peeloff.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "harness.h"
#include "message.h"
#include "netns.h"
#include "peel.h"

static int option_of(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, name, &value, &len));
	return value;
}

/* The lowest descriptor that is free. */
static int next_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ASSERT_OK(fd);
	close(fd);
	return fd;
}

/* Data of stream @sid is there. */
static void arrived(int fd, int64_t sid)
{
	struct message message;

	ASSERT_OK(message_recv(fd, &message, MESSAGE_SIZE, MSG_PEEK));
	ASSERT_EQ(message.sid, sid);
}

TEST("PO.1 PO.2 the stream is a socket of its own")
{
	struct peeled p = peeled_server(0, "hello");
	struct address mine = address_local(p.fd), its = address_peer(p.fd);
	struct address local = address_local(p.pair.server), peer = address_peer(p.pair.server);

	ASSERT_EQ(option_of(p.fd, SO_TYPE), SOCK_STREAM);
	ASSERT_EQ(option_of(p.fd, SO_PROTOCOL), IPPROTO_QUIC);
	ASSERT_EQ(option_of(p.fd, SO_DOMAIN), AF_INET);
	ASSERT_MEM(&mine.in, &local.in, sizeof(mine.in));
	ASSERT_MEM(&its.in, &peer.in, sizeof(its.in));
	ASSERT_ERRNO(listen(p.fd, 1), EOPNOTSUPP);
	ASSERT_ERRNO(accept(p.fd, NULL, NULL), EOPNOTSUPP);
	ASSERT_ERRNO(connect(p.fd, &its.sa, its.len), EOPNOTSUPP);
	ASSERT_ERRNO(bind(p.fd, &mine.sa, mine.len), EOPNOTSUPP);
	read_expect(p.fd, "hello");
	ASSERT_EQ(write(p.fd, "answer", 6), 6);
	stream_expect(p.pair.client, 0, 0, "answer");
	peeled_close(&p);
}

TEST("PO.3 flags are those of the descriptor")
{
	struct peeled p = peeled_server(0, "x");
	int fd;

	ASSERT(fcntl(p.fd, F_GETFD) & FD_CLOEXEC);
	ASSERT(!(fcntl(p.fd, F_GETFL) & O_NONBLOCK));
	stream_write(p.pair.client, 4, NEW, "y");
	arrived(p.pair.server, 4);
	fd = peel_try(p.pair.server, 4, O_NONBLOCK);
	ASSERT_OK(fd);
	ASSERT(!(fcntl(fd, F_GETFD) & FD_CLOEXEC));
	ASSERT(fcntl(fd, F_GETFL) & O_NONBLOCK);
	read_expect(fd, "y");
	ASSERT_ERRNO(read(fd, &fd, sizeof(fd)), EAGAIN);
	close(fd);
	peeled_close(&p);
}

TEST("PO.3 other flags and short values are refused")
{
	struct pair pair = pair_connected();
	struct quic_stream_peeloff value = { .stream_id = 0 };
	socklen_t len = sizeof(value) - 1;

	stream_write(pair.client, 0, NEW, "x");
	ASSERT_ERRNO(peel_try(pair.client, 0, O_RDWR), EINVAL);
	ASSERT_ERRNO(peel_try(pair.client, 0, O_CLOEXEC | O_APPEND), EINVAL);
	ASSERT_ERRNO(peel_try(pair.client, 0, O_WRONLY | QUIC_STREAM_PEELOFF_RDONLY), EINVAL);
	ASSERT_ERRNO(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_PEELOFF, &value, &len), EINVAL);
	ASSERT_ERRNO(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_PEELOFF, &value, sizeof(value)),
		     ENOPROTOOPT);
	close(peel(pair.client, 0));
	pair_close(&pair);
}

TEST("PO.4 streams that cannot be peeled off")
{
	struct pair pair = pair_connected();
	int fd;

	ASSERT_ERRNO(peel_try(pair.client, 0, 0), EINVAL);
	ASSERT_ERRNO(peel_try(pair.client, 1, 0), EINVAL);
	ASSERT_ERRNO(peel_try(pair.client, -1, 0), EINVAL);
	ASSERT_ERRNO(peel_try(pair.client, INT64_MAX, 0), EINVAL);
	pair_echo(&pair, 0);
	EVENTUALLY(peel_try(pair.client, 0, 0) == -1 && errno == ENOSTR);
	EVENTUALLY(peel_try(pair.server, 0, 0) == -1 && errno == ENOSTR);
	stream_write(pair.client, 4, NEW, "x");
	fd = peel(pair.client, 4);
	ASSERT_ERRNO(peel_try(pair.client, 4, 0), EBUSY);
	close(fd);
	pair_close(&pair);
}

TEST("PO.4 a stream that is over but for its unread data")
{
	struct pair pair = pair_connected();
	int fd;

	stream_write(pair.client, 2, NEW | FIN, "all of it");
	arrived(pair.server, 2);
	fd = peel(pair.server, 2);
	read_expect(fd, "all of it");
	read_expect(fd, "");
	close(fd);
	ASSERT_ERRNO(peel_try(pair.server, 2, 0), ENOSTR);
	pair_close(&pair);
}

TEST("PO.4 only streams of an established connection")
{
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(peel_try(pair.listener, 0, 0), EINVAL);
	ASSERT_ERRNO(peel_try(pair.client, 0, 0), ENOTCONN);
	pair_connect(&pair);
	ASSERT_ERRNO(peel_try(pair.client, 0, 0), ENOTCONN);
	pair_hello(&pair);
	pair_handshake(&pair);
	stream_write(pair.client, 0, NEW, "x");
	ASSERT_OK(shutdown(pair.client, SHUT_RDWR));
	ASSERT_ERRNO(peel_try(pair.client, 0, 0), ENOTCONN);
	pair_close(&pair);
}

TEST("PO.5 of the sending part alone: reading stays with the connection")
{
	struct pair pair = pair_connected();
	char byte;
	int fd;

	stream_write(pair.client, 2, NEW, "uni");
	stream_expect(pair.server, 2, 0, "uni");
	ASSERT_ERRNO(peel_try(pair.server, 2, O_WRONLY), EINVAL);

	stream_write(pair.client, 0, NEW, "one");
	stream_expect(pair.server, 0, 0, "one");
	fd = peel_try(pair.server, 0, O_WRONLY);
	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, "answer", 6), 6);
	stream_expect(pair.client, 0, 0, "answer");
	stream_write(pair.client, 0, 0, "two");
	stream_expect(pair.server, 0, 0, "two");
	ASSERT_EQ(read(fd, &byte, 1), 0);
	/* No FIN: it was lent. */
	close(fd);
	stream_write(pair.server, 0, FIN, "the rest");
	stream_expect(pair.client, 0, FIN, "the rest");
	stream_write(pair.client, 0, FIN, "three");
	stream_expect(pair.server, 0, FIN, "three");
	pair_close(&pair);
}

/* The client has begun stream 0 with @text, and the server's socket of it receives only. */
static int peel_reader(const struct pair *pair, const char *text)
{
	int fd;

	stream_write(pair->client, 0, NEW, text);
	arrived(pair->server, 0);
	fd = peel_try(pair->server, 0, O_CLOEXEC | QUIC_STREAM_PEELOFF_RDONLY);
	ASSERT_OK(fd);
	return fd;
}

TEST("PO.5 of the receiving part alone: sending stays with the connection")
{
	struct pair pair = pair_connected();
	struct quic_errinfo reset = { .stream_id = 0 };
	char byte;
	int fd;

	stream_write(pair.server, 3, NEW, "uni");
	stream_expect(pair.client, 3, 0, "uni");
	ASSERT_ERRNO(peel_try(pair.server, 3, QUIC_STREAM_PEELOFF_RDONLY), EINVAL);

	stream_write(pair.client, 0, NEW, "one");
	arrived(pair.server, 0);
	ASSERT_EQ(stream_send_flags(pair.server, 0, 0, "an", 2, MSG_MORE), 2);
	fd = peel_try(pair.server, 0, O_CLOEXEC | QUIC_STREAM_PEELOFF_RDONLY);
	ASSERT_OK(fd);
	read_expect(fd, "one");
	ASSERT_EQ(poll_events(fd), WRITABLE);
	ASSERT_ERRNO(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	ASSERT_ERRNO(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &reset, sizeof(reset)), EINVAL);
	ASSERT_EQ(queued(fd, SIOCOUTQ), 0);
	ASSERT_OK(shutdown(fd, SHUT_WR));
	stream_write(pair.client, 0, FIN, "two");
	read_expect(fd, "two");
	ASSERT_EQ(read(fd, &byte, 1), 0);
	EVENTUALLY(poll_events(fd) & POLLHUP);
	/* No FIN: it has not the sending part. Without an ID, that is still meant. */
	close(fd);
	ASSERT_EQ(send(pair.server, "swer", 4, 0), 4);
	stream_expect(pair.client, 0, 0, "answer");
	stream_write(pair.server, 0, FIN, "the rest");
	stream_expect(pair.client, 0, FIN, "the rest");
	pair_close(&pair);
}

TEST("PO.5 PO.18 closing a socket that only receives stops the sender, and no more")
{
	struct pair pair = pair_connected();

	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	close(peel_reader(&pair, "nobody reads this"));
	event_expect_update(pair.client, 0, QUIC_STREAM_SEND_STATE_RESET_SENT, 0, 17);
	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, false);
	stream_write(pair.server, 0, FIN, "answer");
	EVENTUALLY(queued(pair.client, SIOCINQ) >= 6);
	pair_close(&pair);
}

TEST("PO.6 without a descriptor the stream is as before")
{
	struct pair pair = pair_connected();
	struct rlimit limit, none;

	stream_write(pair.client, 0, NEW, "x");
	arrived(pair.server, 0);
	ASSERT_OK(getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = next_fd();
	ASSERT_OK(setrlimit(RLIMIT_NOFILE, &none));
	ASSERT_ERRNO(peel_try(pair.server, 0, 0), EMFILE);
	ASSERT_OK(setrlimit(RLIMIT_NOFILE, &limit));
	stream_expect(pair.server, 0, 0, "x");
	pair_close(&pair);
}

TEST("PO.6 without a place for the value the stream is as before, and no descriptor is left")
{
	struct pair pair = pair_connected();
	struct quic_stream_peeloff *value;
	long page = sysconf(_SC_PAGESIZE);
	int fd = next_fd();
	char *memory;
	socklen_t len = sizeof(*value);

	stream_write(pair.client, 0, NEW, "x");
	arrived(pair.server, 0);
	memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT(memory != MAP_FAILED);
	value = (struct quic_stream_peeloff *)memory;
	value->stream_id = 0;
	value->flags = 0;
	ASSERT_OK(mprotect(memory, page, PROT_READ));
	ASSERT_ERRNO(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_PEELOFF, value, &len), EFAULT);
	ASSERT_EQ(next_fd(), fd);
	stream_expect(pair.server, 0, 0, "x");
	pair_close(&pair);
}

TEST("PO.7 the connection's socket may still send on it, and reset it")
{
	struct peeled p = peeled_server(0, "x");
	struct quic_errinfo info = { .stream_id = 0, .errcode = 9 };

	stream_write(p.pair.server, 0, 0, "from above");
	stream_expect(p.pair.client, 0, 0, "from above");
	ASSERT_OK(setsockopt(p.pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info)));
	ASSERT_ERRNO(send(p.fd, "y", 1, MSG_NOSIGNAL), EPIPE);
	ASSERT_EQ(stream_status(p.fd).send_errcode, 9);
	peeled_close(&p);
}

TEST("PO.7 no stream is the active one any more, and events go on")
{
	struct pair pair = pair_connected();
	int fd;

	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 0, NEW, "x");
	fd = peel(pair.client, 0);
	ASSERT_ERRNO(send(pair.client, "y", 1, 0), EINVAL);
	ASSERT_OK(shutdown(fd, SHUT_WR));
	event_expect_update(pair.client, 0, QUIC_STREAM_SEND_STATE_RECVD, 0, 0);
	close(fd);
	pair_close(&pair);
}

TEST("PO.18 close sends FIN and STOP_SENDING")
{
	struct peeled p = peeled_server(0, "nobody reads this");

	event_enable(p.pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	close(p.fd);
	event_expect_update(p.pair.client, 0, QUIC_STREAM_SEND_STATE_RESET_SENT, 0, 17);
	pair_close(&p.pair);
}

TEST("PO.18 after the last of several descriptors only")
{
	struct peeled p = peeled_server(0, "x");
	int other = dup(p.fd), status;
	pid_t child = fork();

	if (!child) {
		/* Inherited. */
		close(p.fd);
		_exit(write(other, "child", 5) != 5);
	}
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	close(p.fd);
	stream_expect(p.pair.client, 0, 0, "child");
	ASSERT_EQ(write(other, "last", 4), 4);
	stream_expect(p.pair.client, 0, 0, "last");
	close(other);
	stream_expect(p.pair.client, 0, FIN, "");
	pair_close(&p.pair);
}

/* A child that has the only descriptor of the stream writes "part", and ends so. */
static void leave_to_child(struct peeled *p, int number)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (write(p->fd, "part", 4) != 4)
			_exit(1);
		if (number)
			kill(getpid(), number);
		_exit(0);
	}
	close(p->fd);
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(number ? WTERMSIG(status) : status, number);
}

TEST("PO.18 a process that exits has finished, one that was killed has not")
{
	struct peeled p = peeled_server(0, "x");
	struct pair pair = p.pair;

	leave_to_child(&p, 0);
	stream_expect(pair.client, 0, FIN, "part");

	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 4, NEW, "y");
	arrived(pair.server, 4);
	p.fd = peel(pair.server, 4);
	leave_to_child(&p, SIGKILL);
	event_expect_update(pair.client, 4, QUIC_STREAM_RECV_STATE_RECV, 0, 0);
	event_expect_update(pair.client, 4, QUIC_STREAM_RECV_STATE_RESET_RECVD, 0, 4);
	pair_close(&pair);
}

TEST("PO.19 what was written before close still arrives")
{
	struct pair pair = pair_connected();
	static char data[200000];
	struct message message;
	size_t done = 0;
	int fd;

	stream_write(pair.client, 2, NEW, "x");
	fd = peel(pair.client, 2);
	ASSERT_EQ(write(fd, data, sizeof(data)), sizeof(data));
	close(fd);
	do {
		ASSERT_OK(message_recv(pair.server, &message, MESSAGE_SIZE, 0));
		done += message.len;
	} while (!(message.stream_flags & FIN));
	ASSERT_EQ(done, sizeof(data) + 1);
	pair_close(&pair);
}

TEST("PO.20 PO.21 a connection lives as long as one of its sockets")
{
	struct peeled p = peeled_server(0, "hello");
	struct quic_connection_close close_info = { .errcode = 77, .phrase = "bye" };
	struct message message;
	union quic_event event;

	event_enable(p.pair.client, QUIC_EVENT_CONNECTION_CLOSE, true);
	ASSERT_OK(setsockopt(p.pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &close_info,
			     sizeof(close_info)));
	close(p.pair.server);
	read_expect(p.fd, "hello");
	ASSERT_EQ(write(p.fd, "still", 5), 5);
	stream_expect(p.pair.client, 0, 0, "still");
	stream_write(p.pair.client, 0, FIN, "here");
	read_expect(p.fd, "here");
	read_expect(p.fd, "");
	close(p.fd);
	do
		ASSERT_OK(message_recv(p.pair.client, &message, MESSAGE_SIZE, 0));
	while (!(message.flags & MSG_QUIC_NOTIFICATION));
	memcpy(&event, message.data + 1, sizeof(event.close));
	ASSERT_EQ(event.close.errcode, 77);
	close(p.pair.client);
	close(p.pair.listener);
}

TEST("PO.20 without the connection's socket its other streams are given up, and those to come")
{
	struct peeled p = peeled_server(0, "kept");
	struct pair pair = p.pair;

	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	stream_write(pair.client, 4, NEW, "given up");
	arrived(pair.server, 4);
	close(pair.server);
	event_expect_update(pair.client, 4, QUIC_STREAM_RECV_STATE_RESET_RECVD, 0, 0);
	event_expect_update(pair.client, 4, QUIC_STREAM_SEND_STATE_RESET_SENT, 0, 8);
	event_expect_update(pair.client, 4, QUIC_STREAM_SEND_STATE_RESET_RECVD, 0, 8);
	stream_write(pair.client, 8, NEW, "nobody");
	event_expect_update(pair.client, 8, QUIC_STREAM_RECV_STATE_RESET_RECVD, 0, 0);
	read_expect(p.fd, "kept");
	close(p.fd);
	EVENTUALLY(poll_events(pair.client) & POLLHUP);
	close(pair.client);
	close(pair.listener);
}

TEST("PO.20 a stream of which only the receiving part has a socket has no writer any more")
{
	struct pair pair = pair_connected();
	int fd = peel_reader(&pair, "kept");

	event_enable(pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	close(pair.server);
	event_expect_update(pair.client, 0, QUIC_STREAM_RECV_STATE_RESET_RECVD, 0, 0);
	read_expect(fd, "kept");
	close(fd);
	EVENTUALLY(poll_events(pair.client) & POLLHUP);
	close(pair.client);
	close(pair.listener);
}

TEST("PO.21 closed after the connection has ended")
{
	struct peeled p = peeled_server(0, "x");

	close(p.pair.client);
	EVENTUALLY(poll_events(p.fd) & POLLHUP);
	close(p.pair.server);
	read_expect(p.fd, "x");
	close(p.fd);
	close(p.pair.listener);
}

TEST_LIMIT("PO.8 PO.21 its network namespace and the module live as long as it does", 120)
{
	struct netns netns = netns_create();
	struct pair pair = netns_pair(&netns, FAR_ADDRESS);
	int fd;

	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	stream_write(pair.client, 0, NEW, "x");
	stream_expect(pair.server, 0, 0, "x");
	fd = peel(pair.client, 0);
	netns_enter(netns.far);
	close(netns.near);
	close(pair.client);
	ASSERT_EQ(write(fd, "y", 1), 1);
	stream_expect(pair.server, 0, 0, "y");
	close(fd);
	close(pair.server);
	close(pair.listener);
}
