// SPDX-License-Identifier: GPL-2.0-only
/* A server's preferred address (RFC 9000, 9.6 and 18.2). */
#include "conn_internal.h"

int quic_conn_set_preferred(struct quic_conn *conn, const struct quic_addr *addr)
{
	struct quic_params *params = &conn->config.params;
	const struct quic_cid_entry *entry;
	int err;

	if (!conn->is_server || conn->state != QUIC_CONN_HANDSHAKING ||
	    conn->remote.disable_active_migration)
		return -EINVAL;
	/* RFC 9000, 5.1.1: the parameter carries the ID with this number. */
	if (conn->local_cids.next_seq == 1) {
		err = quic_cids_issue_silently(conn);
		if (err)
			return err;
	}
	entry = quic_cid_find(&conn->local_cids, 1);
	if (!entry)
		return -EINVAL;
	params->has_preferred = true;
	params->preferred_cid = entry->cid;
	memcpy(params->preferred_token, entry->token, sizeof(params->preferred_token));
	*(addr->family == 4 ? &params->preferred_v4 : &params->preferred_v6) = *addr;
	return 0;
}

/* Is it an address that this end, a server, told the client to prefer? */
bool quic_preferred_is_local(const struct quic_conn *conn, const struct quic_addr *addr)
{
	const struct quic_params *params = &conn->config.params;

	return conn->is_server && params->has_preferred &&
	       quic_addr_equal(addr, addr->family == 4 ? &params->preferred_v4 :
							 &params->preferred_v6);
}
