// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sockets hold: charged to them and to the limits of quic_mem, bounded whatever the peer sends, and
 * given back (docs/memory.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>

#include "counter.h"
#include "harness.h"
#include "message.h"
#include "pair.h"

#define SYSCTL(name)	"/proc/sys/net/quic/" name

/* The stack takes memory from the global account in portions of a megabyte for each processor. */
#define PORTION		(1 << 20)

static char saved[128];

static void file_write(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void sysctl_read(const char *name, long value[3])
{
	FILE *file = fopen(name, "re");

	ASSERT(file);
	ASSERT_EQ(fscanf(file, "%ld %ld %ld", &value[0], &value[1], &value[2]), 3);
	fclose(file);
}

static void limits_restore(void)
{
	int fd = open(SYSCTL("quic_mem"), O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, saved, strlen(saved)) < 0)
		perror("quic_mem");
}

/* Other limits for this test. */
static void limits_set(const char *text)
{
	long value[3];

	sysctl_read(SYSCTL("quic_mem"), value);
	snprintf(saved, sizeof(saved), "%ld %ld %ld", value[0], value[1], value[2]);
	atexit(limits_restore);
	file_write(SYSCTL("quic_mem"), text);
}

struct usage {
	uint32_t received, sent, forward;
};

static struct usage usage_of(int fd)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof(info);
	struct usage usage;

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len));
	usage.received = info[SK_MEMINFO_RMEM_ALLOC];
	usage.sent = info[SK_MEMINFO_WMEM_QUEUED];
	usage.forward = info[SK_MEMINFO_FWD_ALLOC];
	return usage;
}

/* Pages charged to all QUIC sockets, as /proc/net/protocols shows them. */
static long pages_charged(bool *pressed)
{
	FILE *file = fopen("/proc/net/protocols", "re");
	char line[256], name[16], pressure[8];
	long pages = -1, memory;
	int size, sockets;

	ASSERT(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%15s %d %d %ld %7s", name, &size, &sockets, &memory,
			   pressure) != 5 || strcmp(name, "QUIC"))
			continue;
		pages = memory;
		if (pressed)
			*pressed = !strcmp(pressure, "yes");
	}
	fclose(file);
	return pages;
}

/* Send until the peer's window or the send buffer is full. */
static size_t fill(int fd, int64_t sid, uint32_t flags)
{
	static char block[32768];
	size_t total = 0;
	ssize_t n;

	while ((n = stream_send_flags(fd, sid, total ? 0 : flags, block, sizeof(block),
				      MSG_DONTWAIT)) > 0)
		total += n;
	ASSERT(errno == EAGAIN || errno == ENOSPC);
	return total;
}

static int readable(int fd)
{
	int bytes;

	ASSERT_OK(ioctl(fd, SIOCINQ, &bytes));
	return bytes;
}

/* Nothing moves any more: all that the client had room for has arrived. */
static void fill_window(const struct pair *pair, int64_t sid, size_t window)
{
	size_t total = 0;

	EVENTUALLY((total += fill(pair->client, sid, total ? 0 : NEW)) >= window);
	EVENTUALLY((size_t)readable(pair->server) >= window);
}

TEST("S10.2 sysctls quic_mem, quic_rmem and quic_wmem have their defaults")
{
	long mem[3], rmem[3], wmem[3], page = sysconf(_SC_PAGESIZE);
	long share;

	sysctl_read(SYSCTL("quic_mem"), mem);
	sysctl_read(SYSCTL("quic_rmem"), rmem);
	sysctl_read(SYSCTL("quic_wmem"), wmem);
	ASSERT(mem[1] >= 128);
	ASSERT_EQ(mem[0], mem[1] / 4 * 3);
	ASSERT_EQ(mem[2], mem[0] * 2);
	share = mem[1] * page / 128 < 4 << 20 ? mem[1] * page / 128 : 4 << 20;
	ASSERT_EQ(rmem[0], page);
	ASSERT_EQ(rmem[1], 1 << 20);
	ASSERT_EQ(rmem[2], share > 1 << 20 ? share : 1 << 20);
	ASSERT_EQ(wmem[0], page);
	ASSERT_EQ(wmem[1], 16 << 10);
	ASSERT_EQ(wmem[2], share > 64 << 10 ? share : 64 << 10);
}

TEST("S10.2 quic_rmem and quic_wmem are at least 1")
{
	int fd;

	fd = open(SYSCTL("quic_rmem"), O_WRONLY | O_CLOEXEC);
	ASSERT_ERRNO(write(fd, "0 1 1", 5), EINVAL);
	close(fd);
	fd = open(SYSCTL("quic_wmem"), O_WRONLY | O_CLOEXEC);
	ASSERT_ERRNO(write(fd, "0 1 1", 5), EINVAL);
	close(fd);
}

TEST("S10.2 only the initial namespace has the sysctls")
{
	ASSERT_OK(unshare(CLONE_NEWNET));
	ASSERT_ERRNO(access(SYSCTL("quic_mem"), F_OK), ENOENT);
}

TEST("P22 what is sent and not acknowledged, and what is not read, is charged and given back")
{
	struct pair pair = pair_connected();
	struct usage usage;
	char data[1000] = { 0 };

	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, data, sizeof(data), MSG_MORE), 1000);
	usage = usage_of(pair.client);
	ASSERT(usage.sent >= 1000);
	ASSERT_EQ(stream_send(pair.client, 0, 0, data, sizeof(data)), 1000);
	EVENTUALLY(readable(pair.server) == 2000);
	ASSERT(usage_of(pair.server).received >= 2000);
	stream_drain(pair.server, 2000);
	EVENTUALLY(!usage_of(pair.server).received);
	pair_close(&pair);
}

TEST("P22 a socket that nobody reads holds twice SO_RCVBUF and a train at most")
{
	struct quic_transport_param none = { 0 }, server = {
		.max_data = 1 << 20,
		.max_stream_data_bidi_remote = 1 << 20,
	};
	struct pair pair = pair_connected_params(none, server);
	int rcvbuf = 64 << 10, size;
	socklen_t len = sizeof(size);
	unsigned int i;

	ASSERT_OK(setsockopt(pair.server, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)));
	ASSERT_OK(getsockopt(pair.server, SOL_SOCKET, SO_RCVBUF, &size, &len));
	fill(pair.client, 0, NEW);
	for (i = 0; i < 100; i++) {
		fill(pair.client, 0, 0);
		ASSERT(usage_of(pair.server).received <= 2U * size + (128 << 10));
		usleep(5000);
	}
	/* And what did not fit comes again. */
	ASSERT_OK(shutdown(pair.client, SHUT_RDWR));
	pair_close(&pair);
}

TEST("P22 single bytes that nobody reads take little more memory than large packets")
{
	struct pair pair = pair_listening("127.0.0.1");
	int i;

	config_set(pair.client, (struct quic_config){ .stream_data_nodelay = 1 });
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	for (i = 0; i < 2000; i++)
		ASSERT_EQ(stream_send(pair.client, 0, i ? 0 : NEW, "x", 1), 1);
	EVENTUALLY(readable(pair.server) == 2000);
	ASSERT(usage_of(pair.server).received < 16 << 10);
	pair_close(&pair);
}

TEST("P22 S7.3 events that nobody reads are charged to the receive buffer")
{
	struct pair pair = pair_connected();
	int rcvbuf = 100 << 10, size, before, i;
	socklen_t len = sizeof(size);

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_OK(setsockopt(pair.server, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)));
	ASSERT_OK(getsockopt(pair.server, SOL_SOCKET, SO_RCVBUF, &size, &len));
	for (i = 0; i < 1000; i++)
		ASSERT_EQ(stream_send(pair.client, 2 + 4 * i, NEW | FIN, NULL, 0), 0);
	before = readable(pair.server);
	for (; i < 4000; i++)
		ASSERT_EQ(stream_send(pair.client, 2 + 4 * i, NEW | FIN, NULL, 0), 0);
	ASSERT(before > 0);
	/* Each takes 64 bytes for 25 of content; what does not fit is dropped (S7.3). */
	ASSERT(readable(pair.server) >= before);
	ASSERT(readable(pair.server) / 25 * 64 <= size);
	pair_close(&pair);
}

/* A client's first datagram, as it came to somebody who is no server. */
static size_t first_datagram(uint8_t *data, size_t room)
{
	struct address addr = address("127.0.0.1", 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0), client = quic_socket(AF_INET);
	ssize_t len;

	ASSERT_OK(udp);
	ASSERT_OK(address_bind(udp, &addr));
	addr = address_local(udp);
	ASSERT_OK(address_connect(client, &addr));
	ASSERT_EQ(handshake_send(client, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	len = recv(udp, data, room, 0);
	ASSERT(len >= 1200);
	close(udp);
	close(client);
	return len;
}

/* As large as the loopback device permits, from many addresses, three times each. */
static void flood(const struct address *addr, const uint8_t *data, size_t len, unsigned int clients)
{
	unsigned int i, j;

	for (i = 0; i < clients; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		ASSERT_OK(fd);
		for (j = 0; j < 3; j++)
			ASSERT_EQ(sendto(fd, data, len, 0, &addr->sa, addr->len), len);
		close(fd);
	}
}

TEST("P22 RFC 9000, 21.2: requests that nobody accepts are charged, 128 KiB each at most")
{
	const long unproved = 64, most = 128 << 10, page = sysconf(_SC_PAGESIZE);
	const long slack = sysconf(_SC_NPROCESSORS_ONLN) * PORTION;
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET);
	static uint8_t data[60000];
	long before, held;

	first_datagram(data, sizeof(data));
	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 1000));
	addr = address_local(fd);
	before = pages_charged(NULL) * page;
	flood(&addr, data, sizeof(data), 3 * unproved);
	EVENTUALLY((held = pages_charged(NULL) * page - before) >= unproved * (long)sizeof(data) - slack);
	ASSERT(held <= unproved * most + slack);
	close(fd);
	EVENTUALLY(pages_charged(NULL) * page <= before + slack);
}

TEST("P22 a request keeps no more memory than its datagrams need")
{
	const long clients = 60, page = sysconf(_SC_PAGESIZE);
	const long slack = sysconf(_SC_NPROCESSORS_ONLN) * PORTION;
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET);
	static uint8_t data[60000];
	long before;
	size_t len;

	len = first_datagram(data, 1200);
	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 1000));
	addr = address_local(fd);
	before = pages_charged(NULL) * page;
	flood(&addr, data, len, clients);
	ASSERT(pages_charged(NULL) * page <= before + 3 * clients * page + slack);
	close(fd);
}

TEST("P22 all that sockets held is given back when they are closed")
{
	struct pair pairs[4];
	long before = pages_charged(NULL), during;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		pairs[i] = pair_connected();
		fill_window(&pairs[i], 0, 65535 * 16);
	}
	during = pages_charged(NULL);
	ASSERT((during - before) * sysconf(_SC_PAGESIZE) > 4 * 65535 * 16 / 2);
	for (i = 0; i < 4; i++)
		pair_close(&pairs[i]);
	EVENTUALLY((pages_charged(NULL) - before) * sysconf(_SC_PAGESIZE) <=
		   sysconf(_SC_NPROCESSORS_ONLN) * PORTION);
}

/* Four megabytes that nobody reads, so that a small quic_mem is exceeded. */
static void use_memory(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct pair pair = pair_connected();

		fill_window(&pair, 0, 65535 * 16);
	}
}

TEST("S10.2 S4.16 when memory is short a sender waits and half of each window is granted")
{
	const uint64_t window = 65535 * 16;
	struct pair pair = pair_connected();
	union quic_event event;
	bool pressed;
	size_t total;

	use_memory();
	fill_window(&pair, 0, window);
	limits_set("1 1 1000000");
	/* The first allocation notices. */
	stream_drain(pair.server, 1000);
	total = fill(pair.server, 1, NEW);
	pages_charged(&pressed);
	ASSERT(pressed);
	ASSERT(total < 64 << 10);
	/* Nothing but events is left to read here: the next one may take its time. */
	stream_drain(pair.client, total);
	event_enable(pair.client, QUIC_EVENT_STREAM_MAX_DATA, true);
	/* Half a window beyond what was read. */
	stream_drain(pair.server, window - 1000);
	do {
		event = event_expect(pair.client, QUIC_EVENT_STREAM_MAX_DATA);
	} while (event.max_data.max_data < window + window / 3);
	ASSERT(event.max_data.max_data <= window + window - window / 2);
	pair_close(&pair);
}

TEST("S10.2 a transfer goes on while memory is short")
{
	struct pair pair = pair_connected();
	size_t left = 4 << 20;
	pid_t sender;

	use_memory();
	limits_set("1 1 1000000");
	sender = fork();
	ASSERT_OK(sender);
	if (!sender) {
		static char data[4 << 20];

		_exit(stream_send(pair.client, 0, NEW | FIN, data, sizeof(data)) != sizeof(data));
	}
	stream_drain(pair.server, left);
	pair_close(&pair);
}

TEST("S10.2 beyond the hard limit of quic_mem there is no memory, until there is again")
{
	struct address addr;
	int fd;

	use_memory();
	fd = quic_listener("127.0.0.1");
	addr = address_local(fd);
	fd = quic_socket(AF_INET);
	limits_set("1 1 1");
	ASSERT_ERRNO(address_connect(fd, &addr), ENOMEM);
	limits_restore();
	ASSERT_OK(address_connect(fd, &addr));
}

TEST("S10.4 QuicPktEncDrop a packet that there is no memory for is not sent")
{
	struct quic_errinfo info = { .errcode = 1 };
	struct pair pair = pair_connected();
	long long before;
	unsigned int i;

	for (i = 0; i < 60; i++) {
		ASSERT_EQ(stream_send(pair.client, 4 * i, NEW, "x", 1), 1);
		stream_expect(pair.server, 4 * i, 0, "x");
	}
	use_memory();
	limits_set("1 1 1");
	before = counter("QuicPktEncDrop");
	/* Each wants to send a packet; memory for its record is taken for a few dozen at a time. */
	for (i = 0; i < 60; i++) {
		info.stream_id = 4 * i;
		ASSERT_OK(setsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info,
				     sizeof(info)));
	}
	ASSERT(counter("QuicPktEncDrop") > before);
	limits_restore();
	pair_close(&pair);
}
