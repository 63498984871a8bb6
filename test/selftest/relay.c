// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/quic.h>

#include "harness.h"
#include "relay.h"

/* RFC 9000, 17.2; RFC 9369, 3.2: in version 2 each type is one more. */
#define TYPE_0RTT	1
#define TYPE_RETRY	3

static void look_at_type(struct relay_count *count, int direction, uint8_t type)
{
	count->early[direction] += type == TYPE_0RTT;
	count->retry[direction] += type == TYPE_RETRY;
}

static void look(struct relay_count *count, int direction, const uint8_t *data, ssize_t len)
{
	uint32_t version;
	uint8_t type;

	if (len < 5 || !(data[0] & 0x80))
		return;
	version = (uint32_t)data[1] << 24 | data[2] << 16 | data[3] << 8 | data[4];
	type = data[0] >> 4 & 3;
	if (!version) {
		count->negotiation[direction]++;
	} else if (version == QUIC_VERSION_V1) {
		count->v1[direction]++;
		look_at_type(count, direction, type);
	} else if (version == QUIC_VERSION_V2) {
		count->v2[direction]++;
		look_at_type(count, direction, (type - 1) & 3);
	} else {
		count->other[direction]++;
	}
}

/* @swap: keep the first datagram until there is a second. */
static void pass(int fd, const uint8_t *data, ssize_t len, bool swap)
{
	static uint8_t kept[65536];
	static ssize_t kept_len;
	static unsigned int passed;

	if (swap && !passed && !kept_len) {
		memcpy(kept, data, len);
		kept_len = len;
		return;
	}
	send(fd, data, len, 0);
	if (!passed++ && kept_len)
		send(fd, kept, kept_len, 0);
}

/* What the relay and the test share. */
struct shared {
	struct relay_count count;
	bool swap;
	volatile unsigned int way;
};

__attribute__((noreturn))
static void run(struct shared *shared, int front, const int *backs)
{
	struct pollfd fds[] = { { .fd = front, .events = POLLIN }, { .events = POLLIN } };
	struct relay_count *count = &shared->count;
	struct sockaddr_storage client;
	socklen_t client_len = 0;
	static uint8_t data[65536];
	ssize_t len;

	for (;;) {
		/* What still arrives at the way that was left finds nobody, as at a NAT. */
		fds[1].fd = backs[shared->way];
		poll(fds, 2, -1);
		if (fds[0].revents) {
			client_len = sizeof(client);
			len = recvfrom(front, data, sizeof(data), 0, (struct sockaddr *)&client,
				       &client_len);
			look(count, TO_SERVER, data, len);
			if (len > 0)
				pass(backs[shared->way], data, len, shared->swap);
		}
		if (fds[1].revents) {
			len = recv(fds[1].fd, data, sizeof(data), 0);
			look(count, TO_CLIENT, data, len);
			if (len > 0 && client_len) {
				sendto(front, data, len, 0, (struct sockaddr *)&client, client_len);
				count->returned++;
			}
		}
	}
}

static struct relay start(const struct address *server, bool swap)
{
	static const char *const from[] = { "127.0.0.1", "127.0.0.1", "127.0.0.3" };
	struct address any = address("127.0.0.1", 0);
	int front, backs[RELAY_WAYS];
	struct shared *shared;
	struct relay relay;
	unsigned int i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	ASSERT(shared != MAP_FAILED);
	shared->swap = swap;
	front = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_OK(address_bind(front, &any));
	for (i = 0; i < RELAY_WAYS; i++) {
		struct address source = address(from[i], 0);

		backs[i] = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_OK(address_bind(backs[i], &source));
		ASSERT_OK(address_connect(backs[i], server));
	}
	relay.addr = address_local(front);
	relay.count = &shared->count;
	relay.way = &shared->way;
	relay.pid = fork();
	ASSERT_OK(relay.pid);
	if (!relay.pid)
		run(shared, front, backs);
	close(front);
	for (i = 0; i < RELAY_WAYS; i++)
		close(backs[i]);
	return relay;
}

struct relay relay_start(const struct address *server)
{
	return start(server, false);
}

struct relay relay_start_swapping(const struct address *server)
{
	return start(server, true);
}

void relay_stop(const struct relay *relay)
{
	ASSERT_OK(kill(relay->pid, SIGKILL));
	ASSERT_EQ(waitpid(relay->pid, NULL, 0), relay->pid);
}

void relay_take(struct relay *relay, unsigned int way)
{
	*relay->way = way;
}
