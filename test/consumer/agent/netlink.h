/* SPDX-License-Identifier: MIT */
/* The generic netlink family "handshake" (Documentation/netlink/specs/handshake.yaml of the kernel). */
#ifndef AGENT_NETLINK_H
#define AGENT_NETLINK_H

#include "request.h"

struct nl_sock;

/* A socket of the family, or NULL with a message on stderr if the kernel has none. */
struct nl_sock *netlink_open(void);

/* Call @ready for each announcement that requests wait, until something fails. */
int netlink_listen(struct nl_sock *sock, void (*ready)(void));

/* Take a request; what it asks for is in @request, the socket's descriptor included. */
int netlink_accept(struct nl_sock *sock, struct agent_request *request);

/* Give the socket back; @status is 0 or a positive errno. */
int netlink_done(struct nl_sock *sock, int fd, int status);

#endif
