// SPDX-License-Identifier: MIT
/*
 * Session data, tickets, protocol lists and names that are none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "../selftest/harness.h"
#include "blocking.h"
#include "logged.h"
#include "pair.h"
#include "socket_double.h"

#define BIG (2 << 20)

static size_t session_data(unsigned char *data, size_t size)
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	ASSERT_EQ(quic_session_get_data(pair.client.session, data, &size), 0);
	pair_destroy(&pair);
	ASSERT(size > 0);
	return size;
}

TEST("S9.14 session data that was cut short is refused, and the handshake is a full one")
{
	unsigned char data[4096], *piece;
	size_t size = session_data(data, sizeof(data)), len;
	struct pair pair;

	logged_begin();
	pair_create(&pair, &pki.server, 0);
	for (len = 0; len < size; len++) {
		/* A buffer of its own, whose end the sanitizer guards. */
		piece = malloc(len ? len : 1);
		memcpy(piece, data, len);
		ASSERT(quic_session_set_data(pair.client.session, piece, len) < 0);
		free(piece);
		if (!len)
			assert_logged(LOG_ERR, "session data was refused");
		logged_begin();
	}
	pair_handshake(&pair);
	ASSERT(!gnutls_session_is_resumed(pair.client.session));
	pair_destroy(&pair);
}

TEST("S9.14 session data longer than any is EINVAL")
{
	unsigned char *data = calloc(1, BIG);
	struct pair pair;

	logged_begin();
	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_session_set_data(pair.client.session, data, BIG), -EINVAL);
	assert_logged(LOG_ERR, "session data of 2097152 bytes");
	ASSERT_EQ(quic_session_set_data(pair.client.session, NULL, 1), -EINVAL);
	ASSERT_EQ(quic_session_set_data(NULL, data, 1), -EINVAL);
	pair_handshake(&pair);
	pair_destroy(&pair);
	free(data);
}

/* What quic_session_get_data() makes of a ticket that the server sent. */
static int result_of_ticket(const void *ticket, size_t len, size_t *size)
{
	unsigned char data[4096];
	struct pair pair;
	int ret;

	*size = sizeof(data);
	logged_begin();
	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	double_set_ticket(ticket, len);
	ret = quic_session_get_data(pair.client.session, data, size);
	pair_destroy(&pair);
	return ret;
}

TEST("S9.2 a ticket that is not complete is none yet")
{
	size_t size;

	ASSERT_EQ(result_of_ticket("", 0, &size), 0);
	ASSERT_EQ(size, 0);
	ASSERT_EQ(result_of_ticket("\4\0\0", 3, &size), 0);
	ASSERT_EQ(size, 0);
	ASSERT_EQ(result_of_ticket("\4\0\0\7abcdef", 10, &size), 0);
	ASSERT_EQ(size, 0);
}

TEST("S9.2 a ticket longer than the socket collects is an error, not one to wait for")
{
	size_t size;

	ASSERT_EQ(result_of_ticket("\4\1\0\0ab", 6, &size), GNUTLS_E_HANDSHAKE_TOO_LARGE);
	assert_logged(LOG_ERR, "the session ticket has 65540 bytes");
}

TEST("S9.2 another message in place of a ticket, and a garbled one, are errors")
{
	unsigned char garbage[104] = { GNUTLS_HANDSHAKE_NEW_SESSION_TICKET, 0, 0, 100 };
	size_t size;

	ASSERT_EQ(result_of_ticket("\30\0\0\1\0", 5, &size), GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET);
	assert_logged(LOG_ERR, "a message of type 24 in place of a session ticket");
	memset(garbage + 4, 0xff, 100);
	ASSERT(result_of_ticket(garbage, sizeof(garbage), &size) < 0);
	assert_logged(LOG_ERR, "the session ticket was refused");
}

TEST("S9.2 a list of protocols that is none: the log says why")
{
	static const struct {
		const char *list, *why;
	} cases[] = {
		{ "", "an empty name" },
		{ "a,,b", "an empty name" },
		{ ",", "an empty name" },
		{ "a,  ", "an empty name" },
		{ "a,b,c,d,e,f,g,h,i", "more than 8 names" },
		{ "a2345678901234567890123456789012345678901234567890123456789012345",
		  "longer than" },
	};
	size_t i;

	double_reset();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		logged_begin();
		ASSERT_EQ(quic_client_handshake(CLIENT_FD, NULL, NULL, cases[i].list), -EINVAL);
		assert_logged(LOG_ERR, cases[i].why);
		logged_begin();
		ASSERT_EQ(quic_server_handshake(SERVER_FD, PSK_SERVER_FILE, NULL, cases[i].list),
			  -EINVAL);
		assert_logged(LOG_ERR, cases[i].why);
	}
}

TEST("S9.2 a hostname that is none is an error before anything is sent")
{
	struct server_arguments args = {
		.key_file = SERVER_KEY_FILE,
		.cert_file = SERVER_CERT_FILE,
	};
	char name[1000];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	double_reset();
	logged_begin();
	ASSERT(quic_client_handshake(CLIENT_FD, NULL, name, NULL) < 0);
	assert_logged(LOG_ERR, "cannot ask for the server aaa");
	/* The socket is as before. */
	ASSERT_EQ(blocking_handshake(&args, NULL, NULL, NULL), 0);
	double_reset();
}
