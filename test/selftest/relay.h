/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process between a client and a server that passes their datagrams on and counts what it sees of
 * them: versions (RFC 8999, 5.1) and types of long headers. It is a NAT, too, that may forget what it
 * knew.
 */
#ifndef _RELAY_H
#define _RELAY_H

#include <sys/types.h>

#include "address.h"

enum {
	TO_SERVER,
	TO_CLIENT,
};

/**
 * struct relay_count - datagrams by their first packet, by direction
 * @negotiation: Version Negotiation; @v1, @v2, @other: long headers of that version
 * @early: 0-RTT packets; @retry: Retry packets
 * @returned: any that came back to the client
 */
struct relay_count {
	unsigned int negotiation[2], v1[2], v2[2], other[2];
	unsigned int early[2], retry[2];
	unsigned int returned;
};

struct relay {
	pid_t pid;
	struct address addr;		/* for the client to connect to */
	const volatile struct relay_count *count;
	volatile unsigned int *way;
};

/* How it sends to the server: from one port, from another one, from another address. */
enum {
	RELAY_FIRST,
	RELAY_PORT,
	RELAY_ADDRESS,
	RELAY_WAYS,
};

/* In front of the server at @server. It ends with the test. */
struct relay relay_start(const struct address *server);
/* The same; the first two datagrams to the server change places. */
struct relay relay_start_swapping(const struct address *server);
/* Nothing passes any more. */
void relay_stop(const struct relay *relay);
/* From the client's next datagram on. */
void relay_take(struct relay *relay, unsigned int way);

#endif /* _RELAY_H */
