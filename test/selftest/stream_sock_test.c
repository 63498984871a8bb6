// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing on the socket of a stream (docs/peeloff.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "harness.h"
#include "message.h"
#include "peel.h"
#include "transfer.h"

#define WINDOW		65536
#define LARGE		(1 << 20)

/* Both ends grant little. */
static struct pair narrow_pair(void)
{
	struct quic_transport_param params = {
		.max_stream_data_bidi_local = WINDOW,
		.max_stream_data_bidi_remote = WINDOW,
		.max_stream_data_uni = WINDOW,
	};

	return pair_connected_params(params, params);
}

/* Fill what is left of a stream's window behind its first byte. */
static void fill(int fd)
{
	static char data[WINDOW];

	ASSERT_EQ(send(fd, data, WINDOW - 1, 0), WINDOW - 1);
	ASSERT_ERRNO(send(fd, data, 1, MSG_DONTWAIT), EAGAIN);
}

/* Read and throw away @len bytes. */
static void drain(int fd, size_t len)
{
	static char data[WINDOW];
	ssize_t n;

	while (len) {
		n = read(fd, data, len < sizeof(data) ? len : sizeof(data));
		ASSERT(n > 0);
		len -= n;
	}
}

TEST("PO.9 what was there is read first, and only from the stream's socket")
{
	struct pair pair = pair_connected();
	int fd;

	stream_write(pair.client, 0, NEW, "one ");
	stream_write(pair.client, 4, NEW, "other");
	stream_write(pair.client, 0, 0, "two ");
	EVENTUALLY(queued(pair.server, SIOCINQ) == 13);
	fd = peel(pair.server, 0);
	ASSERT_EQ(queued(fd, SIOCINQ), 8);
	ASSERT_EQ(queued(pair.server, SIOCINQ), 5);
	stream_write(pair.client, 0, FIN, "three");
	EVENTUALLY(queued(fd, SIOCINQ) == 13);
	read_expect(fd, "one two three");
	read_expect(fd, "");
	stream_expect(pair.server, 4, 0, "other");
	message_expect_none(pair.server);
	close(fd);
	pair_close(&pair);
}

TEST("PO.9 bytes that MSG_MORE held back are its bytes, too")
{
	struct pair pair = pair_connected();
	int fd;

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, "begun ", 6, MSG_MORE), 6);
	fd = peel(pair.client, 0);
	ASSERT_EQ(queued(fd, SIOCOUTQNSD), 6);
	ASSERT_EQ(send(fd, "and ", 4, MSG_MORE), 4);
	ASSERT_EQ(send(fd, "finished", 8, 0), 8);
	stream_expect(pair.server, 0, 0, "begun and finished");
	close(fd);
	pair_close(&pair);
}

TEST("PO.10 poll tells of this stream, and poll of the connection does not")
{
	struct peeled p = peeled_server(0, "x");
	struct pair pair = p.pair;

	ASSERT_EQ(poll_events(p.fd), READABLE | WRITABLE);
	ASSERT_EQ(poll_events(pair.server), WRITABLE);
	read_expect(p.fd, "x");
	ASSERT_EQ(poll_events(p.fd), WRITABLE);
	stream_write(pair.client, 4, NEW, "other");
	EVENTUALLY(poll_events(pair.server) & POLLIN);
	ASSERT_EQ(poll_events(p.fd), WRITABLE);
	stream_write(pair.client, 0, FIN, "last");
	EVENTUALLY(poll_events(p.fd) == (READABLE | WRITABLE | POLLRDHUP));
	read_expect(p.fd, "last");
	ASSERT_EQ(poll_events(p.fd), READABLE | WRITABLE | POLLRDHUP);
	ASSERT_OK(shutdown(p.fd, SHUT_WR));
	ASSERT_EQ(poll_events(p.fd), READABLE | WRITABLE | POLLRDHUP | POLLHUP);
	peeled_close(&p);
}

TEST("PO.10 a part that the stream does not have is one that was shut down")
{
	struct pair pair = pair_connected();
	int sender, receiver;
	char byte;

	stream_write(pair.client, 2, NEW, "x");
	sender = peel(pair.client, 2);
	ASSERT_EQ(poll_events(sender), READABLE | WRITABLE | POLLRDHUP);
	ASSERT_EQ(read(sender, &byte, 1), 0);
	EVENTUALLY(queued(pair.server, SIOCINQ) == 1);
	receiver = peel(pair.server, 2);
	ASSERT_EQ(poll_events(receiver), READABLE | WRITABLE);
	ASSERT_ERRNO(send(receiver, "y", 1, MSG_NOSIGNAL), EPIPE);
	read_expect(receiver, "x");
	close(sender);
	close(receiver);
	pair_close(&pair);
}

TEST("PO.11 an edge-triggered epoll tells only when this stream can take bytes")
{
	struct pair pair = narrow_pair();
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd, other;

	stream_write(pair.client, 0, NEW, "x");
	stream_write(pair.client, 4, NEW, "x");
	EVENTUALLY(queued(pair.server, SIOCINQ) == 2);
	fd = peel(pair.client, 0);
	other = peel(pair.server, 4);
	fill(fd);
	ASSERT_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	ASSERT_EQ(epoll_wait(epoll, &event, 1, 0), 0);
	/* Traffic of another stream, with acknowledgements and credit. */
	stream_write(pair.client, 4, 0, "more");
	EVENTUALLY(queued(other, SIOCINQ) == 5);
	read_expect(other, "xmore");
	ASSERT_EQ(epoll_wait(epoll, &event, 1, 0), 0);
	ASSERT_EQ(poll_events(fd), 0);

	stream_drain(pair.server, WINDOW);
	ASSERT_EQ(epoll_wait(epoll, &event, 1, 5000 * test_slowness()), 1);
	ASSERT_EQ(event.events, EPOLLOUT);
	ASSERT_EQ(send(fd, "y", 1, MSG_DONTWAIT), 1);
	close(fd);
	close(other);
	close(epoll);
	pair_close(&pair);
}

TEST("PO.11 PO.15 credit of the connection wakes a blocked writer")
{
	static char data[8192];
	struct quic_transport_param server = { .max_data = 4096 };
	struct pair pair = pair_connected_params((struct quic_transport_param){ 0 }, server);
	int fd, status;
	pid_t writer;

	stream_write(pair.client, 0, NEW, "x");
	fd = peel(pair.client, 0);
	writer = fork();
	if (!writer)
		_exit(write(fd, data, sizeof(data)) != sizeof(data));
	stream_drain(pair.server, sizeof(data) + 1);
	ASSERT_EQ(waitpid(writer, &status, 0), writer);
	ASSERT_EQ(status, 0);
	close(fd);
	pair_close(&pair);
}

TEST("PO.12 a stream that nobody reads stops its own sender only")
{
	struct pair pair = narrow_pair();
	int unread, sender;

	stream_write(pair.client, 0, NEW, "x");
	EVENTUALLY(queued(pair.server, SIOCINQ) == 1);
	unread = peel(pair.server, 0);
	sender = peel(pair.client, 0);
	fill(sender);
	transfer(pair.client, pair.server, 4, LARGE);
	EVENTUALLY(queued(unread, SIOCINQ) == WINDOW);
	ASSERT_EQ(poll_events(sender), 0);
	drain(unread, WINDOW);
	EVENTUALLY(poll_events(sender) == WRITABLE);
	close(unread);
	close(sender);
	pair_close(&pair);
}

TEST("PO.12 flags of recv are those of a TCP socket")
{
	struct peeled p = peeled_server(0, "hello");
	struct message message;
	char data[16];

	ASSERT_EQ(recv(p.fd, data, sizeof(data), MSG_PEEK), 5);
	ASSERT_EQ(recv(p.fd, data, 0, 0), 0);
	ASSERT_EQ(recv(p.fd, data, 2, MSG_WAITALL), 2);
	ASSERT_ERRNO(recv(p.fd, data, 1, MSG_OOB), EOPNOTSUPP);
	ASSERT_ERRNO(recv(p.fd, data, 1, MSG_ERRQUEUE), EOPNOTSUPP);
	stream_write(p.pair.client, 0, 0, " wo");
	stream_write(p.pair.client, 0, FIN, "rld");
	ASSERT_EQ(recv(p.fd, data, 7, MSG_WAITALL), 7);
	ASSERT_MEM(data, "llo wor", 7);
	EVENTUALLY(poll_events(p.fd) & POLLRDHUP);
	ASSERT_EQ(message_recv(p.fd, &message, 16, MSG_WAITALL), 2);
	ASSERT_EQ(message.sid, 0);
	ASSERT_EQ(message.stream_flags, FIN);
	ASSERT_EQ(recv(p.fd, data, sizeof(data), MSG_DONTWAIT), 0);
	peeled_close(&p);
}

TEST("PO.12 without data reading waits, or not")
{
	struct peeled p = peeled_server(0, "x");
	struct timeval short_time = { .tv_usec = 50000 };
	char byte;
	pid_t reader;
	int status;

	read_expect(p.fd, "x");
	ASSERT_ERRNO(recv(p.fd, &byte, 1, MSG_DONTWAIT), EAGAIN);
	reader = fork();
	if (!reader)
		_exit(read(p.fd, &byte, 1) != 1 || byte != 'y');
	stream_write(p.pair.client, 0, 0, "y");
	ASSERT_EQ(waitpid(reader, &status, 0), reader);
	ASSERT_EQ(status, 0);
	ASSERT_OK(setsockopt(p.fd, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof(short_time)));
	ASSERT_ERRNO(read(p.fd, &byte, 1), EAGAIN);
	peeled_close(&p);
}

TEST("PO.14 a reset ends reading, and its code is told")
{
	struct peeled p = peeled_server(0, "lost");
	struct quic_errinfo info = { .stream_id = 0, .errcode = 123 };
	char byte;

	ASSERT_OK(setsockopt(p.pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info)));
	EVENTUALLY(poll_events(p.fd) & POLLERR);
	ASSERT_EQ(poll_events(p.fd), READABLE | WRITABLE | POLLRDHUP | POLLERR);
	ASSERT_EQ(stream_status(p.fd).recv_state, QUIC_STREAM_RECV_STATE_RESET_RECVD);
	ASSERT_EQ(stream_status(p.fd).recv_errcode, 123);
	ASSERT_ERRNO(read(p.fd, &byte, 1), ECONNRESET);
	ASSERT_ERRNO(read(p.fd, &byte, 1), ECONNRESET);
	ASSERT_EQ(poll_events(p.fd), READABLE | WRITABLE | POLLRDHUP);
	ASSERT_EQ(socket_error(p.fd), 0);
	/* The other direction goes on. */
	ASSERT_EQ(write(p.fd, "y", 1), 1);
	stream_expect(p.pair.client, 0, 0, "y");
	peeled_close(&p);
}

TEST("PO.15 STOP_SENDING ends writing, and its code is told")
{
	struct peeled p = peeled_server(0, "x");
	struct quic_errinfo info = { .stream_id = 0, .errcode = 456 };

	signal(SIGPIPE, SIG_IGN);
	ASSERT_OK(setsockopt(p.pair.client, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info, sizeof(info)));
	EVENTUALLY(poll_events(p.fd) & POLLERR);
	/* PO.16: a call that fails with another error has not told it. */
	ASSERT_ERRNO(recv(p.fd, NULL, 1, 0), EFAULT);
	ASSERT_EQ(socket_error(p.fd), EPIPE);
	ASSERT_EQ(socket_error(p.fd), 0);
	ASSERT_EQ(stream_status(p.fd).send_errcode, 456);
	ASSERT_ERRNO(write(p.fd, "y", 1), EPIPE);
	ASSERT_ERRNO(send(p.fd, "y", 1, MSG_NOSIGNAL), EPIPE);
	read_expect(p.fd, "x");
	peeled_close(&p);
}

static void on_sigpipe(int number)
{
	_exit(number == SIGPIPE ? 0 : 1);
}

TEST("PO.15 writing after FIN raises SIGPIPE")
{
	struct peeled p = peeled_server(0, "x");

	ASSERT_OK(shutdown(p.fd, SHUT_WR));
	ASSERT_ERRNO(send(p.fd, "y", 1, MSG_NOSIGNAL), EPIPE);
	signal(SIGPIPE, on_sigpipe);
	ASSERT_ERRNO(write(p.fd, "y", 1), EPIPE);
	test_fail(__FILE__, __LINE__, "no signal");
}

TEST("PO.15 what send accepts")
{
	struct pair pair = pair_connected();
	int fd;

	stream_write(pair.client, 0, NEW, "x");
	stream_expect(pair.server, 0, 0, "x");
	fd = peel(pair.client, 0);
	ASSERT_ERRNO(send(fd, "y", 1, MSG_QUIC_STREAM_NEW), EINVAL);
	ASSERT_ERRNO(send(fd, "y", 1, MSG_QUIC_DATAGRAM), EINVAL);
	ASSERT_ERRNO(send(fd, "y", 1, MSG_OOB), EINVAL);
	ASSERT_ERRNO(stream_send(fd, 4, 0, "y", 1), EINVAL);
	ASSERT_ERRNO(stream_send(fd, 0, NEW, "y", 1), EINVAL);
	ASSERT_ERRNO(handshake_send(fd, QUIC_CRYPTO_APP, "y", 1, 0), EINVAL);
	ASSERT_EQ(send(fd, "", 0, 0), 0);
	stream_write(fd, 0, 0, "with control");
	stream_expect(pair.server, 0, 0, "with control");
	ASSERT_EQ(send(fd, "last", 4, MSG_QUIC_STREAM_FIN), 4);
	stream_expect(pair.server, 0, FIN, "last");
	close(fd);
	pair_close(&pair);
}

TEST("PO.17 shutdown of one direction leaves the other")
{
	struct peeled p = peeled_server(0, "before");

	event_enable(p.pair.client, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_ERRNO(shutdown(p.fd, 3), EINVAL);
	ASSERT_OK(shutdown(p.fd, SHUT_RD));
	event_expect_update(p.pair.client, 0, QUIC_STREAM_SEND_STATE_RESET_SENT, 0, 6);
	event_enable(p.pair.client, QUIC_EVENT_STREAM_UPDATE, false);
	EVENTUALLY(stream_status(p.fd).recv_state == QUIC_STREAM_RECV_STATE_RESET_RECVD);
	read_expect(p.fd, "before");
	read_expect(p.fd, "");
	ASSERT_EQ(write(p.fd, "answer", 6), 6);
	ASSERT_OK(shutdown(p.fd, SHUT_RDWR));
	ASSERT_OK(shutdown(p.fd, SHUT_WR));
	EVENTUALLY(queued(p.pair.client, SIOCINQ) >= 6);
	peeled_close(&p);
}

TEST("PO.17 shutdown wakes a reader and a writer")
{
	struct pair pair = narrow_pair();
	int fd, status;
	pid_t child;
	char byte;

	stream_write(pair.client, 0, NEW, "x");
	fd = peel(pair.client, 0);
	child = fork();
	if (!child)
		_exit(read(fd, &byte, 1) != 0);
	usleep(20000);
	ASSERT_OK(shutdown(fd, SHUT_RD));
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	fill(fd);
	child = fork();
	if (!child)
		_exit(send(fd, "y", 1, MSG_NOSIGNAL) != -1 || errno != EPIPE);
	usleep(20000);
	ASSERT_OK(shutdown(fd, SHUT_WR));
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	close(fd);
	pair_close(&pair);
}

TEST("PO.16 the peer closes the connection: data, then ECONNRESET")
{
	struct peeled p = peeled_server(0, "still here");
	char byte;

	close(p.pair.client);
	EVENTUALLY(poll_events(p.fd) & POLLHUP);
	ASSERT_EQ(poll_events(p.fd), READABLE | WRITABLE | POLLRDHUP | POLLHUP | POLLERR);
	read_expect(p.fd, "still here");
	ASSERT_ERRNO(read(p.fd, &byte, 1), ECONNRESET);
	ASSERT_ERRNO(read(p.fd, &byte, 1), ECONNRESET);
	ASSERT_ERRNO(write(p.fd, "y", 1), ECONNRESET);
	ASSERT_EQ(socket_error(p.fd), 0);
	ASSERT_ERRNO(shutdown(p.fd, SHUT_RDWR), ENOTCONN);
	close(p.fd);
	close(p.pair.server);
	close(p.pair.listener);
}

TEST("PO.16 the end of an idle connection is ETIMEDOUT, of one that was shut down ECONNABORTED")
{
	struct quic_transport_param params = { .max_idle_timeout = 2000000 };
	struct pair pair = pair_connected_params(params, params);
	char byte;
	int fd;

	stream_write(pair.client, 0, NEW, "x");
	fd = peel(pair.client, 0);
	ASSERT_ERRNO(read(fd, &byte, 1), ETIMEDOUT);
	ASSERT_ERRNO(write(fd, &byte, 1), ETIMEDOUT);
	close(fd);
	pair_close(&pair);

	pair = pair_connected();
	stream_write(pair.client, 0, NEW, "x");
	fd = peel(pair.client, 0);
	ASSERT_OK(shutdown(pair.client, SHUT_RDWR));
	ASSERT_EQ(socket_error(fd), ECONNABORTED);
	ASSERT_ERRNO(read(fd, &byte, 1), ECONNABORTED);
	close(fd);
	pair_close(&pair);
}

TEST("PO.22 options of a stream's socket")
{
	struct peeled p = peeled_server(4, "x");
	struct quic_errinfo other = { .stream_id = 0 }, own = { .stream_id = -1, .errcode = 7 };
	struct quic_stream_status status = stream_status(p.fd);
	struct quic_transport_param params;
	socklen_t len = sizeof(params);

	ASSERT_EQ(status.stream_id, 4);
	ASSERT_EQ(status.send_state, QUIC_STREAM_SEND_STATE_READY);
	ASSERT_EQ(status.recv_state, QUIC_STREAM_RECV_STATE_RECV);
	ASSERT_ERRNO(getsockopt(p.fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, &len), ENOPROTOOPT);
	len = sizeof(status);
	ASSERT_ERRNO(getsockopt(p.pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_STATUS, &status, &len),
		     ENOPROTOOPT);
	ASSERT(stats(p.fd).packets_received);
	ASSERT_ERRNO(setsockopt(p.fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &other, sizeof(other)), EINVAL);
	ASSERT_OK(setsockopt(p.fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &own, sizeof(own)));
	ASSERT_OK(setsockopt(p.fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_RESET, &own, sizeof(own)));
	ASSERT_EQ(stream_status(p.fd).send_errcode, 7);
	peeled_close(&p);
}

TEST("PO.23 SIOCOUTQ is what the peer has not acknowledged")
{
	struct pair pair = pair_connected();
	int fd;

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, "held", 4, MSG_MORE), 4);
	fd = peel(pair.client, 0);
	ASSERT_EQ(queued(fd, SIOCOUTQ), 4);
	ASSERT_EQ(queued(fd, SIOCOUTQNSD), 4);
	ASSERT_EQ(send(fd, "!", 1, 0), 1);
	EVENTUALLY(!queued(fd, SIOCOUTQ));
	ASSERT_EQ(queued(fd, SIOCOUTQNSD), 0);
	ASSERT_EQ(queued(fd, SIOCINQ), 0);
	ASSERT_ERRNO(ioctl(fd, TIOCGWINSZ, &fd), ENOTTY);
	close(fd);
	pair_close(&pair);
}
