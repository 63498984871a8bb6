// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "netlink.h"

/* Those of linux/handshake.h, which Debian 12 has not got yet. */
#define FAMILY	     "handshake"
#define GROUP	     "tlshd"
#define CLASS_TLSHD  1
#define SERVER_HELLO 2
#define AUTH_PSK     2

enum { READY = 1, ACCEPT, DONE };
enum {
	ACCEPT_FD = 1,
	ACCEPT_CLASS,
	ACCEPT_TYPE,
	ACCEPT_TIMEOUT,
	ACCEPT_AUTH,
	ACCEPT_IDENTITY,
	ACCEPT_CERTIFICATE,
	ACCEPT_PEER_NAME,
	ACCEPT_END
};
enum { DONE_STATUS = 1, DONE_FD };

struct nl_sock *netlink_open(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	if (!sock)
		return NULL;
	err = genl_connect(sock);
	if (!err && genl_ctrl_resolve(sock, FAMILY) < 0)
		err = -NLE_OBJ_NOTFOUND;
	if (!err)
		return sock;
	fprintf(stderr, "agent: netlink family %s: %s\n", FAMILY, nl_geterror(err));
	nl_socket_free(sock);
	return NULL;
}

static int announced(struct nl_msg *msg, void *arg)
{
	void (*ready)(void) = arg;

	if (genlmsg_hdr(nlmsg_hdr(msg))->cmd == READY)
		ready();
	return NL_OK;
}

int netlink_listen(struct nl_sock *sock, void (*ready)(void))
{
	int group = genl_ctrl_resolve_grp(sock, FAMILY, GROUP), err;

	if (group < 0)
		return group;
	err = nl_socket_add_membership(sock, group);
	if (err)
		return err;
	/* Announcements answer nothing. */
	nl_socket_disable_seq_check(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, announced, ready);
	do {
		err = nl_recvmsgs_default(sock);
	} while (err >= 0);
	return err;
}

static struct nl_msg *message(struct nl_sock *sock, int command)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, genl_ctrl_resolve(sock, FAMILY), 0,
				0, command, 1)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int accepted(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[ACCEPT_END], *attr;
	struct agent_request *request = arg;
	int left;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, ACCEPT_END - 1, NULL) || !attrs[ACCEPT_FD])
		return NL_SKIP;
	request->fd = nla_get_s32(attrs[ACCEPT_FD]);
	if (attrs[ACCEPT_TYPE])
		request->server = nla_get_u32(attrs[ACCEPT_TYPE]) == SERVER_HELLO;
	if (attrs[ACCEPT_AUTH])
		request->psk = nla_get_u32(attrs[ACCEPT_AUTH]) == AUTH_PSK;
	if (attrs[ACCEPT_TIMEOUT])
		request->timeout_ms = nla_get_u32(attrs[ACCEPT_TIMEOUT]);
	if (attrs[ACCEPT_PEER_NAME])
		nla_strlcpy(request->peer_name, attrs[ACCEPT_PEER_NAME],
			    sizeof(request->peer_name));
	/* One attribute for each. */
	nlmsg_for_each_attr(attr, nlmsg_hdr(msg), GENL_HDRLEN, left)
		if (nla_type(attr) == ACCEPT_IDENTITY && request->key_count < AGENT_PEERS)
			request->keys[request->key_count++] = nla_get_s32(attr);
	return NL_OK;
}

int netlink_accept(struct nl_sock *sock, struct agent_request *request)
{
	struct nl_msg *msg = message(sock, ACCEPT);
	int err;

	memset(request, 0, sizeof(*request));
	request->fd = -1;
	if (!msg)
		return -NLE_NOMEM;
	nla_put_u32(msg, ACCEPT_CLASS, CLASS_TLSHD);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, accepted, request);
	err = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	if (err >= 0)
		err = nl_recvmsgs_default(sock);
	if (err >= 0)
		err = nl_wait_for_ack(sock);
	if (err < 0)
		return err;
	return request->fd < 0 ? -NLE_MISSING_ATTR : 0;
}

int netlink_done(struct nl_sock *sock, int fd, int status)
{
	struct nl_msg *msg = message(sock, DONE);

	if (!msg)
		return -NLE_NOMEM;
	nla_put_u32(msg, DONE_STATUS, status);
	nla_put_s32(msg, DONE_FD, fd);
	return nl_send_sync(sock, msg);
}
