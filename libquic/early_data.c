// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * 0-RTT on servers.
 */
#include <pthread.h>

#include "context.h"

/*
 * GnuTLS takes early data only with an anti-replay context, and only with tickets that are younger
 * than it. So there is one for the process, made with its first server session and never changed.
 */
static gnutls_anti_replay_t quic_early_data_anti_replay;
static pthread_once_t quic_early_data_once = PTHREAD_ONCE_INIT;

/* RFC 9001, 9.2: whether replays matter is the application's to decide; here 0-RTT just works. */
static int quic_early_data_accept(void *ptr, time_t expires, const gnutls_datum_t *key,
				  const gnutls_datum_t *data)
{
	(void)ptr;
	(void)expires;
	(void)key;
	(void)data;
	return 0;
}

static void quic_early_data_init(void)
{
	if (gnutls_anti_replay_init(&quic_early_data_anti_replay))
		return;
	gnutls_anti_replay_set_add_function(quic_early_data_anti_replay, quic_early_data_accept);
}

int quic_early_data_enable(gnutls_session_t session)
{
	pthread_once(&quic_early_data_once, quic_early_data_init);
	if (!quic_early_data_anti_replay)
		return GNUTLS_E_MEMORY_ERROR;
	gnutls_anti_replay_enable(session, quic_early_data_anti_replay);
	/* RFC 9001, 4.6.1: tickets always say 0xffffffff, QUIC's own limits apply. */
	return gnutls_record_set_max_early_data_size(session, UINT32_MAX);
}
