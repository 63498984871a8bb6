// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Application protocols of a session (RFC 7301; RFC 9001, 8.1).
 */
#include <errno.h>
#include <string.h>

#include "context.h"
#include "log.h"

#define QUIC_ALPN_SIZE	63 /* of the whole list */
#define QUIC_ALPN_NAMES 8  /* GnuTLS keeps no more */

static int quic_alpn_refuse(const char *why)
{
	quic_log_err("list of application protocols: %s", why);
	return -EINVAL;
}

/* Split @list, which is not terminated. Returns the number of names or -EINVAL. */
static int quic_alpn_split(const char *list, size_t size, gnutls_datum_t *names)
{
	const char *end = list + size;
	const char *comma;
	int count = 0;

	for (;; list = comma + 1) {
		while (list < end && *list == ' ')
			list++;
		comma = memchr(list, ',', end - list);
		if (count == QUIC_ALPN_NAMES)
			return quic_alpn_refuse("more than 8 names");
		if (list == (comma ? comma : end))
			return quic_alpn_refuse("an empty name");
		names[count].data = (unsigned char *)list;
		names[count].size = (comma ? comma : end) - list;
		count++;
		if (!comma)
			return count;
	}
}

int quic_session_set_alpn(gnutls_session_t session, const void *data, size_t size)
{
	gnutls_datum_t names[QUIC_ALPN_NAMES];
	struct quic_context *ctx;
	int count, ret;

	if (!session || !data)
		return -EINVAL;
	if (size > QUIC_ALPN_SIZE)
		return quic_alpn_refuse("longer than 63 bytes");
	count = quic_alpn_split(data, size, names);
	if (count < 0)
		return count;
	ret = quic_context_get(session, &ctx);
	if (ret)
		return ret;
	ret = gnutls_alpn_set_protocols(session, names, count, GNUTLS_ALPN_MANDATORY);
	if (ret)
		return ret;
	ctx->alpn_count = count;
	return 0;
}

int quic_session_get_alpn(gnutls_session_t session, void *data, size_t *size)
{
	gnutls_datum_t name;
	int ret;

	if (!session || !data || !size)
		return -EINVAL;
	ret = gnutls_alpn_get_selected_protocol(session, &name);
	if (ret)
		return ret;
	if (*size < name.size)
		return -EINVAL;
	memcpy(data, name.data, name.size);
	*size = name.size;
	return 0;
}
