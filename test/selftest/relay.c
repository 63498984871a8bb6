// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
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

__attribute__((noreturn))
static void run(struct relay_count *count, int front, int back)
{
	struct pollfd fds[] = { { .fd = front, .events = POLLIN }, { .fd = back, .events = POLLIN } };
	struct sockaddr_storage client;
	socklen_t client_len = 0;
	static uint8_t data[65536];
	ssize_t len;

	for (;;) {
		poll(fds, 2, -1);
		if (fds[0].revents) {
			client_len = sizeof(client);
			len = recvfrom(front, data, sizeof(data), 0, (struct sockaddr *)&client,
				       &client_len);
			look(count, TO_SERVER, data, len);
			if (len > 0)
				send(back, data, len, 0);
		}
		if (fds[1].revents) {
			len = recv(back, data, sizeof(data), 0);
			look(count, TO_CLIENT, data, len);
			if (len > 0 && client_len)
				sendto(front, data, len, 0, (struct sockaddr *)&client, client_len);
		}
	}
}

struct relay relay_start(const struct address *server)
{
	struct address any = address("127.0.0.1", 0);
	struct relay_count *count;
	struct relay relay;
	int front, back;
	pid_t child;

	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT(count != MAP_FAILED);
	front = socket(AF_INET, SOCK_DGRAM, 0);
	back = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_OK(address_bind(front, &any));
	ASSERT_OK(address_connect(back, server));
	relay.addr = address_local(front);
	relay.count = count;
	child = fork();
	ASSERT_OK(child);
	if (!child)
		run(count, front, back);
	close(front);
	close(back);
	return relay;
}
