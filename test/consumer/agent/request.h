/* SPDX-License-Identifier: MIT */
/*
 * A handshake agent for the kernel's QUIC sockets: what tlshd does, if it is built with QUIC. Debian's is not.
 */
#ifndef AGENT_REQUEST_H
#define AGENT_REQUEST_H

#include <stdbool.h>

#define AGENT_PEERS 5 /* net/handshake passes no more */

/**
 * struct agent_request - what a kernel consumer asks for
 * @fd: its socket
 * @server: do the server's part
 * @psk: with pre-shared keys, otherwise with certificates
 * @timeout_ms: how long it may take
 * @peer_name: whom the server's certificate shall name, or an empty string
 * @keys: serial numbers of keys whose descriptions are identities
 * @key_count: how many
 */
struct agent_request {
	int fd;
	bool server;
	bool psk;
	unsigned int timeout_ms;
	char peer_name[256];
	int keys[AGENT_PEERS];
	int key_count;
};

#endif
