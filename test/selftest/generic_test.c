// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every socket has, and how a QUIC socket takes part in it: creation, read and write, queues,
 * groups of listeners, control groups.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "harness.h"
#include "message.h"
#include "module.h"
#include "netns.h"
#include "pair.h"

static int option_int(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ASSERT_OK(getsockopt(fd, SOL_SOCKET, name, &value, &len));
	return value;
}

TEST("S2.1 both types carry the same connection, whatever they are called")
{
	struct pair pair = pair_listening("127.0.0.1");

	close(pair.client);
	pair.client = socket(AF_INET, SOCK_DGRAM, IPPROTO_QUIC);
	ASSERT_OK(pair.client);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	ASSERT_EQ(option_int(pair.client, SO_TYPE), SOCK_DGRAM);
	ASSERT_EQ(option_int(pair.server, SO_PROTOCOL), 261);
	pair_close(&pair);
}

TEST("S2.2 protocol 0 and raw sockets are not QUIC")
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	int i, fd;

	for (i = 0; i < 2; i++) {
		fd = socket(AF_INET, types[i], 0);
		ASSERT_OK(fd);
		ASSERT_EQ(option_int(fd, SO_PROTOCOL), i ? IPPROTO_UDP : IPPROTO_TCP);
		close(fd);
	}
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_QUIC);
	ASSERT_OK(fd);
	ASSERT_ERRNO(listen(fd, 1), EOPNOTSUPP);
	close(fd);
}

TEST("S2.3 no privilege is needed")
{
	int status;
	pid_t child = fork();

	ASSERT_OK(child);
	if (!child) {
		ASSERT_OK(setgid(65534));
		ASSERT_OK(setuid(65534));
		close(quic_listener("127.0.0.1"));
		close(quic_socket(AF_INET6));
		_exit(0);
	}
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
}

/* What the kernel runs to load a module, by its alias. */
#define LOADER	"/proc/sys/kernel/modprobe"

static char loader[256];

static void loader_set(const char *path)
{
	int fd = open(LOADER, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, path, strlen(path)) < 0)
		perror(LOADER);
	close(fd);
}

static void loader_restore(void)
{
	loader_set(loader);
	/* Later tests want the module, whatever happened to this one. */
	module_try_insert();
}

static void loads(int family, const char *alias)
{
	char found[128];
	FILE *file;
	int fd;

	module_remove();
	fd = socket(family, SOCK_STREAM, IPPROTO_QUIC);
	ASSERT_OK(fd);
	close(fd);
	file = fopen("/tmp/quic-alias", "re");
	ASSERT(file && fgets(found, sizeof(found), file));
	fclose(file);
	ASSERT(!strncmp(found, alias, strlen(alias)));
}

TEST("S2.3 the module is loaded by its protocol")
{
	const char *module = getenv("KQUIC_MODULE");
	int fd = open(LOADER, O_RDONLY | O_CLOEXEC);
	FILE *script;

	ASSERT_OK(fd);
	ASSERT(read(fd, loader, sizeof(loader) - 1) > 0);
	close(fd);
	script = fopen("/tmp/quic-modprobe", "we");
	ASSERT(script);
	/* The kernel names the type too, first; the alias that modprobe finds may be either. */
	fprintf(script, "#!/bin/sh\nexport PATH=/sbin:/bin:/usr/sbin:/usr/bin\nfor alias; do :; done\n"
		"modinfo -F alias %s | grep -qx -e \"$alias\" || exit 1\n"
		"echo \"$alias\" >/tmp/quic-alias\ninsmod %s\n", module ? module : "quic",
		module ? module : "quic");
	fclose(script);
	ASSERT_OK(chmod("/tmp/quic-modprobe", 0700));
	atexit(loader_restore);
	loader_set("/tmp/quic-modprobe");
	loads(AF_INET, "net-pf-2-proto-261");
	loads(AF_INET6, "net-pf-10-proto-261");
}

TEST("S2.18 a listener without ALPN accepts")
{
	struct pair pair = pair_listening("127.0.0.1");
	socklen_t len = 64;
	char alpn[64];

	ASSERT_OK(getsockopt(pair.listener, SOL_QUIC, QUIC_SOCKOPT_ALPN, alpn, &len));
	ASSERT_EQ(len, 0);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S2.44 the queues count what waits, until it is read or acknowledged")
{
	struct pair pair = pair_connected();
	char data[5000] = { 0 };

	/* Held here: sent by nobody yet. */
	ASSERT_EQ(stream_send_flags(pair.client, 0, NEW, data, 100, MSG_MORE), 100);
	ASSERT_EQ(queued(pair.client, SIOCOUTQ), 100);
	ASSERT_EQ(queued(pair.client, SIOCOUTQNSD), 100);
	ASSERT_EQ(stream_send(pair.client, 0, 0, data, 4900), 4900);
	EVENTUALLY(queued(pair.client, SIOCOUTQ) == 0);
	ASSERT_EQ(queued(pair.client, SIOCOUTQNSD), 0);
	ASSERT_EQ(queued(pair.server, SIOCINQ), 5000);
	ASSERT_EQ(queued(pair.server, FIONREAD), 5000);
	ASSERT_EQ(recv(pair.server, data, 1000, 0), 1000);
	ASSERT_EQ(queued(pair.server, SIOCINQ), 4000);
	stream_drain(pair.server, 4000);
	ASSERT_EQ(queued(pair.server, SIOCINQ), 0);
	pair_close(&pair);
}

TEST("S2.44 events count as received bytes")
{
	struct pair pair = pair_connected();
	int bytes;

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_EQ(stream_send(pair.client, 2, NEW | FIN, NULL, 0), 0);
	EVENTUALLY(queued(pair.server, SIOCINQ) > 0);
	bytes = queued(pair.server, SIOCINQ);
	event_expect(pair.server, QUIC_EVENT_STREAM_UPDATE);
	ASSERT(queued(pair.server, SIOCINQ) < bytes);
	pair_close(&pair);
}

TEST("S2.47 read, write, readv, writev, send and recv work on the active stream")
{
	struct iovec out[2] = { { "one ", 4 }, { "two", 3 } }, in[2];
	struct pair pair = pair_connected();
	char first[3], second[16];

	ASSERT_ERRNO(write(pair.client, "x", 1), EINVAL);
	ASSERT_ERRNO(writev(pair.client, out, 2), EINVAL);
	ASSERT_EQ(send(pair.client, "zero ", 5, MSG_QUIC_STREAM_NEW), 5);
	ASSERT_EQ(writev(pair.client, out, 2), 7);
	ASSERT_EQ(write(pair.client, " three", 6), 6);
	EVENTUALLY(queued(pair.server, SIOCINQ) == 18);
	ASSERT_EQ(read(pair.server, second, 5), 5);
	ASSERT_MEM(second, "zero ", 5);
	in[0] = (struct iovec){ first, 3 };
	in[1] = (struct iovec){ second, 4 };
	ASSERT_EQ(readv(pair.server, in, 2), 7);
	ASSERT_MEM(first, "one", 3);
	ASSERT_MEM(second, " two", 4);
	ASSERT_EQ(recv(pair.server, second, sizeof(second), 0), 6);
	ASSERT_MEM(second, " three", 6);
	pair_close(&pair);
}

TEST("S2.47 read cannot tell an event from data")
{
	struct pair pair = pair_connected();
	uint8_t event[64];

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_EQ(stream_send(pair.client, 2, NEW | FIN, NULL, 0), 0);
	ASSERT(read(pair.server, event, sizeof(event)) > 8);
	ASSERT_EQ(event[0], QUIC_EVENT_STREAM_UPDATE);
	pair_close(&pair);
}

TEST("S2.48 an address is ignored on sending and not returned on receiving")
{
	struct address elsewhere = address("192.0.2.1", 9);
	struct pair pair = pair_connected();
	struct sockaddr_storage from;
	char data[8];
	struct iovec iov = { "hello", 5 };
	struct msghdr msg = {
		.msg_name = &elsewhere.sa, .msg_namelen = elsewhere.len,
		.msg_iov = &iov, .msg_iovlen = 1,
	};

	ASSERT_EQ(sendmsg(pair.client, &msg, MSG_QUIC_STREAM_NEW), 5);
	iov = (struct iovec){ data, sizeof(data) };
	msg.msg_name = &from;
	msg.msg_namelen = sizeof(from);
	ASSERT_EQ(recvmsg(pair.server, &msg, 0), 5);
	ASSERT_EQ(msg.msg_namelen, 0);
	pair_close(&pair);
}

/* ---- SO_REUSEPORT ---- */

#define LISTENERS	2
#define CLIENTS		24

static int reuseport_listener(const struct address *addr)
{
	int fd = quic_socket(AF_INET), on = 1;

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
	ASSERT_OK(address_bind(fd, addr));
	ASSERT_OK(listen(fd, CLIENTS));
	return fd;
}

/* Which listener has a request. */
static int with_request(const int listeners[LISTENERS])
{
	struct pollfd fds[LISTENERS];
	int i;

	for (i = 0; i < LISTENERS; i++)
		fds[i] = (struct pollfd){ .fd = listeners[i], .events = POLLIN };
	ASSERT_EQ(poll(fds, LISTENERS, -1), 1);
	for (i = 0; i < LISTENERS && !fds[i].revents; i++)
		;
	return i;
}

TEST("S2.19 listeners with SO_REUSEPORT share the connections, and each keeps its packets")
{
	struct address addr = address("127.0.0.1", 0);
	int listeners[LISTENERS], share[LISTENERS] = { 0 }, i, chosen;
	struct pair pairs[CLIENTS];

	listeners[0] = reuseport_listener(&addr);
	addr = address_local(listeners[0]);
	listeners[1] = reuseport_listener(&addr);
	for (i = 0; i < CLIENTS; i++) {
		pairs[i] = (struct pair){ .cipher = TLS_CIPHER_AES_GCM_128 };
		pairs[i].client = quic_socket(AF_INET);
		ASSERT_OK(address_connect(pairs[i].client, &addr));
		ASSERT_EQ(handshake_send(pairs[i].client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0),
			  12);
		chosen = with_request(listeners);
		share[chosen]++;
		pairs[i].listener = -1;
		pairs[i].server = accept(listeners[chosen], NULL, NULL);
		ASSERT_OK(pairs[i].server);
		handshake_expect(pairs[i].server, QUIC_CRYPTO_INITIAL, "client hello");
		pair_handshake(&pairs[i]);
	}
	/* All 24 to one of them happens once in eight million runs. */
	ASSERT(share[0] > 0 && share[1] > 0);
	for (i = 0; i < CLIENTS; i++)
		pair_echo(&pairs[i], 0);
}

/* ---- control groups ---- */

#define CGROUP	"/tmp/quic-cgroup"

static void file_put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Bytes of sockets that are charged to the group. */
static long cgroup_sock(void)
{
	FILE *file = fopen(CGROUP "/quic/memory.stat", "re");
	char line[128];
	long bytes = -1;

	ASSERT(file);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "sock %ld", &bytes);
	fclose(file);
	ASSERT(bytes >= 0);
	return bytes;
}

TEST("P22 memory of sockets is charged to their process's control group and given back")
{
	static char block[1 << 16];
	struct pair pair;
	size_t total = 0;
	ssize_t n;
	char pid[16];

	ASSERT_OK(unshare(CLONE_NEWNS));
	ASSERT_OK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	mkdir(CGROUP, 0700);
	ASSERT_OK(mount("none", CGROUP, "cgroup2", 0, NULL));
	file_put(CGROUP "/cgroup.subtree_control", "+memory");
	mkdir(CGROUP "/quic", 0700);
	snprintf(pid, sizeof(pid), "%d", getpid());
	file_put(CGROUP "/quic/cgroup.procs", pid);

	pair = pair_connected();
	do {
		n = stream_send_flags(pair.client, 0, total ? 0 : NEW, block, sizeof(block),
				      MSG_DONTWAIT);
		if (n > 0)
			total += n;
		else
			usleep(2000);
	} while (total < 900000);
	EVENTUALLY(queued(pair.server, SIOCINQ) == (int)total);
	ASSERT(cgroup_sock() >= (long)total);
	stream_drain(pair.server, total);
	pair_close(&pair);
	/* What is left of a socket that says goodbye goes with it. */
	EVENTUALLY(cgroup_sock() < (long)total / 2);
	file_put(CGROUP "/cgroup.procs", pid);
	rmdir(CGROUP "/quic");
}
